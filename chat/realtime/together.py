"""Questions to the database that wait at the same moment share one call; one alone waits for nobody."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from chat.realtime.threads import in_thread

Q = TypeVar("Q")
A = TypeVar("A")

AT_ONCE_MAX = 64


class Together(Generic[Q, A]):
    """Asks `ask`, in a thread, for all that has gathered while its last call ran: no timer, no delay.

    It is given the questions in the order they came, and returns the answers in that order. An answer that is
    an exception is raised to who asked for it alone; what `ask` itself raises goes to everybody of that call.
    A question is put to the database after it was asked here, never before.
    """

    def __init__(self, ask: Callable[[Sequence[Q]], Sequence[A | Exception]]) -> None:
        self._ask = ask
        self._waiting: deque[tuple[Q, asyncio.Future[A]]] = deque()
        self._asking: asyncio.Task[None] | None = None

    def __call__(self, question: Q) -> asyncio.Future[A]:
        answer: asyncio.Future[A] = asyncio.get_running_loop().create_future()
        self._waiting.append((question, answer))
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask_all())
        return answer

    async def _ask_all(self) -> None:
        try:
            while self._waiting:
                part = [self._waiting.popleft() for _ in range(min(len(self._waiting), AT_ONCE_MAX))]
                await self._ask_for(part)
        finally:
            self._asking = None

    async def _ask_for(self, part: list[tuple[Q, asyncio.Future[A]]]) -> None:
        answers: Sequence[A | Exception]
        try:
            answers = await in_thread(self._ask, [question for question, _answer in part])
        except Exception as error:  # noqa: BLE001 (everybody who asked gets it)
            answers = [error] * len(part)
        for (_question, outcome), answer in zip(part, answers, strict=True):
            if outcome.done():
                continue  # whoever asked is gone
            if isinstance(answer, Exception):
                outcome.set_exception(answer)
            else:
                outcome.set_result(answer)
