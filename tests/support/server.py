"""The real site, as processes: for tests with sockets, several web processes, a worker, or a dead Redis."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit, urlunsplit

import psycopg

from scripts.local import processes
from scripts.local.services import Redis, throw_away

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0
COMMAND_SECONDS = 500
"""The longest that a command may take: some make a million messages."""


@dataclass
class Process:
    """One process of the site: its `command`, its `log`, and the `child` while it runs."""

    name: str
    command: list[str]
    env: Mapping[str, str]
    log: Path
    child: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def pid(self) -> int:
        assert self.child, f"{self.name} does not run"
        return self.child.pid

    def kib_in_memory(self) -> int:
        """Its resident size."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0])

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.child = processes.spawn(self.command, output=log, env=self.env, cwd=ROOT)

    def stop(self, by: signal.Signals = signal.SIGTERM, within: float = 8) -> None:
        """Ends the process with the signal `by`; after `within` seconds it is killed."""
        if self.child:
            processes.stop(self.child, by=by, within=within)
            self.child = None


@dataclass
class Site:
    """A running site. Web process i listens on `ports[i]`; `redis` can be stopped and started again."""

    database_url: str
    redis: Redis
    var: Path
    env: dict[str, str]
    ports: list[int]
    web: list[Process]
    worker: Process | None
    beat: Process | None

    @property
    def url(self) -> str:
        """The origin of the first web process, without a slash."""
        return self.origin(0)

    def origin(self, index: int) -> str:
        """The origin of web process `index`, without a slash."""
        return f"http://127.0.0.1:{self.ports[index]}"

    def ws_url(self, index: int = 0) -> str:
        """The address of the chat's socket on web process `index`."""
        return f"ws://127.0.0.1:{self.ports[index]}/ws/"

    def logs(self) -> str:
        """Everything that the processes of the site have printed so far."""
        return "".join(path.read_text(errors="replace") for path in sorted(self.var.glob("*.log")))

    def manage(self, *arguments: str) -> str:
        """Runs a manage.py command against the site and returns what it printed."""
        return _manage(self.env, *arguments)

    def wait_ready(self, index: int = 0) -> None:
        """Waits until web process `index` answers; fails with the logs when it does not."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            child = self.web[index].child
            ended = child is None or child.poll() is not None
            assert not ended, f"web process {index} ended\n{self.logs()}"
            with (
                contextlib.suppress(OSError),
                urllib.request.urlopen(f"{self.origin(index)}/healthz", timeout=2),
            ):
                return
            time.sleep(0.05)
        raise AssertionError(f"web process {index} does not answer\n{self.logs()}")


@contextlib.contextmanager
def running(
    *,
    web: int = 1,
    fleet: int | None = None,
    worker: bool = False,
    beat: bool = False,
    limits: str = "on",
    env: Mapping[str, str] | None = None,
    postgres: str | None = None,
) -> Iterator[Site]:
    """A site with a fresh database (migrated, with an administrator and a welcome room) and its own Redis.

    The database is on the server of the URL `postgres`, by default that of DATABASE_URL. With `fleet` each
    web process is one of so many members.
    """
    postgres = postgres or os.environ["DATABASE_URL"]
    with contextlib.ExitStack() as stack:
        var = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="chatconnet-site-")))
        database_url = stack.enter_context(_database(postgres))
        redis = cast(Redis, stack.enter_context(throw_away((Redis,)))[0])
        ports = [processes.free_port() for _ in range(web)]
        (var / "static").symlink_to(_static_files())
        settings = os.environ | {
            "ALLOWED_HOSTS": "127.0.0.1,localhost",
            "CHAT_LIMITS": limits,
            "CHAT_ORIGINS": ",".join(
                f"http://{host}:{port}" for port in ports for host in ("127.0.0.1", "localhost")
            ),
            "CHAT_VAR": str(var),
            "DATABASE_LOCK_MS": "5000",  # as it comes; the tests' own is longer
            "DATABASE_URL": database_url,
            "PYTHONUNBUFFERED": "1",
            "REDIS_URL": redis.url,
            **(env or {}),
        }

        started: list[Process] = []
        stack.callback(_stop_all, started)

        def process(name: str, *command: str) -> Process:
            made = Process(name, [sys.executable, *command], settings, var / f"{name}.log")
            started.append(made)
            made.start()
            return made

        serve = ("manage.py", "serve", "--host", "127.0.0.1")
        members = () if fleet is None else ("--processes", str(fleet))
        celery = ("-m", "celery", "-A", "chatconnet")
        site = Site(
            database_url,
            redis,
            var,
            settings,
            ports,
            web=[
                process(f"web-{index}", *serve, "--port", str(port), *members)
                for index, port in enumerate(ports)
            ],
            worker=process("worker", *celery, "worker", "--concurrency", "1") if worker else None,
            beat=process("beat", *celery, "beat", "--schedule", str(var / "beat"), "--pidfile=")
            if beat
            else None,
        )
        for index in range(web):
            site.wait_ready(index)
        yield site


def _stop_all(started: list[Process]) -> None:
    for process in started:
        if process.child and process.child.poll() is None:
            process.child.terminate()
    for process in started:
        process.stop()


@contextlib.contextmanager
def _database(postgres: str) -> Iterator[str]:
    """A copy of the migrated template, dropped afterwards with whatever is still connected to it."""
    template = _template(postgres)
    name = f"site_{secrets.token_hex(6)}"
    _sql(postgres, f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield _url_of(postgres, name)
    finally:
        _sql(postgres, f"DROP DATABASE {name} WITH (FORCE)")


@cache
def _template(postgres: str) -> str:
    """Makes the database that the sites' databases are copied from, once a process and server."""
    name = f"template_{secrets.token_hex(6)}"
    _sql(postgres, f"CREATE DATABASE {name}")
    env = os.environ | {"DATABASE_URL": _url_of(postgres, name)}
    _manage(env, "migrate", "--verbosity", "0")
    _manage(env, "bootstrap")
    return name


@cache
def _static_files() -> Path:
    """Collects the static files, once a process, beside this process's other data."""
    _manage(os.environ, "collectstatic", "--noinput", "--verbosity", "0")
    return Path(os.environ["CHAT_VAR"]) / "static"


def _manage(env: Mapping[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        env=env,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=COMMAND_SECONDS,
    )
    assert done.returncode == 0, f"manage.py {' '.join(arguments)}\n{done.stdout}{done.stderr}"
    return done.stdout


def _url_of(postgres: str, database: str) -> str:
    return urlunsplit(urlsplit(postgres)._replace(path=f"/{database}"))


def _sql(postgres: str, statement: str) -> None:
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(statement)
