"""The only door to Celery. Rows are the queue of record and a task is just a bell: it may be lost, and
nobody waits for it. The sweep rings again for rows that stayed."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import BoundedSemaphore

from celery import current_app
from django.db import transaction

log = logging.getLogger(__name__)
_waiting = BoundedSemaphore(100)
_bell = ThreadPoolExecutor(max_workers=1, thread_name_prefix="bell")


def check_words(checks: Sequence[int]) -> None:
    """Rings for these `PendingCheck` rows, after commit."""
    _ring("chat.check_words", list(checks))


def _ring(task: str, ids: list[int]) -> None:
    transaction.on_commit(partial(_submit, task, ids))


def _submit(task: str, ids: list[int]) -> None:
    if _waiting.acquire(blocking=False):  # with Redis gone for long, only the sweep rings
        _bell.submit(_send, task, ids)


def _send(task: str, ids: list[int]) -> None:
    try:
        current_app.send_task(task, args=[ids], retry=False)
    except Exception as error:  # noqa: BLE001 (whatever it is, the sweep mends it)
        log.warning("could not ring for %s, the sweep will: %r", task, error)
    finally:
        _waiting.release()
