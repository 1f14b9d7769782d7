"""The site that is broken: two web processes, a durable PostgreSQL, Redis, a layer that fails if told."""

from __future__ import annotations

import asyncio
import re
import secrets
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from scripts.local import processes
from scripts.local.services import Postgres, throw_away_place
from tests.e2e.people import Bot, Console
from tests.e2e.storm import ENV
from tests.support.layers import Hints
from tests.support.oracle import Listener
from tests.support.server import Site, running

WAIT_SECONDS = "1"
CROWD = 6
ENTRY = re.compile(r"^(?=\d{4}-\d\d-\d\d )", re.MULTILINE)
LAYER_LOST_REDIS = "Unexpected exception in receive task"


@dataclass
class Stage:
    """`crowd` are bots in the welcome room, `extra` two more."""

    site: Site
    postgres: Postgres
    hints: Hints
    crowd: list[Bot]
    extra: list[Bot]

    def stop_postgres(self, by: signal.Signals) -> None:
        """Ends PostgreSQL by a signal; `postgres.start` finds its data again."""
        assert self.postgres.process
        processes.stop(self.postgres.process, by=by)
        self.postgres.process = None

    def complaints(self) -> list[str]:
        """What the processes logged with a traceback, but for the channel layer, which tells at length that
        Redis went away."""
        entries = ENTRY.split(self.site.logs())
        return [one for one in entries if "Traceback" in one and LAYER_LOST_REDIS not in one]


async def ping_for_ever(socket: Listener, times: list[float]) -> None:
    """Notes how many seconds each answer took; until it is cancelled."""
    while True:
        began = time.monotonic()
        await socket.ask("ping")
        times.append(time.monotonic() - began)
        await asyncio.sleep(0.02)


@contextmanager
def a_stage() -> Iterator[Stage]:
    """The database is durable, unlike that of other tests: what it said it has stored outlives its crash.
    A request waits less long for a connection than the server is down."""
    with throw_away_place() as place:
        postgres = Postgres(place, secrets.token_hex(16), log=place.folder / "log")
        postgres.start()
        hints = Hints(place.folder / "hints")
        env = ENV | hints.env | {"DATABASE_WAIT_SECONDS": WAIT_SECONDS}
        try:
            with running(web=2, limits="off", env=env, postgres=postgres.url) as site:
                with Console(site) as console:
                    bots = console.bots("robot", CROWD + 2)
                yield Stage(site, postgres, hints, bots[:CROWD], bots[CROWD:])
        finally:
            postgres.stop()
