"""What scripts/run becomes: starts the servers and the chat's processes, keeps them up, stops them."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from scripts.local import data_folder, processes, services
from scripts.local.data_folder import ROOT, DataFolder
from scripts.local.errors import Refused
from scripts.local.services import Postgres, Redis, Server

READY_WITHIN = 60.0
LONGEST_PAUSE = 30.0
STEADY_AFTER = 60.0

# With 2 s for Redis and 3 s for PostgreSQL, 14 s at most: a stop is promised within 15.
STOP_WITHIN = {"web": 5.0, "worker": 3.0, "beat": 1.0}


class Stopping(BaseException):
    """SIGINT, SIGTERM or SIGHUP came. Raised once: nothing disturbs the stop."""


@dataclass
class Pause:
    """The wait before something that died is started again: twice as long each time until it stays up."""

    seconds: float = 0.5
    began: float = 0.0
    until: float | None = None

    def over(self) -> bool:
        """Whether it is time to start again; the first call after a death begins the pause."""
        now = time.monotonic()
        if self.until is None:
            if now - self.began > STEADY_AFTER:
                self.seconds = 0.5
            self.until = now + self.seconds
            self.seconds = min(self.seconds * 2, LONGEST_PAUSE)
        return now >= self.until

    def started(self) -> None:
        """Notes that it runs again."""
        self.began, self.until = time.monotonic(), None


@dataclass
class Child:
    """A process of the chat: its `kind` (web, worker, beat), how it is started, and its log."""

    kind: str
    command: list[str]
    log: Path
    port: int | None = None
    process: subprocess.Popen[bytes] | None = None
    pause: Pause = field(default_factory=Pause)

    def start(self, env: Mapping[str, str]) -> None:
        with self.log.open("ab") as log, signals_held():
            self.process = processes.spawn([sys.executable, *self.command], output=log, env=env, cwd=ROOT)
        self.pause.started()

    def dead(self) -> bool:
        return self.process is not None and self.process.poll() is not None


class Supervisor:
    """One run over one data folder."""

    def __init__(self, folder: DataFolder, ports: list[int]) -> None:
        self.folder = folder
        self.ports = ports
        self.servers: list[Server] = []
        self.children: list[Child] = []
        self.pauses: dict[str, Pause] = {}
        self.logs = folder.path / "log"
        self.logs.mkdir(mode=0o700, exist_ok=True)
        self.env = dict(os.environ)

    def run(self) -> None:
        """Starts everything and keeps it up until a signal says stop."""
        try:
            self._start()
            print(f"ChatConnet is at http://127.0.0.1:{self.ports[0]}/", flush=True)
            while True:
                time.sleep(0.2)
                self._restart_the_dead()
        except Stopping:
            pass
        finally:
            _ignore_signals()
            self._stop()

    def _start(self) -> None:
        self._start_servers()
        self._set_environment()
        self._note()
        self._prepare()
        self.children = self._plan()
        web = [child for child in self.children if child.port]
        for child in web:
            child.start(self.env)
        self._note()
        for child in web:
            self._wait_ready(child)
        for child in self.children:  # the others only now: the first page is what somebody waits for
            if child not in web:
                child.start(self.env)
        self._note()

    def _start_servers(self) -> None:
        wanted: list[tuple[str, Callable[..., Server]]] = [("DATABASE_URL", Postgres), ("REDIS_URL", Redis)]
        missing = [(variable, kind) for variable, kind in wanted if not self.env.get(variable)]
        if not missing:
            return
        place = services.place(self.folder.path)
        for variable, kind in missing:
            name = kind.__name__.lower()
            server = kind(place, self.folder.secret(name), self._log(name))
            self.servers.append(server)
            server.start()
            self.env[variable] = server.url

    def _set_environment(self) -> None:
        origins = [f"http://{host}:{port}" for port in self.ports for host in ("127.0.0.1", "localhost")]
        defaults = {
            "ALLOWED_HOSTS": "127.0.0.1,localhost,[::1]",
            "CHAT_ORIGINS": ",".join(origins),
            "PYTHONUNBUFFERED": "1",
        }
        self.env = defaults | self.env | {"CHAT_VAR": str(self.folder.path)}
        if not self.env.get("SECRET_KEY"):
            self.env["SECRET_KEY"] = self.folder.secret("secret_key")

    def _prepare(self) -> None:
        """Brings database and static files up to date, unless this very code has done it before."""
        state = _state_of_the_code()
        private = [server.place for server in self.servers if isinstance(server, Postgres)]
        stamp = private[0].folder / "prepared" if private else None
        if stamp and stamp.exists() and stamp.read_text() == state and (self.folder.path / "static").is_dir():
            return
        self._step([sys.executable, "-m", "scripts.local.prepare"])
        if stamp:
            stamp.write_text(state)

    def _plan(self) -> list[Child]:
        celery = ["-m", "celery", "-A", "chatconnet"]
        schedule = str(self.folder.path / "beat-schedule")
        return [
            *(
                Child(
                    "web",
                    ["manage.py", "serve", "--host", "127.0.0.1", "--port", str(port)],
                    self._log(f"web-{port}"),
                    port,
                )
                for port in self.ports
            ),
            Child(
                "worker", [*celery, "worker", "--concurrency", "2", "--loglevel", "INFO"], self._log("worker")
            ),
            Child("beat", [*celery, "beat", "--schedule", schedule, "--pidfile="], self._log("beat")),
        ]

    def _log(self, name: str) -> Path:
        """The log file `name`; what the run before wrote is kept as .old."""
        log = self.logs / f"{name}.log"
        with contextlib.suppress(FileNotFoundError):
            log.replace(log.with_suffix(".log.old"))
        return log

    def _step(self, command: list[str]) -> None:
        process = processes.spawn(command, env=self.env, cwd=ROOT)
        try:
            if process.wait():
                raise Refused("ChatConnet could not be set up: see the words above.")
        finally:
            processes.stop(process, within=2)

    def _wait_ready(self, child: Child) -> None:
        end = time.monotonic() + READY_WITHIN
        while not _answers(f"http://127.0.0.1:{child.port}/readyz"):
            if child.dead() or time.monotonic() > end:
                raise Refused(f"ChatConnet does not start: see {child.log}")
            time.sleep(0.1)

    def _restart_the_dead(self) -> None:
        changed = False
        for server in self.servers:
            pause = self.pauses.setdefault(server.name, Pause())
            if server.process and server.process.poll() is not None and pause.over():
                changed = True
                _say(f"{server.name} ended ({server.process.returncode}); starting it again")
                with contextlib.suppress(Refused):  # tried again after the pause
                    server.start()
                pause.started()
        for child in self.children:
            if child.process and child.dead() and child.pause.over():
                changed = True
                _say(f"{child.kind} ended ({child.process.returncode}); starting it again")
                processes.kill_group(child.process.pid)
                child.start(self.env)
        if changed:
            self._note()

    def _note(self) -> None:
        pids: dict[str, Any] = {"supervisor": os.getpid()}
        for child in self.children:
            if child.process:
                if child.kind == "web":
                    pids.setdefault("web", []).append(child.process.pid)
                else:
                    pids[child.kind] = child.process.pid
        pids |= {
            type(server).__name__.lower(): server.process.pid for server in self.servers if server.process
        }
        facts = {
            "url": f"http://127.0.0.1:{self.ports[0]}/",
            "ports": self.ports,
            "database_url": self.env["DATABASE_URL"],
            "redis_url": self.env["REDIS_URL"],
        }
        self.folder.note(facts, pids)

    def _stop(self) -> None:
        for kind, seconds in STOP_WITHIN.items():
            running = [child.process for child in self.children if child.kind == kind and child.process]
            for process in running:
                if process.poll() is None:
                    process.terminate()
            end = time.monotonic() + seconds
            for process in running:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(max(0.0, end - time.monotonic()))
                processes.kill_group(process.pid)
                process.wait()
        for server in reversed(self.servers):
            server.stop()
        self.folder.run_file.unlink(missing_ok=True)


def _state_of_the_code() -> str:
    state = sha256()
    for name in ("accounts", "chat", "chatconnet", "locale", "static", "templates", "requirements.txt"):
        top = ROOT / name
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if path.is_file() and path.suffix != ".pyc":
                facts = path.stat()
                state.update(f"{path}:{facts.st_size}:{facts.st_mtime_ns}\n".encode())
    return state.hexdigest()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:  # noqa: S310 - always http
            return bool(response.status == 200)
    except (OSError, urllib.error.HTTPError):
        return False


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _ignore_signals() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def _on_signal(*_: object) -> None:
    _ignore_signals()
    raise Stopping


@contextlib.contextmanager
def signals_held() -> Iterator[None]:
    """A signal that comes meanwhile stops the run afterwards: what starts is known before it is stopped."""
    came = []
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    held = [number for number, handler in before.items() if handler is _on_signal]
    for number in held:
        signal.signal(number, lambda *_: came.append(True))
    try:
        yield
    finally:
        for number in held:
            signal.signal(number, _on_signal)
    if came:
        _on_signal()


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _on_signal)
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # nohup
        signal.signal(signal.SIGHUP, _on_signal)
    os.umask(0o077)  # mail, media and logs are nobody else's business
    supervisor = Supervisor(data_folder.taken_over(), [int(port) for port in sys.argv[1:]])
    try:
        supervisor.run()
    except Refused as refusal:
        sys.exit(f"{refusal}")


if __name__ == "__main__":
    main()
