"""From a bare Python to a virtual environment with the locked requirements, then on to the command.

Standard library only: this runs before anything is installed.
"""

from __future__ import annotations

import fcntl
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from scripts.local import binaries, data_folder
from scripts.local.data_folder import DataFolder
from scripts.local.errors import Refused
from scripts.local.processes import port_is_free

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
STAMP = VENV / "installed.json"
PYTHON = VENV / "bin" / "python"

RUN = "requirements.txt"
DEV = "requirements-dev.txt"
LOCAL = "requirements-local.txt"


def main(arguments: Sequence[str]) -> None:
    """Does what `arguments` say: the name of a program in scripts/, and what is for that program."""
    command, *rest = arguments
    for number in (signal.SIGINT, signal.SIGTERM):  # SIGINT too: a shell's background job ignores it
        signal.signal(number, lambda received, _: sys.exit(128 + received))
    commands = {
        "run": _run,
        "manage": _manage,
        "test": _test,
        "check": _check,
        "mutants": _mutants,
        "soak": _soak,
    }
    commands[command](rest)


def _run(arguments: list[str]) -> None:
    if arguments:
        raise Refused("scripts/run takes no arguments, it reads variables: see docs/operations.md.")
    ports = _ports()
    folder = data_folder.locked(data_folder.from_environment())
    folder.end_leftovers()
    for port in ports:
        if not port_is_free(port):
            raise Refused(f"Port {port} of 127.0.0.1 is taken: set PORT to a free one.")
    _install([RUN, *_wheels(folder)])
    folder.hand_over()
    _go_on("scripts.local.supervisor", [str(port) for port in ports])


def _manage(arguments: list[str]) -> None:
    folder = data_folder.from_environment()
    try:
        run = json.loads((folder / "run.json").read_text())
        secret_key = (
            os.environ.get("SECRET_KEY") or json.loads((folder / "secrets.json").read_text())["secret_key"]
        )
    except OSError:
        raise Refused(f"Nothing runs on the data folder {folder}: start scripts/run first.") from None
    os.environ |= {
        "CHAT_VAR": str(folder),
        "DATABASE_URL": run["database_url"],
        "REDIS_URL": run["redis_url"],
        "SECRET_KEY": secret_key,
    }
    os.execv(PYTHON, [str(PYTHON), "manage.py", *arguments])  # noqa: S606 - no shell is wanted


def _test(arguments: list[str]) -> None:
    _install([DEV, *_wheels(None)])
    _go_on("scripts.local.tests", arguments)


def _check(arguments: list[str]) -> None:
    _install([DEV, *_wheels(None)])
    _go_on("scripts.local.checks", arguments)


def _mutants(arguments: list[str]) -> None:
    _install([DEV, *_wheels(None)])
    _go_on("scripts.local.mutants", arguments)


def _soak(arguments: list[str]) -> None:
    _install([DEV, *_wheels(None)])
    _go_on("tests.faults.soak", arguments)


def _go_on(module: str, arguments: list[str]) -> None:
    sys.stdout.flush()
    os.execv(PYTHON, [str(PYTHON), "-m", module, *arguments])  # noqa: S606 - no shell is wanted


def _ports() -> list[int]:
    first = _number("PORT", 8000, 1, 65535)
    ports = list(range(first, first + _number("WEB_PROCESSES", 1, 1, 64)))
    if ports[-1] > 65535:
        raise Refused(f"WEB_PROCESSES needs the ports {ports[0]} to {ports[-1]}, and 65535 is the last.")
    return ports


def _number(name: str, default: int, least: int, most: int) -> int:
    text = os.environ.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        raise Refused(f"{name} is {text!r}; it has to be a number from {least} to {most}.")
    return int(text)


def _wheels(folder: DataFolder | None) -> list[str]:
    """The requirements of the private servers, where the machine lacks one that is wanted."""
    needed = binaries.wheels_needed(
        postgres_major=folder.postgres_major() if folder else None,
        want_postgres=not os.environ.get("DATABASE_URL"),
        want_redis=not os.environ.get("REDIS_URL"),
    )
    return [LOCAL] if needed else []


@dataclass
class _Installed:
    """What the virtual environment was made with: kept in it as `installed.json`."""

    python: str
    locks: dict[str, str]

    @classmethod
    def read(cls) -> _Installed | None:
        try:
            return cls(**json.loads(STAMP.read_text()))
        except (OSError, ValueError, TypeError):
            return None

    def write(self) -> None:
        STAMP.write_text(json.dumps({"python": self.python, "locks": self.locks}))


def _install(locks: list[str]) -> None:
    """Makes the virtual environment hold what `locks` name, and does nothing when it does already."""
    python = ".".join(map(str, sys.version_info[:2]))
    wanted = {lock: sha256((ROOT / lock).read_bytes()).hexdigest() for lock in locks}
    with _only_one():
        installed = _Installed.read()
        if installed is None or installed.python != python or not _works():
            _make_environment()
            installed = _Installed(python, {})
        if wanted.items() <= installed.locks.items():
            return
        print("Installing the requirements (only when they have changed) …", file=sys.stderr)
        STAMP.unlink(missing_ok=True)  # an install that is broken off begins anew
        _pip_install(locks)
        installed.locks |= wanted
        if DEV in wanted:  # it holds all of the other
            installed.locks[RUN] = sha256((ROOT / RUN).read_bytes()).hexdigest()
        installed.write()


@contextmanager
def _only_one() -> Iterator[None]:
    """Copies that start at the same moment share one environment: one of them makes it."""
    with (ROOT / ".venv.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _works() -> bool:
    return PYTHON.exists() and subprocess.run([PYTHON, "-c", ""], check=False).returncode == 0


def _make_environment() -> None:
    shutil.rmtree(VENV, ignore_errors=True)
    if not _has_ensurepip() and os.geteuid() == 0:
        apt_install(f"python{sys.version_info[0]}.{sys.version_info[1]}-venv", "python3-venv")
    if _has_ensurepip():
        _make([])
    elif _module("venv") and _module("pip"):
        _make(["--without-pip"])
    else:
        raise Refused(
            f"{sys.executable} cannot make a virtual environment: install its venv module "
            "(Debian: apt-get install python3-venv as root)."
        )


def _make(options: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "venv", *options, VENV], capture_output=True, text=True, check=False
    )
    if done.returncode:
        lines = (done.stdout + done.stderr).strip().splitlines() or ["no reason given"]
        raise Refused(f"The virtual environment {VENV} cannot be made: {lines[-1]}")


def _module(name: str) -> bool:
    importlib.invalidate_caches()
    return importlib.util.find_spec(name) is not None


def _has_ensurepip() -> bool:
    return _module("venv") and _module("ensurepip")


def _pip_install(locks: list[str]) -> None:
    pip: list[str | Path] = [PYTHON, "-m", "pip"]
    if not (VENV / "bin" / "pip").exists():  # made without: the machine's own pip works for another Python
        pip = [sys.executable, "-m", "pip", "--python", PYTHON]
    options = ["-qq", "--disable-pip-version-check", "--no-input", "--no-deps", "--no-compile"]
    options += ["--only-binary", ":all:", "--require-hashes"]
    files = [part for lock in locks for part in ("-r", ROOT / lock)]
    if subprocess.run(
        [*pip, "install", *options, *files], env=os.environ | {"PIP_USER": "0"}, check=False
    ).returncode:
        raise Refused("The requirements could not be installed: see pip's words above.")


def apt_install(*packages: str) -> None:
    """Installs the first of `packages` that apt-get has, as root; where it has none, nothing happens."""
    if not shutil.which("apt-get"):
        return
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], env=env, stdout=sys.stderr, check=False)
    for package in packages:
        print(f"Installing {package} with apt-get …", file=sys.stderr)
        command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", package]
        if subprocess.run(command, env=env, stdout=sys.stderr, check=False).returncode == 0:
            return


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Refused as refusal:
        sys.exit(f"{refusal}")
