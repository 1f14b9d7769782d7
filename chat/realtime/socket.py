"""The server's end of one WebSocket, as the hub knows it."""

from __future__ import annotations

import asyncio
import itertools
import logging
import secrets
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, Protocol

from django.conf import settings

from chat import frames
from chat.access import Actor

DRAINED_LOOK_SECONDS = 0.05

# Of all processes no two sockets have the same name; the operating system is asked for chance once.
_PROCESS = secrets.token_hex(8)
_numbers = itertools.count()

log = logging.getLogger(__name__)

Send = Callable[[dict[str, Any]], Awaitable[None]]


class Outlet(Protocol):
    """Where what is written to a socket goes. Nothing here waits, and nothing is kept once it is closed."""

    def write(self, data: bytes) -> int:
        """Sends ready frames, one or several; returns the bytes that wait for the other end to read."""
        ...

    def waiting(self) -> int:
        """The bytes that wait for the other end to read."""
        ...

    def close(self, code: int) -> None:
        """Closes with this code, after what was written before."""
        ...


def ready(payload: bytes) -> bytes:
    """A text frame as it goes over the network: whole and, as a server's are, not masked (RFC 6455, 5.2)."""
    size = len(payload)
    if size < 126:
        return b"\x81" + size.to_bytes(1, "big") + payload
    if size < 65_536:
        return b"\x81\x7e" + size.to_bytes(2, "big") + payload
    return b"\x81\x7f" + size.to_bytes(8, "big") + payload


def payloads(data: bytes) -> Iterator[bytes]:
    """What was given to `ready`, of one frame after the other."""
    at = 0
    while at < len(data):
        short = data[at + 1]
        at += 2
        size = short
        if short >= 126:
            width = 2 if short == 126 else 8
            size = int.from_bytes(data[at : at + width], "big")
            at += width
        yield data[at : at + size]
        at += size


class Socket:
    """Frames go out in the order of `write`, which never waits.

    `known` are the rooms the client was told of, `positions` where it stands in those that are not live
    before the first `sync`; `entering` counts commands under way that will tell of a room themselves; `epoch`
    and `welcomed_at`, in the time of the event loop, are what the welcome said and when that was asked for.
    """

    __slots__ = (
        "actor",
        "asked_for",
        "closed",
        "entering",
        "epoch",
        "heard_at",
        "known",
        "name",
        "outlet",
        "positions",
        "soon",
        "synced",
        "welcomed_at",
    )

    def __init__(self, actor: Actor, outlet: Outlet) -> None:
        self.actor = actor
        self.outlet = outlet
        self.name = f"{_PROCESS}{next(_numbers)}"
        self.synced = False
        self.closed = False
        self.entering = 0
        self.known: set[int] = set()
        self.positions: dict[int, int] = {}
        self.heard_at = time.monotonic()
        self.soon: list[bytes] = []
        self.asked_for = 0
        self.epoch = ""
        self.welcomed_at = float("-inf")

    def welcomed(self, epoch: str, heads: dict[int, int], asked_at: float) -> None:
        """Notes what the client is told of its rooms."""
        self.epoch = epoch
        self.welcomed_at = asked_at
        self.known.update(heads)
        self.positions.update(heads)

    def write(self, data: bytes) -> None:
        """Sends ready frames. A reader too slow for them is closed: what waits for one socket is bounded."""
        if self.soon:
            self._give(data)
            return
        if self.closed:
            return
        waiting = self.outlet.write(data)
        if waiting <= settings.CHAT_OUTGOING_MAX:
            self.asked_for = 0
        elif waiting > settings.CHAT_OUTGOING_MAX + self.asked_for:
            log.info("socket %s reads too slowly", self.name)
            self.close(frames.TOO_SLOW, "too_slow")

    def say(self, frame: frames.Frame) -> None:
        self.write(ready(frames.encode(frame)))

    def answer(self, frame: frames.Frame) -> None:
        """`say`, for what the client has asked for, however large: the time that it takes to read is not
        held against it. To be followed by `drained` before more is answered, so that this is bounded too."""
        self._give(ready(frames.encode(frame)))

    def _give(self, data: bytes) -> None:
        data = b"".join((*self.soon, data))
        self.soon.clear()
        if not self.closed:
            self.asked_for = self.outlet.write(data)

    def say_soon(self, frame: frames.Frame) -> None:
        """`answer`, in this turn of the event loop: what else is said in it goes out in the same write."""
        if not self.soon:
            asyncio.get_running_loop().call_soon(self._flush)
        self.soon.append(ready(frames.encode(frame)))

    def _flush(self) -> None:
        if self.soon:
            self._give(b"")

    async def drained(self) -> None:
        """Returns when there is room for more, or the socket is closed: for what can wait, where a socket
        that reads slowly but steadily would otherwise be closed for what it asked for itself."""
        while not self.closed and self.outlet.waiting() > settings.CHAT_OUTGOING_MAX // 4:  # noqa: ASYNC110
            await asyncio.sleep(DRAINED_LOOK_SECONDS)  # no server has an event for it

    def close(self, code: int, reason: str, retry_after: float = 0) -> None:
        """Says `bye` and closes; what was written before still goes out."""
        if not self.closed:
            bye = ready(frames.encode(frames.ByeFrame(reason=reason, retry_after=retry_after)))
            self.outlet.write(b"".join((*self.soon, bye)))
            self.hang_up(code)

    def hang_up(self, code: int) -> None:
        """Closes without a word."""
        if not self.closed:
            self.closed = True
            self.outlet.close(code)


class AsgiOutlet:
    """The events of ASGI, for any server."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._events: deque[dict[str, Any]] = deque()
        self._waiting = 0
        self._flushing: asyncio.Task[None] | None = None

    def write(self, data: bytes) -> int:
        for payload in payloads(data):
            self._waiting += len(payload)
            self._put({"type": "websocket.send", "text": payload.decode()})
        return self._waiting

    def waiting(self) -> int:
        return self._waiting

    def close(self, code: int) -> None:
        self._put({"type": "websocket.close", "code": code})

    def _put(self, event: dict[str, Any]) -> None:
        self._events.append(event)
        if self._flushing is None:
            self._flushing = asyncio.create_task(self._flush())

    async def _flush(self) -> None:
        try:
            while self._events:
                event = self._events.popleft()
                await self._send(event)
                self._waiting -= len(event.get("text", ""))
        except Exception as error:  # noqa: BLE001 (the other end is gone, in one of a server's many ways)
            log.debug("a socket ended while it was written to: %r", error)
            self._events.clear()
            self._waiting = 0
        finally:
            self._flushing = None
