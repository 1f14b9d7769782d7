"""The only door to the wire. What is published goes out after the transaction at hand has committed,
at once without one; nothing waits for Redis, and what it loses the other processes notice by themselves."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Iterable
from functools import partial
from typing import Protocol

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction

from chat import frames, hints
from chat.models import Room

GROUP = "processes"
EVENT = "chat.hints"
PATIENCE_SECONDS = 2.0

log = logging.getLogger(__name__)


class Wire(Protocol):
    """Takes a hint from any thread, without waiting."""

    def put(self, hint: hints.Hint) -> None: ...


def new_process_name() -> str:
    """By which a process knows its own hints when they come back."""
    return secrets.token_hex(8)


async def send(batch: list[hints.Hint], sender: str = "") -> None:
    """Tells every process; raises what the layer raises, `TimeoutError` after two seconds."""
    event = {"type": EVENT, "from": sender, "hints": hints.encode(batch)}
    async with asyncio.timeout(PATIENCE_SECONDS):
        await get_channel_layer().group_send(GROUP, event)


class DirectWire:
    """For processes without sockets (commands, workers): straight to the layer."""

    def put(self, hint: hints.Hint) -> None:
        try:
            async_to_sync(send)([hint])
        except Exception as error:  # noqa: BLE001 (a lost hint is never an error)
            log.warning("hint not sent, the other processes will find out by themselves: %r", error)


_wire: Wire = DirectWire()


def use(wire: Wire) -> Wire:
    """Puts another wire in place of the present one, which is returned: a web process has its hub."""
    global _wire
    before, _wire = _wire, wire
    return before


def _put(hint: hints.Hint) -> None:
    transaction.on_commit(partial(_deliver, hint))


def _deliver(hint: hints.Hint) -> None:
    _wire.put(hint)


def changed(room: int, frame: frames.ChangesFrame, left: dict[int, str] | None = None) -> None:
    """`room` moved over the positions of `frame`; `left` says who is out since (user id to how)."""
    _put(
        hints.Changed(
            room=room,
            from_=frame.from_,
            to=frame.to,
            frame=frames.encode(frame),
            left=left or {},
        )
    )


def people(users: Iterable[int]) -> None:
    """The memberships of these users changed."""
    _put(hints.People(sorted(users)))


def rights(users: Iterable[int]) -> None:
    """Sessions, tokens, activity or suspensions of these users changed."""
    _put(hints.Rights(sorted(users)))


def appearance(users: Iterable[int]) -> None:
    """Others see these users differently: another name, or they hide that they are here, or no longer."""
    _put(hints.Appearance(sorted(users)))


def read(user: int, room: Room, counts: frames.Counts, origin: str) -> None:
    """A read mark moved; the socket `origin` knows already."""
    frame = frames.ReadFrame(
        room=room.public_id, read=counts.read, unread=counts.unread, mentions=counts.mentions
    )
    _put(hints.Read(user, origin, frames.encode(frame)))


def typing(user: int, room: Room, frame: frames.TypingFrame) -> None:
    _put(hints.Typing(room.pk, user, frames.encode(frame)))
