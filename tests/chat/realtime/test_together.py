"""Questions that wait at the same moment are asked at once."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

import pytest

from chat.realtime.together import AT_ONCE_MAX, Together


class Oracle:
    """Doubles numbers, keeps how many it was asked for at once, and can be made to take its time."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []
        self.free = threading.Event()
        self.free.set()

    def __call__(self, numbers: Sequence[int]) -> list[int | Exception]:
        self.asked.append(list(numbers))
        self.free.wait(10)
        if 13 in numbers:
            raise OverflowError
        return [ValueError(number) if number < 0 else number * 2 for number in numbers]


async def asked(oracle: Oracle, calls: int) -> None:
    while len(oracle.asked) < calls:  # noqa: ASYNC110 (it is asked in a thread)
        await asyncio.sleep(0.001)


async def test_what_gathers_during_a_call_shares_the_next_one() -> None:
    oracle = Oracle()
    double = Together(oracle)
    oracle.free.clear()
    first = double(1)
    await asked(oracle, 1)
    others = [double(number) for number in range(2, 5)]
    oracle.free.set()
    assert await asyncio.gather(first, *others) == [2, 4, 6, 8]
    assert await double(5) == 10
    assert oracle.asked == [[1], [2, 3, 4], [5]]


async def test_a_call_has_a_bound() -> None:
    oracle = Oracle()
    double = Together(oracle)
    numbers = list(range(1000, 1000 + AT_ONCE_MAX + 1))
    assert await asyncio.gather(*map(double, numbers)) == [number * 2 for number in numbers]
    assert [len(part) for part in oracle.asked] == [AT_ONCE_MAX, 1]


async def test_an_answer_that_is_an_exception_is_for_one_alone() -> None:
    double = Together(Oracle())
    good, bad = double(1), double(-1)
    assert await good == 2
    with pytest.raises(ValueError, match="-1"):
        await bad


async def test_a_call_that_fails_fails_for_all_who_asked_and_for_nobody_else() -> None:
    double = Together(Oracle())
    for outcome in [double(1), double(13)]:
        with pytest.raises(OverflowError):
            await outcome
    assert await double(1) == 2


async def test_who_has_gone_does_not_disturb_the_others() -> None:
    oracle = Oracle()
    double = Together(oracle)
    gone, there = double(1), double(2)
    gone.cancel()
    assert await there == 4
