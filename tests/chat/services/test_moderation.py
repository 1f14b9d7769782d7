from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.models import User
from chat import access, hints, queries
from chat.access import Actor
from chat.errors import Refused
from chat.models import Flag, Message, Room, Sanction, WordRule
from chat.services import messages, moderation, rooms
from tests.support import people
from tests.support.people import say
from tests.support.state import Witness, plain, refuses
from tests.support.wire import Recorder

Watch = Callable[[Room], Witness]
SANCTIONS = {"suspend": moderation.suspend, "mute": moderation.mute}


@pytest.fixture
def staff(db: None) -> User:
    return people.user(people.person("staff", is_staff=True))


@pytest.fixture
def root(db: None) -> User:
    return people.user(people.person("root", is_staff=True, is_superuser=True))


@pytest.mark.parametrize("kind", SANCTIONS)
def test_a_sanction_holds_by_the_clock_until_its_end(
    kind: str, garden: Room, bo: Actor, staff: User, watch: Watch
) -> None:
    witness = watch(garden)
    until = timezone.now() + timedelta(hours=1)
    with witness.takes(0):
        SANCTIONS[kind](staff, people.user(bo), reason=" noise ", until=until)
        assert witness.wire.of(hints.Rights) == [hints.Rights([bo.id])]
    assert Sanction.objects.get().reason == "noise"
    with witness.refuses("suspended" if kind == "suspend" else "muted"):
        say(bo, garden)
    with time_machine.travel(until + timedelta(seconds=1), tick=False), witness.takes(1):
        say(bo, garden)


@pytest.mark.parametrize("kind", SANCTIONS)
def test_a_sanction_without_an_end_holds_until_it_is_lifted(
    kind: str, garden: Room, bo: Actor, staff: User, watch: Watch
) -> None:
    witness = watch(garden)
    sanction = SANCTIONS[kind](staff, people.user(bo), reason="noise")
    with (
        time_machine.travel(timezone.now() + timedelta(days=3650), tick=False),
        witness.refuses("suspended" if kind == "suspend" else "muted"),
    ):
        say(bo, garden)
    witness.wire.clear()
    moderation.lift(staff, sanction)
    moderation.lift(staff, sanction)
    assert set(map(str, witness.wire.hints)) == {str(hints.Rights([bo.id]))}
    with witness.takes(1):
        say(bo, garden)


def test_a_sanction_of_one_room_holds_there_alone(
    garden: Room, cellar: Room, bo: Actor, staff: User, watch: Watch
) -> None:
    moderation.suspend(staff, people.user(bo), reason="noise", room=garden)
    with watch(garden).refuses("suspended"):
        say(bo, garden)
    with watch(cellar).takes(1):
        say(bo, cellar)


@pytest.mark.parametrize("kind", SANCTIONS)
def test_nobody_acts_on_an_equal_or_higher_rank(
    kind: str, bo: Actor, eve: Actor, staff: User, root: User, wire: Recorder
) -> None:
    ranked = [people.user(bo), staff, root]
    for actor in ranked:
        for user in ranked:
            if moderation.rank(actor) > moderation.rank(user):
                SANCTIONS[kind](actor, user, reason="noise")
            else:
                with refuses(wire, "forbidden"):
                    SANCTIONS[kind](actor, user, reason="noise")


def test_a_sanction_needs_a_reason_and_an_end_to_come(bo: Actor, staff: User, wire: Recorder) -> None:
    with refuses(wire, "bad_field", "reason"):
        moderation.suspend(staff, people.user(bo), reason="  ")
    with refuses(wire, "bad_field", "until"):
        moderation.mute(staff, people.user(bo), reason="noise", until=timezone.now())


def test_nobody_lifts_a_sanction_of_an_equal(bo: Actor, staff: User, root: User, wire: Recorder) -> None:
    sanction = moderation.suspend(root, staff, reason="noise")
    for actor in (staff, people.user(bo)):
        with refuses(wire, "forbidden"):
            moderation.lift(actor, sanction)


def test_who_is_suspended_may_do_nothing_at_all(bo: Actor, staff: User, wire: Recorder) -> None:
    access.check(bo)
    moderation.suspend(staff, people.user(bo), reason="noise")
    with pytest.raises(Refused, match="suspended"):
        access.check(bo)


def test_a_hidden_message_is_shown_again_with_its_text_and_mentions(
    garden: Room, ana: Actor, bo: Actor, root: User, watch: Watch
) -> None:
    shown = plain(say(bo, garden, "Hello @ana"))
    message = Message.objects.get()
    witness = watch(garden)
    with witness.takes(1):
        moderation.hide(root, message)
    assert queries.counts(ana.id, [garden.pk])[garden.pk].unread == 0
    with witness.takes(0):
        moderation.hide(root, message)
    with witness.takes(1):
        moderation.unhide(root, message)
    with witness.takes(0):
        moderation.unhide(root, message)
    assert witness.states[-1].messages[message.seq] == shown | {"pos": witness.head}
    assert queries.counts(ana.id, [garden.pk])[garden.pk].mentions == 1


def test_staff_delete_for_good_and_a_tombstone_is_neither_hidden_nor_shown(
    garden: Room, bo: Actor, root: User, watch: Watch
) -> None:
    say(bo, garden)
    message = Message.objects.get()
    witness = watch(garden)
    with witness.takes(1):
        moderation.delete(root, message)
    with witness.takes(0):
        moderation.delete(root, message)
        moderation.hide(root, message)
        moderation.unhide(root, message)


@pytest.mark.parametrize("act", [moderation.hide, moderation.unhide, moderation.delete])
def test_messages_are_judged_by_staff_alone_and_in_private_rooms_once_flagged(
    act: Callable[[User, Message], None],
    garden: Room,
    cellar: Room,
    bo: Actor,
    staff: User,
    root: User,
    watch: Watch,
) -> None:
    say(bo, garden)
    say(bo, cellar)
    public, private = Message.objects.order_by("pk")
    for nobody in (people.user(bo), staff):
        with watch(garden).refuses("forbidden"):
            act(nobody, public)
    with watch(cellar).refuses("not_found"):
        act(root, private)
    Flag.objects.create(rule=WordRule.objects.create(phrase="spam"), message=private)
    with watch(cellar).takes(0 if act is moderation.unhide else 1):
        act(root, private)


def test_staff_close_and_reopen_rooms_they_need_not_be_in(
    garden: Room, bo: Actor, ana: Actor, root: User, watch: Watch
) -> None:
    witness = watch(garden)
    with witness.takes(1):
        moderation.set_closed(root, garden, True)
    with witness.takes(0):
        moderation.set_closed(root, garden, True)
    with witness.takes(1):
        moderation.set_closed(root, garden, False)
    with witness.refuses("forbidden"):
        moderation.set_closed(people.user(ana), garden, True)
    direct = watch(Room.objects.get(public_id=rooms.direct(ana, "bo").id))
    with direct.refuses("forbidden"):
        moderation.set_closed(root, direct.room, True)


def test_only_public_rooms_become_default(
    garden: Room, cellar: Room, bo: Actor, root: User, wire: Recorder
) -> None:
    moderation.set_default(root, garden, True)
    with refuses(wire, "forbidden"):
        moderation.set_default(root, cellar, True)
    with refuses(wire, "forbidden"):
        moderation.set_default(people.user(bo), garden, False)
    assert list(Room.objects.filter(is_default=True)) == [garden]


def test_an_edit_of_a_hidden_message_does_not_bring_it_back(
    garden: Room, bo: Actor, root: User, watch: Watch
) -> None:
    first = say(bo, garden)
    moderation.hide(root, Message.objects.get())
    witness = watch(garden)
    with witness.takes(1):
        messages.edit(bo, first.id, "Good evening")
    assert "body" not in witness.states[-1].messages[first.seq]
