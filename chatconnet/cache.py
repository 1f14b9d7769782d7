"""Django's cache over a Redis that may be gone.

Nothing in this cache is a truth: it holds counts of tries and what can be computed again.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import wraps
from threading import Lock
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

logger = logging.getLogger(__name__)

TIMEOUT_SECONDS = 0.4
REST_SECONDS = 2.0
"""After a failure Redis is left alone this long, so that a frozen one costs one timeout, not one a call."""

P = ParamSpec("P")
T = TypeVar("T")


class _Server:
    """One Redis, as this process sees it; shared by all threads, since Django makes a cache a request."""

    def __init__(self, addresses: list[str], options: dict[str, Any]) -> None:
        self.client = RedisCacheClient(
            addresses,
            socket_timeout=TIMEOUT_SECONDS,
            socket_connect_timeout=TIMEOUT_SECONDS,
            retry=Retry(NoBackoff(), 0),
            **options,
        )
        self.resting_until = 0.0
        self.is_down = False

    def failed(self, error: Exception) -> None:
        self.resting_until = time.monotonic() + REST_SECONDS
        if not self.is_down:
            self.is_down = True
            logger.warning("Redis does not answer, this process counts by itself: %r", error)

    def answered(self) -> None:
        if self.is_down:
            self.is_down = False
            logger.info("Redis answers again")


_servers: dict[str, _Server] = {}
_lock = Lock()


def _forgiving(
    operation: Callable[Concatenate[ForgivingRedisCache, P], T],
) -> Callable[Concatenate[ForgivingRedisCache, P], T]:
    """`operation` on Redis, or where that fails the one of the same name on this process's memory."""

    @wraps(operation)
    def forgiving(self: ForgivingRedisCache, /, *args: P.args, **kwargs: P.kwargs) -> T:
        if time.monotonic() >= self.server.resting_until:
            try:
                result = operation(self, *args, **kwargs)
            except (RedisError, OSError) as error:
                self.server.failed(error)
            else:
                if self.server.is_down:
                    self.memory.clear()
                    self.server.answered()
                return result
        in_memory: Callable[P, T] = getattr(self.memory, operation.__name__)
        return in_memory(*args, **kwargs)

    return forgiving


class ForgivingRedisCache(RedisCache):
    """Redis where it answers, the memory of this process where it does not; never raises for Redis.

    OPTIONS go to redis-py's connections.
    """

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        with _lock:
            if server not in _servers:
                _servers[server] = _Server([server], params.get("OPTIONS", {}))
        self.server = _servers[server]
        self.memory = LocMemCache(f"instead of {server}", params)

    @property
    def _cache(self) -> RedisCacheClient:
        return self.server.client

    @property
    def degraded(self) -> bool:
        """Whether counts are of this process alone; who limits something then allows half."""
        return self.server.is_down

    add = _forgiving(RedisCache.add)
    get = _forgiving(RedisCache.get)
    set = _forgiving(RedisCache.set)
    touch = _forgiving(RedisCache.touch)
    delete = _forgiving(RedisCache.delete)
    get_many = _forgiving(RedisCache.get_many)
    has_key = _forgiving(RedisCache.has_key)
    incr = _forgiving(RedisCache.incr)
    set_many = _forgiving(RedisCache.set_many)
    delete_many = _forgiving(RedisCache.delete_many)
    clear = _forgiving(RedisCache.clear)
