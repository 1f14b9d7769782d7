"""Who reads too slowly or talks too fast hurts nobody else, and the server holds little for them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest

from tests.e2e.conftest import Figures
from tests.e2e.people import Bot, Console, welcome_room
from tests.faults.stage import Stage as WholeStage
from tests.faults.stage import ping_for_ever
from tests.support.oracle import Listener, percentile
from tests.support.raw import CONTINUATION, TEXT, RawSocket, frame
from tests.support.server import Site, running

BIG = "x" * 2000
MIB = 1024
PING_SECONDS = 2  # this program reads all of the flood in the same loop


@dataclass
class Stage:
    site: Site
    slow: Bot
    good: Bot
    writer: Bot


@pytest.fixture(scope="module")
def stage(broken_site: WholeStage) -> Iterator[Stage]:
    """A process of its own: what others had it do would be measured as well."""
    with (
        running(web=1, limits="off", postgres=broken_site.postgres.url) as site,
        Console(site) as console,
    ):
        yield Stage(site, *console.bots("robot", 3))
        assert "Traceback" not in site.logs()


async def _flood(writer: Listener, room: str, messages: int) -> None:
    for _ in range(messages // 50):
        sent = [await writer.start("send", room=room, key=str(uuid.uuid4()), body=BIG) for _ in range(50)]
        await asyncio.gather(*sent)


async def test_a_client_that_never_reads_is_closed_with_4408_and_costs_little(
    stage: Stage, figures: Figures
) -> None:
    """F11: some 9 MB of messages that it never takes."""
    async with stage.good.socket(stage.site) as good, stage.writer.socket(stage.site) as writer:
        await good.open()
        await writer.open()
        room = welcome_room(writer)
        await _flood(writer, room, 500)  # whatever grows once has grown
        with RawSocket(stage.site.ws_url(), stage.slow.token, receive_buffer=4096) as slow:
            slow.say(json.dumps({"type": "sync", "id": "1", "epoch": "", "rooms": {}}).encode())
            while b'"re":"1"' not in slow.hear()[1]:
                pass
            before, times = stage.site.web[0].kib_in_memory(), list[float]()
            pinging = asyncio.create_task(ping_for_ever(good, times))
            await _flood(writer, room, 2000)
            grown = stage.site.web[0].kib_in_memory() - before
            assert not pinging.done(), pinging
            pinging.cancel()
            figures(grown_kib=grown, ping_p99_ms=percentile(times, 0.99) * 1000)
            assert grown < 6 * MIB, "less than it was sent"
            assert percentile(times, 0.99) <= PING_SECONDS
            with contextlib.suppress(ConnectionError):  # where too long ago it was not taken either
                assert await asyncio.to_thread(slow.hear_close) == 4408
        assert "reads too slowly" in stage.site.logs()
        head = writer.positions[room]
        await good.until(lambda: good.positions[room] >= head, "the others to hear it all")


async def test_fragments_without_end_close_the_socket(stage: Stage) -> None:
    """F12."""
    async with stage.good.socket(stage.site) as good:
        await good.open()
        with RawSocket(stage.site.ws_url(), stage.slow.token) as fast:
            start = frame(b"", TEXT, last=False)
            with contextlib.suppress(OSError):  # it does not take all of them
                fast.socket.sendall(start + frame(b"", CONTINUATION, last=False) * 50_000)
            began = time.monotonic()
            await good.ask("ping")
            assert time.monotonic() - began < 1
            assert await asyncio.to_thread(fast.hear_close) == 4429


async def test_a_flood_at_a_busy_socket_is_not_taken_in(stage: Stage) -> None:
    """F12: while an edit waits for the room, 18 MB of frames come behind it."""
    async with stage.writer.socket(stage.site) as writer:
        await writer.open()
        room = welcome_room(writer)
        sent = await writer.ask("send", room=room, key=str(uuid.uuid4()), body="first")
    with (
        psycopg.connect(stage.site.database_url) as other,
        RawSocket(stage.site.ws_url(), stage.writer.token) as fast,
    ):
        other.execute("SELECT * FROM chat_roomcursor FOR UPDATE")
        edit = {"type": "edit", "id": "1", "message": sent["message"]["id"], "body": "second"}
        fast.say(json.dumps(edit).encode())
        before = stage.site.web[0].kib_in_memory()
        long = {"type": "send", "id": "2", "room": room, "key": str(uuid.uuid4()), "body": "y" * 60_000}
        flood = frame(json.dumps(long).encode())
        fast.socket.settimeout(0.5)
        with contextlib.suppress(OSError):  # it does not take all of them
            for _ in range(300):
                fast.socket.sendall(flood)
        assert stage.site.web[0].kib_in_memory() - before < 8 * MIB
        fast.socket.settimeout(5)
        assert await asyncio.to_thread(fast.hear_close) == 4429
        other.rollback()


async def test_many_frames_at_once_are_all_answered(stage: Stage) -> None:
    """Being in a hurry for a moment is no flood."""
    async with stage.writer.socket(stage.site) as writer:
        await writer.open()
        answers = [await writer.start("ping") for _ in range(500)]
        await asyncio.gather(*answers)
        assert writer.close_code is None
