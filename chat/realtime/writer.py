"""Sends that wait at the same moment share one transaction; one alone waits for nobody."""

from __future__ import annotations

import asyncio
from collections import deque

from chat import frames
from chat.errors import Refused
from chat.realtime.threads import in_thread
from chat.services import messages
from chat.services.batch import Draft, Outcome

BATCH_MAX = 256


class Writer:
    """One a process. While a batch commits, the next one gathers: no timer, no delay."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[Draft, asyncio.Future[frames.Message]]] = deque()
        self._flushing: asyncio.Task[None] | None = None

    def post(self, draft: Draft) -> asyncio.Future[frames.Message]:
        """The stored message once it has committed, or what `messages.post` raises. Drafts are stored in
        the order they come."""
        outcome: asyncio.Future[frames.Message] = asyncio.get_running_loop().create_future()
        self._waiting.append((draft, outcome))
        if self._flushing is None:
            self._flushing = asyncio.create_task(self._flush())
        return outcome

    async def finished(self) -> None:
        """Returns when nothing waits any more."""
        if self._flushing:
            await asyncio.wait([self._flushing])

    async def _flush(self) -> None:
        try:
            while self._waiting:
                batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), BATCH_MAX))]
                await self._store(batch)
        finally:
            self._flushing = None

    async def _store(self, batch: list[tuple[Draft, asyncio.Future[frames.Message]]]) -> None:
        results: list[Outcome]
        try:
            results = await in_thread(messages.post_many, [draft for draft, _outcome in batch])
        except Exception as error:  # noqa: BLE001 (each sender gets it as an answer)
            results = [error] * len(batch)
            if isinstance(error, Refused) and error.code == "busy":
                self._refuse_behind(batch, error)
        for (_draft, outcome), result in zip(batch, results, strict=True):
            if outcome.cancelled():
                continue
            if isinstance(result, Exception):
                outcome.set_exception(result)
            else:
                outcome.set_result(result)

    def _refuse_behind(
        self, batch: list[tuple[Draft, asyncio.Future[frames.Message]]], error: Refused
    ) -> None:
        """Who waited behind a batch for a room that was not to be had is told so as well: another wait of
        the same length would come on top of the first."""
        rooms = {draft.room for draft, _outcome in batch}
        waiting, self._waiting = self._waiting, deque()
        for draft, outcome in waiting:
            if draft.room not in rooms:
                self._waiting.append((draft, outcome))
            elif not outcome.cancelled():
                outcome.set_exception(error)
