"""Child processes that never outlive the one that started them.

Standard library only.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import pwd
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TypedDict

OWN_PORTS = range(20_000, 32_000)
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Account:
    """The account of the operating system that the database runs as."""

    name: str
    uid: int
    gid: int


class Identity(TypedDict, total=False):
    """Arguments of subprocess that start a program as somebody else."""

    user: int
    group: int
    extra_groups: list[int]


def identity(account: Account | None) -> Identity:
    """What to give to subprocess so that the program runs as `account`; None means as this process."""
    return {"user": account.uid, "group": account.gid, "extra_groups": []} if account else {}


def unprivileged() -> Account | None:
    """Whom to run the database as, for PostgreSQL refuses uid 0. None: as this process, which is not root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(name, entry.pw_uid, entry.pw_gid)
    return Account("nobody", 65534, 65534)


def spawn(
    command: Sequence[str | Path],
    *,
    output: IO[bytes] | int | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    account: Account | None = None,
    when_orphaned: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Starts `command` in a session of its own, as `account` if given; `output` takes what it prints.

    When the calling thread ends, however it does, the kernel sends the child `when_orphaned` (Linux): so
    call this from the main thread.
    """
    return subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
        env=env,
        cwd=cwd,
        start_new_session=True,
        # Only the child itself can ask for this, between fork and exec.
        preexec_fn=_die_with_parent(os.getpid(), when_orphaned),  # noqa: PLW1509
        **identity(account),
    )


def _die_with_parent(parent: int, when_orphaned: signal.Signals) -> Callable[[], None]:
    def in_child() -> None:
        if _libc is not None:
            _libc.prctl(_PR_SET_PDEATHSIG, int(when_orphaned))
        if os.getppid() != parent:  # it died before prctl
            os._exit(1)

    return in_child


def ask(process: subprocess.Popen[bytes], by: signal.Signals, *, within: float) -> None:
    """Sends `process` the signal `by` and waits at most `within` seconds for it to end."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(by)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(within)


def stop(
    process: subprocess.Popen[bytes], *, by: signal.Signals = signal.SIGTERM, within: float = 5.0
) -> None:
    """Asks `process` to end by the signal `by`; after `within` seconds kills it and its process group."""
    ask(process, by, within=within)
    kill_group(process.pid)
    process.wait()


def kill_group(group: int) -> None:
    """Kills what is left of a process group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def started_at(pid: int) -> str | None:
    """When the process `pid` started, in the kernel's ticks; None when there is none.

    Together with the pid this names one process for good: numbers are given again.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] == "Z" else fields[19]


def wait_gone(pid: int, seconds: float) -> bool:
    """Waits until no process `pid` is there (not our child); False when it still is after `seconds`."""
    end = time.monotonic() + seconds
    while started_at(pid) is not None:
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def free_port() -> int:
    """A TCP port on 127.0.0.1 that nobody listens on at this moment.

    It is none that the system gives to outgoing connections: one of those could take it while the server that
    listens there is started again.
    """
    while not port_is_free(port := secrets.choice(OWN_PORTS)):
        pass
    return port


def port_is_free(port: int) -> bool:
    """Whether a server may listen on 127.0.0.1:`port`."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
