"""How a change gets to all sockets of a room: encoded once, and without holding up anything else for long.

What is written to a room in one turn of the event loop, or while the room's last write is still waiting its
turn, goes out as one write a socket.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Collection, Iterator

from chat.realtime.socket import Socket

STRETCH = 256


class Audience:
    """The sockets that hear a room. A write is for those that are here at that moment, while they stay."""

    def __init__(self, fanout: Fanout) -> None:
        self._fanout = fanout
        self._sockets: set[Socket] = set()
        self._open: _Write | None = None
        self._under_way: list[_Write] = []

    def __contains__(self, socket: Socket) -> bool:
        return socket in self._sockets

    def __iter__(self) -> Iterator[Socket]:
        return iter(self._sockets)

    def __len__(self) -> int:
        return len(self._sockets)

    def add(self, socket: Socket) -> None:
        """From the next write on."""
        self._seal()
        self._sockets.add(socket)

    def discard(self, socket: Socket) -> None:
        """Nothing of the room is written to the socket from here on, not even what waits its turn."""
        if socket in self._sockets:
            self._seal()
            self._sockets.discard(socket)
            for write in self._under_way:
                write.without.add(socket)

    def write(self, data: bytes, without: Collection[Socket] = ()) -> None:
        """Sends ready frames to all but `without`."""
        if not self._sockets:
            return
        if without:
            self._seal()
        if self._open is None:
            self._open = _Write(self)
            self._under_way.append(self._open)
            self._fanout.put(self._open)
        self._open.data.append(data)
        if without:
            self._open.without.update(without)
            self._seal()

    def _seal(self) -> None:
        """What comes next is another write, because the sockets it goes to are others."""
        if self._open is not None:
            self._open.begin(self._sockets)
            self._open = None

    def begun(self, write: _Write) -> None:
        if write is self._open:
            self._seal()

    def done(self, write: _Write) -> None:
        self._under_way.remove(write)


class _Write:
    """Frames on their way to the sockets that were here when it began."""

    __slots__ = ("audience", "data", "sockets", "without")

    def __init__(self, audience: Audience) -> None:
        self.audience = audience
        self.data: list[bytes] = []
        self.sockets: list[Socket] = []
        self.without: set[Socket] = set()

    def begin(self, sockets: Collection[Socket]) -> None:
        self.sockets = list(sockets)
        self.data = [b"".join(self.data)]

    def go_on(self, most: int) -> int:
        """Writes to at most so many sockets; returns to how many."""
        self.audience.begun(self)
        data, without = self.data[0], self.without
        part, self.sockets = self.sockets[-most:], self.sockets[:-most]
        for socket in part:
            if socket not in without:
                socket.write(data)
        return len(part)


class Fanout:
    """The writes of a process, in order; after `STRETCH` sockets whatever else waits gets its turn."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._writes: deque[_Write] = deque()
        self._scheduled = False

    def put(self, write: _Write) -> None:
        self._writes.append(write)
        self._schedule()

    def _schedule(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            self._loop.call_soon(self._go_on)

    def _go_on(self) -> None:
        self._scheduled = False
        left = STRETCH
        while self._writes and left > 0:
            write = self._writes[0]
            left -= write.go_on(left)
            if not write.sockets:
                self._writes.popleft()
                write.audience.done(write)
        if self._writes:
            self._schedule()
