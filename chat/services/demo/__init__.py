"""A server to look at: people, rooms and months of believable talk in English and Spanish.

What is stored is what the services would have left, had people said it: positions without a hole, one for
each arrival, message, edit, deletion and reaction; mentions, versions, search words, read marks. It is
written day by day, each day in one transaction under the locks of its rooms, so that it may be done while
the server runs; other processes find the new heads by comparing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from random import Random

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from chat.models import Message, Room, RoomCursor, WordRule
from chat.services import rooms
from chat.services.demo import names
from chat.services.demo.batch import Batch
from chat.services.demo.calendar import Day, days
from chat.services.demo.place import Event, Place
from chat.services.demo.talk import Talk
from chat.services.demo.texts import Texts
from chat.services.demo.world import Plan, plans
from chat.services.timeline import lock
from chat.services.words import await_rules

DAYS_MIN, DAYS_MAX = 21, 150
A_DAY = 60
"""So many messages a day make a server look alive: fewer are said within fewer days."""


@dataclass
class Made:
    """What there is so far."""

    users: int = 0
    rooms: int = 0
    memberships: int = 0
    messages: int = 0
    mentions: int = 0
    reactions: int = 0
    edits: int = 0
    deletions: int = 0

    def as_dict(self) -> dict[str, int]:
        return asdict(self)

    def add(self, batch: Batch) -> None:
        self.memberships += len(batch.joined)
        self.messages += len(batch.said)
        self.mentions += len(batch.mentions)
        self.reactions += len(batch.reactions)
        self.edits += len(batch.edited)
        self.deletions += sum(said.is_deleted for said in batch.said)


def is_lived_in() -> bool:
    """Whether somebody has written something here."""
    return Message.objects.exists()


class Demo:
    """Call `begin`, go through `go_on` as far as you like, and end with `finish`.

    The same seed gives the same people and the same talk, at the same moment of the day also the same times.
    """

    def __init__(self, users: int, rooms: int, messages: int, seed: int, password: str | None = None) -> None:
        self.made = Made()
        self._size = users, rooms, messages
        self._rng = Random(seed)  # noqa: S311 (talk, not secrets)
        self._password = make_password(password) if password else None
        self._texts = Texts()
        self._places: list[Place] = []
        self._days: list[Day] = list(days(min(max(messages // A_DAY, DAYS_MIN), DAYS_MAX), timezone.now()))

    # --- Before the talk -----------------------------------------------------------------------------

    def begin(self) -> None:
        """Makes the people and the rooms; all of them or, where something fails, none."""
        users, number, said = self._size
        begin, end = self._days[0].begin, self._days[-1].end
        with transaction.atomic():
            people = self._people(users, begin, end)
            for plan in plans(self._rng, people, number, said, begin, end):
                self._places.append(self._place(plan))
            self._places += self._other_defaults()
            self._write([(place, place.founding()) for place in self._places])
        self.made.users, self.made.rooms = len(people), number

    def _people(self, number: int, begin: float, end: float) -> list[User]:
        people = list(names.new_people(self._rng, number, self._password))
        for person in people:
            there_before = self._rng.random() < 0.6
            moment = begin if there_before else self._rng.uniform(begin, end)
            person.date_joined = datetime.fromtimestamp(moment, UTC)
        return User.objects.bulk_create(people, batch_size=1000)

    def _place(self, plan: Plan) -> Place:
        """The room of a plan; the first is the one that everybody joins anyway, if it is silent so far."""
        room = None if self._places else _silent_default()
        is_new = room is None
        if room is None:
            room = Room(kind=plan.kind, name=plan.name, topic=plan.topic)
            if plan.kind == Room.Kind.DIRECT:
                room.direct_key = ":".join(str(pk) for pk in sorted(user.pk for _at, user in plan.arrivals))
            elif not self._places:
                room.is_default = not Room.objects.filter(is_default=True).exists()
            room.slug = rooms.new_slug(room)
            room.save()
            founded = datetime.fromtimestamp(plan.arrivals[0][0], UTC)
            Room.objects.filter(pk=room.pk).update(created_at=founded)
            RoomCursor.objects.create(room=room)
        rng = Random(self._rng.random())  # noqa: S311
        return Place(
            *(room, Talk(rng, plan.themes), self._texts, rng, plan.messages),
            *(plan.themes[0].at_work, plan.arrivals, plan.founders, is_new),
        )

    def _other_defaults(self) -> Iterator[Place]:
        """Whoever signs up joins the default rooms; in those where others talk, that is all that happens."""
        plaza, known = self._places[0], [place.room.pk for place in self._places]
        for room in Room.objects.filter(is_default=True, closed_at=None).exclude(pk__in=known):
            silence = Talk(self._rng, [])
            arrivals = plaza.arrivals.copy()
            yield Place(
                room, silence, self._texts, self._rng, 0, False, arrivals, plaza.founders, is_new=False
            )

    # --- The talk ------------------------------------------------------------------------------------

    def go_on(self) -> Iterator[Made]:
        """Writes one day after the other; each is complete when what there is so far is yielded."""
        for number, day in enumerate(self._days):
            rest = {
                at_work: sum(one.weight(at_work) for one in self._days[number:]) for at_work in (True, False)
            }
            planned = [(place, place.day(day, rest[place.at_work])) for place in self._places]
            self._texts.index()
            if happening := [(place, events) for place, events in planned if events]:
                with transaction.atomic():
                    self._write(happening)
            yield self.made

    def _write(self, planned: list[tuple[Place, list[Event]]]) -> None:
        """All that happens in these rooms, under their locks; the caller opened the transaction."""
        batch = Batch()
        cursors = lock([place.room.pk for place, _events in planned])
        for place, events in planned:
            place.go_on_from(cursors[place.room.pk])
            for at, _order, happening in events:
                happening(batch, at)
        batch.store({place.room.pk: (place.head, place.last_at) for place, _events in planned})
        if WordRule.objects.filter(is_active=True).exists():
            for place, _events in planned:
                await_rules(place.room.pk, cursors[place.room.pk].head, place.head)
        self.made.add(batch)

    # --- After the talk ------------------------------------------------------------------------------

    def finish(self) -> None:
        """Moves the read marks, and leaves the tables as PostgreSQL's housekeeping would soon have: so that
        queries are planned by what is there now, and served from indexes alone."""
        for place in self._places:
            users, marks = zip(*place.read_marks(), strict=True)
            with connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE chat_membership m SET read_seq = greatest(m.read_seq, r.seq)"
                    " FROM unnest(%s::bigint[], %s::bigint[]) AS r(user_id, seq)"
                    " WHERE m.room_id = %s AND m.user_id = r.user_id",
                    [list(users), list(marks), place.room.pk],
                )
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE" if connection.in_atomic_block else "VACUUM (ANALYZE)")


def _silent_default() -> Room | None:
    """The room that everybody joins, unless something was said in it."""
    return Room.objects.filter(is_default=True, closed_at=None, cursor__last_at=None).order_by("pk").first()
