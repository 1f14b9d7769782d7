"""Many writers on two processes who write all at once, and repeat themselves."""

from __future__ import annotations

import asyncio
import random
import time
import uuid
from contextlib import AsyncExitStack
from dataclasses import dataclass

from tests.e2e.conftest import Figures
from tests.e2e.people import Bot, opened, welcome_room
from tests.support.oracle import Listener, Oracle, caught_up, percentile
from tests.support.server import Site

UNDER_WAY = 4
LIVE_EVERY = 5
REPEATED = 0.15
PROMISED_SECONDS = 2.5

# Most sockets only write: they never sync, and nothing is live there.
ENV = {"CHAT_SYNC_SECONDS": "600"}


@dataclass
class Writer:
    """Sends on one process; repeats keys on both, also while the first send is still under way."""

    name: str
    first: Listener
    second: Listener
    oracle: Oracle
    random: random.Random

    async def write(self, count: int) -> None:
        places = asyncio.Semaphore(UNDER_WAY)
        sent: list[tuple[str, str]] = []
        async with asyncio.TaskGroup() as group:
            for number in range(count):
                key, body = str(uuid.UUID(int=self.random.getrandbits(128))), f"{self.name} {number}"
                await places.acquire()
                group.create_task(self._send(places, self.first, key, body))
                sent.append((key, body))
                if self.random.random() < REPEATED:
                    again = self.random.choice([sent[-1], self.random.choice(sent)])
                    await places.acquire()
                    group.create_task(
                        self._send(places, self.random.choice([self.first, self.second]), *again)
                    )

    async def _send(self, places: asyncio.Semaphore, socket: Listener, key: str, body: str) -> None:
        try:
            since = time.monotonic()
            self.oracle.sent(await socket.send(self.oracle.room, body, key), since)
        finally:
            places.release()


async def storm(
    site: Site, senders: list[Bot], ears: list[Bot], *, messages: int, seed: int, figures: Figures
) -> None:
    """Lets bots on both processes write all at once, so many messages in all, and judges what everybody got.
    One of `ears` listens on each process. No other storm of the same senders has the same seed."""
    print(f"seed {seed}")
    share = messages // len(senders)
    async with AsyncExitStack() as stack:
        listeners = await opened(stack, *(bot.socket(site, n) for n, bot in enumerate(ears)))
        firsts = [await stack.enter_async_context(b.socket(site, n % 2)) for n, b in enumerate(senders)]
        seconds = [await stack.enter_async_context(b.socket(site, 1 - n % 2)) for n, b in enumerate(senders)]
        live = listeners + [await socket.open() for socket in firsts[::LIVE_EVERY]]
        oracle = Oracle(site.database_url, welcome_room(listeners[0]))
        since, began = oracle.head(), time.monotonic()
        async with asyncio.TaskGroup() as group:
            for number, bot in enumerate(senders):
                chance = random.Random(f"{seed} {number}")
                writer = Writer(bot.name, firsts[number], seconds[number], oracle, chance)
                group.create_task(writer.write(share))
        took = time.monotonic() - began
        head = oracle.head()
        assert head - since == share * len(senders), "one message a key"
        for socket in live:
            await socket.until(caught_up([socket], oracle.room, head), f"position {head}")
        oracle.check(live, since=since)
        assert not any(frame["type"] == "changes" for socket in seconds for frame in socket.frames)
        delays = [
            delay
            for process, listener in enumerate(listeners)
            for delay in oracle.delays(listener, {bot.name for bot in senders[1 - process :: 2]})
        ]
        figures(
            messages_a_second=messages / took,
            ack_p50_ms=percentile(oracle.latencies, 0.5) * 1000,
            ack_p99_ms=percentile(oracle.latencies, 0.99) * 1000,
            delivery_p50_ms=percentile(delays, 0.5) * 1000,
            delivery_max_ms=max(delays) * 1000,
        )
        assert max(delays) <= PROMISED_SECONDS
