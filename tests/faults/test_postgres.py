"""PostgreSQL restarted or held up: whoever asks is told to try again, and nothing is lost or doubled."""

from __future__ import annotations

import asyncio
import time
import uuid
from contextlib import AsyncExitStack

import psycopg
import pytest

from tests.e2e.conftest import Figures
from tests.e2e.people import opened
from tests.faults.crowd import Crowd
from tests.faults.faults import PostgresCrashed, PostgresRestarted, RoomLocked
from tests.faults.stage import Stage
from tests.support.client import Refusal
from tests.support.oracle import Listener, percentile

SEED = 4
BEFORE_SECONDS = 0.7
DOWN_SECONDS = 3
BACK_SECONDS = 5
LOCKED_SENDS = 20
REFUSED_SECONDS = 8  # a send waits five for the lock, as it comes
PING_SECONDS = 1
IDLE_IN_TRANSACTION = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND state LIKE 'idle in transaction%' AND state_change < now() - interval '2 seconds'"
)


async def is_put_off(newcomer: Listener) -> bool:
    """Whether somebody who comes meanwhile is told to come back."""
    async with newcomer:
        code = await newcomer.closed()
        return code == 4012 and newcomer.frames[-1]["retry_after"] > 0


@pytest.mark.parametrize("kind", [PostgresRestarted, PostgresCrashed])
async def test_sends_are_refused_while_postgresql_restarts_and_then_stored_once(
    stage: Stage, kind: type[PostgresRestarted], figures: Figures
) -> None:
    """F4."""
    fault = kind(stage)
    async with Crowd(stage.site, stage.crowd, SEED) as crowd:
        await crowd.talk_for(BEFORE_SECONDS)
        await fault.inject()
        down = time.monotonic()
        try:
            assert await is_put_off(stage.extra[0].socket(stage.site))
            for regular in crowd.regulars:
                await (await regular.live()).ask("ping")
            await crowd.talk_for(DOWN_SECONDS - (time.monotonic() - down))
        finally:
            await fault.lift()
        heard = await crowd.heard(time.monotonic())
        await crowd.talk_for(BEFORE_SECONDS)
        sent = await crowd.check()
        refusals = crowd.refusals
        figures(
            sent=sent,
            refused=sum(refused.total() for refused in refusals),
            back_s=min(heard),
            all_back_s=max(heard),
        )
        assert crowd.closed == set(), "no socket ends for it"
        for refused in refusals:
            assert refused.keys() <= {"unavailable", "busy"}
            assert refused["unavailable"]
        assert min(heard) <= BACK_SECONDS
    with psycopg.connect(stage.site.database_url) as connection:
        assert connection.execute(IDLE_IN_TRANSACTION).fetchone() == (0,)


async def test_who_waits_for_a_held_room_is_told_so_and_nobody_else_notices(
    stage: Stage, figures: Figures
) -> None:
    """F5: a room is held for longer than a send waits."""
    async with AsyncExitStack() as stack:
        writer, other = await opened(stack, *(bot.socket(stage.site) for bot in stage.extra))
        room = (await writer.ask("create", name="Held", kind="private"))["room"]
        fault = RoomLocked(stage, room["slug"])
        await fault.inject()
        times: list[float] = []
        try:
            sends = [asyncio.create_task(_refused(writer, room["id"])) for _ in range(LOCKED_SENDS)]
            while not all(send.done() for send in sends):
                began = time.monotonic()
                await other.ask("ping", rooms={other.welcome["rooms"][0]["id"]: 0})
                times.append(time.monotonic() - began)
                await asyncio.sleep(0.05)
        finally:
            await fault.lift()
        refused = [send.result() for send in sends]
        began = time.monotonic()
        await writer.send(room["id"], "at last")
        figures(
            ping_p99_ms=percentile(times, 0.99) * 1000,
            refused_s=max(refused),
            back_s=time.monotonic() - began,
        )
        assert percentile(times, 0.99) <= PING_SECONDS
        assert max(refused) <= REFUSED_SECONDS


async def _refused(writer: Listener, room: str) -> float:
    """Seconds until a send is refused as busy."""
    began = time.monotonic()
    with pytest.raises(Refusal, match="busy"):
        await writer.ask("send", room=room, key=str(uuid.uuid4()), body="now")
    return time.monotonic() - began
