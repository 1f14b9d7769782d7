"""Who is on a site: bots with tokens, people with sessions, and how they open sockets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

from tests.support.oracle import Listener
from tests.support.server import Site

PASSWORD = "correct horse battery staple"

_PEOPLE = """
import json
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from accounts import services
from accounts.models import User
from accounts.sessions import SessionStore

def signed_in(user):
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return session.session_key

people = {{}}
for name in {names!r}:
    user = services.sign_up(User.objects.build(name, password={password!r}))
    people[name] = [signed_in(user) for _ in range({sessions})]
print(json.dumps(people))
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


def bots(site: Site, name: str, count: int, room: str = "welcome") -> list[Bot]:
    """Bots that are members of the room with the slug `room`."""
    made = json.loads(site.manage("create_bot", name, "--count", str(count), "--room", room, "--json"))
    return [Bot(bot["name"], bot["token"]) for bot in made]


def people(site: Site, *names: str, sessions: int = 2) -> Iterator[Person]:
    """People who have signed up, each with this many sessions."""
    made = shell(site, _PEOPLE.format(names=names, password=PASSWORD, sessions=sessions))
    return (Person(name, keys) for name, keys in made.items())


def shell(site: Site, script: str) -> Any:
    """Runs Python with the site's settings; what the script prints last, as JSON, is returned."""
    return json.loads(site.manage("shell", "--command", script).strip().splitlines()[-1])


async def opened(stack: AsyncExitStack, *sockets: Listener) -> list[Listener]:
    """Connects, welcomes and syncs sockets, which are closed with the stack."""
    return [await (await stack.enter_async_context(socket)).open() for socket in sockets]


def welcome_room(socket: Listener) -> str:
    """The id of the room that everybody is in."""
    return next(room["id"] for room in socket.welcome["rooms"] if room["slug"] == "welcome")
