"""A WebSocket as daphne serves it: bounded in both directions, and written to without detours."""

from __future__ import annotations

import asyncio
import ctypes
import errno
import socket
from typing import Any

import autobahn.twisted.websocket
import autobahn.websocket.protocol
from autobahn.websocket.types import ConnectionDeny
from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol
from twisted.internet import tcp, unix

from chat import frames

DENIAL = "websocket.http.response"
CLOSE_SECONDS = 10
INBOX_FRAMES = 32
INBOX_BYTES = 256 * 1024
BEHIND_SECONDS = 0.8
FRAGMENTS_MAX = 64
WITHOUT_WAITING = socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL
FULL = {errno.EAGAIN, errno.EWOULDBLOCK}

# send(2) that keeps Python's lock. It does not wait, so it need not let go; `socket.send` does, and each of a
# thousand writes of a change would stand in line again behind the threads that speak to PostgreSQL.
_send = ctypes.PyDLL(None, use_errno=True).send
_send.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_int)
_send.restype = ctypes.c_ssize_t


def _plain(value: Any) -> Any:
    return value


# autobahn colours what it would say in its log with each packet that comes, though the log is off.
for _module in (autobahn.twisted.websocket, autobahn.websocket.protocol):
    _module.hltype = _module.hlval = _plain  # type: ignore[attr-defined]


class ChatProtocol(WebSocketProtocol):
    """Knows the ASGI extension for answering a handshake with an HTTP status.

    A client has `CLOSE_SECONDS` to answer a close: where autobahn gives up after its one second, the reset
    that follows takes the close code from a client that is busy, and it comes back when it should not.

    A client that says more than can be done is not read from until it was; who goes on all the same, or sends
    a frame in more than `FRAGMENTS_MAX` pieces, is closed with 4429.
    """

    closeHandshakeTimeout = CLOSE_SECONDS  # noqa: N815 (autobahn's)
    inbox: Inbox
    _fragments = 0
    _cut_short = False

    def onMessageFrameBegin(self, length: int) -> None:  # noqa: N802 (autobahn's)
        self._fragments += 1
        if self._fragments > FRAGMENTS_MAX:
            self.too_fast()
        super().onMessageFrameBegin(length)

    def onMessageEnd(self) -> None:  # noqa: N802 (autobahn's)
        self._fragments = 0
        super().onMessageEnd()

    def too_fast(self) -> None:
        """Closes with 4429 and reads no more."""
        if self.state == self.STATE_OPEN:
            self._cut_short = True
            self.sendClose(code=frames.TOO_FAST)
            self.transport.pauseProducing()

    def onMessage(self, payload: bytes, isBinary: bool) -> None:  # noqa: N802, N803 (autobahn's)
        if not self._cut_short:
            super().onMessage(payload, isBinary)

    def handle_reply(self, message: dict[str, Any]) -> None:
        if message["type"] == f"{DENIAL}.start":
            self._denial = message
        elif message["type"] == f"{DENIAL}.body":
            self._deny(self._denial["status"], self._denial["headers"])
        else:
            super().handle_reply(message)

    def _deny(self, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        self._denial_headers = [(name.decode(), value.decode()) for name, value in headers]
        self.handshake_deferred.errback(ConnectionDeny(code=status, reason="Refused"))
        del self.handshake_deferred
        self.server.protocol_disconnected(self)

    def failHandshake(self, reason: str, code: int = 400, responseHeaders: Any = None) -> None:  # noqa: N802, N803
        """An Origin that autobahn cannot read is like any other that is not on the list."""
        super().failHandshake(reason, 403 if "Origin" in reason else code, responseHeaders)

    def sendHttpErrorResponse(self, code: int, reason: str, headers: Any = None) -> None:  # noqa: N802 (autobahn's)
        super().sendHttpErrorResponse(code, reason, headers or getattr(self, "_denial_headers", ()))


class SocketFactory(WebSocketFactory):
    """Makes a `ChatProtocol` of each connection that becomes a socket.

    The options of its sockets are those of their class. autobahn copies them to each socket and writes them
    out for a log that nobody keeps, which took a quarter of what opening a socket costs the event loop.
    """

    def setProtocolOptions(self, **options: Any) -> None:  # noqa: N802 (autobahn's)
        super().setProtocolOptions(**options)
        found = {name: getattr(self, name) for name in WebSocketProtocol.CONFIG_ATTRS}
        shared: dict[str, Any] = {
            name: staticmethod(value) if callable(value) else value for name, value in found.items()
        }
        own = {name: vars(ChatProtocol)[name] for name in found if name in vars(ChatProtocol)}
        self.protocol = type("ConfiguredProtocol", (ChatProtocol,), shared | own | {"CONFIG_ATTRS": ()})


class SocketOutlet:
    """Writes ready frames for a protocol: straight to the operating system while nothing waits.

    Only Twisted's own plain transports are gone around; a TLS transport passes attributes on, and writing to
    its socket would put plain text into the stream.
    """

    __slots__ = ("_number", "_protocol", "_transport")

    def __init__(self, protocol: ChatProtocol) -> None:
        self._protocol = protocol
        self._transport = protocol.transport
        plain = type(self._transport) in (tcp.Server, unix.Server)
        self._number = self._transport.fileno() if plain else None

    def write(self, data: bytes) -> int:
        transport = self._transport
        # Once it is not connected the number may be that of another socket.
        if self._protocol.state != ChatProtocol.STATE_OPEN or not transport.connected:
            return 0
        if self._number is not None and not transport._tempDataLen and not transport.dataBuffer:
            sent = _send(self._number, data, len(data), WITHOUT_WAITING)
            if sent == len(data):
                return 0
            if sent > 0:
                data = data[sent:]
            elif ctypes.get_errno() not in FULL:
                return 0  # Twisted, which reads from it, finds out as well and says so
        transport.write(data)
        return self.waiting()

    def waiting(self) -> int:
        transport = self._transport
        if self._number is None or not transport.connected:
            return 0
        waiting: int = len(transport.dataBuffer) - transport.offset + transport._tempDataLen
        return waiting

    def close(self, code: int) -> None:
        self._protocol.sendClose(code=code)


class Inbox(asyncio.Queue[dict[str, Any]]):
    """What a client said and nobody has taken yet. While it is full, the client is not read from."""

    def __init__(self, protocol: ChatProtocol) -> None:
        super().__init__()
        self._protocol = protocol
        self._bytes = 0
        self._deadline: asyncio.TimerHandle | None = None

    def _put(self, item: dict[str, Any]) -> None:
        super()._put(item)
        self._bytes += _size(item)
        if self._deadline is None and self._full() and self._protocol.state == ChatProtocol.STATE_OPEN:
            self._protocol.transport.pauseProducing()
            self._deadline = asyncio.get_running_loop().call_later(BEHIND_SECONDS, self._behind)

    def _get(self) -> dict[str, Any]:
        item: dict[str, Any] = super()._get()
        self._bytes -= _size(item)
        if self._deadline is not None and not self._full():
            self._deadline.cancel()
            self._deadline = None
            self._protocol.transport.resumeProducing()
        return item

    def _full(self) -> bool:
        return self.qsize() >= INBOX_FRAMES or self._bytes >= INBOX_BYTES

    def _behind(self) -> None:
        self._deadline = None
        self._protocol.too_fast()


def _size(event: dict[str, Any]) -> int:
    return len(event.get("text") or event.get("bytes") or ())
