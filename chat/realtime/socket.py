"""The server's end of one WebSocket, as the hub knows it."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from chat import frames
from chat.access import Actor

log = logging.getLogger(__name__)

Send = Callable[[dict[str, Any]], Awaitable[None]]


class Socket:
    """Frames go out in the order of `write`, which never waits.

    `known` are the rooms the client was told of, `positions` where it stands in those that are not live
    before the first `sync`; `entering` counts commands under way that will tell of a room themselves.
    """

    def __init__(self, actor: Actor, send: Send) -> None:
        self.actor = actor
        self.name = secrets.token_hex(8)
        self.synced = False
        self.closed = False
        self.entering = 0
        self.known: set[int] = set()
        self.positions: dict[int, int] = {}
        self.heard_at = time.monotonic()
        self._send = send
        self._waiting: deque[dict[str, Any]] = deque()
        self._flushing: asyncio.Task[None] | None = None

    def write(self, text: str) -> None:
        """Queues an encoded frame."""
        if not self.closed:
            self._put({"type": "websocket.send", "text": text})

    def say(self, frame: frames.Frame) -> None:
        self.write(frames.encode(frame))

    def close(self, code: int, reason: str, retry_after: float = 0) -> None:
        """Says `bye` and closes; what was written before still goes out."""
        if not self.closed:
            self.say(frames.ByeFrame(reason=reason, retry_after=retry_after))
            self.hang_up(code)

    def hang_up(self, code: int) -> None:
        """Closes without a word."""
        if not self.closed:
            self._put({"type": "websocket.close", "code": code})
            self.closed = True

    def _put(self, event: dict[str, Any]) -> None:
        self._waiting.append(event)
        if self._flushing is None:
            self._flushing = asyncio.create_task(self._flush())

    async def _flush(self) -> None:
        try:
            while self._waiting:
                await self._send(self._waiting.popleft())
        except Exception as error:  # noqa: BLE001 (the other end is gone, in one of a server's many ways)
            log.debug("socket %s ended while it was written to: %r", self.name, error)
            self.closed = True
            self._waiting.clear()
        finally:
            self._flushing = None
