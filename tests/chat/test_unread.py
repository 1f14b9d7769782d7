"""Unread and mention badges are derived: whatever happens, they are what somebody who counts would say."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from chat import frames, queries
from chat.access import Actor
from chat.models import Membership, Message, Room
from chat.services import messages, moderation, reading, rooms
from chat.services import people as services_people
from tests.support import people
from tests.support.people import say
from tests.support.wire import Recorder

NAMES = ["ana", "bo", "cy"]
names = st.sampled_from(NAMES)
several = st.lists(names, unique=True, max_size=3)
place = st.integers(0, 1_000)


@dataclass
class Written:
    """A message as somebody who counts remembers it."""

    seq: int
    author: str
    mentions: set[str]
    gone: set[str] = field(default_factory=set)
    """Why it is not there to be read: deleted, hidden, held."""


class Badges(RuleBasedStateMachine):
    """Three people in one room, none of them its owner."""

    @initialize()
    def begin(self) -> None:
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.owner = people.person("owner")
        self.root = people.user(people.person("root", is_staff=True, is_superuser=True))
        self.actors: dict[str, Actor] = {name: people.person(name) for name in NAMES}
        self.room: Room = people.room(self.owner, *self.actors.values())
        self.id = self.room.public_id
        self.head = 4
        self.read = dict.fromkeys(NAMES, 0)
        self.inside = set(NAMES)
        self.blocks: set[tuple[str, str]] = set()
        self.written: list[Written] = []
        self.number = 0

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    def body(self, mentions: list[str]) -> str:
        self.number += 1
        return " ".join([f"number {self.number}", *(f"@{name}" for name in mentions)])

    def some(self, where: int, *, without: str = "") -> Written | None:
        there = [one for one in self.written if without not in one.gone]
        return there[where % len(there)] if there else None

    def row(self, one: Written) -> Message:
        return Message.objects.get(room=self.room, seq=one.seq)

    @rule(author=names, mentions=several)
    def send(self, author: str, mentions: list[str]) -> None:
        if author in self.inside:
            message = say(self.actors[author], self.room, self.body(mentions))
            self.head += 1
            assert message.seq == self.head
            self.written.append(Written(self.head, author, self.inside & set(mentions)))

    @rule(where=place, mentions=several)
    def edit(self, where: int, mentions: list[str]) -> None:
        one = self.some(where, without="deleted")
        if one and one.author in self.inside:
            messages.edit(self.actors[one.author], f"{self.id}.{one.seq}", self.body(mentions))
            self.head += 1
            one.mentions = self.inside & set(mentions)

    @rule(where=place)
    def delete(self, where: int) -> None:
        if one := self.some(where, without="deleted"):
            messages.delete(self.owner, f"{self.id}.{one.seq}")
            self.head += 1
            one.gone.add("deleted")

    @rule(where=place, hidden=st.booleans())
    def hide_or_unhide(self, where: int, hidden: bool) -> None:
        if one := self.some(where, without="deleted"):
            (moderation.hide if hidden else moderation.unhide)(self.root, self.row(one))
            self.head += ("hidden" in one.gone) != hidden
            (one.gone.add if hidden else one.gone.discard)("hidden")

    @rule(where=place, held=st.booleans())
    def hold_or_release(self, where: int, held: bool) -> None:
        if one := self.some(where):
            Message.objects.filter(pk=self.row(one).pk).update(held_at=timezone.now() if held else None)
            (one.gone.add if held else one.gone.discard)("held")

    @rule(who=names, where=place, back=st.booleans())
    def mark(self, who: str, where: int, back: bool) -> None:
        if who in self.inside:
            seq = where % (self.head + 3)
            self.read[who] = min(seq, self.head) if back else max(self.read[who], min(seq, self.head))
            assert reading.mark(self.actors[who], self.id, seq, back=back) == self.expected(who)

    @rule(who=names, whom=names, on=st.booleans())
    def block_or_unblock(self, who: str, whom: str, on: bool) -> None:
        if who != whom:
            (services_people.block if on else services_people.unblock)(self.actors[who], whom)
            (self.blocks.add if on else self.blocks.discard)((who, whom))

    @rule(who=names)
    def leave_or_come_back(self, who: str) -> None:
        if who in self.inside:
            rooms.leave(self.actors[who], self.id)
            self.inside.discard(who)
        else:
            rooms.join(self.actors[who], self.id)
            self.inside.add(who)
        self.head += 1

    def expected(self, who: str) -> frames.Counts:
        unread = [
            one
            for one in self.written
            if one.seq > self.read[who]
            and one.author != who
            and not one.gone
            and (who, one.author) not in self.blocks
        ]
        mentions = [one for one in unread if who in one.mentions]
        return frames.Counts(read=self.read[who], unread=len(unread), mentions=len(mentions))

    @invariant()
    def the_badges_are_what_one_counts(self) -> None:
        for name in NAMES:
            expected = {self.room.pk: self.expected(name)} if name in self.inside else {}
            assert queries.counts(self.actors[name].id, [self.room.pk]) == expected


def test_badges_are_what_one_counts_after_anything(db: None, wire: Recorder) -> None:
    # Without the phase that shortens a story that fails: in a database it takes minutes.
    phases = (Phase.explicit, Phase.generate)
    run_state_machine_as_test(
        Badges, settings=settings(settings(), max_examples=20, stateful_step_count=30, phases=phases)
    )


def test_a_newcomer_has_nothing_unread_and_a_later_message_counts(
    garden: Room, bo: Actor, eve: Actor
) -> None:
    say(bo, garden, "before")
    rooms.join(eve, garden.public_id)
    assert queries.counts(eve.id, [garden.pk])[garden.pk].unread == 0
    say(bo, garden, "after @eve")
    counts = queries.counts(eve.id, [garden.pk])[garden.pk]
    assert (counts.unread, counts.mentions) == (1, 1)


@pytest.mark.parametrize(("stored", "counted"), [(998, 998), (999, 999), (1000, 1000), (1001, 1000)])
def test_counts_are_exact_up_to_999(garden: Room, bo: Actor, ana: Actor, stored: int, counted: int) -> None:
    message = say(bo, garden)
    row = Message.objects.get()
    Message.objects.bulk_create(
        Message(
            room=garden,
            seq=row.seq + number,
            pos=row.seq + number,
            author_id=bo.id,
            key=f"00000000-0000-4000-8000-{number:012}",
            digest=b"",
            at=row.at,
        )
        for number in range(1, stored)
    )
    assert message.seq == row.seq
    assert queries.counts(ana.id, [garden.pk])[garden.pk].unread == counted


def test_counts_are_of_the_rooms_asked_that_one_is_in(
    garden: Room, cellar: Room, bo: Actor, eve: Actor
) -> None:
    assert queries.counts(bo.id, [garden.pk]).keys() == {garden.pk}
    assert queries.counts(bo.id, [garden.pk, cellar.pk]).keys() == {garden.pk, cellar.pk}
    assert queries.counts(eve.id, [garden.pk, cellar.pk]) == {}
    Membership.objects.filter(user=bo.id).update(left_at=timezone.now(), left_how="left")
    assert queries.counts(bo.id, [garden.pk, cellar.pk]) == {}
