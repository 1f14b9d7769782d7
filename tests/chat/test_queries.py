"""How many queries a screen costs: pinned, and the same however much there is to show."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from chat import queries, text
from chat.access import Actor
from chat.models import Room, Server
from chat.services import messages, rooms
from tests.support import people
from tests.support.people import say
from tests.support.wire import Recorder


@pytest.fixture(autouse=True)
def server(db: None) -> Server:
    """The row that a test with transactions of its own may have emptied with all tables."""
    return Server.objects.get_or_create(pk=1)[0]


def fill(actor: Actor, others: list[Actor], name: str) -> Room:
    """A room with some of everything, and a direct room with each of the others."""
    place = people.room(actor, *others, name=name)
    for other in others:
        rooms.direct(actor, other.name)
        message = say(other, place, f"needle @{actor.name} @{other.name}")
        messages.react(actor, message.id, "👍", True)
        messages.react(other, message.id, "🎉", True)
    messages.edit(others[0], f"{place.public_id}.{len(others) + 2}", f"needle edited @{actor.name}")
    messages.delete(actor, say(actor, place).id)
    rooms.update(actor, place.public_id, topic="What grows")
    return place


# A position past the head, so that everything that ever changed is read.
READS: dict[str, tuple[int, Callable[[Actor, Room, list[int]], Any]]] = {
    "epoch": (1, lambda actor, room, pks: queries.epoch()),
    "epoch_and_heads": (1, lambda actor, room, pks: queries.epoch_and_heads(pks)),
    "counts": (1, lambda actor, room, pks: queries.counts(actor.id, pks)),
    "rooms_of": (1, lambda actor, room, pks: queries.rooms_of(actor)),
    "room_keys": (1, lambda actor, room, pks: queries.room_keys(actor, [room.public_id])),
    "heads": (1, lambda actor, room, pks: queries.heads(pks)),
    "versions": (1, lambda actor, room, pks: queries.versions([actor.id])),
    "homes": (1, lambda actor, room, pks: queries.homes([actor.id])),
    "changes": (4, lambda actor, room, pks: queries.changes(room, 0, 1000)),
    "changes_of": (6, lambda actor, room, pks: queries.changes_of(room.pk, 0, 1000)),
    "history": (3, lambda actor, room, pks: queries.history(room)),
    "browse": (2, lambda actor, room, pks: queries.browse(actor, "", None)),
    "people": (1, lambda actor, room, pks: queries.people(actor, "b", None)),
    "shows_activity": (1, lambda actor, room, pks: queries.shows_activity(actor.id)),
    "seen_in": (1, lambda actor, room, pks: queries.seen_in([actor.id], pks)),
    "online_in": (1, lambda actor, room, pks: queries.online_in(pks, [actor.id]) == {}),
    "members": (1, lambda actor, room, pks: queries.members(room, "", None)),
    "search": (3, lambda actor, room, pks: queries.search(actor, text.parse_search("needle"), None)),
}
BUILDING_BLOCKS = {"user", "myself", "shared_room", "member", "messages", "message", "matching"}


def test_every_read_is_pinned() -> None:
    public = {
        name
        for name, function in inspect.getmembers(queries, inspect.isfunction)
        if function.__module__ == queries.__name__ and not name.startswith("_")
    }
    assert public == READS.keys() | BUILDING_BLOCKS


@pytest.mark.parametrize("name", READS)
def test_a_read_costs_so_many_queries_however_much_there_is(
    name: str,
    ana: Actor,
    bo: Actor,
    mo: Actor,
    eve: Actor,
    wire: Recorder,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    number, read = READS[name]
    for others, title in (([bo], "One"), ([bo, mo, eve], "Two")):
        room = fill(ana, others, title)
        room.refresh_from_db()
        pks = list(Room.objects.values_list("pk", flat=True))
        with django_assert_num_queries(number):
            assert read(ana, room, pks)


def test_a_page_round_a_place_costs_one_query_more(
    ana: Actor, bo: Actor, wire: Recorder, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    room = fill(ana, [bo], "One")
    with django_assert_num_queries(READS["history"][0] + 1):
        assert queries.history(room, around=3)
