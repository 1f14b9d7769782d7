"""Is the process alive, and can it serve?"""

from __future__ import annotations

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from redis import Redis, RedisError


def healthz(_request: HttpRequest) -> HttpResponse:
    """200 while the process answers at all."""
    return HttpResponse("ok", content_type="text/plain")


def readyz(_request: HttpRequest) -> JsonResponse:
    """The state by part; 503 only for the database and missing migrations. Without Redis the chat goes on,
    slower: that is 200 with `degraded`."""
    parts = {"database": _database(), "redis": _redis()}
    serving = parts["database"] == "ok"
    return JsonResponse(parts | {"ready": serving}, status=200 if serving else 503)


def _database() -> str:
    try:
        executor = MigrationExecutor(connection)
        return "migrations missing" if executor.migration_plan(executor.loader.graph.leaf_nodes()) else "ok"
    except DatabaseError:
        return "unavailable"


def _redis() -> str:
    try:
        with Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1) as redis:
            redis.ping()
        return "ok"
    except RedisError:
        return "degraded"
