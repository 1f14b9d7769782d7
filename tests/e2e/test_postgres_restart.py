"""PostgreSQL restarted under the chat: whoever asks is told to try again, and nothing is lost or doubled."""

from __future__ import annotations

import asyncio
import secrets
import signal
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest

from scripts.local import processes
from scripts.local.services import Postgres, throw_away_place
from tests.e2e.conftest import Figures
from tests.e2e.people import Bot, Console, opened, welcome_room
from tests.support.client import Refusal
from tests.support.oracle import Listener, Oracle, caught_up
from tests.support.server import Site, running

SENDERS = 4
BEFORE_SECONDS = 0.7
DOWN_SECONDS = 1.5
WAIT_SECONDS = 0.5
EVERY_SECONDS = 0.05
BACK_SECONDS = 5


@dataclass
class Stage:
    site: Site
    postgres: Postgres
    bots: list[Bot]

    def stop(self, by: signal.Signals) -> None:
        assert self.postgres.process
        processes.stop(self.postgres.process, by=by)
        self.postgres.process = None


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """The server is durable, unlike that of other tests: what it said it has stored outlives its crash.
    A request waits less long for a connection than the server is down."""
    with throw_away_place() as place:
        postgres = Postgres(place, secrets.token_hex(16), log=place.folder / "log")
        postgres.start()
        env = {"DATABASE_WAIT_SECONDS": str(WAIT_SECONDS)}
        try:
            with running(web=2, limits="off", env=env, postgres=postgres.url) as site:
                with Console(site) as console:
                    bots = console.bots("robot", SENDERS + 3)
                yield Stage(site, postgres, bots)
                assert "Traceback" not in site.logs()
        finally:
            postgres.stop()


async def send(socket: Listener, oracle: Oracle, done: asyncio.Event, refused: Counter[str]) -> None:
    """One message after the other, each under its key until it is acknowledged."""
    while not done.is_set():
        key, acknowledged = str(uuid.uuid4()), False
        while not acknowledged:
            since = time.monotonic()
            try:
                oracle.sent(await socket.send(oracle.room, key, key), since)
                acknowledged = True
            except Refusal as refusal:
                refused[refusal.code] += 1
            await asyncio.sleep(EVERY_SECONDS)


async def is_put_off(newcomer: Listener) -> bool:
    """Whether somebody who comes meanwhile is told to come back."""
    async with newcomer:
        code = await newcomer.closed()
        return code == 4012 and newcomer.frames[-1]["retry_after"] > 0


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGQUIT], ids=["fast", "immediate"])
async def test_sends_are_refused_while_postgresql_restarts_and_then_stored_once(
    stage: Stage, by: signal.Signals, figures: Figures
) -> None:
    async with AsyncExitStack() as stack:
        *sockets, newcomer = (bot.socket(stage.site, number % 2) for number, bot in enumerate(stage.bots))
        await opened(stack, *sockets)
        oracle, done = Oracle(stage.site.database_url, welcome_room(sockets[0])), asyncio.Event()
        since = oracle.head()
        refused = [Counter[str]() for _ in range(SENDERS)]
        async with asyncio.TaskGroup() as group:
            for socket, codes in zip(sockets, refused, strict=False):
                group.create_task(send(socket, oracle, done, codes))
            await asyncio.sleep(BEFORE_SECONDS)
            stage.stop(by)
            down = time.monotonic()
            assert await is_put_off(newcomer)
            for socket in sockets:
                await socket.ask("ping")
            await asyncio.sleep(DOWN_SECONDS - (time.monotonic() - down))
            stage.postgres.start()
            up = time.monotonic()
            await asyncio.sleep(BEFORE_SECONDS)
            done.set()
        head = oracle.head()
        for socket in sockets:
            await socket.until(caught_up([socket], oracle.room, head), f"position {head}")
        oracle.check(sockets, since=since)
        back = min(at for at in oracle.acknowledged_at.values() if at > up) - up
        figures(sent=head - since, refused=sum(sum(refused, Counter()).values()), back_s=back)
        for codes in refused:
            assert codes.keys() <= {"unavailable", "busy"}
            assert codes["unavailable"]
        assert back <= BACK_SECONDS
