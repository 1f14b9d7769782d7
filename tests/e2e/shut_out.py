"""Ends what somebody may do, and notes what they could still do."""

from __future__ import annotations

import asyncio
import time

from websockets.exceptions import ConnectionClosed

from tests.e2e.people import Console
from tests.support.client import Client, Refusal

_JUDGE = """
import time
from accounts import services
from accounts.models import User
from chat.models import BotToken
from chat.services import bots, moderation
admin, user = User.objects.get(username="admin"), User.objects.get(username={name!r})
{statement}
result = time.time()
"""


async def judged(console: Console, name: str, statement: str) -> float:
    """Runs a statement about the `user` of this name, by `admin`; returns when it had committed, by
    `time.time`."""
    committed = await asyncio.to_thread(console.run, _JUDGE.format(name=name, statement=statement))
    assert isinstance(committed, float)
    return committed


async def close_times(*sockets: Client) -> list[tuple[int | None, float]]:
    """Of each socket the code that it is closed with, and when by `time.time`."""

    async def closing(socket: Client) -> tuple[int | None, float]:
        return await socket.closed(), time.time()

    return list(await asyncio.gather(*(closing(socket) for socket in sockets)))


async def keep_sending(socket: Client, room: str, accepted: list[float]) -> None:
    """Sends until something is refused or the socket is closed; notes when each accepted send began."""
    while True:
        began = time.time()
        try:
            await socket.send(room, "still here")
        except Refusal as refusal:
            if refusal.code != "suspended":
                raise
            return
        except (AssertionError, ConnectionClosed):  # closed, while it waited or before
            return
        accepted.append(began)
