"""Who is on a site: bots with tokens, people with sessions, and how they open sockets."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import AsyncExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from tests.support.oracle import Listener
from tests.support.server import ROOT, Site

PASSWORD = "correct horse battery staple"

_CONSOLE = """
import json, sys
for line in sys.stdin:
    names = {}
    exec(json.loads(line), names)
    print(json.dumps(names["result"]), flush=True)
"""

_BOTS = """
from chat.services import bots
names = [f"{name}-{{number}}" for number in range(1, {count} + 1)]
result = list(zip(names, bots.create(names, "welcome")))
"""

_PEOPLE = """
from accounts import services
from accounts.models import User
from tests.support.sessions import signed_in

result = []
for name in {names!r}:
    user = services.sign_up(User.objects.build(name, password={password!r}))
    result.append((name, [signed_in(user) for _ in range({sessions})]))
"""


@dataclass
class Bot:
    """A program, with what it signs in by."""

    name: str
    token: str

    def socket(self, site: Site, process: int = 0) -> Listener:
        return Listener(site.ws_url(process), token=self.token)


@dataclass
class Person:
    """Somebody with a session in each of some browsers; the password is `PASSWORD`."""

    name: str
    sessions: list[str]

    def socket(self, site: Site, process: int = 0, session: int = 0) -> Listener:
        return Listener(site.ws_url(process), cookie=self.sessions[session], origin=site.origin(process))


class Console:
    """A Python with the site's settings, for what no client can do. It starts once, as that takes seconds."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def __enter__(self) -> Self:
        with (self.site.var / "console.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "manage.py", "shell", "--no-imports", "--command", _CONSOLE],
                cwd=ROOT,
                env=self.site.env,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._process.communicate()

    def run(self, script: str) -> Any:
        """What the script leaves in `result`."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(script) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, self.site.logs()
        return json.loads(answer)

    def bots(self, name: str, count: int) -> list[Bot]:
        """Bots in the welcome room, called NAME-1, NAME-2 …"""
        return [Bot(*made) for made in self.run(_BOTS.format(name=name, count=count))]

    def people(self, *names: str, sessions: int = 2) -> list[Person]:
        """People who have signed up, each with this many sessions."""
        script = _PEOPLE.format(names=names, password=PASSWORD, sessions=sessions)
        return [Person(*made) for made in self.run(script)]


async def opened(stack: AsyncExitStack, *sockets: Listener) -> list[Listener]:
    """Connects, welcomes and syncs sockets, which are closed with the stack."""
    return [await (await stack.enter_async_context(socket)).open() for socket in sockets]


def welcome_room(socket: Listener) -> str:
    """The id of the room that everybody is in."""
    return next(room["id"] for room in socket.welcome["rooms"] if room["slug"] == "welcome")
