"""When people talk: not at night, most at eleven and at five, less at weekends where one works."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import accumulate
from random import Random

FIRST_HOUR = 7
# How much is said in each hour from the first one on.
_HOURS = (1, 4, 7, 9, 9, 7, 4, 3, 5, 7, 8, 7, 5, 4, 3, 2)
_BY_NOW = [0, *accumulate(_HOURS)]
WEEKEND = 0.25


@dataclass(frozen=True, slots=True)
class Day:
    """A day of talk, from its first hour on, in seconds since 1970; `end` is past what is said."""

    begin: float
    end: float
    is_weekend: bool

    @property
    def length(self) -> float:
        """How much of the day there is: 1 but for today."""
        return min(self.end - self.begin, len(_HOURS) * 3600) / (len(_HOURS) * 3600)

    def weight(self, at_work: bool) -> float:
        return self.length * (WEEKEND if at_work and self.is_weekend else 1)

    def moments(self, rng: Random, number: int) -> list[float]:
        """Moments of this day at which somebody begins to talk, in order."""
        hours = (self.end - self.begin) / 3600
        whole = min(int(hours), len(_HOURS))
        most = _BY_NOW[whole] + (_HOURS[whole] * (hours - whole) if whole < len(_HOURS) else 0)
        return sorted(self.begin + 3600 * _hour_of(rng.random() * most) for _n in range(number))


def _hour_of(said: float) -> float:
    """The hours from the first one on, by which so much of a whole day has been said."""
    hour = min(bisect(_BY_NOW, said), len(_HOURS)) - 1
    return hour + (said - _BY_NOW[hour]) / _HOURS[hour]


def days(number: int, now: datetime) -> Iterator[Day]:
    """So many days up to now. Today counts if there is an hour of it."""
    for back in range(number - 1, -1, -1):
        date = (now - timedelta(days=back)).date()
        begin = datetime.combine(date, time(FIRST_HOUR), now.tzinfo)
        end = min(begin + timedelta(hours=len(_HOURS)), now)
        if end - begin >= timedelta(hours=1):
            yield Day(begin.timestamp(), end.timestamp(), date.weekday() >= 5)
