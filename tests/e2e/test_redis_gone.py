"""Redis stopped: pages, forms and signing out work all the same."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, closing, contextmanager
from dataclasses import dataclass

import pytest

from tests.e2e.people import PASSWORD, Console, Person, opened
from tests.e2e.visitor import Visitor
from tests.support.server import Site, running

SHUT_OUT_SECONDS = 6

# The limits are on, as those of signing in are counted in Redis.
ENV = dict.fromkeys(("CHAT_SEND_RATE", "CHAT_SEND_BURST", "CHAT_COMMAND_RATE", "CHAT_COMMAND_BURST"), "1000")


@dataclass
class Stage:
    site: Site
    ann: Person
    bob: Person


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with running(web=2, env=ENV) as site, Console(site) as console:
        yield Stage(site, *console.people("ann", "bob"))


@contextmanager
def stopped(site: Site) -> Iterator[None]:
    site.redis.stop()
    try:
        yield
    finally:
        site.redis.start()


def page_status(site: Site, process: int, session: str) -> int:
    """Of the chat's page for somebody with this cookie: 200, or 302 to the form to sign in."""
    connection = http.client.HTTPConnection("127.0.0.1", site.ports[process], timeout=10)
    with closing(connection):
        connection.request("GET", "/", headers={"Cookie": f"sessionid={session}"})
        return connection.getresponse().status


async def test_pages_and_forms_work_without_redis_and_who_signed_out_stays_out(stage):
    site = stage.site
    stays, leaves, comes_and_goes = Visitor(site), Visitor(site), Visitor(site, 1)
    await leaves.sign_in("ann", PASSWORD)
    assert leaves.session
    signed_out, signed_in = [leaves.session], [*stage.ann.sessions, *stage.bob.sessions]
    with stopped(site):
        status, text = await stays.get("/readyz")
        assert (status, json.loads(text)["redis"]) == (200, "degraded")
        await leaves.sign_out()
        await comes_and_goes.sign_in("ann", PASSWORD)
        assert comes_and_goes.session
        signed_out.append(comes_and_goes.session)
        assert page_status(site, 0, comes_and_goes.session) == 200
        await comes_and_goes.sign_out()
        await stays.sign_in("bob", PASSWORD)
        assert stays.session
        signed_in.append(stays.session)
    for process in range(2):
        assert [page_status(site, process, session) for session in signed_out] == [302, 302]
        assert {page_status(site, process, session) for session in signed_in} == {200}
        async with Person("ann", signed_out).socket(site, process) as socket:
            assert await socket.closed() == 4401
    assert json.loads((await stays.get("/readyz"))[1])["redis"] == "ok"


async def test_signing_out_without_redis_closes_the_sockets_of_the_session_on_every_process(stage):
    site = stage.site
    visitor = Visitor(site)
    await visitor.sign_in("ann", PASSWORD)
    async with AsyncExitStack() as stack:
        here, there, other = await opened(
            stack, visitor.socket(), visitor.socket(1), stage.ann.socket(site, 1)
        )
        with stopped(site):
            await visitor.sign_out()
            began = time.monotonic()
            assert [await here.closed(), await there.closed()] == [4401, 4401]
            assert time.monotonic() - began <= SHUT_OUT_SECONDS
            await other.ask("ping")
