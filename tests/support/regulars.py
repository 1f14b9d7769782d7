"""Clients that come back, as the page does."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
import uuid
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Self

from websockets.exceptions import ConnectionClosed, InvalidHandshake

from tests.support.client import Refusal
from tests.support.oracle import Listener, Oracle, caught_up

TRY_AGAIN = {"busy", "unavailable", "internal"}


class Regular:
    """Opens another socket where one is closed, catches up from what it has, and sends what was not
    acknowledged again with the same key. `socket` is the present or last one, with all that ever came."""

    def __init__(self, name: str, connect: Callable[[int], Listener], processes: Iterable[int]) -> None:
        self.name = name
        self.socket: Listener | None = None
        self.codes: list[int | None] = []
        self.refusals: list[str] = []
        self.absences: list[float] = []
        self._connect = connect
        self._processes = itertools.cycle(processes)
        self._process = -1
        self._live = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._stay())
        await self.live()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def live(self) -> Listener:
        """The socket, once it has caught up; raises what a broken promise made the client raise."""
        waiting = asyncio.create_task(self._live.wait())
        await asyncio.wait({waiting, self._task}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if self._task.done():
            await self._task
        assert self.socket
        return self.socket

    async def send(self, oracle: Oracle, body: str, key: str | None = None) -> None:
        """Returns when it is acknowledged, however often it has to be said."""
        key, since = key or str(uuid.uuid4()), time.monotonic()
        while True:
            socket = await self.live()
            try:
                oracle.sent(await socket.send(oracle.room, body, key), since)
                return
            except Refusal as refusal:
                if refusal.code not in TRY_AGAIN:
                    raise
                self.refusals.append(refusal.code)
                await asyncio.sleep(0.2)
            except (AssertionError, ConnectionClosed):
                if socket.failure or socket.close_code is None:
                    raise
                await asyncio.sleep(0.05)

    async def caught_up(self, room: str, head: int) -> None:
        """Returns when everything up to `head` is applied, on whichever socket that is."""
        while True:
            socket = await self.live()
            try:
                await socket.until(caught_up([socket], room, head), f"position {head}")
                return
            except AssertionError:
                if socket.failure or socket.close_code is None:
                    raise
                await asyncio.sleep(0.05)

    async def move_to(self, process: int) -> None:
        """Returns when the socket is one of that web process, which has to run."""
        while True:
            socket = await self.live()
            if self._process == process:
                return
            await socket.socket.close()
            await asyncio.sleep(0.05)

    async def _stay(self) -> None:
        left = time.monotonic()
        while True:
            if await self._visit(left):
                left = time.monotonic()
            await asyncio.sleep(random.uniform(0.05, 0.3))

    async def _visit(self, left: float) -> bool:
        """One socket from its handshake to its end; false if it never became live."""
        self._process = next(self._processes)
        socket = self._connect(self._process)
        if self.socket:
            socket.go_on_from(self.socket)
        positions = dict(socket.positions)
        was_live = False
        try:
            async with socket:
                await socket.wait_for("welcome")
                socket.positions |= positions
                self.socket = socket
                await socket.sync(positions)
                self.absences.append(time.monotonic() - left)
                was_live = True
                self._live.set()
                await socket.socket.wait_closed()
        except (OSError, TimeoutError, InvalidHandshake, ConnectionClosed, Refusal):
            pass
        except AssertionError:
            if socket.failure:
                raise
        finally:
            self._live.clear()
        self.codes.append(socket.close_code if hasattr(socket, "socket") else None)
        return was_live


async def all_caught_up(regulars: Iterable[Regular], room: str, head: int, within: float = 30) -> None:
    """Waits until everybody has applied everything up to `head`."""
    async with asyncio.timeout(within):
        for regular in regulars:
            await regular.caught_up(room, head)
