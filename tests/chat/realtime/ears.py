"""Sockets of a hub without a network."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from chat.access import Actor
from chat.models import Room
from chat.realtime.hub import Hub
from chat.realtime.socket import AsgiOutlet, Socket


class Ear:
    """A socket's other end: keeps what is written to it."""

    def __init__(self, actor: Actor) -> None:
        self.socket = Socket(actor, AsgiOutlet(self._send))
        self.events: list[dict[str, Any]] = []

    async def _send(self, event: dict[str, Any]) -> None:
        self.events.append(event)

    @property
    def frames(self) -> list[dict[str, Any]]:
        return [json.loads(event["text"]) for event in self.events if "text" in event]

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [frame for frame in self.frames if frame["type"] == kind]

    def ranges(self, room: Room) -> list[tuple[int, int]]:
        return [(f["from"], f["to"]) for f in self.of("changes") if f["room"] == room.public_id]


async def come(hub: Hub, actor: Actor, *, sync: bool = True) -> Ear:
    ear = Ear(actor)
    welcome = await hub.connect(ear.socket)
    if sync:
        await hub.sync(ear.socket, welcome.epoch, {})
    return ear


async def settle() -> None:
    """Lets short timers fire, and what they and others began come to an end; loops have none."""
    for _ in range(5):
        await asyncio.sleep(0.02)
        under_way = asyncio.all_tasks() - {asyncio.current_task()}
        if under_way:
            await asyncio.wait(under_way, timeout=0.5)
