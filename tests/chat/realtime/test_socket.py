from __future__ import annotations

import asyncio

from django.conf import settings

from chat import frames
from chat.realtime.consumer import NOBODY
from chat.realtime.socket import Socket, payloads, ready


class Outlet:
    """Keeps each write."""

    def __init__(self) -> None:
        self.writes: list[list[bytes]] = []
        self.unread = 0
        self.reads = True
        self.closed_with = 0

    def write(self, data: bytes) -> int:
        self.writes.append(list(payloads(data)))
        self.unread += 0 if self.reads else len(data)
        return self.unread

    def waiting(self) -> int:
        return self.unread

    def close(self, code: int) -> None:
        self.closed_with = code


def ok(re: str) -> frames.OkFrame:
    return frames.OkFrame(re=re)


async def test_what_is_answered_in_one_turn_goes_out_in_one_write_in_its_order() -> None:
    outlet = Outlet()
    socket = Socket(NOBODY, outlet)
    for re in "ab":
        socket.say_soon(ok(re))
    assert not outlet.writes
    await asyncio.sleep(0)
    assert outlet.writes == [[frames.encode(ok("a")), frames.encode(ok("b"))]]


async def test_nothing_overtakes_what_is_about_to_be_said() -> None:
    outlet = Outlet()
    socket = Socket(NOBODY, outlet)
    socket.say_soon(ok("a"))
    socket.say(ok("b"))
    socket.say_soon(ok("c"))
    socket.close(frames.RESTART, "restart")
    await asyncio.sleep(0)
    said = [frame for write in outlet.writes for frame in write]
    assert said[:3] == [frames.encode(ok(re)) for re in "abc"]
    assert len(said) == 4
    assert len(outlet.writes) == 2


def big() -> frames.OkFrame:
    """Larger than what may wait unasked."""
    return ok("x" * (settings.CHAT_OUTGOING_MAX + 1))


async def test_a_large_answer_may_take_its_time_and_what_comes_meanwhile_too() -> None:
    outlet = Outlet()
    socket = Socket(NOBODY, outlet)
    outlet.reads = False
    socket.answer(big())
    for _ in range(10):
        socket.write(ready(b"a change"))
        socket.say_soon(ok("a"))
        await asyncio.sleep(0)
    assert not socket.closed


async def test_what_comes_on_top_of_an_answer_is_bounded() -> None:
    outlet = Outlet()
    socket = Socket(NOBODY, outlet)
    outlet.reads = False
    socket.answer(big())
    change = ready(b"x" * 1000)
    for _ in range(2 * settings.CHAT_OUTGOING_MAX // 1000):
        socket.write(change)
    assert outlet.closed_with == frames.TOO_SLOW
    assert outlet.unread <= 2 * settings.CHAT_OUTGOING_MAX + 5_000


async def test_after_an_answer_was_read_only_as_much_may_wait_as_before_it() -> None:
    outlet = Outlet()
    socket = Socket(NOBODY, outlet)
    outlet.reads = False
    socket.answer(big())
    outlet.unread = 0
    socket.write(ready(b"a change"))
    socket.say(big())
    assert outlet.closed_with == frames.TOO_SLOW
