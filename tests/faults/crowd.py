"""Clients that never stop talking, whatever breaks, and what became of what they said."""

from __future__ import annotations

import asyncio
import random
import time
import uuid
from collections import Counter
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from functools import partial
from types import TracebackType
from typing import Any, Self, TypeVar

from tests.e2e.people import Bot, welcome_room
from tests.support.oracle import Oracle, dump
from tests.support.regulars import Regular, all_caught_up
from tests.support.server import Site

T = TypeVar("T")

PAUSE_SECONDS = 0.1
REPEATED = 0.1
PATIENCE_SECONDS = 90


class Crowd:
    """Bots who talk in the welcome room, each from the other web process than the one before, and come back
    when they are cut off. Nobody else may say anything there. The seed chooses pauses, and which messages are
    sent again under the same key; `check` judges all of them at a moment when nothing is on its way."""

    def __init__(self, site: Site, bots: list[Bot], seed: int) -> None:
        self._site, self._seed = site, seed
        self.regulars: list[Regular] = []
        for number, bot in enumerate(bots):
            order = (number % 2, 1 - number % 2)
            self.regulars.append(Regular(bot.name, partial(bot.socket, site), order))
        self._stack = AsyncExitStack()
        self._talking: list[asyncio.Task[None]] = []
        self._done, self._news = asyncio.Event(), asyncio.Event()
        self._acknowledged: dict[str, list[float]] = {regular.name: [] for regular in self.regulars}

    async def __aenter__(self) -> Self:
        print(f"seed {self._seed}")
        async with AsyncExitStack() as stack:
            for regular in self.regulars:
                await stack.enter_async_context(regular)
            self.oracle = Oracle(self._site.database_url, welcome_room(await self.regulars[0].live()))
            self.since = self.oracle.head()
            for regular in self.regulars:
                (await regular.live()).forget(self.oracle.room)
            self._stack = stack.pop_all()
        self.talk()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error:
            print("frames:", dump(regular.socket for regular in self.regulars if regular.socket))
        for task in self._talking:
            task.cancel()
        await asyncio.gather(*self._talking, return_exceptions=True)
        await self._stack.aclose()

    @property
    def refusals(self) -> list[Counter[str]]:
        """What each client was told instead of being served, by code."""
        return [Counter(regular.refusals) for regular in self.regulars]

    @property
    def closed(self) -> set[int | None]:
        """The codes of all sockets that ended; None for one that never came about."""
        return {code for regular in self.regulars for code in regular.codes}

    @property
    def absences(self) -> list[float]:
        """Seconds from each loss of a connection until its client was live again."""
        return [away for regular in self.regulars for away in regular.absences[1:]]

    def talk(self) -> None:
        """Begins, or goes on after a `check`."""
        self._done = asyncio.Event()
        self._talking = [asyncio.create_task(self._talk(regular)) for regular in self.regulars]

    async def spread(self) -> None:
        """Has each client at the web process where it began: whoever is cut off goes to the other."""
        for number, regular in enumerate(self.regulars):
            await asyncio.wait_for(regular.move_to(number % 2), PATIENCE_SECONDS)

    async def talk_for(self, seconds: float) -> None:
        """Returns after so long; raises what a broken promise made a client raise."""
        await self._unless_one_fails(asyncio.sleep(seconds))

    async def heard(self, since: float) -> list[float]:
        """Seconds from `since`, by `time.monotonic`, to the first acknowledgement of each client after it;
        waits until everybody has one."""

        async def wait() -> list[float]:
            while None in (first := [self._first_after(since, name) for name in self._acknowledged]):
                self._news.clear()
                await self._news.wait()
            return [at - since for at in first if at is not None]

        return await self._unless_one_fails(asyncio.wait_for(wait(), PATIENCE_SECONDS))

    async def check(self) -> int:
        """Lets everybody finish and catch up, and compares what they were told with PostgreSQL. Returns how
        many messages that were. What is checked may be let go with `forget`."""
        self._done.set()
        await asyncio.wait_for(asyncio.gather(*self._talking), PATIENCE_SECONDS)
        await all_caught_up(self.regulars, self.oracle.room, self.oracle.head())
        sockets = [await regular.live() for regular in self.regulars]
        rows = self.oracle.check(sockets, since=self.since)
        assert len(rows) == len(self.oracle.acknowledged), "B: stored more often than it was said"
        return len(rows)

    async def forget(self) -> None:
        """Lets go of what was checked; to be called before anybody talks again."""
        for regular in self.regulars:
            (await regular.live()).forget(self.oracle.room)
            regular.refusals.clear()
            regular.codes.clear()
            del regular.absences[1:]
        for times in self._acknowledged.values():
            times.clear()
        self.oracle.forget()
        self.since = self.oracle.head()

    def delays(self) -> list[float]:
        """Seconds from each acknowledgement until the message was with each client; to be asked after a
        `check`."""
        return [
            delay
            for regular in self.regulars
            if regular.socket
            for delay in self.oracle.delays(regular.socket, self._acknowledged)
        ]

    def _first_after(self, since: float, name: str) -> float | None:
        return next((at for at in self._acknowledged[name] if at > since), None)

    async def _talk(self, regular: Regular) -> None:
        chance = random.Random(f"{self._seed} {regular.name}")
        number = 0
        while not self._done.is_set():
            number += 1
            key = str(uuid.uuid4())
            for _ in range(2 if chance.random() < REPEATED else 1):
                await regular.send(self.oracle, f"{regular.name} {number}", key)
                self._acknowledged[regular.name].append(time.monotonic())
                self._news.set()
            await asyncio.sleep(chance.uniform(0, 2 * PAUSE_SECONDS))

    async def _unless_one_fails(self, waiting: Coroutine[Any, Any, T]) -> T:
        task = asyncio.ensure_future(waiting)
        await asyncio.wait([task, *self._talking], return_when=asyncio.FIRST_COMPLETED)
        for talking in self._talking:
            if talking.done():
                task.cancel()
                await talking
        return await task
