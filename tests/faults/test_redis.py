"""Redis stopped or frozen: the chat is slower, and that is all."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack

import pytest

from tests.e2e.conftest import Figures
from tests.e2e.people import opened, welcome_room
from tests.faults.faults import Fault, RedisFrozen, RedisGone
from tests.faults.stage import Stage
from tests.support.oracle import Listener, Oracle, percentile

PROMISED_SECONDS = 2.5
PUSHED_SECONDS = 0.25
IN_A_ROW = 8
BACK_SECONDS = 5
ACKNOWLEDGED_SECONDS = 1  # on a busy machine; who waits for a frozen Redis waits two seconds
EVERY_SECONDS = 0.05


class Talk:
    """Messages from one process to a listener on the other, judged by the oracle."""

    def __init__(self, stage: Stage, here: Listener, there: Listener) -> None:
        self.here, self.there = here, there
        self.oracle = Oracle(stage.site.database_url, welcome_room(there))
        self.since = self.oracle.head()

    async def say(self, text: str) -> float:
        """Seconds from the acknowledgement until the message was there."""
        since = time.monotonic()
        message = await self.here.send(self.oracle.room, text)
        self.oracle.sent(message, since)
        await self.there.until(lambda: message["id"] in self.there.came, text)
        return max(0.0, self.there.came[message["id"]] - self.oracle.acknowledged_at[message["id"]])

    async def flow(self, seconds: float) -> list[float]:
        """Sends for so long, one each 50 ms; returns how long each took to be there."""
        end = time.monotonic() + seconds
        under_way: list[asyncio.Task[float]] = []
        while time.monotonic() < end:
            under_way.append(asyncio.create_task(self.say(f"message {len(under_way)}")))
            await asyncio.sleep(EVERY_SECONDS)
        return list(await asyncio.gather(*under_way))

    async def pushed_again(self) -> float:
        """Seconds until messages are pushed again, several in a row, rather than found by comparing heads."""
        began, row = time.monotonic(), 0
        while row < IN_A_ROW:
            row = row + 1 if await self.say("pushed?") <= PUSHED_SECONDS else 0
            assert time.monotonic() - began <= 3 * BACK_SECONDS, "no push any more"
            await asyncio.sleep(EVERY_SECONDS)
        return time.monotonic() - began

    def check(self) -> None:
        self.oracle.check([self.here, self.there], since=self.since)


@pytest.mark.parametrize(
    ("kind", "seconds"), [(RedisGone, (4, 1)), (RedisFrozen, (6,))], ids=["F2 data lost", "F3 frozen"]
)
async def test_messages_arrive_without_redis_and_are_pushed_again_after_it(
    stage: Stage, kind: type[Fault], seconds: tuple[float, ...], figures: Figures
) -> None:
    fault = kind(stage)
    delays: list[float] = []
    back: list[float] = []
    async with AsyncExitStack() as stack:
        here, there = (bot.socket(stage.site, process) for process, bot in enumerate(stage.extra))
        talk = Talk(stage, *await opened(stack, here, there))
        acknowledged: list[float] = []
        for long in seconds:
            talk.oracle.latencies.clear()
            await fault.inject()
            try:
                delays += await talk.flow(long)
                acknowledged += talk.oracle.latencies
            finally:
                await fault.lift()
            back.append(await talk.pushed_again())
        talk.check()
    figures(
        sent=len(delays),
        ack_p99_ms=percentile(acknowledged, 0.99) * 1000,
        delivery_max_ms=max(delays) * 1000,
        back_s=max(back),
    )
    assert max(delays) <= PROMISED_SECONDS
    assert percentile(acknowledged, 0.99) <= ACKNOWLEDGED_SECONDS
    assert max(back) <= BACK_SECONDS
