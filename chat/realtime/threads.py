"""How the event loop calls the database: in a bounded pool of threads of its own.

The stock `database_sync_to_async` runs all sockets' queries in one thread.
"""

from __future__ import annotations

import asyncio
import logging
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

log = logging.getLogger(__name__)
_pool = ThreadPoolExecutor(max_workers=settings.DATABASE_THREADS, thread_name_prefix="database")


async def in_thread(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What `function` returns. Database errors become `unavailable`, or `busy` for a lock not got in time."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_pool, partial(_run, function, *args, **kwargs))


def _run(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    try:
        return function(*args, **kwargs)
    except Error as error:
        busy = isinstance(error.__cause__, LockNotAvailable | QueryCanceled)
        log.warning("%s: %s", "busy" if busy else "database", str(error).strip().split("\n")[0])
        raise Refused("busy" if busy else "unavailable", retry_after=1) from error
    finally:
        connection.close()  # back to the process's pool
