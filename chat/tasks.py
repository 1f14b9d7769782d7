"""Celery's way in. A task takes ids, calls one service, and may run twice or never: rows are the queue of
record. The schedule of those that beat rings for is in the settings."""

from __future__ import annotations

from celery import shared_task

from accounts.sessions import SessionStore
from chat.services import automod, leases


@shared_task(name="chat.check_words", soft_time_limit=60, time_limit=90)  # type: ignore[untyped-decorator]
def check_words(checks: list[int]) -> None:
    """The word rules, for these pending checks."""
    automod.check_many(checks)


@shared_task(name="chat.sweep", soft_time_limit=30, time_limit=45, ignore_result=False)  # type: ignore[untyped-decorator]
def sweep() -> dict[str, int | bool]:
    """Each minute: rings for what the queue lost.

    The one task whose result is kept: a row a minute in the administration (Task results) shows that beat,
    queue, worker and database work together, and how much had to be rung for again. Of several beats the
    lease lets one act; `ours` is false in the others' rows.
    """
    with leases.holding("sweep", 50) as ours:
        return {"ours": ours, "rung": automod.sweep() if ours else 0}


@shared_task(name="chat.clear_sessions", soft_time_limit=240, time_limit=300)  # type: ignore[untyped-decorator]
def clear_sessions() -> None:
    """Each hour: deletes sessions that have ended."""
    with leases.holding("clear_sessions", 3000) as ours:
        if ours:
            SessionStore.clear_expired()
