"""Things that happen at the same moment, in real threads with real transactions (`transactional_db`)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from chat.errors import Refused, SignedOut
from chat.models import Room, RoomCursor, UserCursor
from chat.realtime.threads import _pool

PATIENCE_SECONDS = 30

Outcome = Any
"""What a call returned, or the refusal that it raised."""


def at_once(*calls: Callable[[], Any]) -> list[Outcome]:
    """The outcomes of calls that all begin when the last thread is ready."""
    barrier = threading.Barrier(len(calls))

    def begin(call: Callable[[], Any]) -> Outcome:
        barrier.wait(PATIENCE_SECONDS)
        return _outcome(call)

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result(PATIENCE_SECONDS * 2) for future in [pool.submit(begin, c) for c in calls]]


def rounds(number: int, prepare: Callable[[int], Sequence[Callable[[], Any]]]) -> list[list[Outcome]]:
    """`at_once`, round after round, in the same threads: `prepare` makes the calls of a round."""
    outcomes = []
    with ThreadPoolExecutor(2) as pool:
        for number_ in range(number):
            calls = prepare(number_)
            barrier = threading.Barrier(len(calls))

            def begin(call: Callable[[], Any], barrier: threading.Barrier = barrier) -> Outcome:
                barrier.wait(PATIENCE_SECONDS)
                return _outcome(call, close=False)

            outcomes.append([future.result() for future in [pool.submit(begin, call) for call in calls]])
        closing = threading.Barrier(2)

        def close() -> None:
            closing.wait(PATIENCE_SECONDS)
            connection.close()

        for done in [pool.submit(close), pool.submit(close)]:
            done.result()
    return outcomes


def overtaken(late: Callable[[], Any], by: Callable[[], Any], holding: Callable[[], Any]) -> Outcome:
    """The outcome of a call that has to wait for what `holding` locked, until another has happened and
    committed."""
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            holding()
            outcome = pool.submit(_outcome, late)
            _wait_for_waiter(outcome)
            by()
        return outcome.result(PATIENCE_SECONDS)


def lock_room(room: Room) -> None:
    RoomCursor.objects.select_for_update().get(pk=room.pk)


def lock_user(user: int) -> None:
    UserCursor.objects.select_for_update().get(pk=user)


def _wait_for_waiter(running: Future[Outcome]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        assert not running.done(), f"did not wait for the lock: {running.result()!r}"
        with connection.cursor() as cursor:
            cursor.execute(
                # Not pg_stat_activity: within a transaction it stays as it was when it was first read.
                "SELECT count(*) FROM pg_locks WHERE NOT granted"
                " AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            if cursor.fetchone() != (0,):
                return
    raise AssertionError("nobody waits for the lock")


def _outcome(call: Callable[[], Any], *, close: bool = True) -> Outcome:
    try:
        return call()
    except (Refused, SignedOut) as refusal:
        return refusal
    finally:
        if close:
            connection.close()


def code(outcome: Outcome) -> str:
    """`ok`, or why not."""
    if isinstance(outcome, SignedOut):
        return "signed_out"
    return outcome.code if isinstance(outcome, Refused) else "ok"


def let_go_of_the_database() -> None:
    """Closes the connections that the threads of `chat.realtime.threads` keep."""
    everybody = threading.Barrier(settings.DATABASE_THREADS)

    def let_go() -> None:
        everybody.wait(PATIENCE_SECONDS)
        connection.close()

    for future in [_pool.submit(let_go) for _ in range(settings.DATABASE_THREADS)]:
        future.result()
