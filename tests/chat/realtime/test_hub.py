"""The hub of one process, on a real database, without the loops that run all the time: each test plays the
part of the layer, of a commit elsewhere, or of the clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import pytest
from django.conf import settings
from django.db.backends.utils import CursorWrapper

from chat import frames, hints, publish, queries
from chat.access import Actor
from chat.errors import SignedOut
from chat.models import Room, Server, new_epoch
from chat.realtime.hub import Hub, shut_out
from chat.realtime.threads import in_thread
from chat.services import live, messages, reading, rooms
from tests.chat.realtime.ears import Ear, come, settle
from tests.support import people
from tests.support.threads import let_go_of_the_database
from tests.support.wire import Recorder

pytestmark = pytest.mark.django_db(transaction=True)


class Elsewhere:
    """Changes that another process makes: committed, and told of only when a test says so."""

    def __init__(self, hub: Hub, wire: Recorder) -> None:
        self.hub = hub
        self.wire = wire

    async def do(self, change: Callable[..., Any], *args: Any, **kwargs: Any) -> list[hints.Hint]:
        """The hints that the other process would send."""
        self.wire.clear()
        publish.use(self.wire)
        await in_thread(change, *args, **kwargs)
        publish.use(self.hub)
        return list(self.wire.hints)

    def tell(self, *told: hints.Hint) -> None:
        for hint in told:
            self.hub._apply(hint)


@pytest.fixture(scope="module", autouse=True)
def no_connection_left(django_db_setup: None) -> Iterator[None]:
    yield
    let_go_of_the_database()


@pytest.fixture
async def hub(wire: Recorder) -> AsyncIterator[Hub]:
    await in_thread(Server.objects.get_or_create, pk=1)  # emptied with all tables after each test
    hub = Hub()
    before = publish.use(hub)
    yield hub
    publish.use(before)


@pytest.fixture
def elsewhere(hub: Hub, wire: Recorder) -> Elsewhere:
    return Elsewhere(hub, wire)


async def head(room: Room) -> int:
    return (await in_thread(queries.heads, [room.pk]))[room.pk]


async def test_a_change_reaches_those_who_are_in_the_room_and_nobody_else(
    hub: Hub, garden: Room, ana: Actor, bo: Actor, eve: Actor
) -> None:
    near, far = await come(hub, bo), await come(hub, eve)
    before = await head(garden)
    await in_thread(people.say, ana, garden)
    await settle()
    assert near.ranges(garden) == [(before, before + 1)]
    assert far.of("changes") == []


async def test_before_the_first_sync_nothing_is_delivered_and_then_nothing_is_missing(
    hub: Hub, garden: Room, ana: Actor, bo: Actor
) -> None:
    ear = await come(hub, bo, sync=False)
    before = await head(garden)
    await in_thread(people.say, ana, garden)
    await settle()
    assert ear.frames == []
    await hub.sync(ear.socket, await in_thread(queries.epoch), {})
    await settle()
    assert ear.ranges(garden) == [(before, before + 1)]


async def test_hints_that_come_swapped_or_twice_are_written_once_and_in_order(
    hub: Hub, garden: Room, ana: Actor, bo: Actor, elsewhere: Elsewhere
) -> None:
    ear = await come(hub, bo)
    before = await head(garden)
    told = [hint for _ in range(3) for hint in await elsewhere.do(people.say, ana, garden)]
    elsewhere.tell(told[1], told[2], told[1], told[0], told[0], told[2])
    await settle()
    assert ear.ranges(garden) == [(before + n, before + n + 1) for n in range(3)]


async def test_a_hole_is_filled_from_postgresql(
    hub: Hub, garden: Room, ana: Actor, bo: Actor, elsewhere: Elsewhere
) -> None:
    ear = await come(hub, bo)
    before = await head(garden)
    await elsewhere.do(people.say, ana, garden, "lost")
    (last,) = await elsewhere.do(people.say, ana, garden, "heard of")
    elsewhere.tell(last)
    await settle()
    said = [message["body"] for frame in ear.of("changes") for message in frame["messages"]]
    assert said == ["lost", "heard of"]
    assert ear.ranges(garden)[0][0] == before
    assert ear.ranges(garden)[-1][1] == before + 2


async def test_what_no_hint_told_of_is_found_by_comparing_heads(
    hub: Hub, garden: Room, ana: Actor, bo: Actor, elsewhere: Elsewhere
) -> None:
    ear = await come(hub, bo)
    before = await head(garden)
    await elsewhere.do(people.say, ana, garden)
    task = asyncio.create_task(hub._compare())
    await settle()
    task.cancel()
    assert ear.ranges(garden) == [(before, before + 1)]


async def test_a_ping_brings_the_rooms_it_names_up_to_date(
    hub: Hub, garden: Room, ana: Actor, bo: Actor, elsewhere: Elsewhere
) -> None:
    ear = await come(hub, bo)
    await elsewhere.do(people.say, ana, garden)
    await hub.compare(ear.socket, [garden.public_id])
    await settle()
    assert len(ear.ranges(garden)) == 1


async def test_a_membership_that_no_hint_told_of_is_found_by_comparing_versions(
    hub: Hub, garden: Room, ana: Actor, eve: Actor, elsewhere: Elsewhere
) -> None:
    ear = await come(hub, eve)
    await elsewhere.do(rooms.invite, ana, garden.public_id, "eve")
    task = asyncio.create_task(hub._compare())
    await settle()
    task.cancel()
    (told,) = ear.of("room")
    assert told["room"]["id"] == garden.public_id
    assert told["room"]["head"] == await head(garden)


async def test_from_a_removal_on_nothing_of_the_room_is_written(
    hub: Hub, garden: Room, ana: Actor, bo: Actor, elsewhere: Elsewhere
) -> None:
    ear = await come(hub, bo)
    removal = await elsewhere.do(rooms.remove, ana, garden.public_id, "bo")
    position = await head(garden)
    elsewhere.tell(*(hint for hint in removal if isinstance(hint, hints.Changed)))
    elsewhere.tell(*await elsewhere.do(people.say, ana, garden))
    await settle()
    assert [frame["reason"] for frame in ear.of("revoked")] == ["removed"]
    assert all(to < position for _from, to in ear.ranges(garden))


async def test_a_removal_found_in_a_hole_counts_before_what_follows_is_written(
    hub: Hub, garden: Room, ana: Actor, bo: Actor, elsewhere: Elsewhere
) -> None:
    ear = await come(hub, bo)
    await elsewhere.do(rooms.remove, ana, garden.public_id, "bo")
    position = await head(garden)
    elsewhere.tell(*await elsewhere.do(people.say, ana, garden))
    await settle()
    assert len(ear.of("revoked")) == 1
    assert all(to < position for _from, to in ear.ranges(garden))


async def test_revoked_reaches_sockets_that_have_not_synced(
    hub: Hub, garden: Room, ana: Actor, bo: Actor
) -> None:
    ear = await come(hub, bo, sync=False)
    await in_thread(rooms.remove, ana, garden.public_id, "bo")
    await settle()
    assert [frame["room"] for frame in ear.of("revoked")] == [garden.public_id]


async def test_a_sync_starts_where_it_is_told_and_goes_to_the_head_in_one_line(
    hub: Hub, garden: Room, ana: Actor, bo: Actor
) -> None:
    ear = await come(hub, bo)
    for number in range(3):
        await in_thread(people.say, ana, garden, f"number {number}")
    await settle()
    ear.events.clear()
    sync = asyncio.create_task(hub.sync(ear.socket, await in_thread(queries.epoch), {garden.public_id: 0}))
    await in_thread(people.say, ana, garden, "meanwhile")
    await sync
    await in_thread(people.say, ana, garden, "afterwards")
    await settle()
    ranges = ear.ranges(garden)
    assert ranges[0][0] == 0
    assert ranges[-1][1] == await head(garden)
    assert all(one[1] == next_[0] for one, next_ in pairwise(ranges))


@pytest.mark.parametrize("case", ["above the head", "another epoch", "too far behind"])
async def test_a_place_that_cannot_be_caught_up_from_is_reset(
    case: str, hub: Hub, garden: Room, bo: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    ear = await come(hub, bo)
    epoch, position = await in_thread(queries.epoch), 0
    if case == "above the head":
        position = await head(garden) + 1
    elif case == "another epoch":
        await in_thread(Server.objects.update, epoch=new_epoch())
    else:
        monkeypatch.setattr(settings, "CHAT_SYNC_MAX", 2)
    await hub.sync(ear.socket, epoch, {garden.public_id: position})
    await settle()
    assert ear.frames[-1] == {"type": "reset", "room": garden.public_id, "head": await head(garden)}
    assert ear.of("changes") == []


async def test_unknown_and_forbidden_rooms_are_revoked_alike(
    hub: Hub, garden: Room, cellar: Room, eve: Actor
) -> None:
    ear = await come(hub, eve, sync=False)
    await hub.sync(ear.socket, await in_thread(queries.epoch), {"nothing": 1, cellar.public_id: 1})
    await settle()
    assert {(frame["room"], frame["reason"]) for frame in ear.of("revoked")} == {
        ("nothing", "not_found"),
        (cellar.public_id, "not_found"),
    }


async def test_who_joins_is_live_from_the_answer_and_the_other_sockets_are_told(
    hub: Hub, garden: Room, ana: Actor, eve: Actor
) -> None:
    one, other = await come(hub, eve), await come(hub, eve)
    one.socket.entering += 1
    joined = await in_thread(rooms.join, eve, garden.public_id)
    await hub.enter(one.socket, joined, lambda: one.socket.say(frames.OkFrame(re="1", room=joined)))
    one.socket.entering -= 1
    await hub.entered(one.socket)
    await in_thread(people.say, ana, garden)
    await settle()
    (answer,) = one.of("ok")
    assert one.of("room") == []
    assert one.ranges(garden)[0][0] == answer["room"]["head"]
    (told,) = other.of("room")
    assert other.ranges(garden)[0][0] == told["room"]["head"]


async def test_a_room_joined_before_the_first_sync_and_named_by_it_is_told_of_once_caught_up(
    hub: Hub, garden: Room, ana: Actor, eve: Actor
) -> None:
    """A client that was in the room before knows its messages; it does not know its part in it now."""
    ear = await come(hub, eve, sync=False)
    await in_thread(rooms.join, eve, garden.public_id)
    await in_thread(people.say, ana, garden)
    await settle()
    await hub.sync(ear.socket, await in_thread(queries.epoch), {garden.public_id: 0})
    await in_thread(people.say, ana, garden)
    await settle()
    kinds = [frame["type"] for frame in ear.frames if frame["type"] in {"changes", "room"}]
    assert kinds == ["changes", "room", "changes"]
    (told,) = ear.of("room")
    (_, caught_up_to), (live_from, _) = ear.ranges(garden)
    assert caught_up_to == told["room"]["head"] == live_from


async def test_a_read_mark_is_told_to_the_other_sockets_of_the_same_person_only(
    hub: Hub, garden: Room, ana: Actor, bo: Actor
) -> None:
    asking, other, stranger = await come(hub, bo), await come(hub, bo), await come(hub, ana)
    await in_thread(people.say, ana, garden)
    place = await head(garden)
    await in_thread(reading.mark, bo, garden.public_id, place, origin=asking.socket.name)
    await settle()
    assert asking.of("read") == stranger.of("read") == []
    assert [frame["read"] for frame in other.of("read")] == [place]


async def test_typing_is_shown_to_the_others(hub: Hub, garden: Room, ana: Actor, bo: Actor) -> None:
    writer, reader = await come(hub, ana), await come(hub, bo)
    await in_thread(live.typing, ana, garden.public_id)
    await settle()
    assert writer.of("typing") == []
    assert [frame["user"]["name"] for frame in reader.of("typing")] == ["ana"]


async def test_the_suspended_and_the_signed_out_are_shown_the_door(
    hub: Hub, garden: Room, ana: Actor, bo: Actor
) -> None:
    out, stays = await come(hub, bo), await come(hub, ana)
    await in_thread(people.sanction, bo, "suspend")
    task = asyncio.create_task(hub._recheck())
    await settle()
    task.cancel()
    assert out.events[-1] == {"type": "websocket.close", "code": frames.SUSPENDED}
    assert not stays.socket.closed
    shut_out(stays.socket, SignedOut())
    await settle()
    assert stays.events[-1] == {"type": "websocket.close", "code": frames.SIGNED_OUT}


async def test_a_room_without_people_here_is_not_followed(hub: Hub, garden: Room, bo: Actor) -> None:
    ear = await come(hub, bo)
    assert list(hub._feeds) == [garden.pk]
    hub.disconnect(ear.socket)
    assert hub._feeds == {}
    assert hub._people == {}


async def test_a_failed_sync_can_be_asked_for_again(
    hub: Hub, garden: Room, ana: Actor, bo: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    ear = await come(hub, bo, sync=False)
    await in_thread(people.say, ana, garden)
    epoch = await in_thread(queries.epoch)
    with monkeypatch.context() as patch:
        patch.setattr(queries, "changes_of", lambda *_range: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            await hub.sync(ear.socket, epoch, {})
    await hub.sync(ear.socket, epoch, {})
    await settle()
    assert len(ear.ranges(garden)) == 1


async def test_sends_reach_the_sender_as_changes_too(hub: Hub, garden: Room, ana: Actor) -> None:
    ear = await come(hub, ana)
    sent = await in_thread(people.say, ana, garden)
    await settle()
    (frame,) = ear.of("changes")
    assert [message["id"] for message in frame["messages"]] == [sent.id]


async def test_what_is_edited_while_one_was_away_is_caught_up_with_once(
    hub: Hub, garden: Room, ana: Actor, bo: Actor
) -> None:
    sent = await in_thread(people.say, ana, garden, "first")
    await in_thread(messages.edit, ana, sent.id, "second")
    ear = await come(hub, bo)
    await hub.sync(ear.socket, await in_thread(queries.epoch), {garden.public_id: sent.seq - 1})
    await settle()
    (frame,) = ear.of("changes")
    assert [(m["seq"], m["pos"], m["body"]) for m in frame["messages"]] == [
        (sent.seq, sent.seq + 1, "second")
    ]


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What any thread asks the database from now on."""
    heard: list[str] = []
    execute = CursorWrapper.execute

    def listen(self: CursorWrapper, sql: Any, params: Any = None) -> Any:
        heard.append(sql)
        return execute(self, sql, params)

    monkeypatch.setattr(CursorWrapper, "execute", listen)
    return heard


async def test_a_welcome_costs_one_statement_and_a_sync_that_follows_it_none(
    hub: Hub, garden: Room, bo: Actor, statements: list[str]
) -> None:
    await in_thread(rooms.direct, bo, "ana")
    statements.clear()
    ear = Ear(bo)
    welcome = await hub.connect(ear.socket)
    assert len(statements) == 1
    await hub.sync(ear.socket, welcome.epoch, {room.id: room.head for room in welcome.rooms})
    assert len(statements) == 1
    assert ear.socket in hub._feeds[garden.pk].audience


async def test_those_who_come_together_are_welcomed_by_one_statement(
    hub: Hub, garden: Room, ana: Actor, bo: Actor, mo: Actor, statements: list[str]
) -> None:
    statements.clear()
    welcomes = await asyncio.gather(*(hub.connect(Ear(actor).socket) for actor in (ana, bo, mo)))
    assert len(statements) == 1
    assert [welcome.user.name for welcome in welcomes] == ["ana", "bo", "mo"]
    assert [room.role for welcome in welcomes for room in welcome.rooms] == ["owner", "member", "moderator"]


async def test_a_sync_long_after_the_welcome_asks_what_no_hint_has_told(
    hub: Hub, garden: Room, ana: Actor, bo: Actor, elsewhere: Elsewhere
) -> None:
    ear = await come(hub, bo, sync=False)
    before = await head(garden)
    await elsewhere.do(people.say, ana, garden)
    ear.socket.welcomed_at -= settings.CHAT_HEADS_SECONDS
    await hub.sync(ear.socket, await in_thread(queries.epoch), {})
    await settle()
    assert ear.ranges(garden) == [(before, before + 1)]


async def test_who_is_further_than_the_welcome_is_not_reset(
    hub: Hub, garden: Room, ana: Actor, bo: Actor, elsewhere: Elsewhere
) -> None:
    """Another process was faster with a message, and no hint has come of it."""
    ear = await come(hub, bo, sync=False)
    await elsewhere.do(people.say, ana, garden)
    await hub.sync(ear.socket, await in_thread(queries.epoch), {garden.public_id: await head(garden)})
    await elsewhere.do(people.say, ana, garden)
    await hub.compare(ear.socket, [garden.public_id])
    await settle()
    assert ear.of("reset") == []
    assert ear.ranges(garden) == [(await head(garden) - 1, await head(garden))]


async def test_a_removal_that_is_heard_of_while_a_welcome_is_read_is_not_undone_by_it(
    hub: Hub, garden: Room, ana: Actor, bo: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    await come(hub, ana)
    read = queries.homes
    told = asyncio.Event()
    loop = asyncio.get_running_loop()

    def homes(users: Sequence[int]) -> list[queries.Home]:
        found = read(users)
        if not told.is_set():
            rooms.remove(ana, garden.public_id, "bo")  # committed, and told, after the reading
            loop.call_soon_threadsafe(told.set)
        return found

    monkeypatch.setattr(hub._homes, "_ask", homes)
    ear = Ear(bo)
    welcome = await hub.connect(ear.socket)
    assert told.is_set()
    assert welcome.rooms == []
    await hub.sync(ear.socket, welcome.epoch, {})
    await in_thread(people.say, ana, garden)
    await settle()
    assert ear.of("changes") == []
