"""Web processes come and go: told or not, nothing that was acknowledged is lost and nothing doubled."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial

import pytest

from tests.e2e.conftest import Figures
from tests.e2e.people import Bot, Console, opened, welcome_room
from tests.e2e.regulars import Regular, all_caught_up
from tests.support.oracle import Oracle, percentile
from tests.support.server import Site, running

PROMISED_EXIT_SECONDS = 15
BACK_SECONDS = 9
PACE_SECONDS = 0.05


@dataclass
class Stage:
    site: Site
    bots: list[Bot]


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with running(web=2, limits="off") as site, Console(site) as console:
        yield Stage(site, console.bots("robot", 6))
        assert "Traceback" not in site.logs()


async def test_a_process_that_is_told_to_stop_says_goodbye(stage: Stage, figures: Figures) -> None:
    web = stage.site.web[0]
    async with AsyncExitStack() as stack:
        staying, *leaving = await opened(
            stack, stage.bots[0].socket(stage.site, 1), *(bot.socket(stage.site) for bot in stage.bots[1:4])
        )
        early = await stack.enter_async_context(stage.bots[4].socket(stage.site))
        await early.wait_for("welcome")
        child, began = web.child, time.monotonic()
        assert child
        child.terminate()
        for socket in [*leaving, early]:
            assert await socket.closed() == 4012
            goodbye = socket.frames[-1]
            assert (goodbye["type"], goodbye["reason"]) == ("bye", "restart")
            assert goodbye["retry_after"] > 0
        assert await asyncio.to_thread(child.wait, PROMISED_EXIT_SECONDS) == 0
        figures(exit_s=time.monotonic() - began)
        await staying.ask("ping")
    web.stop()
    web.start()
    await asyncio.to_thread(stage.site.wait_ready, 0)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
async def test_one_process_after_the_other_is_replaced_under_load(
    stage: Stage, how: signal.Signals, figures: Figures
) -> None:
    async with AsyncExitStack() as stack:
        regulars = []
        for number, bot in enumerate(stage.bots):
            order = (0, 1) if number % 2 else (1, 0)
            regular = Regular(bot.name, partial(bot.socket, stage.site), order)
            regulars.append(await stack.enter_async_context(regular))
        oracle = Oracle(stage.site.database_url, welcome_room(await regulars[0].live()))
        since = oracle.head()
        done = asyncio.Event()
        talking = [asyncio.create_task(_talk(regular, oracle, done)) for regular in regulars]
        for index, web in enumerate(stage.site.web):
            await asyncio.sleep(0.7)
            await asyncio.to_thread(web.stop, how)
            await asyncio.sleep(0.3)
            web.start()
            await asyncio.to_thread(stage.site.wait_ready, index)
        await asyncio.sleep(0.7)
        done.set()
        await asyncio.gather(*talking)
        head = oracle.head()
        await all_caught_up(regulars, oracle.room, head)
        oracle.check([await regular.live() for regular in regulars], since=since)
        absences = [away for regular in regulars for away in regular.absences[1:]]
    codes = {code for regular in regulars for code in regular.codes[:-1]}
    figures(sent=len(oracle.acknowledged), back_p99_s=percentile(absences, 0.99))
    assert len(absences) >= len(regulars), "everybody was cut off at least once"
    assert percentile(absences, 0.99) <= BACK_SECONDS
    assert codes <= ({4012, None} if how == signal.SIGTERM else {1006, None})


async def _talk(regular: Regular, oracle: Oracle, done: asyncio.Event) -> None:
    while not done.is_set():
        await regular.send(oracle, "hello")
        await asyncio.sleep(PACE_SECONDS)
