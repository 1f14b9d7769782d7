from __future__ import annotations

import asyncio

from chat import frames
from chat.realtime.consumer import NOBODY
from chat.realtime.socket import Socket, payloads


class Outlet:
    """Keeps each write."""

    def __init__(self) -> None:
        self.writes: list[list[bytes]] = []

    def write(self, data: bytes) -> int:
        self.writes.append(list(payloads(data)))
        return 0

    def waiting(self) -> int:
        return 0

    def close(self, code: int) -> None:
        pass


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
