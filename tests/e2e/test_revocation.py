"""Who may not any more: nothing is accepted from the commit on, and sockets close on every process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import psycopg
import pytest

from tests.e2e.conftest import Figures
from tests.e2e.people import PASSWORD, Bot, Console, Person, welcome_room
from tests.e2e.shut_out import close_times, judged, keep_sending
from tests.e2e.visitor import Visitor
from tests.support.layers import Hints
from tests.support.oracle import Listener
from tests.support.server import Site, running

PROMISED_SECONDS = 2.0
WITHOUT_HINTS_SECONDS = 6.0

DEACTIVATE = "services.deactivate(user, actor=admin)"
SUSPEND = "moderation.suspend(admin, user, reason='for a test')"
REVOKE = "bots.revoke(BotToken.objects.get(user=user))"


@dataclass
class Stage:
    site: Site
    console: Console
    people: dict[str, Person]
    robot: Bot
    within: float
    """Seconds in which sockets must be closed."""


@pytest.fixture(scope="module", params=["with hints", "without hints"])
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    lossless = request.param == "with hints"
    hints = Hints(tmp_path_factory.mktemp("layer") / "hints")
    if lossless:
        hints.env["CHAT_RECHECK_SECONDS"] = "60"  # so that only a hint can be what closes
    else:
        hints.lose(1)
    with running(web=2, limits="off", env=hints.env) as site, Console(site) as console:
        names = ["ann", "bob", "leaver", "changer", "idler", "suspect"]
        everybody = {person.name: person for person in console.people(*names, sessions=3)}
        (robot,) = console.bots("robot", 1)
        within = PROMISED_SECONDS if lossless else WITHOUT_HINTS_SECONDS
        yield Stage(site, console, everybody, robot, within)
        assert "Traceback" not in site.logs()


async def assert_out(
    stage: Stage,
    sockets: Callable[[int], Listener],
    end: Callable[[], Awaitable[float]],
    code: int,
    figures: Figures,
) -> None:
    """Somebody sends on both processes, `end` ends that and returns when it had committed."""
    async with AsyncExitStack() as stack:
        clients: list[Listener] = []
        for process in (0, 1, 0, 1):
            client = await stack.enter_async_context(sockets(process))
            clients.append(await client.open())
        room = welcome_room(clients[0])
        accepted: list[list[float]] = [[], []]
        sending = [
            asyncio.create_task(keep_sending(client, room, begun))
            for client, begun in zip(clients, accepted, strict=False)
        ]
        closing = asyncio.create_task(close_times(*clients))
        for client, begun in zip(clients, accepted, strict=False):
            await client.until(lambda begun=begun: begun, "a send that is accepted")
        committed = await end()
        await asyncio.gather(*sending)
        assert max(max(begun) for begun in accepted) <= committed, "accepted after the commit"
        closed = await closing
    assert [closed_by for closed_by, _at in closed] == [code] * len(closed)
    assert all(client.frames[-1]["type"] == "bye" for client in clients)
    figures(closed_after_s=max(at for _code, at in closed) - committed)
    assert max(at for _code, at in closed) - committed <= stage.within
    async with sockets(1) as again:
        assert await again.closed() == code


async def test_sign_out_closes_the_sockets_of_that_session(stage: Stage, figures: Figures) -> None:
    leaver, elsewhere = Visitor(stage.site), stage.people["leaver"].socket(stage.site, 1)
    await leaver.sign_in("leaver", PASSWORD)
    session = leaver.session

    def socket(process: int) -> Listener:
        return Listener(stage.site.ws_url(process), cookie=session, origin=stage.site.origin(process))

    async def sign_out() -> float:
        await leaver.sign_out()
        return time.time()

    async with elsewhere:
        await elsewhere.open()
        await assert_out(stage, socket, sign_out, 4401, figures)
        await elsewhere.send(welcome_room(elsewhere), "another session is another matter")


async def test_a_new_password_closes_the_sockets_of_every_other_session(
    stage: Stage, figures: Figures
) -> None:
    changer = Visitor(stage.site)
    await changer.sign_in("changer", PASSWORD)

    async def change() -> float:
        fresh = "quite another password"
        await changer.post(
            "/accounts/password/change/", oldpassword=PASSWORD, password1=fresh, password2=fresh
        )
        return time.time()

    async with changer.socket(1) as own:
        await own.open()
        await assert_out(
            stage, lambda n: stage.people["changer"].socket(stage.site, n, session=n), change, 4401, figures
        )
        await own.send(welcome_room(own), "the session that changed it stays")
    async with changer.socket(0) as again:
        await again.wait_for("welcome")


@pytest.mark.parametrize(
    ("name", "statement", "code"),
    [("idler", DEACTIVATE, 4401), ("suspect", SUSPEND, 4403), ("robot-1", REVOKE, 4401)],
)
async def test_whoever_is_shut_out_is_out_on_every_process(
    stage: Stage, name: str, statement: str, code: int, figures: Figures
) -> None:
    who = stage.robot if name == stage.robot.name else stage.people[name]

    async def judge() -> float:
        return await judged(stage.console, name, statement)

    await assert_out(stage, lambda process: who.socket(stage.site, process), judge, code, figures)


@pytest.mark.parametrize("stage", ["without hints"], indirect=True)
async def test_an_expired_session_is_found_however_many_others_sign_out(stage: Stage) -> None:
    ann, bob, visitor = stage.people["ann"], stage.people["bob"], Visitor(stage.site)
    async with bob.socket(stage.site, session=2) as socket, ann.socket(stage.site) as anns:
        await socket.open()
        await anns.open()
        closing = asyncio.create_task(close_times(socket))
        with psycopg.connect(stage.site.database_url) as connection:
            connection.execute(
                "UPDATE accounts_session SET expire_date = now() WHERE session_key = %s", [bob.sessions[2]]
            )
        expired = time.time()
        while not closing.done():
            await visitor.sign_in("ann", PASSWORD)
            await visitor.sign_out()
            await asyncio.sleep(0.5)
        ((code, at),) = await closing
        assert code == 4401
        assert at - expired <= WITHOUT_HINTS_SECONDS
