from __future__ import annotations

import pytest

from chat import hints, queries
from chat.access import Actor
from chat.models import Block, Room, Sanction
from chat.services import people
from tests.support import people as made
from tests.support.people import say
from tests.support.state import refuses
from tests.support.wire import Recorder


def test_the_blocked_do_not_count_until_they_are_unblocked(
    garden: Room, ana: Actor, bo: Actor, mo: Actor, wire: Recorder
) -> None:
    say(bo, garden, "@ana")
    say(mo, garden, "@ana")
    wire.clear()
    people.block(ana, "@BO")
    people.block(ana, "bo")
    assert Block.objects.count() == 1
    counts = queries.counts(ana.id, [garden.pk])[garden.pk]
    assert (counts.unread, counts.mentions) == (1, 1)
    people.unblock(ana, "bo")
    people.unblock(ana, "bo")
    counts = queries.counts(ana.id, [garden.pk])[garden.pk]
    assert (counts.unread, counts.mentions) == (2, 2)
    assert wire.hints == []


@pytest.mark.parametrize("change", [people.block, people.unblock])
def test_nobody_blocks_whom_there_is_not_and_the_suspended_nobody(
    change: object, ana: Actor, bo: Actor, wire: Recorder
) -> None:
    assert callable(change)
    with refuses(wire, "not_found", "user"):
        change(ana, "nobody")
    made.sanction(ana, Sanction.Kind.SUSPEND)
    with refuses(wire, "suspended"):
        change(ana, "bo")


def test_a_change_of_rights_is_told_to_every_process(wire: Recorder, ana: Actor, bo: Actor) -> None:
    people.rights_changed([bo.id, ana.id])
    assert wire.hints == [hints.Rights([ana.id, bo.id])]
