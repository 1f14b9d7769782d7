"""A private PostgreSQL and a private Redis, for one data folder or for one run of the tests.

Both listen on 127.0.0.1 only, on a free port, and ask for a password. Started by root they run
as `postgres` or `nobody`.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from scripts.local import binaries, data_folder, processes
from scripts.local.binaries import Program
from scripts.local.errors import Refused

SHARED = Path("/var/lib/chatconnet")
"""Where root keeps what the unprivileged account has to reach and cannot in the data folder."""

USER = DATABASE = "chatconnet"


@dataclass(frozen=True)
class Place:
    """The folder that servers keep their data in, and the account that owns it (None: whoever runs this)."""

    folder: Path
    account: processes.Account | None

    def subfolder(self, name: str) -> Path:
        """A folder of mode 0700 in this one, owned by the account."""
        path = self.folder / name
        path.mkdir(mode=0o700, exist_ok=True)
        self.own(path)
        return path

    def file(self, name: str, text: str) -> Path:
        """A file of mode 0600 in this folder, owned by the account, with `text` in it."""
        path = self.folder / name
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
        self.own(path)
        return path

    def own(self, path: Path) -> None:
        """Gives `path` to the account."""
        if self.account:
            os.chown(path, self.account.uid, self.account.gid)

    def can_reach(self, path: Path) -> bool:
        """Whether the account may pass through every folder on the way to `path`, and into or through it."""
        return _can_reach(self.account, path)


def _can_reach(account: processes.Account | None, path: Path) -> bool:
    if account is None:
        return True
    probe = subprocess.run(
        ["/bin/sh", "-c", 'test -x "$1"', "sh", path],
        cwd="/",
        check=False,
        **processes.identity(account),
    )
    return probe.returncode == 0


def place(var: Path) -> Place:
    """The place for the servers of the data folder `var`: inside it, or, where the unprivileged account
    cannot reach that, in a folder of its own under /var/lib/chatconnet whose name is kept in `var`.

    The caller holds the lock of `var`. Raises Refused when the folder kept in `var` is gone.
    """
    account = processes.unprivileged()
    pointer = var / "services-folder"
    if pointer.exists():
        folder = Path(pointer.read_text().strip())
        if not folder.is_dir():
            raise Refused(f"The data that {pointer} points to, {folder}, is gone.")
        return Place(folder, account)
    folder = var / "services"
    if not folder.exists() and not _can_reach(account, var):
        _make_shared(SHARED)
        folder = SHARED / secrets.token_hex(6)
        pointer.write_text(f"{folder}\n")
    folder.mkdir(mode=0o700, exist_ok=True)
    made = Place(folder, account)
    made.own(folder)
    return made


def _make_shared(folder: Path) -> None:
    """A folder that every account can pass through, whatever the umask is."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)
    except OSError as error:
        raise Refused(
            f"{folder}, for the database, which does not run as root, cannot be made: {error.strerror}."
        ) from None


@contextmanager
def throw_away_place() -> Iterator[Place]:
    """A place that is gone afterwards."""
    account = processes.unprivileged()
    folder = Path(tempfile.mkdtemp(prefix="chatconnet-", dir="/tmp" if account else None))  # noqa: S108
    made = Place(folder, account)
    made.own(folder)
    try:
        yield made
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Server:
    """A server program with its data. After `stop`, `start` finds the same port and data again."""

    place: Place
    password: str
    log: Path
    throw_away: bool = False
    port: int = 0
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    name = ""
    patience = 60.0

    @property
    def url(self) -> str:
        """The URL that a client connects to."""
        raise NotImplementedError

    def start(self) -> None:
        """Starts the server; returns when it answers. Raises Refused, naming its log, when it does not."""
        self._prepare()
        given = self.port
        for _ in range(1 if given else 3):  # somebody may take a free port before the server does
            self.port = given or processes.free_port()
            self._launch()
            if self._answers_in_time():
                return
            self.stop()
        self.port = given
        raise Refused(f"{self.name} does not start: see {self.log}")

    def stop(self) -> None:
        """Stops the server; a no-op when it does not run."""
        raise NotImplementedError

    def _prepare(self) -> None:
        raise NotImplementedError

    def _launch(self) -> None:
        raise NotImplementedError

    def _ready(self) -> bool:
        raise NotImplementedError

    def _answers_in_time(self) -> bool:
        end = time.monotonic() + self.patience
        while time.monotonic() < end and self.process and self.process.poll() is None:
            if self._ready():
                return True
            time.sleep(0.03)
        return False

    def _spawn(self, command: list[str | Path], when_orphaned: signal.Signals) -> None:
        with self.log.open("ab") as log:
            self.process = processes.spawn(
                command,
                output=log,
                cwd=self.place.folder,
                account=self.place.account,
                when_orphaned=when_orphaned,
                env=_plain_environment(),
            )


class Postgres(Server):
    """PostgreSQL with one superuser and one database, both called chatconnet."""

    name = "PostgreSQL"

    @property
    def url(self) -> str:
        return f"postgres://{USER}:{self.password}@127.0.0.1:{self.port}/{DATABASE}"

    @property
    def data(self) -> Path:
        return self.place.folder / "postgres"

    def stop(self) -> None:
        if self.process:
            if not self.throw_away:  # SIGINT: sessions are ended, what is committed is written out
                processes.ask(self.process, signal.SIGINT, within=3)
            processes.stop(
                self.process, by=signal.SIGQUIT, within=1
            )  # SIGQUIT: at once, as safe as a power cut
            self.process = None

    def _prepare(self) -> None:
        major = data_folder.written_by(self.data)
        self._program = usable(binaries.postgres(major), self.place)
        if major is None:
            self._initialise()
        _end_leftover(self.data, _pid_in(self.data / "postmaster.pid"), signal.SIGINT)
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _initialise(self) -> None:
        shutil.rmtree(self.data, ignore_errors=True)
        fresh = self.place.folder / "postgres.new"
        shutil.rmtree(fresh, ignore_errors=True)
        password = self.place.file("password", self.password)
        locale = ["--locale=C.UTF-8"]
        if self._program.major >= 17:
            locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        try:
            self._run(
                self._program.beside("initdb"),
                *("-D", fresh, "-U", USER, "--pwfile", password),
                *("--auth=scram-sha-256", "--encoding=UTF8", "--no-instructions"),
                *locale,
                *(["--no-sync"] if self.throw_away else []),
            )
            self._run(
                self._program.path,
                *("--single", "-D", fresh, "postgres"),
                text=f"CREATE DATABASE {DATABASE} OWNER {USER};\n",
            )
        finally:
            password.unlink()
        fresh.rename(self.data)  # only a complete folder ever has the name that is looked at

    def _run(self, *command: str | Path, text: str = "") -> None:
        done = subprocess.run(
            [str(part) for part in command],
            input=text,
            capture_output=True,
            text=True,
            cwd=self.place.folder,
            env=_plain_environment(),
            check=False,
            **processes.identity(self.place.account),
        )
        if done.returncode:
            said = (done.stderr or done.stdout).strip().splitlines() or ["no reason given"]
            raise Refused(f"PostgreSQL cannot make its data folder {self.data}: {said[-1]}")

    def _launch(self) -> None:
        options = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "max_connections": "200",
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        if self.throw_away:
            options |= {
                "fsync": "off",
                "full_page_writes": "off",
                "synchronous_commit": "off",
                "autovacuum": "off",
            }
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        self._spawn([self._program.path, "-D", self.data, *settings], signal.SIGINT)

    def _ready(self) -> bool:
        with contextlib.suppress(OSError):
            lines = (self.data / "postmaster.pid").read_text().splitlines()
            return len(lines) > 7 and lines[7].strip() == "ready"
        return False


class Redis(Server):
    """Redis or Valkey. Its data is kept (append-only file) unless it is thrown away."""

    name = "Redis"
    patience = 30.0

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def stop(self) -> None:
        if self.process:
            processes.stop(self.process, by=signal.SIGKILL if self.throw_away else signal.SIGTERM, within=2)
            self.process = None

    def _prepare(self) -> None:
        program = binaries.redis()
        self._program = usable(program, self.place)
        # A folder for each kind and version: none reads a newer one's, and nothing in them is needed long.
        self._data = self.place.subfolder(f"{program.kind}-{program.major}")
        _end_leftover(self._data, _pid_in(self._data / "pid"), signal.SIGTERM)

    def _launch(self) -> None:
        lines = [
            "bind 127.0.0.1",
            f"port {self.port}",
            f"requirepass {self.password}",
            f"dir {self._data}",
            f"pidfile {self._data / 'pid'}",
            "maxmemory-policy noeviction",
            f"appendonly {'no' if self.throw_away else 'yes'}",
            'save ""',
        ]
        config = self.place.file("redis.conf", "\n".join(lines) + "\n")
        self._spawn([self._program.path, config], signal.SIGTERM)

    def _ready(self) -> bool:
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection,
        ):
            connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
            answer = b""
            while answer.count(b"\r\n") < 2 and (more := connection.recv(100)):
                answer += more
            return answer == b"+OK\r\n+PONG\r\n"
        return False


def usable(program: Program, place: Place) -> Program:
    """`program`, or a copy of its tree that the place's account can run."""
    if place.can_reach(program.path):
        return program
    tree = program.tree
    if tree is None:
        raise Refused(f"The account {place.account and place.account.name} cannot run {program.path}.")
    copy = SHARED / "programs" / f"{program.kind}-{program.version}"
    if not copy.exists():
        _copy_tree(tree, copy)
    moved = Program(copy / program.path.relative_to(tree.parent), program.kind, program.version)
    if not place.can_reach(moved.path):
        raise Refused(f"The account {place.account and place.account.name} cannot run {moved.path}.")
    return moved


def _copy_tree(tree: Path, copy: Path) -> None:
    """Copies a wheel's folder, and the libraries that it looks for beside it, into the folder `copy`."""
    _make_shared(SHARED)
    _make_shared(copy.parent)
    fresh = Path(tempfile.mkdtemp(dir=copy.parent))
    skip = shutil.ignore_patterns("include", "doc", "*.a", "__pycache__", "*.py", "pgxs", "falkordb.so")
    for folder in (tree, tree.with_name(f"{tree.name}.libs")):
        if folder.is_dir():
            shutil.copytree(folder, fresh / folder.name, symlinks=True, ignore=skip)
    _open_to_all(fresh)
    try:
        fresh.rename(copy)
    except OSError:  # another run has just made it
        shutil.rmtree(fresh)


def _open_to_all(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)


def _pid_in(file: Path) -> int | None:
    try:
        return int(file.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return None


def _end_leftover(data: Path, pid: int | None, by: signal.Signals) -> None:
    """Ends the server `pid` of an earlier run: its working folder tells it from a stranger's process."""
    if pid is None or not _works_in(pid, data):
        return
    for sign in (by, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, sign)
        if processes.wait_gone(pid, 8):
            return
    raise Refused(f"A server of an earlier run, process {pid}, does not end.")


def _works_in(pid: int, folder: Path) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cwd").resolve() == folder.resolve()
    return False


def _plain_environment() -> dict[str, str]:
    """No PG* variable of the caller's reaches a server."""
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8", "TZ": "UTC"}


@contextmanager
def throw_away(kinds: tuple[Callable[..., Server], ...]) -> Iterator[list[Server]]:
    """One fresh server of each of `kinds`, without durability, stopped and removed afterwards."""
    with contextlib.ExitStack() as stack:
        place = stack.enter_context(throw_away_place())
        servers = [
            kind(place, secrets.token_hex(16), log=place.folder / f"{index}.log", throw_away=True)
            for index, kind in enumerate(kinds)
        ]
        for server in servers:
            stack.callback(server.stop)
            server.start()
        yield servers
