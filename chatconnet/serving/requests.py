"""Requests for pages as daphne serves them: bounded before anything of them is kept."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any

from daphne.http_protocol import HTTPFactory, WebRequest
from twisted.internet.protocol import connectionDone
from twisted.web.http import HTTPChannel
from twisted.web.http_headers import Headers

BODY_MAX = 1024 * 1024
"""Bytes; a form of this site has some kilobytes."""
HEAD_SECONDS, BODY_SECONDS, IDLE_SECONDS = 10, 60, 75
UPGRADE_MAX = 8 * 1024

# A head of which nobody could make something else: each header on a line of its own, in printable ASCII.
_PLAIN_HEAD = re.compile(rb"GET (/[!-~]*) HTTP/1\.1\r\n((?:[A-Za-z0-9-]+: [ -~]*\r\n)+)\r\n")
_WITH_A_BODY = {b"content-length", b"transfer-encoding", b"expect"}


class ChatRequest(WebRequest):
    """A body over `BODY_MAX` bytes is refused with 413 as soon as that is known, its length told or not."""

    channel: ChatChannel

    def gotLength(self, length: int | None) -> None:  # noqa: N802 (Twisted's)
        if length is not None and length > BODY_MAX:
            self.channel.refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        super().gotLength(0 if self.channel.refused else length)

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802 (Twisted's)
        if self.channel.refused:
            return
        if self.content.tell() + len(data) > BODY_MAX:
            self.channel.refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        else:
            super().handleContentChunk(data)

    def process(self) -> Any:
        return None if self.channel.refused else super().process()


class ChatChannel(HTTPChannel):
    """A connection. However slowly it is sent, a head must be there `HEAD_SECONDS` after its first byte and a
    body `BODY_SECONDS` after its head, else the answer is 408."""

    transport: Any
    refused = False
    _due: Any = None
    _heard = False

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 (Twisted's)
        if not self._heard:
            self._heard = True
            if getattr(self.transport, "protocol", None) is self and (target := socket_target(data)):
                self._become_socket(target, data)
                return
        if self._due is None and not self._handlingRequest:
            self._expect_within(HEAD_SECONDS)
        super().dataReceived(data)

    def _become_socket(self, target: bytes, head: bytes) -> None:
        """What daphne does with a request for a socket that was read, without reading it first: the socket's
        protocol judges the head anyway. Nothing of this object is left behind."""
        transport = self.transport
        self.setTimeout(None)
        transport.unregisterProducer()
        protocol = self.factory.server.ws_factory.buildProtocol(transport.getPeer())
        protocol._raw_query_string = target.partition(b"?")[2]
        transport.protocol = protocol
        protocol.makeConnection(transport)
        protocol.dataReceived(head)

    def allHeadersReceived(self) -> None:  # noqa: N802 (Twisted's)
        self._expect_within(BODY_SECONDS)
        if _is_ambiguous(self.requests[-1].requestHeaders, self._version):
            self.refuse(HTTPStatus.BAD_REQUEST)
        super().allHeadersReceived()

    def _send100Continue(self) -> None:  # noqa: N802 (Twisted's)
        if not self.refused:
            super()._send100Continue()

    def allContentReceived(self) -> None:  # noqa: N802 (Twisted's)
        self._expect_nothing()
        super().allContentReceived()

    def connectionLost(self, reason: Any = connectionDone) -> None:  # noqa: N802 (Twisted's)
        self._expect_nothing()
        super().connectionLost(reason)

    def refuse(self, status: HTTPStatus) -> None:
        """Answers, and takes nothing more over this connection."""
        if self.refused:
            return
        self.refused = True
        sentence = f"{status.phrase}.\n"
        head = (
            f"HTTP/1.1 {status.value} {status.phrase}",
            "Connection: close",
            "Content-Type: text/plain; charset=utf-8",
            f"Content-Length: {len(sentence)}",
        )
        self.transport.write(("\r\n".join(head) + "\r\n\r\n" + sentence).encode())
        self.loseConnection()

    def _expect_within(self, seconds: float) -> None:
        self._expect_nothing()
        self._due = self.callLater(seconds, self._late)

    def _expect_nothing(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def _late(self) -> None:
        self._due = None
        self.refuse(HTTPStatus.REQUEST_TIMEOUT)


def socket_target(data: bytes) -> bytes | None:
    """The target of a request for a socket, if that is all of `data` and written as clients write it: short,
    plain, no header twice, no body. For all others it is Twisted that says what is meant, or wrong."""
    found = _PLAIN_HEAD.fullmatch(data) if len(data) <= UPGRADE_MAX else None
    if found is None:
        return None
    lines = found[2].split(b"\r\n")[:-1]
    headers = {name.lower(): value for name, _colon, value in (line.partition(b":") for line in lines)}
    plain = len(headers) == len(lines) and b"host" in headers and not headers.keys() & _WITH_A_BODY
    return found[1] if plain and headers.get(b"upgrade", b"").strip().lower() == b"websocket" else None


def _is_ambiguous(headers: Headers, version: bytes) -> bool:
    """Whether a proxy before the server might read this head otherwise (RFC 9112, 3.2 and 6.1)."""
    hosts = headers.getRawHeaders(b"Host", [])
    codings = headers.getRawHeaders(b"Transfer-Encoding", [])
    chunked = [coding.strip().lower() for coding in codings] == [b"chunked"]
    return (
        len(hosts) > 1
        or (not hosts and version == b"HTTP/1.1")
        or (bool(codings) and (not chunked or headers.hasHeader(b"Content-Length")))
    )


class ChatFactory(HTTPFactory):
    """Makes a `ChatChannel` of each connection that somebody opens."""

    protocol = ChatChannel

    def __init__(self, server: Any) -> None:
        super().__init__(server)
        self.timeOut = IDLE_SECONDS

    def buildProtocol(self, addr: Any) -> Any:  # noqa: N802 (Twisted's)
        protocol = super().buildProtocol(addr)
        protocol.requestFactory = ChatRequest
        return protocol
