"""A room of the demonstration: who is there, and what happens in it in a day."""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Protocol

from accounts.models import User
from chat import text
from chat.models import Membership, Room, RoomCursor
from chat.services.demo.batch import Batch, Said
from chat.services.demo.calendar import Day
from chat.services.demo.talk import Talk
from chat.services.demo.texts import Texts

GAP = 70.0
"""Seconds between two lines of a dialogue, where there is time."""
MENTION, REPLY, REACTION, EDIT, DELETION = 0.04, 0.18, 0.1, 0.015, 0.006
EMOJI = ["👍", "👍", "👍", "❤️", "😄", "🎉", "🙏", "👀", "🌱", "💯", "😮"]


class Happening(Protocol):
    def __call__(self, batch: Batch, at: float) -> None: ...


Event = tuple[float, int, Happening]
"""When, which (so that events of one moment keep their order), and what."""


@dataclass
class Place:
    """`left` is how many messages are yet to be said, `arrivals` who is yet to come: first the `founders`."""

    room: Room
    talk: Talk
    texts: Texts
    rng: Random
    left: int
    at_work: bool
    arrivals: deque[tuple[float, User]]
    founders: int
    is_new: bool = True
    head: int = 0
    last_at: float | None = None
    present: list[User] = field(default_factory=list)
    by_name: dict[str, int] = field(default_factory=dict)
    last_said: dict[int, int] = field(default_factory=dict)
    _events: list[Event] = field(default_factory=list)

    # --- Planning a day ------------------------------------------------------------------------------

    def founding(self) -> list[Event]:
        """The first ones come in together; one of them owns the room, unless it is somebody's already."""
        self._events.clear()
        direct = self.room.kind == Room.Kind.DIRECT
        begin = self.arrivals[0][0]
        for number in range(self.founders):
            _at, user = self.arrivals.popleft()
            owner = number == 0 and not direct and self.is_new
            role = Membership.Role.OWNER if owner else Membership.Role.MEMBER
            self._plan(begin, partial(self._join, user, role))
        return sorted(self._events)

    def day(self, day: Day, rest: float) -> list[Event]:
        """What happens on this day, in order; `rest` is the weight of this day and all that follow it."""
        self._events.clear()
        while self.arrivals and self.arrivals[0][0] < day.end:
            at, user = self.arrivals.popleft()
            self._plan(at, partial(self._join, user, Membership.Role.MEMBER))
        if self.present and (quota := self._quota(day.weight(self.at_work), rest)):
            self._plan_talk(day, quota)
        return sorted(self._events)

    def _plan(self, at: float, happening: Happening) -> None:
        self._events.append((at, len(self._events), happening))

    def _quota(self, weight: float, rest: float) -> int:
        """How many messages today, so that all are said by the last day; quiet rooms talk now and then."""
        if rest - weight < 1e-9:
            return self.left
        due = self.left * weight / rest
        if due < 4:
            return min(self.left, 4) if self.rng.random() < due / 4 else 0
        return min(self.left, int(due * self.rng.uniform(0.7, 1.3)))

    def _plan_talk(self, day: Day, quota: int) -> None:
        dialogues = []
        while quota > 0:
            lines = list(self.talk.go_on())[: self.left]
            dialogues.append(lines)
            quota -= len(lines)
            self.left -= len(lines)
        moments = day.moments(self.rng, len(dialogues))
        for begin, end, lines in zip(moments, [*moments[1:], day.end], dialogues, strict=True):
            gap = min(GAP, (end - begin) / (len(lines) + 1))
            self._plan_dialogue(lines, begin, gap, day.end)

    def _plan_dialogue(self, lines: list[tuple[int, str]], at: float, gap: float, end: float) -> None:
        cast = self._cast()
        before: Said | None = None
        for speaker, body in lines:
            author = cast[speaker % len(cast)]
            before = self._plan_message(author, body, min(at, end), before, end)
            at += gap * self.rng.uniform(0.3, 1.7)

    def _cast(self) -> list[User]:
        """Up to four people; who came early talks more."""
        number, rng = len(self.present), self.rng
        if number <= 4:
            return rng.sample(self.present, number)
        chosen: dict[int, User] = {}
        while len(chosen) < 4:
            place = int(number * rng.random() ** 2)
            chosen[place] = self.present[place]
        return list(chosen.values())

    def _plan_message(self, author: User, body: str, at: float, before: Said | None, end: float) -> Said:
        rng = self.rng
        answers = before is not None and before.author is not author
        if before and answers and "\n" not in body and rng.random() < MENTION:
            body = f"@{before.author.username} {body}"
        said = Said(author, self.texts.of(body), at, uuid.UUID(int=rng.getrandbits(128), version=4))
        if answers and rng.random() < REPLY:
            said.answered = before
        self._plan(at, partial(self._say, said))
        later = partial(self._later, at, end)
        chance = rng.random()
        if chance < DELETION:
            self._plan(later(120), partial(self._delete, said))
        elif chance < DELETION + EDIT:
            said.first = _mistyped(body, rng)
            self._plan(later(60), partial(self._edit, said))
        elif chance < DELETION + EDIT + REACTION:
            for user in rng.sample(self.present, min(rng.choice((1, 1, 1, 2, 2, 3, 4)), len(self.present))):
                self._plan(later(240), partial(self._react, said, user, rng.choice(EMOJI)))
        return said

    def _later(self, at: float, end: float, seconds: float) -> float:
        """Some time after, on average so many seconds, on the same day."""
        return min(at + self.rng.expovariate(1 / seconds), end)

    # --- What happens, under the lock of the room ----------------------------------------------------

    def go_on_from(self, cursor: RoomCursor) -> None:
        """Somebody may have written here since, while the server runs."""
        self.head = cursor.head
        self.last_at = cursor.last_at.timestamp() if cursor.last_at else None

    def _take(self) -> int:
        self.head += 1
        return self.head

    def _join(self, user: User, role: str, batch: Batch, at: float) -> None:
        makes_it = role == Membership.Role.OWNER or self.room.kind == Room.Kind.DIRECT
        read = 0 if makes_it else self.head
        self.present.append(user)
        self.by_name[text.fold_name(user.username)] = user.pk
        batch.joined.append((self.room.pk, user.pk, role, read, self._take(), at))

    def _say(self, said: Said, batch: Batch, at: float) -> None:
        said.room = self.room
        said.seq = said.pos = self._take()
        said.at = self.last_at = max(at, self.last_at or at)
        self.last_said[said.author.pk] = said.seq
        batch.said.append(said)
        named = [self.by_name[name] for name in said.text.mentions if name in self.by_name]
        batch.mentions += [(said, user) for user in named]

    def _edit(self, said: Said, batch: Batch, at: float) -> None:
        said.edited_at, said.pos = at, self._take()
        batch.edited.append(said)

    def _delete(self, said: Said, batch: Batch, at: float) -> None:
        said.deleted_at, said.pos = at, self._take()
        batch.mentions = [(other, user) for other, user in batch.mentions if other is not said]

    def _react(self, said: Said, user: User, emoji: str, batch: Batch, at: float) -> None:
        said.pos = self._take()
        batch.reactions.append((said, user.pk, emoji, at))

    # --- At the end ----------------------------------------------------------------------------------

    def read_marks(self) -> Iterator[tuple[int, int]]:
        """How far each has read: half of them everything, some all but the last, some not for long; but
        everybody what came before their own last message."""
        for user in self.present:
            chance = self.rng.random()
            behind = 0 if chance < 0.5 else int(self.rng.expovariate(1 / 12 if chance < 0.8 else 1 / 300))
            yield user.pk, max(self.head - behind, self.last_said.get(user.pk, 0), 0)


def _mistyped(body: str, rng: Random) -> str:
    """As it was sent before it was edited: with two letters in the wrong order, or without its last one."""
    place = rng.randrange(len(body) - 1) if len(body) > 1 else 0
    swapped = body[:place] + body[place + 1 : place + 2] + body[place : place + 1] + body[place + 2 :]
    return swapped.strip() if swapped.strip() != body else f"{body} …"
