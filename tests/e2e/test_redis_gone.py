"""Redis stopped or frozen: the chat is slower, and that is all."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, closing, contextmanager
from dataclasses import dataclass

import pytest

from tests.e2e.conftest import Figures
from tests.e2e.people import PASSWORD, Bot, Console, Person, opened, welcome_room
from tests.e2e.visitor import Visitor
from tests.support.oracle import Listener, Oracle, percentile
from tests.support.server import Site, running

PROMISED_SECONDS = 2.5
PUSHED_SECONDS = 0.25
IN_A_ROW = 8
BACK_SECONDS = 5
ACKNOWLEDGED_SECONDS = 1  # on a busy machine; who waits for a frozen Redis waits two seconds
SHUT_OUT_SECONDS = 6
EVERY_SECONDS = 0.05

# The limits are on, as those of signing in are counted in Redis.
ENV = dict.fromkeys(("CHAT_SEND_RATE", "CHAT_SEND_BURST", "CHAT_COMMAND_RATE", "CHAT_COMMAND_BURST"), "1000")


@dataclass
class Stage:
    site: Site
    ann: Person
    bob: Person
    sender: Bot
    listener: Bot


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with running(web=2, env=ENV) as site, Console(site) as console:
        ann, bob = console.people("ann", "bob")
        sender, listener = console.bots("robot", 2)
        yield Stage(site, ann, bob, sender, listener)


@contextmanager
def frozen(site: Site) -> Iterator[None]:
    assert site.redis.process
    os.kill(site.redis.process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(site.redis.process.pid, signal.SIGCONT)


@contextmanager
def stopped(site: Site) -> Iterator[None]:
    site.redis.stop()
    try:
        yield
    finally:
        site.redis.start()


class Talk:
    """Messages from one process to a listener on the other, judged by the oracle."""

    def __init__(self, stage: Stage, here: Listener, there: Listener) -> None:
        self.here, self.there, self.name = here, there, stage.sender.name
        self.oracle = Oracle(stage.site.database_url, welcome_room(there))
        self.since = self.oracle.head()

    async def say(self, text: str) -> float:
        """Seconds from the acknowledgement until the message was there."""
        since = time.monotonic()
        message = await self.here.send(self.oracle.room, text)
        self.oracle.sent(message, since)
        await self.there.until(lambda: message["id"] in self.there.came, text)
        return max(0.0, self.there.came[message["id"]] - self.oracle.acknowledged_at[message["id"]])

    async def flow(self, seconds: float) -> list[float]:
        """Sends for so long, one each 50 ms; returns how long each took to be there."""
        end = time.monotonic() + seconds
        under_way: list[asyncio.Task[float]] = []
        while time.monotonic() < end:
            under_way.append(asyncio.create_task(self.say(f"message {len(under_way)}")))
            await asyncio.sleep(EVERY_SECONDS)
        return list(await asyncio.gather(*under_way))

    async def pushed_again(self) -> float:
        """Seconds until messages are pushed again, several in a row, rather than found by comparing heads."""
        began, row = time.monotonic(), 0
        while row < IN_A_ROW:
            row = row + 1 if await self.say("pushed?") <= PUSHED_SECONDS else 0
            assert time.monotonic() - began <= 3 * BACK_SECONDS, "no push any more"
            await asyncio.sleep(EVERY_SECONDS)
        return time.monotonic() - began

    def check(self) -> None:
        self.oracle.check([self.here, self.there], since=self.since)


async def talking(stage: Stage, stack: AsyncExitStack) -> Talk:
    sockets = stage.sender.socket(stage.site), stage.listener.socket(stage.site, 1)
    return Talk(stage, *await opened(stack, *sockets))


@pytest.mark.parametrize(("fault", "seconds"), [(stopped, 4), (frozen, 3)])
async def test_messages_arrive_without_redis_and_are_pushed_again_after_it(
    stage, fault, seconds, figures: Figures
):
    async with AsyncExitStack() as stack:
        talk = await talking(stage, stack)
        with fault(stage.site):
            delays = await talk.flow(seconds)
            acknowledged = percentile(talk.oracle.latencies, 0.99)
        back = await talk.pushed_again()
        talk.check()
        figures(
            sent=len(delays),
            ack_p99_ms=acknowledged * 1000,
            delivery_max_ms=max(delays) * 1000,
            back_s=back,
        )
        assert max(delays) <= PROMISED_SECONDS
        assert acknowledged <= ACKNOWLEDGED_SECONDS
        assert back <= BACK_SECONDS


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
