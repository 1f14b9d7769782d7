"""Catching up, then live: without a gap between the two, and only in one's own rooms."""

from __future__ import annotations

import asyncio
import random
import time
import uuid
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from tests.e2e.people import Console, Person, opened
from tests.support.client import Client, Refusal
from tests.support.oracle import Listener, Oracle, caught_up
from tests.support.server import Site, running

SYNC_SECONDS = 3
SYNC_MAX = 1000
AT_ONCE_SECONDS = 0.9
"""Less than what a process needs to notice a lost hint: what comes within it was told."""


@dataclass
class Stage:
    site: Site
    ann: Person
    bob: Person


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    env = {
        "CHAT_SYNC_SECONDS": str(SYNC_SECONDS),
        "CHAT_SYNC_MAX": str(SYNC_MAX),
        "CHAT_HEADS_SECONDS": "5",
        "CHAT_RECHECK_SECONDS": "5",
    }
    with running(web=2, limits="off", env=env) as site, Console(site) as console:
        yield Stage(site, *console.people("ann", "bob"))
        assert "Traceback" not in site.logs()


async def new_room(owner: Client, *members: str, messages: int = 0) -> str:
    """A private room with so many messages, whose heads are 1 (the owner), one a member, one a message."""
    room: str = (await owner.ask("create", name="A room", kind="private"))["room"]["id"]
    for name in members:
        await owner.ask("invite", room=room, user=name)
    for number in range(messages):
        await owner.send(room, f"message {number}")
    return room


def changes(socket: Client, room: str) -> list[dict[str, Any]]:
    return [frame for frame in socket.frames if frame["type"] == "changes" and frame["room"] == room]


def texts(socket: Client, room: str) -> list[str]:
    return [message["body"] for _seq, message in sorted(socket.messages.get(room, {}).items())]


async def welcomed(stack: AsyncExitStack, socket: Listener) -> Listener:
    await stack.enter_async_context(socket)
    await socket.wait_for("welcome")
    return socket


@pytest.mark.parametrize(("start", "expected"), [(0, [0, 1, 2]), (3, [2]), (4, [])])
async def test_sync_brings_what_came_after_the_position(stage, start, expected):
    async with AsyncExitStack() as stack:
        (ann,) = await opened(stack, stage.ann.socket(stage.site))
        room = await new_room(ann, messages=3)
        again = await welcomed(stack, stage.ann.socket(stage.site, 1))
        await again.sync({room: start})
        assert texts(again, room) == [f"message {number}" for number in expected]
        assert again.positions[room] == 4
        assert [frame["from"] for frame in changes(again, room)] == ([start] if expected else [])
        await ann.send(room, "live")
        await again.until(lambda: "live" in texts(again, room))


async def test_a_position_beyond_the_head_is_reset_and_live_from_the_head(stage):
    async with AsyncExitStack() as stack:
        (ann,) = await opened(stack, stage.ann.socket(stage.site))
        room = await new_room(ann, messages=1)
        again = await welcomed(stack, stage.ann.socket(stage.site, 1))
        await again.sync({room: 99})
        assert (await again.wait_for("reset", room=room))["head"] == 2
        await ann.send(room, "live")
        await again.until(lambda: texts(again, room) == ["live"])


async def test_another_epoch_resets_the_rooms_named_and_no_other(stage):
    async with AsyncExitStack() as stack:
        (ann,) = await opened(stack, stage.ann.socket(stage.site))
        room, other = await new_room(ann, messages=1), await new_room(ann)
        again = await welcomed(stack, stage.ann.socket(stage.site, 1))
        await again.sync({room: 1}, epoch="before the restore")
        assert [f["room"] for f in again.frames if f["type"] == "reset"] == [room]
        await ann.send(other, "live")
        await again.until(lambda: texts(again, other) == ["live"])


async def test_too_far_behind_is_reset(stage):
    async with AsyncExitStack() as stack:
        (ann,) = await opened(stack, stage.ann.socket(stage.site))
        room = await new_room(ann)
        keys = [await ann.start("send", room=room, key=str(uuid.uuid4()), body="x") for _ in range(SYNC_MAX)]
        await asyncio.gather(*keys)
        again = await welcomed(stack, stage.ann.socket(stage.site, 1))
        await again.sync({room: 1})
        assert again.positions[room] == SYNC_MAX + 1
        assert len(texts(again, room)) == SYNC_MAX
        await again.sync({room: 0})
        await again.wait_for("reset", room=room, head=SYNC_MAX + 1)


@pytest.mark.parametrize("position", [-1, 1.5, "3", True, None, 2**53 + 1, [0]])
async def test_a_bad_position_is_refused_and_nothing_is_done(stage, position):
    async with AsyncExitStack() as stack:
        (ann,) = await opened(stack, stage.ann.socket(stage.site))
        room, other = await new_room(ann, messages=1), await new_room(ann, messages=1)
        again = await welcomed(stack, stage.ann.socket(stage.site, 1))
        with pytest.raises(Refusal) as refused:
            await again.ask("sync", epoch=again.welcome["epoch"], rooms={room: 0, other: position})
        assert (refused.value.code, refused.value.frame["field"]) == ("bad_field", "rooms")
        await ann.send(room, "live")
        await again.ask("ping", rooms={room: 0})
        assert not changes(again, room), "live although the sync was refused"


async def test_rooms_unknown_and_of_others_are_revoked_alike(stage):
    async with AsyncExitStack() as stack:
        ann, bob = await opened(stack, stage.ann.socket(stage.site), stage.bob.socket(stage.site, 1))
        own, foreign = await new_room(bob, messages=1), await new_room(ann, messages=1)
        await bob.sync({foreign: 0, "AAAAAAAAAAAAAAAAAAAAAA": 0, own: 0})
        revoked = [frame for frame in bob.frames if frame["type"] == "revoked"]
        assert {frame["room"] for frame in revoked} == {foreign, "AAAAAAAAAAAAAAAAAAAAAA"}
        assert {frame["reason"] for frame in revoked} == {"not_found"}
        assert texts(bob, own) == ["message 0"]
        await ann.send(foreign, "not for bob")
        await bob.ask("ping", rooms={foreign: 0})
        assert not changes(bob, foreign)


async def test_rooms_left_out_of_the_first_sync_go_on_from_the_welcome(stage):
    async with AsyncExitStack() as stack:
        (ann,) = await opened(stack, stage.ann.socket(stage.site))
        named, left_out = await new_room(ann, messages=1), await new_room(ann, messages=1)
        again = await welcomed(stack, stage.ann.socket(stage.site, 1))
        await ann.send(left_out, "between welcome and sync")
        await again.sync({named: 0})
        await ann.send(left_out, "after")
        await again.until(lambda: texts(again, left_out) == ["between welcome and sync", "after"])


async def test_a_later_sync_touches_only_its_rooms(stage):
    async with AsyncExitStack() as stack:
        (ann,) = await opened(stack, stage.ann.socket(stage.site))
        room, other = await new_room(ann, messages=2), await new_room(ann, messages=2)
        (again,) = await opened(stack, stage.ann.socket(stage.site, 1))
        await again.sync({room: 1})
        assert texts(again, room) == ["message 0", "message 1"]
        assert not changes(again, other)
        await ann.send(other, "live")
        await again.until(lambda: texts(again, other) == ["live"])


async def test_sync_in_a_stream_has_no_hole_and_no_overlap(stage):
    chance = random.Random(2)
    async with AsyncExitStack() as stack:
        (ann,) = await opened(stack, stage.ann.socket(stage.site))
        room = await new_room(ann, messages=20)
        oracle = Oracle(stage.site.database_url, room)
        enough = asyncio.Event()
        flowing = asyncio.create_task(_stream(ann, room, a_second=50, enough=enough))
        sockets: list[Listener] = []
        while len(sockets) < 6:
            socket = await welcomed(stack, stage.ann.socket(stage.site, len(sockets) % 2))
            start = chance.choice([1, 10, socket.positions[room]])
            await socket.sync({room: start})
            assert next(iter(changes(socket, room)), {"from": start})["from"] == start
            sockets.append(socket)
        enough.set()
        await flowing
        head = oracle.head()
        for socket in sockets:
            await socket.until(caught_up([socket], room, head))
        oracle.check(sockets, since=1)


async def _stream(socket: Client, room: str, *, a_second: int, enough: asyncio.Event) -> None:
    """Sends at this rate, where the server keeps up with it, until it is enough and all is answered."""
    began = time.monotonic()
    sent = 0
    waiting: set[asyncio.Future[dict[str, Any]]] = set()
    while not enough.is_set():
        while sent < (time.monotonic() - began) * a_second and len(waiting) < a_second:
            waiting.add(await socket.start("send", room=room, key=str(uuid.uuid4()), body=str(sent)))
            sent += 1
        await asyncio.sleep(0.01)
        for answer in [answer for answer in waiting if answer.done()]:
            waiting.remove(answer)
            await answer
    await asyncio.gather(*waiting)


async def test_commands_are_answered_before_sync_and_nothing_is_live(stage):
    async with AsyncExitStack() as stack:
        (ann,) = await opened(stack, stage.ann.socket(stage.site))
        room = await new_room(ann)
        early = await welcomed(stack, stage.ann.socket(stage.site, 1))
        await ann.send(room, "before")
        assert (await early.send(room, "mine"))["body"] == "mine"
        page = await early.ask("history", room=room)
        assert [message["body"] for message in page["messages"]] == ["before", "mine"]
        assert {frame["type"] for frame in early.frames} == {"welcome", "ok"}


async def test_a_socket_that_does_not_sync_in_time_is_closed(stage):
    async with stage.ann.socket(stage.site) as idle, stage.ann.socket(stage.site) as busy:
        await busy.wait_for("welcome")
        await busy.ask("ping")
        assert await idle.closed() == 4400
        assert idle.frames[-1]["type"] == "bye"
        assert await busy.closed() == 4400, "other commands are no sync"


async def test_absence_is_caught_up_as_the_state_now(stage):
    async with AsyncExitStack() as stack:
        (ann,) = await opened(stack, stage.ann.socket(stage.site))
        room = await new_room(ann, messages=4)
        sent = [f"{room}.{seq}" for seq in range(2, 6)]
        async with stage.ann.socket(stage.site, 1) as away:
            await away.wait_for("welcome")
            await away.sync({room: 0})
        await ann.ask("edit", message=sent[0], body="edited")
        await ann.ask("edit", message=sent[0], body="edited twice")
        await ann.ask("delete", message=sent[1])
        await ann.ask("react", message=sent[2], emoji="👍", on=True)
        await ann.ask("update", room=room, topic="A topic")
        back = stage.ann.socket(stage.site, 1)
        seen = len(away.order[room])
        back.go_on_from(away)
        position = back.positions[room]
        await welcomed(stack, back)
        await back.sync({room: position})
        assert texts_or_gone(back, room) == ["edited twice", None, "message 2", "message 3"]
        assert back.messages[room][4]["reactions"] == {"👍": [ann.welcome["user"]["id"]]}
        assert len(back.order[room]) - seen == 3, "each changed message once"
        (frame,) = changes(back, room)
        assert (frame["from"], frame["to"], frame["info"]["topic"]) == (5, 10, "A topic")


def texts_or_gone(socket: Client, room: str) -> list[str | None]:
    return [message.get("body") for _seq, message in sorted(socket.messages[room].items())]


async def test_an_invitation_and_a_removal_are_told_at_once_on_every_process(stage):
    async with AsyncExitStack() as stack:
        ann, here, there = await opened(
            stack, stage.ann.socket(stage.site), stage.bob.socket(stage.site), stage.bob.socket(stage.site, 1)
        )
        early = await welcomed(stack, stage.bob.socket(stage.site, 1))
        room = await new_room(ann, messages=1)
        async with asyncio.timeout(AT_ONCE_SECONDS):
            await ann.ask("invite", room=room, user="bob")
            invited = [await socket.wait_for("room") for socket in (here, there)]
        assert [frame["room"]["id"] for frame in invited] == [room, room]
        await ann.send(room, "live")
        for socket in (here, there):
            await socket.until(lambda socket=socket: texts(socket, room) == ["live"])
        known = await welcomed(stack, stage.bob.socket(stage.site, 1))
        async with asyncio.timeout(AT_ONCE_SECONDS):
            removed = await ann.ask("remove", room=room, user="bob")
            for socket in (here, there, known):
                await socket.wait_for("revoked", room=room, reason="removed")
        await ann.send(room, "not for bob")
        for socket in (here, there, early, known):
            await socket.ask("ping")
            assert max([f["to"] for f in changes(socket, room)], default=0) <= removed["member"]["pos"]
        assert {frame["type"] for frame in early.frames} <= {"welcome", "pong", "revoked"}


@pytest.mark.parametrize("command", ["create", "join", "direct", "update"])
async def test_the_answer_to_ones_own_command_makes_the_room_live(stage, command):
    async with AsyncExitStack() as stack:
        ann, bob = await opened(stack, stage.ann.socket(stage.site), stage.bob.socket(stage.site, 1))
        bobs_other = await welcomed(stack, stage.bob.socket(stage.site))
        await bobs_other.sync({})
        fields, writer = {}, bob
        if command == "create":
            fields = {"name": "Bob's", "kind": "public"}
        elif command == "join":
            made = await ann.ask("create", name="Open", kind="public")
            fields, writer = {"room": made["room"]["id"]}, ann
        elif command == "direct":
            fields = {"user": "ann"}
        else:
            made = await bob.ask("create", name="Bob's", kind="private")
            fields = {"room": made["room"]["id"], "name": "Renamed"}
        answer = await bob.ask(command, **fields)
        room = answer["room"]["id"]
        sent = await writer.send(room, f"after {command}")
        await bob.until(lambda: bob.positions[room] >= sent["pos"])
        assert not [frame for frame in bob.frames if frame["type"] == "room"]
        assert answer["room"]["head"] < sent["pos"]
        assert (await bobs_other.wait_for("room"))["room"]["id"] == room
        await bobs_other.until(lambda: bobs_other.positions.get(room, 0) >= sent["pos"])


async def test_ping_brings_the_counts_of_the_rooms_it_names(stage):
    async with AsyncExitStack() as stack:
        ann, bob = await opened(stack, stage.ann.socket(stage.site), stage.bob.socket(stage.site, 1))
        room, foreign = await new_room(ann, "bob"), await new_room(ann)
        await bob.until(lambda: room in bob.positions)
        await ann.send(room, "one")
        await ann.send(room, "two for @bob")
        pong = await bob.ask("ping", rooms={room: 0, foreign: 0})
        assert pong["rooms"][room] | {"read": 0} == {"read": 0, "unread": 2, "mentions": 1}
        assert foreign not in pong["rooms"]
        assert bob.positions[room] == 4, "caught up before the answer"


async def test_a_sync_that_came_in_time_may_take_longer(stage):
    async with AsyncExitStack() as stack:
        ann = await stack.enter_async_context(stage.ann.socket(stage.site))
        await ann.wait_for("welcome")
        with psycopg.connect(stage.site.database_url) as held:
            held.execute("LOCK TABLE chat_message IN ACCESS EXCLUSIVE MODE")
            syncing = asyncio.create_task(ann.sync({ann.welcome["rooms"][0]["id"]: 0}))
            await asyncio.sleep(SYNC_SECONDS + 0.5)
            assert not syncing.done()
        await syncing
        await ann.ask("ping")
