"""The servers that are measured, each with its sockets' addresses and what its processes use."""

from __future__ import annotations

import os
import socket
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from bench.engine.crowd import OURS, PLAIN, Dialect, Peer
from scripts.local import processes
from scripts.local.services import Postgres, Redis, throw_away
from tests.e2e.people import Console
from tests.support.server import ROOT, Site, running

TICKS = os.sysconf("SC_CLK_TCK")
PAGE_KIB = os.sysconf("SC_PAGE_SIZE") // 1024

# Rooms of one size, and bots who are in one of them each.
ROOMS = """
from accounts.models import User
from chat import access
from chat.services import bots, rooms
actor = access.actor_for(User.objects.get(is_superuser=True))
result = []
for number in range({rooms}):
    room = rooms.create(actor, f"{name} {{number}}", "public", "")
    names = [f"{name}-{{number}}-{{person}}" for person in range({people})]
    result += [(room.id, token) for token in bots.create(names, room.slug)]
"""

# People as browsers know them, each with a session, in so many rooms in which something is unread.
PEOPLE = """
import uuid
from accounts import services
from accounts.models import User
from chat import access
from chat.services import messages, rooms
from tests.support.sessions import signed_in

owner = access.actor_for(User.objects.get(is_superuser=True))
made = [rooms.create(owner, f"{name} {{number}}", "public", "") for number in range({rooms} - 1)]
people = [services.sign_up(User.objects.build(f"{name}-{{number}}")) for number in range({people})]
actors = [access.actor_for(person) for person in people]
for room in made:
    for actor in actors:
        rooms.join(actor, room.id)
    for number in range(10):
        messages.post(messages.draft(owner, room.id, str(uuid.uuid4()), f"number {{number}}"))
result = [signed_in(person) for person in people]
"""


@dataclass
class Target:
    """A server. `own` are its own processes, `others` those that it uses, which may have children."""

    name: str
    dialect: Dialect
    own: list[int]
    others: list[int] = field(default_factory=list)
    url: str = ""
    site: Site | None = None
    places: dict[tuple[int, int], list[tuple[str, str]]] = field(default_factory=dict)
    sessions: dict[tuple[int, int], list[str]] = field(default_factory=dict)
    console: Console | None = None

    def peers(self, rooms: int, people: int) -> list[Peer]:
        """The sockets of so many rooms with so many people in each, room by room."""
        if self.console is None:
            return [
                Peer(f"{self.url}/ws/chat/room{rooms}x{people}n{number}/", room="-")
                for number in range(rooms)
                for _ in range(people)
            ]
        if (rooms, people) not in self.places:
            script = ROOMS.format(rooms=rooms, people=people, name=f"b{rooms}x{people}")
            self.places[rooms, people] = self.console.run(script)
        return [Peer(self.url, room=room, token=token) for room, token in self.places[rooms, people]]

    def browsers(self, rooms: int, people: int, sockets: int) -> list[Peer]:
        """So many people in so many rooms each, with so many sockets each, signed in by session."""
        assert self.console
        if (rooms, people) not in self.sessions:
            script = PEOPLE.format(rooms=rooms, people=people, name=f"p{rooms}x{people}")
            self.sessions[rooms, people] = self.console.run(script)
        return [Peer(self.url, session=key) for _ in range(sockets) for key in self.sessions[rooms, people]]

    def cpu(self) -> float:
        """Processor seconds that the server has used so far."""
        return processor_seconds(self.own)

    def cpu_of_others(self) -> float:
        """Processor seconds of its database and Redis."""
        return processor_seconds(self.others)

    def kib(self) -> int:
        """Memory of the server's processes that lies in RAM."""
        return sum(kib for _seconds, kib in _usage(self.own))


def processor_seconds(pids: Sequence[int]) -> float:
    """What these processes and their children have used so far."""
    return sum(seconds for seconds, _kib in _usage(pids))


def _usage(pids: Sequence[int]) -> Iterator[tuple[float, int]]:
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(folder.name) in pids or int(fields[1]) in pids:
            yield (int(fields[11]) + int(fields[12])) / TICKS, int(fields[21]) * PAGE_KIB


@contextmanager
def targets() -> Iterator[dict[str, Target]]:
    """The three servers, on servers of their own that are thrown away."""
    with ExitStack() as stack:
        postgres, redis = stack.enter_context(throw_away((Postgres, Redis)))
        os.environ |= {
            "CHAT_VAR": stack.enter_context(tempfile.TemporaryDirectory()),
            "DATABASE_URL": postgres.url,
            "REDIS_URL": redis.url,
            "SECRET_KEY": "only-for-measuring-" * 4,
        }
        site = stack.enter_context(running(limits="off"))
        console = stack.enter_context(Console(site))
        assert postgres.process
        assert site.redis.process
        ours = Target(
            "chatconnet",
            OURS,
            [process.pid for process in site.web],
            [postgres.process.pid, site.redis.process.pid],
            site.ws_url(),
            site,
            console=console,
        )
        tutorial_redis = cast(Redis, stack.enter_context(throw_away((Redis,)))[0])
        found = {"chatconnet": ours}
        for name, command in (
            ("tutorial", ["daphne", "-b", "127.0.0.1", "-p", "{port}", "bench.baseline.asgi:application"]),
            ("bare", ["bench.baseline.bare", "{port}"]),
        ):
            found[name] = stack.enter_context(_server(name, command, tutorial_redis))
        yield found


@contextmanager
def _server(name: str, command: list[str], redis: Redis) -> Iterator[Target]:
    port = processes.free_port()
    assert redis.process
    env = os.environ | {"REDIS_URL": redis.url, "DJANGO_SETTINGS_MODULE": "bench.baseline.settings"}
    with tempfile.TemporaryFile() as log:  # daphne tells of each socket
        child = processes.spawn(
            [sys.executable, "-m", *(part.format(port=port) for part in command)],
            output=log.fileno(),
            env=env,
            cwd=ROOT,
        )
    try:
        _wait_for(port)
        yield Target(name, PLAIN, [child.pid], [redis.process.pid], f"ws://127.0.0.1:{port}")
    finally:
        processes.stop(child)


def _wait_for(port: int) -> None:
    end = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
        else:
            return
