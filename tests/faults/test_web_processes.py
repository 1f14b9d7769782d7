"""Web processes come and go: told or not, nothing that was acknowledged is lost and nothing doubled."""

from __future__ import annotations

import asyncio
import random
import time
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import psycopg
import pytest

from tests.e2e.conftest import Figures
from tests.e2e.people import Console, Person, opened
from tests.faults import crashing
from tests.faults.crowd import Crowd
from tests.faults.faults import ClockSkewed, Crashed, Killed, ToldToStop
from tests.faults.stage import Stage
from tests.support.oracle import percentile

SEED = 1
KILLS = 5
PROMISED_EXIT_SECONDS = 15
BACK_SECONDS = 9
WRONG_SECONDS = 300
RIGHT_SECONDS = 200
ENOUGH_SECONDS = 600


@pytest.fixture(scope="module")
def dora(broken_site: Stage) -> Person:
    with Console(broken_site.site) as console:
        return console.people("dora", sessions=2)[0]


async def test_a_process_that_is_told_to_stop_says_goodbye(stage: Stage, figures: Figures) -> None:
    web = stage.site.web[0]
    async with AsyncExitStack() as stack:
        staying, *leaving = await opened(
            stack, stage.crowd[0].socket(stage.site, 1), *(bot.socket(stage.site) for bot in stage.crowd[1:4])
        )
        early = await stack.enter_async_context(stage.crowd[4].socket(stage.site))
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


async def test_one_process_after_the_other_is_killed_five_times_under_load(
    stage: Stage, figures: Figures
) -> None:
    """F1."""
    chance = random.Random(SEED)
    async with Crowd(stage.site, stage.crowd, SEED) as crowd:
        for kill in range(KILLS):
            fault = Killed(stage, kill % 2)
            await crowd.talk_for(chance.uniform(0.2, 0.6))
            await fault.inject()
            await crowd.heard(time.monotonic())
            await fault.lift()
        await _everybody_came_back(crowd, figures)
        assert crowd.closed <= {1006, 4012, None}, "4012: a new process that waits for its database"
        assert len(crowd.absences) >= len(crowd.regulars) // 2 * KILLS, "three of six were on each"


async def test_a_process_may_crash_at_any_point_on_the_way_of_a_message(
    stage: Stage, figures: Figures
) -> None:
    """F21."""
    async with Crowd(stage.site, stage.crowd, SEED) as crowd:
        for point in crashing.POINTS:
            fault = Crashed(stage, 0, point)
            await fault.inject()
            try:
                await crowd.spread()
                await fault.strike()
                await crowd.heard(time.monotonic())
            finally:
                await fault.lift()
        sent = await crowd.check()
        figures(sent=sent, back_p99_s=percentile(crowd.absences, 0.99))


async def test_one_process_after_the_other_is_replaced_under_load(stage: Stage, figures: Figures) -> None:
    """F19."""
    async with Crowd(stage.site, stage.crowd, SEED) as crowd:
        for process in range(2):
            fault = ToldToStop(stage, process)
            await crowd.talk_for(0.5)
            await fault.inject()
            await crowd.heard(time.monotonic())
            await fault.lift()
        await _everybody_came_back(crowd, figures)
        assert crowd.closed <= {4012, None}
        assert len(crowd.absences) >= len(crowd.regulars), "everybody was cut off at least once"


async def _everybody_came_back(crowd: Crowd, figures: Figures) -> None:
    heard = await crowd.heard(time.monotonic())
    sent = await crowd.check()
    figures(sent=sent, back_p99_s=percentile(crowd.absences, 0.99), last_send_s=max(heard))
    assert percentile(crowd.absences, 0.99) <= BACK_SECONDS


@pytest.mark.parametrize("by_seconds", [WRONG_SECONDS, -WRONG_SECONDS])
async def test_a_process_with_a_wrong_clock_changes_nothing(
    stage: Stage, dora: Person, by_seconds: float, figures: Figures
) -> None:
    """F15: `at` is the database's and never runs backwards; sessions end no more than the error away from
    their time."""
    fault = ClockSkewed(stage, 0, by_seconds)
    async with Crowd(stage.site, stage.crowd, SEED) as crowd:
        await fault.inject()
        try:
            await crowd.spread()
            heard = await crowd.heard(time.monotonic())
            await _check_sessions(stage, dora)
            await crowd.talk_for(1)
        finally:
            await fault.lift()
        sent = await crowd.check()
        times = _times(crowd)
        assert times == sorted(times)
        now = datetime.now(UTC)
        assert all(abs((now - at).total_seconds()) < RIGHT_SECONDS for at in times)
        figures(sent=sent, heard_s=max(heard))


async def _check_sessions(stage: Stage, dora: Person) -> None:
    with psycopg.connect(stage.site.database_url) as connection:
        for session, ends_in in zip(dora.sessions, (ENOUGH_SECONDS, -ENOUGH_SECONDS), strict=True):
            connection.execute(
                "UPDATE accounts_session SET expire_date = now() + make_interval(secs => %s)"
                " WHERE session_key = %s",
                [ends_in, session],
            )
    async with dora.socket(stage.site) as socket:
        await socket.wait_for("welcome")
    async with dora.socket(stage.site, session=1) as socket:
        assert await socket.closed() == 4401


def _times(crowd: Crowd) -> list[datetime]:
    """When each message was said, in their order."""
    socket = crowd.regulars[0].socket
    assert socket
    return [
        datetime.fromisoformat(message["at"])
        for _seq, message in sorted(socket.messages[crowd.oracle.room].items())
    ]
