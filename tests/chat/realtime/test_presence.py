"""Who hears of whom: the sockets of one process, on a real database, with a clock that stands still."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from accounts import services as accounts
from accounts.models import User
from chat import hints, publish, queries
from chat.access import Actor
from chat.errors import Refused
from chat.models import Membership, Room, Server
from chat.presence import TOLD_EVERY_SECONDS
from chat.realtime.hub import Hub
from chat.realtime.presence import COUNT_SECONDS, Presence
from chat.realtime.threads import in_thread
from chat.services import live, rooms
from tests.chat.realtime.ears import Ear, come, settle
from tests.support.threads import let_go_of_the_database
from tests.support.wire import Recorder

pytestmark = pytest.mark.django_db(transaction=True)


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module", autouse=True)
def no_connection_left(django_db_setup: None) -> Iterator[None]:
    yield
    let_go_of_the_database()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def hub(clock: Clock, wire: Recorder) -> AsyncIterator[Hub]:
    await in_thread(Server.objects.get_or_create, pk=1)
    hub = Hub()
    hub.presence = Presence("here", hub._feeds, hub._tell_others, clock)
    before = publish.use(hub)
    yield hub
    publish.use(before)


async def told(hub: Hub) -> None:
    """What is due is told now."""
    await settle()
    await hub.presence._tell()
    await settle()


def heard(ear: Ear) -> list[tuple[Any, ...]]:
    """The presence frames that came, in short."""
    return [
        (frame["room"], frame["online"]) if "room" in frame else (frame["user"]["name"], frame["state"])
        for frame in ear.of("presence")
    ]


async def later(hub: Hub, clock: Clock, seconds: float = TOLD_EVERY_SECONDS) -> None:
    clock.now += seconds
    await told(hub)


async def watched(hub: Hub, watcher: Actor, person: Actor) -> tuple[Ear, User]:
    """Both are here, and the watcher has been told so: what the watcher hears, and the person."""
    ear = await come(hub, watcher)
    await come(hub, person)
    await told(hub)
    return ear, await in_thread(User.objects.get, pk=person.id)


async def test_who_comes_is_seen_by_those_in_a_room_with_them_and_sees_them_but_nobody_else_does(
    hub: Hub, garden: Room, ana: Actor, bo: Actor, eve: Actor
) -> None:
    first, stranger = await come(hub, ana), await come(hub, eve)
    await told(hub)
    second = await come(hub, bo)
    await told(hub)
    assert heard(first) == [("bo", "online")]
    assert heard(second) == [("ana", "online")]
    assert heard(stranger) == []


async def test_who_goes_is_offline_after_five_seconds(
    hub: Hub, garden: Room, ana: Actor, bo: Actor, clock: Clock
) -> None:
    ear, other = await come(hub, ana), await come(hub, bo)
    await told(hub)
    hub.disconnect(other.socket)
    await later(hub, clock, TOLD_EVERY_SECONDS - 1)
    assert heard(ear) == [("bo", "online")]
    await later(hub, clock, 1)
    assert heard(ear) == [("bo", "online"), ("bo", "offline")]


async def test_before_the_first_sync_nothing_is_told(hub: Hub, garden: Room, ana: Actor, bo: Actor) -> None:
    await come(hub, ana)
    ear = await come(hub, bo, sync=False)
    await told(hub)
    assert heard(ear) == []
    await hub.sync(ear.socket, "", {})
    await told(hub)
    assert heard(ear) == [("ana", "online")]


async def test_who_hides_is_never_told_of_nor_that_they_write(
    hub: Hub, garden: Room, ana: Actor, bo: Actor, clock: Clock
) -> None:
    user = await in_thread(User.objects.get, pk=bo.id)
    await in_thread(accounts.change_privacy, user, shows_activity=False)
    ear, hidden = await come(hub, ana), await come(hub, bo)
    await told(hub)
    await in_thread(live.typing, bo, garden.public_id)
    hub.disconnect(hidden.socket)
    await later(hub, clock)
    assert heard(ear) == []
    assert ear.of("typing") == []


async def test_who_begins_to_hide_goes_and_who_ends_it_comes(
    hub: Hub, garden: Room, ana: Actor, bo: Actor, clock: Clock
) -> None:
    ear, user = await watched(hub, ana, bo)
    for shows in (False, True):
        await in_thread(accounts.change_privacy, user, shows_activity=shows)
        await settle()
        await later(hub, clock)
    assert [state for _name, state in heard(ear)] == ["online", "offline", "online"]


async def test_a_new_name_is_told_to_who_shares_a_room(
    hub: Hub, garden: Room, ana: Actor, bo: Actor, clock: Clock
) -> None:
    ear, user = await watched(hub, ana, bo)
    await in_thread(accounts.change_profile, user, display_name="Bo the Second")
    await settle()
    await later(hub, clock)
    assert [frame["user"]["display"] for frame in ear.of("presence")][1:] == ["Bo the Second"]


async def test_who_joins_a_room_is_seen_there_and_sees_who_is_there(
    hub: Hub, garden: Room, ana: Actor, eve: Actor, clock: Clock
) -> None:
    ear, newcomer = await come(hub, ana), await come(hub, eve)
    await told(hub)
    await in_thread(rooms.join, eve, garden.public_id)
    await settle()
    await later(hub, clock)
    assert heard(ear) == [("eve", "online")]
    assert heard(newcomer) == [("ana", "online")]


async def test_people_of_other_processes_are_told_of_like_ones_own(
    hub: Hub, garden: Room, ana: Actor, bo: Actor, clock: Clock
) -> None:
    ear = await come(hub, ana)
    hub._apply(hints.Present("there", {bo.id: 1}, whole=True, asks=False))
    await told(hub)
    hub._apply(hints.Present("there", {}, whole=True, asks=False))
    await later(hub, clock)
    assert heard(ear) == [("bo", "away"), ("bo", "offline")]


async def test_in_a_large_room_people_are_counted_and_not_named(
    hub: Hub, garden: Room, ana: Actor, bo: Actor, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    members = await in_thread(Membership.objects.filter(room=garden, left_at=None).count)
    monkeypatch.setattr(queries, "PRESENCE_MOST", members - 1)
    ear = await come(hub, ana)
    await later(hub, clock, COUNT_SECONDS)
    second = await come(hub, bo)
    await later(hub, clock, COUNT_SECONDS)
    assert heard(ear) == [(garden.public_id, 1), (garden.public_id, 2)]
    assert heard(second)[-1] == (garden.public_id, 2)
    assert not any("user" in frame for frame in [*ear.of("presence"), *second.of("presence")])


async def test_what_postgresql_did_not_answer_is_told_later(
    hub: Hub, garden: Room, ana: Actor, bo: Actor, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ear = await come(hub, ana)
    await told(hub)
    await come(hub, bo)
    await settle()
    with monkeypatch.context() as broken:
        broken.setattr(queries, "_SEEN_IN", "SELECT 1 / 0")
        with pytest.raises(Refused):
            await hub.presence._tell()
    await later(hub, clock)
    assert heard(ear) == [("bo", "online")]
