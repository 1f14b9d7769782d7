"""Is the process alive, and can it serve?"""

from __future__ import annotations

import threading
from functools import cache

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse
from redis import Redis, RedisError

ending = threading.Event()
"""Set once this process is about to end: it is to get no more requests."""


def healthz(_request: HttpRequest) -> HttpResponse:
    """200 while the process answers at all."""
    return HttpResponse("ok", content_type="text/plain")


def readyz(_request: HttpRequest) -> JsonResponse:
    """The state by part; 503 only for the database, missing migrations and a process that is about to end.
    Without Redis the chat goes on, slower: that is 200 with `degraded`."""
    parts = {"database": _database(), "redis": _redis()}
    serving = parts["database"] == "ok" and not ending.is_set()
    return JsonResponse(parts | {"ready": serving}, status=200 if serving else 503)


def _database() -> str:
    try:
        applied = MigrationRecorder(connection).applied_migrations().keys()
        return "ok" if _migrations() <= applied else "migrations missing"
    except DatabaseError:
        return "unavailable"


@cache
def _migrations() -> frozenset[tuple[str, str]]:
    """Those of the code, which is read once: load balancers ask every few seconds."""
    return frozenset(MigrationLoader(None).disk_migrations)


def _redis() -> str:
    try:
        with Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1) as redis:
            redis.ping()
        return "ok"
    except RedisError:
        return "degraded"
