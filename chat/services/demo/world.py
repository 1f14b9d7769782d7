"""Which rooms there are, how much is said in each, and who is in them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, count
from random import Random

from accounts.models import User
from chat.models import Room
from chat.services.demo import english, spanish
from chat.services.demo.talk import Theme

THEMES = [theme for pair in zip(spanish.THEMES, english.THEMES, strict=True) for theme in pair]
PLACES = {"en": english.PLACES.split("|"), "es": spanish.PLACES.split("|")}
KINDS = ("public", "public", "public", "private", "direct")
"""Of five rooms after the first."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A room to be. `arrivals` are who comes when, in order; the first `founders` of them make it."""

    kind: Room.Kind
    name: str
    topic: str
    themes: Sequence[Theme]
    messages: int
    arrivals: deque[tuple[float, User]]
    founders: int


def plans(
    rng: Random, people: Sequence[User], rooms: int, messages: int, begin: float, end: float
) -> Iterator[Plan]:
    """The first room is everybody's. Of n rooms the k-th has about 1/k of what is said in the first."""
    shares = _shares(rooms, messages)
    joined = [(max(person.date_joined.timestamp(), begin), person) for person in people]
    joined.sort(key=lambda one: one[0])
    yield Plan(
        *(Room.Kind.PUBLIC, "Plaza", "Everybody · Todo el mundo", _everything()),
        *(shares[0], deque(joined), sum(at == begin for at, _person in joined) or 1),
    )
    names, pairs = _names(), set[tuple[int, int]]()
    for place, share in enumerate(shares[1:]):
        kind = Room.Kind(KINDS[place % len(KINDS)])
        if kind == Room.Kind.DIRECT and (pair := _pair(rng, people, pairs)):
            start = max(begin, *(one.date_joined.timestamp() for one in pair))
            themes = [theme for theme in THEMES if theme.language == pair[0].language and not theme.at_work]
            arrivals = deque((start, one) for one in pair)
            yield Plan(kind, "", "", themes, share, arrivals, 2)
            continue
        kind = Room.Kind.PUBLIC if kind == Room.Kind.DIRECT else kind
        name, topic, theme = next(names)
        size = _size(rng, kind, place, len(people))
        arrivals = _arrivals(rng, rng.sample(joined, size), end)
        yield Plan(kind, name, topic, [theme, _everyday(theme)], share, arrivals, max(1, size // 2))


def _shares(rooms: int, messages: int) -> list[int]:
    """By Zipf's law, and in sum exactly `messages`."""
    ends = list(accumulate(1 / rank for rank in range(1, rooms + 1)))
    marks = [round(messages * end / ends[-1]) for end in ends]
    return [mark - before for mark, before in zip(marks, [0, *marks], strict=False)]


def _everything() -> list[Theme]:
    return [theme for theme in THEMES if not theme.at_work]


def _everyday(theme: Theme) -> Theme:
    return english.EVERYDAY if theme.language == "en" else spanish.CHARLA


def _pair(rng: Random, people: Sequence[User], pairs: set[tuple[int, int]]) -> list[User] | None:
    """Two who have no direct room yet, if that is easily found."""
    for _attempt in range(20):
        pair = rng.sample(people, min(2, len(people)))
        key = tuple(sorted(one.pk for one in pair))
        if len(key) == 2 and key not in pairs:
            pairs.add(key)
            return pair
    return None


def _size(rng: Random, kind: Room.Kind, place: int, people: int) -> int:
    """How many are in a room; the busy ones are large, private ones small."""
    size = people * 0.6 / (place + 2) ** 0.7 if kind == Room.Kind.PUBLIC else rng.uniform(2, 12)
    return max(min(people, 3), min(people, int(size)))


def _arrivals(rng: Random, joined: list[tuple[float, User]], end: float) -> deque[tuple[float, User]]:
    """The first half makes the room, when the last of them is on the server; the others come in time."""
    joined.sort(key=lambda one: one[0])
    half = max(1, len(joined) // 2)
    start = joined[half - 1][0]
    come = sorted(
        ((rng.uniform(max(start, at), end), user) for at, user in joined[half:]), key=lambda one: one[0]
    )
    return deque([(start, user) for _at, user in joined[:half]] + come)


def _names() -> Iterator[tuple[str, str, Theme]]:
    """Names without end: first each theme's own, then those of places, then numbered ones."""
    for own in range(max(len(theme.rooms) for theme in THEMES)):
        for theme in THEMES:
            if own < len(theme.rooms):
                yield *theme.rooms[own], theme
    for number in count(1):
        for place in range(max(map(len, PLACES.values()))):
            for theme in THEMES:
                for pattern in theme.more:
                    name = pattern.format(place=PLACES[theme.language][place % len(PLACES[theme.language])])
                    yield name if number == 1 else f"{name} {number}", "", theme
