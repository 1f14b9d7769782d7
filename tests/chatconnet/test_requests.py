"""Requests for pages are bounded in size and time before anything of them is kept."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport

from chatconnet.serving.requests import (
    BODY_MAX,
    BODY_SECONDS,
    HEAD_SECONDS,
    IDLE_SECONDS,
    ChatFactory,
    socket_target,
)

FORM = b"POST /accounts/login/ HTTP/1.1\r\nHost: localhost\r\n"
WITH_BODY = FORM + b"Content-Length: 500\r\n\r\n"


class Connection:
    """A client's connection to the server, without a network and with a clock of its own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.clock = Clock()
        self.served: list[bytes] = []
        monkeypatch.setattr(
            "daphne.http_protocol.WebRequest.process",
            lambda request: self.served.append(request.content.getvalue()),
        )
        server: Any = SimpleNamespace(protocol_connected=id, protocol_disconnected=id)
        self.transport = StringTransport()
        factory = ChatFactory(server)
        factory.reactor = self.clock
        self.protocol = factory.buildProtocol(None)
        self.protocol.makeConnection(self.transport)

    def send(self, data: bytes) -> None:
        self.protocol.dataReceived(data)

    def status(self) -> int | None:
        """Of the answer, once there is one; the connection is closed then."""
        answer = self.transport.value()
        if not answer:
            return None
        assert self.transport.disconnecting
        return int(answer.split()[1])


@pytest.fixture
def connection(monkeypatch: pytest.MonkeyPatch) -> Connection:
    return Connection(monkeypatch)


def test_a_form_is_served(connection: Connection) -> None:
    connection.send(FORM + b"Content-Length: 5\r\n\r\na=b&c")
    assert connection.served == [b"a=b&c"]
    assert connection.status() is None
    connection.clock.advance(BODY_SECONDS)
    assert connection.status() is None, "how long the answer takes is the server's affair"


def test_a_body_that_is_said_to_be_too_large_is_refused_before_it_comes(connection: Connection) -> None:
    connection.send(FORM + b"Content-Length: %d\r\n\r\n" % (BODY_MAX + 1))
    assert connection.status() == 413
    assert not connection.served


def test_a_body_in_chunks_is_refused_when_it_has_become_too_large(connection: Connection) -> None:
    connection.send(FORM + b"Transfer-Encoding: chunked\r\n\r\n")
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    for _ in range(BODY_MAX // 0x10000):
        connection.send(chunk)
    assert connection.status() is None
    connection.send(chunk)
    assert connection.status() == 413
    connection.send(chunk + b"0\r\n\r\n")
    assert not connection.served


@pytest.mark.parametrize(
    ("begun", "seconds"), [(b"PO", HEAD_SECONDS), (FORM, HEAD_SECONDS), (WITH_BODY, BODY_SECONDS)]
)
def test_a_request_that_drips_in_is_given_up(connection: Connection, begun: bytes, seconds: int) -> None:
    connection.send(begun)
    for _ in range(seconds - 1):
        connection.clock.advance(1)
        connection.send(b"x")
    assert connection.status() is None
    connection.clock.advance(1)
    assert connection.status() == 408
    assert not connection.served


def test_a_connection_on_which_nothing_comes_is_closed(connection: Connection) -> None:
    connection.clock.advance(IDLE_SECONDS)
    assert connection.transport.disconnecting


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        FORM + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
        FORM + b"Transfer-Encoding: identity\r\nContent-Length: 1\r\n\r\na",
        FORM + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    ],
)
def test_what_a_proxy_might_read_otherwise_is_refused(connection: Connection, head: bytes) -> None:
    connection.send(head)
    assert connection.status() == 400
    assert not connection.served


def test_nobody_is_asked_to_go_on_with_what_was_refused(connection: Connection) -> None:
    connection.send(FORM + b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % (BODY_MAX + 1))
    assert b"100 Continue" not in connection.transport.value()
    assert connection.status() == 413


PLAIN = (
    b"GET /ws/?tab=1 HTTP/1.1\r\nHost: localhost\r\n"
    b"Connection: Upgrade\r\nUpgrade: WebSocket\r\nCookie: a=b\r\n\r\n"
)


def test_a_plain_request_for_a_socket_is_not_read_twice() -> None:
    assert socket_target(PLAIN) == b"/ws/?tab=1"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"GET", b"POST"),
        (b"/ws/", b"http://localhost/ws/"),
        (b"/ws/", b"/w s/"),
        (b"HTTP/1.1", b"HTTP/1.0"),
        (b"Upgrade: WebSocket\r\n", b""),
        (b"WebSocket", b"h2c"),
        (b"Host: localhost\r\n", b""),
        (b"Host: localhost", b"Host: localhost\r\nhost: elsewhere"),
        (b"Cookie: a=b", b"Cookie: a=b\r\nCookie: a=c"),
        (b"Cookie: a=b", b"Content-Length: 5"),
        (b"Cookie: a=b", b"Transfer-Encoding: chunked"),
        (b"Cookie: a=b", b"Cookie: a=b\r\n folded"),
        (b"Cookie: a=b", b"Cookie : a=b"),
        (b"Cookie: a=b", b"Cookie: a=b\nUpgrade: x"),
        (b"Cookie: a=b", b"Cookie: a=\x00"),
        (b"Cookie: a=b", b"Co_okie: a=b"),
        (b"Cookie: a=b", b"Cookie: " + 8192 * b"a"),
        (b"\r\n\r\n", b"\r\n"),
        (b"\r\n\r\n", b"\r\n\r\nmore"),
    ],
)
def test_what_somebody_might_read_otherwise_takes_the_long_way(old: bytes, new: bytes) -> None:
    assert old in PLAIN
    assert socket_target(PLAIN.replace(old, new)) is None
