from __future__ import annotations

import signal
import time
from collections.abc import Iterator

import pytest

from chatconnet.cache import REST_SECONDS, ForgivingRedisCache
from scripts.local.services import Redis, Server, throw_away


@pytest.fixture
def redis() -> Iterator[Server]:
    with throw_away((Redis,)) as (server,):
        yield server


@pytest.fixture
def cache(redis: Server) -> ForgivingRedisCache:
    return ForgivingRedisCache(redis.url, {})


def rest_is_over(cache: ForgivingRedisCache) -> None:
    cache.server.resting_until = time.monotonic()


def test_all_threads_and_requests_of_a_process_share_its_connections(cache, redis) -> None:
    assert ForgivingRedisCache(redis.url, {}).server is cache.server


def test_without_redis_every_operation_goes_to_this_process(cache, redis) -> None:
    redis.stop()
    assert cache.add("n", 1)
    assert not cache.add("n", 1)
    assert cache.incr("n") == 2
    cache.set("a", "x")
    cache.set_many({"b": "y"})
    assert cache.get_many(["a", "b", "c"]) == {"a": "x", "b": "y"}
    assert cache.has_key("a")
    assert cache.touch("a", 10)
    assert cache.delete("a")
    cache.delete_many(["b"])
    cache.clear()
    assert cache.get("n") is None
    assert cache.degraded


def test_back_again_redis_is_asked_again_and_the_stand_in_forgotten(cache, redis) -> None:
    redis.stop()
    cache.set("a", "of this process")
    redis.start()
    rest_is_over(cache)
    assert cache.get("a") is None
    assert not cache.degraded
    assert cache.memory.get("a") is None


def test_a_frozen_redis_costs_one_timeout_not_one_a_call(cache, redis) -> None:
    cache.set("a", 1)
    redis.process.send_signal(signal.SIGSTOP)
    began = time.monotonic()
    for _ in range(50):
        cache.get("a")
    took = time.monotonic() - began
    redis.process.send_signal(signal.SIGCONT)
    assert 0.2 < took < REST_SECONDS


def test_an_outage_is_logged_once(cache, redis, caplog) -> None:
    redis.stop()
    for _ in range(3):
        rest_is_over(cache)
        cache.get("a")
    assert [record.levelname for record in caplog.records] == ["WARNING"]
