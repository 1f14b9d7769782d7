"""Who may open a socket: the answers to handshakes, in the order that the protocol gives them.

And requests for pages that are answered before they are there.
"""

from __future__ import annotations

import hashlib
import http.client
import re
import socket
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from websockets.exceptions import InvalidStatus

from tests.e2e.people import Bot, Console, Person
from tests.support.client import Client
from tests.support.oracle import Listener
from tests.support.server import Site, running

SOCKETS = 3
HANDSHAKES = 60


@dataclass
class Stage:
    site: Site
    ann: Person
    suspended: Person
    bot: Bot

    @property
    def port(self) -> int:
        return self.site.ports[0]

    def client(self, *, process: int = 0, **options: Any) -> Client:
        return Client(self.site.ws_url(process), **options)


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """Process 1 is only for the test that uses up its handshakes."""
    env = {
        "CHAT_SOCKETS_PER_USER": str(SOCKETS),
        "CHAT_HANDSHAKES_PER_MINUTE": str(HANDSHAKES),
        "CHAT_SYNC_SECONDS": "600",
        "CHAT_PROXIES": "127.0.0.1",
    }
    with running(web=2, env=env) as site, Console(site) as console:
        ann, suspended = console.people("ann", "bad")
        (bot,) = console.bots("robot", 1)
        _sql(
            site,
            "INSERT INTO chat_sanction (kind, user_id, reason, actor_id, at)"
            " SELECT 'suspend', u.id, 'for a test', a.id, now() FROM accounts_user u, accounts_user a"
            " WHERE u.username = 'bad' AND a.username = 'admin'",
        )
        yield Stage(site, ann, suspended, bot)
        assert "Traceback" not in site.logs()


def _sql(site: Site, statement: str, *values: object) -> None:
    with psycopg.connect(site.database_url) as connection:
        connection.execute(statement, values)


async def refused(client: Client) -> InvalidStatus:
    """The HTTP answer in place of the upgrade."""
    with pytest.raises(InvalidStatus) as refusal:
        async with client:
            pass
    return refusal.value


async def closed(client: Client) -> int | None:
    """The code that an accepted socket is closed with, after a `bye` and nothing else."""
    async with client:
        code = await client.closed()
        assert [frame["type"] for frame in client.frames] == ["bye"]
        return code


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "http://127.0.0.1",
        "http://127.0.0.1:1",
        "https://127.0.0.1:{port}",
        "http://127.0.0.1.:{port}",
        "http://localhost.:{port}",
        "HTTP://127.0.0.1:{port}",
        "http://LOCALHOST:{port}",
        "http://chat.localhost:{port}",
        "http://evil-localhost:{port}",
        "http://127.0.0.1:{port}/",
        "http://127.0.0.1:{port}@evil.example",
        "http://127.0.0.1:{port}.evil.example",
        "http://127.0.0.1:port",
        "//",
    ],
)
async def test_a_foreign_origin_is_refused_before_the_upgrade(stage, origin):
    client = stage.client(cookie=stage.ann.sessions[0], origin=origin and origin.format(port=stage.port))
    assert (await refused(client)).response.status_code == 403


@pytest.mark.parametrize("origin", ["http://127.0.0.1:{port}", "http://localhost:{port}"])
async def test_each_address_that_is_served_is_an_origin(stage, origin):
    client = stage.client(cookie=stage.ann.sessions[0], origin=origin.format(port=stage.port))
    async with client:
        welcome = await client.wait_for("welcome")
    assert welcome["user"]["name"] == "ann"
    assert client.socket.subprotocol == "chatconnet.v1"


@pytest.mark.parametrize("path", ["/ws", "/ws/x/", "/nowhere/"])
async def test_no_other_address_takes_sockets(stage, path):
    url = stage.site.ws_url().removesuffix("/ws/") + path
    assert (await refused(Client(url, token=stage.bot.token))).response.status_code == 404


def answers(stage: Stage, *pieces: bytes) -> list[int]:
    """The statuses of what is answered to a request for a socket that comes in these pieces."""
    head = (
        b"GET /ws/ HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        b"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
        b"Sec-WebSocket-Protocol: chatconnet.v1\r\nAuthorization: Bearer "
        + stage.bot.token.encode()
        + b"\r\n"
    )
    with socket.create_connection(("127.0.0.1", stage.port), timeout=20) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in pieces:
            connection.sendall(head if piece == b"head" else piece)
            time.sleep(0.1)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += connection.recv(1 << 16)
    assert b"permessage-deflate" not in answer
    return [int(found) for found in re.findall(rb"HTTP/1\.1 (\d+)", answer)]


@pytest.mark.parametrize(
    ("pieces", "status"),
    [
        ((b"head", b"\r\n"), 101),
        ((b"GET", b" /nowhere/ HTTP/1.1\r\nHost: 127.0.0.1\r\n", b"Upgrade: websocket\r\n\r\n"), 400),
        ((b"head", b"Host: elsewhere\r\n\r\n"), 400),
    ],
)
def test_a_request_for_a_socket_that_comes_in_pieces_is_read_alike(
    stage: Stage, pieces: tuple[bytes, ...], status: int
) -> None:
    assert answers(stage, *pieces) == [status]


@pytest.mark.parametrize("subprotocols", [(), ("chatconnet.v2", "json")])
async def test_the_subprotocol_must_be_offered(stage, subprotocols):
    client = stage.client(token=stage.bot.token, subprotocols=subprotocols)
    assert (await refused(client)).response.status_code == 403


@pytest.mark.parametrize("cookie", [None, "", "0" * 32, "a\"b'; DROP", "x" * 3000])
async def test_without_a_session_the_socket_is_accepted_and_closed(stage, cookie):
    assert await closed(stage.client(cookie=cookie, origin=stage.site.origin(0))) == 4401


@pytest.mark.parametrize("token", ["wrong", "x" * 3000, "0" * 43])
async def test_a_bad_token_is_accepted_and_closed(stage, token):
    assert await closed(stage.client(token=token)) == 4401


@pytest.mark.parametrize("ended", ["expires_at", "revoked_at"])
async def test_a_token_that_is_over_is_a_bad_token(stage, ended):
    token = f"a token of old {ended}"
    _sql(
        stage.site,
        f"INSERT INTO chat_bottoken (user_id, hash, scopes, created_at, {ended})"
        " SELECT id, %s, 'chat', now(), now() - interval '1 second' FROM accounts_user WHERE username = %s",
        hashlib.sha256(token.encode()).digest(),
        stage.bot.name,
    )
    assert await closed(stage.client(token=token)) == 4401


async def test_a_token_stands_for_itself_whatever_cookie_and_origin_come_with_it(stage):
    client = stage.client(token=stage.bot.token, cookie=stage.ann.sessions[0], origin="https://evil.example")
    async with client:
        assert (await client.wait_for("welcome"))["user"]["name"] == stage.bot.name
    bad = stage.client(token="wrong", cookie=stage.ann.sessions[0], origin=stage.site.origin(0))
    assert await closed(bad) == 4401


async def test_somebody_suspended_is_told_so(stage):
    assert await closed(stage.suspended.socket(stage.site)) == 4403


async def test_the_newest_of_too_many_sockets_is_closed(stage):
    async with AsyncExitStack() as stack:
        sockets: list[Listener] = []
        for _ in range(SOCKETS):
            socket = await stack.enter_async_context(stage.ann.socket(stage.site))
            await socket.wait_for("welcome")
            sockets.append(socket)
        assert await closed(stage.ann.socket(stage.site)) == 4409
        for socket in sockets:
            await socket.ask("ping")
        await sockets[0].socket.close()
        async with stage.ann.socket(stage.site) as socket:
            await socket.wait_for("welcome")


async def test_too_many_handshakes_are_told_when_to_come_back(stage):
    answers = [(await refused(stage.client(process=1))).response for _ in range(HANDSHAKES + 5)]
    codes = [answer.status_code for answer in answers]
    assert codes[:HANDSHAKES] == [403] * HANDSHAKES
    assert codes[-1] == 429
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
    of_another = await refused(stage.client(process=1, forwarded_for="203.0.113.9"))
    assert of_another.response.status_code == 403, "counted by the client's address, not the proxy's"


def test_five_hundred_who_stall_keep_nobody_out(stage: Stage) -> None:
    with ExitStack() as stack:
        for _ in range(500):
            stalled = stack.enter_context(socket.create_connection(("127.0.0.1", stage.port)))
            stalled.sendall(b"GET / HTTP/1.1\r\nHost: 127")
        stage.site.wait_ready()


def test_a_request_that_is_too_large_is_refused_before_it_comes(stage: Stage) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", stage.port, timeout=20)
    connection.putrequest("POST", "/accounts/login/")
    connection.putheader("Content-Length", str(300_000_000))
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()
