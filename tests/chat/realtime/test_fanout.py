"""What is written to a room goes to the sockets that are there, whole and in order, a stretch at a time."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.realtime import fanout
from chat.realtime.consumer import NOBODY
from chat.realtime.fanout import Audience, Fanout
from chat.realtime.socket import Socket, payloads, ready


class Kept:
    """An outlet that keeps what is written."""

    def __init__(self) -> None:
        self.writes: list[bytes] = []
        self.closed_with: int | None = None
        self.behind = 0

    def write(self, data: bytes) -> int:
        self.writes.append(data)
        return self.behind

    def waiting(self) -> int:
        return self.behind

    def close(self, code: int) -> None:
        self.closed_with = code


class Member(Socket):
    """A socket whose writes can be read."""

    __slots__ = ("kept",)

    def __init__(self) -> None:
        self.kept = Kept()
        super().__init__(NOBODY, self.kept)

    @property
    def heard(self) -> bytes:
        return b"".join(self.kept.writes)


@pytest.fixture
async def room() -> Audience:
    return Audience(Fanout(asyncio.get_running_loop()))


async def settled() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def joined(room: Audience, count: int) -> list[Member]:
    members = [Member() for _ in range(count)]
    for member in members:
        room.add(member)
    return members


async def test_what_is_written_in_one_turn_is_one_write(room: Audience) -> None:
    (member,) = joined(room, 1)
    room.write(b"a")
    room.write(b"b")
    await settled()
    assert member.kept.writes == [b"ab"]


async def test_one_who_comes_hears_only_what_follows(room: Audience) -> None:
    (first,) = joined(room, 1)
    room.write(b"a")
    (second,) = joined(room, 1)
    room.write(b"b")
    await settled()
    assert (first.heard, second.heard) == (b"ab", b"b")


async def test_one_who_goes_hears_nothing_more_not_even_what_waits(room: Audience) -> None:
    gone, stays = joined(room, 2)
    room.write(b"a")
    room.discard(gone)
    await settled()
    assert (gone.heard, stays.heard) == (b"", b"a")


async def test_one_who_goes_and_comes_back_hears_only_what_follows(room: Audience) -> None:
    (member,) = joined(room, 1)
    room.write(b"a")
    room.discard(member)
    room.add(member)
    room.write(b"b")
    await settled()
    assert member.heard == b"b"


async def test_a_write_can_leave_somebody_out(room: Audience) -> None:
    writer, other = joined(room, 2)
    room.write(b"a")
    room.write(b"b", without={writer})
    room.write(b"c")
    await settled()
    assert (writer.heard, other.heard) == (b"ac", b"abc")


async def test_a_large_room_is_written_to_in_stretches(
    room: Audience, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fanout, "STRETCH", 4)
    members = joined(room, 10)
    room.write(b"a")
    await asyncio.sleep(0)
    assert sum(member.heard == b"a" for member in members) == 4
    late = next(member for member in members if not member.heard)
    room.discard(late)
    room.write(b"b")
    await settled()
    assert late.heard == b""
    assert {member.heard for member in members if member is not late} == {b"ab"}


async def test_a_socket_that_does_not_read_is_closed(room: Audience) -> None:
    slow, good = joined(room, 2)
    slow.kept.behind = 10**9
    room.write(ready(b'{"type":"typing"}'))
    room.write(b"", without={good})
    await settled()
    assert slow.kept.closed_with == 4408
    assert b'"bye"' in slow.kept.writes[-1]
    assert len(slow.kept.writes) == 2, "nothing follows the goodbye"


@given(st.lists(st.integers(0, 70_000).map(lambda size: b"x" * size), max_size=4))
def test_ready_frames_hold_what_they_were_made_of(frames: list[bytes]) -> None:
    assert list(payloads(b"".join(map(ready, frames)))) == frames


def test_a_ready_frame_is_what_the_standard_shows() -> None:
    """RFC 6455, 5.7: an unmasked text message."""
    assert ready(b"Hello") == bytes([0x81, 0x05, 0x48, 0x65, 0x6C, 0x6C, 0x6F])
    assert ready(b"x" * 256)[:4] == bytes([0x81, 0x7E, 0x01, 0x00])
    assert ready(b"x" * 65_536)[:10] == bytes([0x81, 0x7F, 0, 0, 0, 0, 0, 1, 0, 0])
