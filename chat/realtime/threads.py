"""How the event loop calls the database: in a bounded pool of threads of its own.

The stock `database_sync_to_async` runs all sockets' queries in one thread.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from django.conf import settings
from django.db import Error, connection
from psycopg.errors import LockNotAvailable, QueryCanceled

from chat.errors import Refused

P = ParamSpec("P")
T = TypeVar("T")

# A connection that was used so lately is taken to be alive still.
TRUSTED_SECONDS = 0.5

log = logging.getLogger(__name__)
_thread = threading.local()
_pool = ThreadPoolExecutor(max_workers=settings.DATABASE_THREADS, thread_name_prefix="database")


async def in_thread(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What `function` returns. Database errors become `unavailable`, or `busy` for a lock not got in time."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_pool, partial(_run, function, *args, **kwargs))


def _run(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """On this thread's connection, which it keeps: the pool asks PostgreSQL each time whether it is there."""
    rested = time.monotonic() - getattr(_thread, "used_at", 0)
    if rested > TRUSTED_SECONDS and connection.connection is not None and not connection.is_usable():
        connection.close()
    try:
        return function(*args, **kwargs)
    except Error as error:
        busy = isinstance(error.__cause__, LockNotAvailable | QueryCanceled)
        log.warning("%s: %s", "busy" if busy else "database", str(error).strip().split("\n")[0])
        if not busy:
            connection.close()  # whatever is wrong with it, the next call gets another
        raise Refused("busy" if busy else "unavailable", retry_after=1) from error
    finally:
        _thread.used_at = time.monotonic()
