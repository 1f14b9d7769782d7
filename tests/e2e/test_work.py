"""Web process, queue, worker and beat together: what the rules do to committed messages."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack

import psycopg
import pytest

from tests.e2e.conftest import Figures
from tests.e2e.people import Bot, Console, opened, welcome_room
from tests.support.oracle import Listener
from tests.support.server import Site, running

WITHIN_SECONDS = 2.0


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with running(worker=True, limits="off") as site:
        sql(
            site,
            "INSERT INTO chat_wordrule (phrase, action, is_active, created_at)"
            " VALUES ('bad word', 'hide', true, now())",
        )
        yield site


@pytest.fixture(scope="module")
def writers(site: Site) -> list[Bot]:
    with Console(site) as console:
        return console.bots("writer", 2)


def sql(site: Site, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(site.database_url) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def ring(site: Site, task: str) -> None:
    """What beat does."""
    site.manage("shell", "--command", f"from celery import current_app; current_app.send_task({task!r})")


async def hidden(socket: Listener, message: dict[str, object]) -> float:
    """Waits until a client is told that the message is hidden; returns when that was."""
    room, seq = message["room"], message["seq"]
    await socket.until(lambda: socket.messages.get(room, {}).get(seq, {}).get("hidden"), "hidden")  # type: ignore[call-overload]
    assert "body" not in socket.messages[room][seq]  # type: ignore[index]
    return time.monotonic()


async def warmed_up(socket: Listener, room: str) -> None:
    """The worker has started and done its first task."""
    await hidden(socket, await socket.send(room, "A bad word to begin with"))


async def test_a_message_that_breaks_a_rule_is_hidden_from_connected_clients_within_two_seconds(
    site: Site, writers: list[Bot], figures: Figures
) -> None:
    async with AsyncExitStack() as stack:
        writer, reader = await opened(stack, *[bot.socket(site) for bot in writers])
        room = welcome_room(writer)
        await warmed_up(writer, room)
        slowest = 0.0
        for body in ("a bad word", "B4D WORD", "b a d   w o r d", "fine, bad\u200b wörd"):
            message = await writer.send(room, body)
            committed = time.monotonic()
            slowest = max(slowest, await hidden(reader, message) - committed)
        kept = await writer.send(room, "a good word")
        edited = await writer.ask("edit", message=kept["id"], body="a bad word after all")
        committed = time.monotonic()
        slowest = max(slowest, await hidden(reader, edited["message"]) - committed)
        figures(slowest_seconds=slowest)
        assert slowest < WITHIN_SECONDS


async def test_a_queue_that_was_lost_is_found_again_by_the_sweep(site: Site, writers: list[Bot]) -> None:
    assert site.worker
    site.worker.stop()
    try:
        async with AsyncExitStack() as stack:
            (writer,) = await opened(stack, writers[0].socket(site))
            room = welcome_room(writer)
            messages = [await writer.send(room, f"bad word {n}") for n in range(3)]
            await asyncio.sleep(0.5)  # the bells have rung
            site.redis.stop()
            site.redis.start()
            sql(site, "DELETE FROM chat_lease")
            sql(site, "UPDATE chat_pendingcheck SET created_at = created_at - interval '91 s'")
            site.worker.start()
            await asyncio.to_thread(ring, site, "chat.sweep")
            for message in messages:
                await hidden(writer, message)
    finally:
        if site.worker.child is None:
            site.worker.start()
    assert sql(site, "SELECT count(*) FROM chat_pendingcheck") == [(0,)]
    ((name, status, result),) = sql(
        site, "SELECT task_name, status, result FROM django_celery_results_taskresult"
    )
    assert (name, status, json.loads(str(result))) == ("chat.sweep", "SUCCESS", {"ours": True, "rung": 3})


async def test_a_worker_goes_on_when_redis_is_back(site: Site, writers: list[Bot], figures: Figures) -> None:
    async with AsyncExitStack() as stack:
        (writer,) = await opened(stack, writers[0].socket(site))
        room = welcome_room(writer)
        await warmed_up(writer, room)
        site.redis.stop()
        await asyncio.sleep(1)
        site.redis.start()
        started = time.monotonic()
        async with asyncio.timeout(30):
            while True:
                message = await writer.send(room, "bad word")
                try:
                    figures(back_after_seconds=await hidden(writer, message) - started)
                    break
                except AssertionError:
                    continue  # rung for while the queue was away: the sweep's to find
        message = await writer.send(room, "bad word")
        committed = time.monotonic()
        assert await hidden(writer, message) - committed < WITHIN_SECONDS
