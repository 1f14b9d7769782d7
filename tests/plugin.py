"""Gives a run of the tests a PostgreSQL and a Redis of its own, before Django reads its settings.

Loaded by `-p tests.plugin` (pyproject.toml). Where DATABASE_URL or REDIS_URL are set, they are used instead.
With xdist the processes share one PostgreSQL (pytest-django gives each a database) and have a Redis each,
because what is published in Redis crosses its database numbers.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator

import pytest

from scripts.local.services import Postgres, Redis, throw_away

OWN_REDIS = "TESTS_OWN_REDIS"
"""Tells the xdist workers that REDIS_URL is their parent's private server, not one that was given."""

redis_server: Redis | None = None
"""The private Redis of this process, when it has one."""


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    stack = contextlib.ExitStack()
    early_config.add_cleanup(stack.close)
    _start_servers(stack)
    os.environ["CHAT_VAR"] = stack.enter_context(tempfile.TemporaryDirectory(prefix="chatconnet-var-"))
    os.environ.setdefault("SECRET_KEY", "only-for-tests-" * 4)
    # Tests of what happens at the same moment have a thread for each writer, on a busy machine too.
    os.environ |= {"DATABASE_CONNECTIONS": "64", "DATABASE_WAIT_SECONDS": "60", "DATABASE_LOCK_MS": "60000"}
    return (yield)


def _start_servers(stack: contextlib.ExitStack) -> None:
    global redis_server  # noqa: PLW0603 - one a process, like the environment it is told through
    wanted = [Postgres] if not os.environ.get("DATABASE_URL") else []
    own_redis = OWN_REDIS in os.environ or not os.environ.get("REDIS_URL")
    servers = stack.enter_context(throw_away((*wanted, *([Redis] if own_redis else []))))
    for server in servers:
        if isinstance(server, Redis):
            redis_server = server
            os.environ |= {"REDIS_URL": server.url, OWN_REDIS: "1"}
        else:
            os.environ["DATABASE_URL"] = server.url
    if not own_redis:
        worker = os.environ.get("PYTEST_XDIST_WORKER", "tests")
        os.environ |= {"CHANNEL_PREFIX": worker, "CELERY_PREFIX": f"{worker}:"}


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI a skipped test is a failed run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter and reporter.stats.get("skipped") and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
