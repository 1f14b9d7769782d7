"""The private servers are real, private, and gone afterwards."""

import os

import psycopg
import pytest
import redis

from scripts.local import processes
from scripts.local.services import Postgres, Redis, throw_away


def test_throw_away_servers_answer_ask_for_a_password_and_end():
    with throw_away((Postgres, Redis)) as (postgres, cache):
        with psycopg.connect(postgres.url) as connection:
            assert connection.execute("SELECT current_database()").fetchone() == ("chatconnet",)
        assert redis.from_url(cache.url).ping()
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(postgres.url.replace(postgres.password, "wrong"))
        with pytest.raises(redis.AuthenticationError):
            redis.Redis(port=cache.port).ping()
        folder = postgres.place.folder
        pids = [server.process.pid for server in (postgres, cache) if server.process]
    assert not folder.exists()
    assert [processes.started_at(pid) for pid in pids] == [None, None]


def test_a_stopped_redis_starts_again_on_its_port():
    with throw_away((Redis,)) as (server,):
        url = server.url
        server.stop()
        with pytest.raises(redis.ConnectionError):
            redis.from_url(url).ping()
        server.start()
        assert server.url == url
        assert redis.from_url(url).ping()


def test_the_tests_have_servers_of_their_own():
    assert os.environ["DATABASE_URL"].startswith("postgres")
    assert redis.from_url(os.environ["REDIS_URL"]).ping()
