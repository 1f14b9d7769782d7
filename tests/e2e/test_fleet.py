"""Several processes behind one port: nobody is turned away while they are replaced, none is left behind."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

import pytest

from chatconnet.fleet import state_file
from tests.e2e.conftest import Figures
from tests.e2e.people import Bot, Console, opened, welcome_room
from tests.support.oracle import Oracle, percentile
from tests.support.regulars import Regular, all_caught_up
from tests.support.server import Site, running

EXIT_SECONDS = 15
AWAY_SECONDS = 9
PACE_SECONDS = 0.05
PATIENCE_SECONDS = 120


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with running(fleet=2, limits="off") as site:
        yield site
        assert "Traceback" not in site.logs()


@pytest.fixture(scope="module")
def bots(site: Site) -> Iterator[list[Bot]]:
    with Console(site) as console:
        yield console.bots("robot", 6)


@pytest.fixture(autouse=True)
async def up(site: Site) -> None:
    """Each test finds the whole fleet serving."""
    if site.web[0].child is None:
        site.web[0].start()
    await until(state_file(site.var, site.ports[0]).exists)


def state(site: Site) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(state_file(site.var, site.ports[0]).read_text())
    return found


def lives(pid: int) -> bool:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


async def until(condition: Any) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():  # noqa: ASYNC110 (other processes have no event for it)
            await asyncio.sleep(0.05)


@contextlib.asynccontextmanager
async def meanwhile(work: Any) -> AsyncIterator[None]:
    """Repeats `work` until the block ends; what it raises fails the test."""
    done = asyncio.Event()

    async def repeat() -> None:
        while not done.is_set():
            await work()
            await asyncio.sleep(PACE_SECONDS)

    task = asyncio.create_task(repeat())
    try:
        yield
    finally:
        done.set()
        await task


def page(site: Site) -> None:
    with urllib.request.urlopen(f"{site.url}/healthz", timeout=10) as answer:
        assert answer.status == 200


async def test_replaced_under_load_it_turns_nobody_away(
    site: Site, bots: list[Bot], figures: Figures
) -> None:
    before = state(site)
    async with asyncio.timeout(PATIENCE_SECONDS), AsyncExitStack() as stack:
        regulars = [
            await stack.enter_async_context(Regular(bot.name, partial(bot.socket, site), [0])) for bot in bots
        ]
        oracle = Oracle(site.database_url, welcome_room(await regulars[0].live()))
        since = oracle.head()
        async with AsyncExitStack() as work:
            for regular in regulars:
                await work.enter_async_context(meanwhile(partial(regular.send, oracle, "hello")))
            await work.enter_async_context(meanwhile(partial(asyncio.to_thread, page, site)))
            said = await asyncio.to_thread(site.manage, "restart_web", "--port", str(site.ports[0]))
        await all_caught_up(regulars, oracle.room, oracle.head())
        oracle.check([await regular.live() for regular in regulars], since=since)
        absences = [away for regular in regulars for away in regular.absences[1:]]
        codes = {code for regular in regulars for code in regular.codes}
    assert said == "2 processes replaced.\n"
    assert not set(state(site)["members"]) & set(before["members"])
    assert not any(map(lives, before["members"]))
    assert codes == {4012}
    figures(sent=len(oracle.acknowledged), away_p99_s=percentile(absences, 0.99))
    assert percentile(absences, 0.99) <= AWAY_SECONDS


async def test_a_process_that_is_killed_is_started_again(site: Site, bots: list[Bot]) -> None:
    before = state(site)["members"]
    os.kill(before[0], signal.SIGKILL)
    await until(lambda: before[0] not in state(site)["members"])
    assert state(site)["members"][1] == before[1]
    await asyncio.to_thread(page, site)


async def test_told_to_stop_all_say_goodbye_and_end(site: Site, bots: list[Bot]) -> None:
    members = state(site)["members"]
    async with AsyncExitStack() as stack:
        sockets = await opened(stack, *(bot.socket(site) for bot in bots))
        child, began = site.web[0].child, time.monotonic()
        assert child
        child.terminate()
        assert {await socket.closed() for socket in sockets} == {4012}
        assert await asyncio.to_thread(child.wait, EXIT_SECONDS) == 0
    assert time.monotonic() - began < EXIT_SECONDS
    assert not any(map(lives, members))
    assert not state_file(site.var, site.ports[0]).exists()
    site.web[0].stop()


async def test_killed_outright_it_leaves_no_process_behind(site: Site) -> None:
    members = state(site)["members"]
    assert site.web[0].child
    os.kill(site.web[0].pid, signal.SIGKILL)
    await until(lambda: not any(map(lives, members)))
    site.web[0].stop()
    with pytest.raises(AssertionError, match=f"No `serve --processes` runs on port {site.ports[0]}"):
        site.manage("restart_web", "--port", str(site.ports[0]))
