"""Requests for pages as daphne serves them: bounded before anything of them is kept."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from daphne.http_protocol import HTTPFactory, WebRequest
from twisted.internet.protocol import connectionDone
from twisted.web.http import HTTPChannel
from twisted.web.http_headers import Headers

BODY_MAX = 1024 * 1024
"""Bytes; a form of this site has some kilobytes."""
HEAD_SECONDS, BODY_SECONDS, IDLE_SECONDS = 10, 60, 75


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

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 (Twisted's)
        if self._due is None and not self._handlingRequest:
            self._expect_within(HEAD_SECONDS)
        super().dataReceived(data)

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
