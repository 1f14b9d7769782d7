"""A flood of connections from one address: it is let go again, and nobody else is kept out."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack, closing
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus

from tests.e2e.conftest import Figures
from tests.e2e.people import Console, opened, welcome_room
from tests.faults.faults import half_open
from tests.faults.stage import Stage
from tests.support.client import Client
from tests.support.oracle import Listener
from tests.support.server import Site, running

HALF_OPEN = 300
HANDSHAKES = 200
ALLOWED = 60
AT_ONCE = 20
SEND_SECONDS = 3
ACCEPTED_SECONDS = 8
CLOSED_SECONDS = 40
SPARE_FILES = 5
RSS_MIB = 400
BAD, GOOD = "198.51.100.7", "203.0.113.9"


def files(site: Site) -> int:
    """How many files and sockets the web process has open."""
    return len(list(Path(f"/proc/{site.web[0].pid}/fd").iterdir()))


async def until_files(site: Site, wanted: Callable[[int], bool], seconds: float) -> int:
    """Waits until the number of the web process's open files is such a one; returns it."""
    end = time.monotonic() + seconds
    while not wanted(now := files(site)):
        assert time.monotonic() < end, f"{now} are open"
        await asyncio.sleep(0.1)
    return now


async def knock(site: Site, answers: Counter[int], places: asyncio.Semaphore) -> None:
    """A handshake without anything to sign in by."""
    async with places:
        with pytest.raises(InvalidStatus) as refusal:
            async with Client(site.ws_url(), forwarded_for=BAD):
                pass
        answers[refusal.value.response.status_code] += 1


async def test_who_is_signed_in_can_still_send_and_who_comes_from_elsewhere_gets_in(
    broken_site: Stage, figures: Figures
) -> None:
    """F14: half-open connections, which count for no limit, and handshakes, which do; a site of its own, as
    that of the others has no limits."""
    env = {"CHAT_PROXIES": "127.0.0.1", "CHAT_HANDSHAKES_PER_MINUTE": str(ALLOWED)}
    answers: Counter[int] = Counter()
    async with AsyncExitStack() as stack:
        site = stack.enter_context(running(web=1, env=env, postgres=broken_site.postgres.url))
        with Console(site) as console:
            here, newcomer = console.bots("robot", 2)
        (inside,) = await opened(stack, Listener(site.ws_url(), token=here.token, forwarded_for=GOOD))
        base = files(site)
        connections = await half_open(site.ports[0], HALF_OPEN)
        for connection in connections:
            stack.enter_context(closing(connection))
        began, places = time.monotonic(), asyncio.Semaphore(AT_ONCE)
        most = await until_files(site, lambda now: now >= base + HALF_OPEN // 2, ACCEPTED_SECONDS)
        async with asyncio.TaskGroup() as group:
            for _ in range(HANDSHAKES):
                group.create_task(knock(site, answers, places))
            since = time.monotonic()
            await inside.send(welcome_room(inside), "still here")
            sent = time.monotonic() - since
        allowed = ALLOWED + time.monotonic() - began + 1
        (come,) = await opened(stack, Listener(site.ws_url(), token=newcomer.token, forwarded_for=GOOD))
        await come.send(welcome_room(come), "me too")
        memory = site.web[0].kib_in_memory() / 1024
        await until_files(site, lambda now: now <= base + SPARE_FILES, CLOSED_SECONDS)
        figures(send_s=sent, files=most, rss_mib=memory, closed_s=time.monotonic() - began)
        assert answers.keys() == {403, 429}
        assert ALLOWED <= answers[403] <= allowed, "one more a second is allowed"
        assert sent <= SEND_SECONDS
        assert memory <= RSS_MIB
        assert "Traceback" not in site.logs()
