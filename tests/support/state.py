"""State + events = new state: what a client knows of a room, what frames do to it, and what it should be."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Model

from accounts.models import User
from chat import hints, queries
from chat.errors import Refused
from chat.models import Room
from tests.support.wire import Recorder


def plain(struct: Any) -> Any:
    """A structure of the wire as a client reads it."""
    return json.loads(msgspec.json.encode(struct))


@dataclass
class State:
    """A room as one who has seen all of it holds it: messages by `seq`, present members by user id."""

    position: int
    info: dict[str, Any]
    messages: dict[int, dict[str, Any]]
    members: dict[str, dict[str, Any]]

    def after(self, *frames: dict[str, Any]) -> State:
        """What the protocol says that `changes` frames do; each must continue where the last one ended."""
        new = copy.deepcopy(self)
        for frame in frames:
            assert frame["type"] == "changes"
            assert frame["from"] == new.position, "each `from` equals the `to` before it"
            assert frame["to"] > frame["from"]
            positions = [message["pos"] for message in frame["messages"]]
            assert positions == sorted(positions), "messages come by `pos`"
            assert all(position > frame["from"] for position in positions)
            for message in frame["messages"]:
                known = new.messages.get(message["seq"])
                if known is None or message["pos"] >= known["pos"]:
                    new.messages[message["seq"]] = message
            for member in frame.get("members", []):
                assert frame["from"] < member["pos"] <= frame["to"]
                new.members.pop(member["user"]["id"], None)
                if "left" not in member:
                    new.members[member["user"]["id"]] = member
            new.info = frame.get("info", new.info) | {"head": frame["to"]}
            new.position = frame["to"]
        return new


def read(room: Room) -> State:
    """The state of a room afresh: all pages of its history, its members and its facts."""
    room = Room.objects.get(pk=room.pk)
    head = queries.heads([room.pk])[room.pk]
    messages: dict[int, dict[str, Any]] = {}
    more = True
    while more:
        page, more, _newer = queries.history(room, after=max(messages, default=0), limit=20)
        messages |= {message.seq: plain(message) for message in page}
    members, _more = queries.members(room, "", None)
    return State(
        position=head,
        info=plain(queries.shared_room(room, head)),
        messages=messages,
        members={member.user.id: plain(member) for member in members},
    )


def caught_up(state: State, room: Room, step: int) -> State:
    """The state after catching up from it to the head, so many positions a frame."""
    head = queries.heads([room.pk])[room.pk]
    while state.position < head:
        to = min(head, state.position + step)
        frame, _left = queries.changes_of(room.pk, state.position, to)
        state = state.after(plain(frame))
    return state


class Witness:
    """Watches one room. Nothing may happen to it but inside `takes` and `refuses`."""

    def __init__(self, room: Room, wire: Recorder) -> None:
        self.room = room
        self.wire = wire
        self.states = [read(room)]
        wire.clear()

    @property
    def head(self) -> int:
        return self.states[-1].position

    @contextmanager
    def takes(self, positions: int, left: dict[int, str] | None = None) -> Iterator[None]:
        """What happens inside takes so many positions, in one frame: applied to the state before it gives
        the state after it, as catching up from every earlier state does, in whatever steps."""
        self.wire.clear()
        yield
        now = read(self.room)
        assert now.position == self.head + positions
        frames = self.wire.changes(self.room)
        assert len(frames) == (1 if positions else 0), "one frame a change"
        assert self.states[-1].after(*frames) == now
        told = [hint for hint in self.wire.of(hints.Changed) if hint.room == self.room.pk]
        for hint, frame in zip(told, frames, strict=True):
            assert (hint.from_, hint.to) == (frame["from"], frame["to"])
            assert hint.left == (left or {})
        for earlier in self.states:
            for step in (1, 1000):
                assert caught_up(earlier, self.room, step) == now
        self.states.append(now)

    @contextmanager
    def refuses(self, code: str, field: str | None = None) -> Iterator[Refusal]:
        """What happens inside is refused with this code; nothing is stored and nothing published."""
        with refuses(self.wire, code, field) as refusal:
            yield refusal
        assert read(self.room) == self.states[-1]


class Refusal:
    error: Refused


@contextmanager
def refuses(wire: Recorder, code: str, field: str | None = None) -> Iterator[Refusal]:
    wire.clear()
    before = everything()
    caught = Refusal()
    with pytest.raises(Refused) as raised:
        yield caught
    caught.error = raised.value
    assert (raised.value.code, raised.value.field) == (code, field)
    assert everything() == before
    assert wire.hints == []


def everything() -> dict[str, str]:
    """All rows of the chat and all users, by table."""
    models: list[type[Model]] = [*apps.get_app_config("chat").get_models(), User]
    tables = [model._meta.db_table for model in models]
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join(
                f"SELECT '{table}', (SELECT string_agg(t::text, '|' ORDER BY t::text) FROM {table} t)"
                for table in tables
            )
        )
        return dict(cursor.fetchall())
