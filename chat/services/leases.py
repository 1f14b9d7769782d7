"""Who does a periodic job this time: however many beats and workers there are, one."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from chat.models import Lease

HOLDER_MAX = 50


@contextmanager
def holding(name: str, seconds: float) -> Iterator[bool]:
    """Yields whether the job `name` is the caller's for these seconds, by PostgreSQL's clock.

    The lease is not given back when the job is done, only when it fails: so a period a little longer than
    `seconds` has one effect, whoever rings how often, and a holder that dies delays the job by one period
    at most. Call it outside a transaction: others must see the lease at once.
    """
    holder = f"{socket.gethostname()[:20]}:{os.getpid()}:{secrets.token_urlsafe(12)}"[:HOLDER_MAX]
    ours = _take(name, holder, seconds)
    try:
        yield ours
    except BaseException:
        Lease.objects.filter(name=name, holder=holder).delete()
        raise


def _take(name: str, holder: str, seconds: float) -> bool:
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO chat_lease AS held (name, holder, until)"
            " VALUES (%s, %s, clock_timestamp() + make_interval(secs => %s))"
            " ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until"
            " WHERE held.until <= clock_timestamp()",
            [name, holder, seconds],
        )
        taken: bool = cursor.rowcount == 1
    return taken
