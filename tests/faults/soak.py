"""What scripts/soak becomes: clients talk for hours on a site of their own, while things break.

`scripts/soak --hours 8 --seed 7 --json FILE` breaks something at random each 20 to 60 seconds, and then
compares what every client was told with what PostgreSQL holds. The seed chooses what breaks, where and for
how long; what happens meanwhile is the machine's. 0 when nothing was lost, doubled or shown in another order.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from scripts.local.services import Postgres, Redis, throw_away
from tests.faults.crowd import Crowd
from tests.faults.faults import KINDS, Fault
from tests.faults.stage import Stage, a_stage
from tests.support.oracle import percentile

EVERY_SECONDS = (20, 60)
CALM_SECONDS = (1, 3)


@dataclass
class Episode:
    """One fault, and what became of it. Times are in seconds; `recovery` goes from when it was lifted until
    everybody had a send acknowledged."""

    minute: float
    fault: str
    what: str
    lasted: float
    recovery: float | None = None
    messages: int = 0
    delivery_max: float | None = None
    ack_p99: float | None = None
    away_max: float | None = None
    refused: int = 0
    memory_mib: list[int] = field(default_factory=list)
    oracle: str = "not asked"


@dataclass
class Report:
    seed: int
    minutes: float = 0
    messages: int = 0
    episodes: list[Episode] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    failure: str | None = None

    @property
    def good(self) -> bool:
        return self.failure is None and not self.complaints and bool(self.episodes)


class Soak:
    """Fault after fault, in an order that goes through all kinds before one comes again."""

    def __init__(self, stage: Stage, report: Report, kinds: Collection[type[Fault]] = KINDS) -> None:
        self.stage, self.report, self._kinds = stage, report, kinds
        self.chance = random.Random(report.seed)
        self.begun = time.monotonic()
        self._bag: list[type[Fault]] = []

    async def play(self, seconds: float) -> None:
        """Goes on for so long, and raises at once where something was lost."""
        async with Crowd(self.stage.site, self.stage.crowd, self.report.seed) as crowd:
            while time.monotonic() - self.begun < seconds:
                next_one = time.monotonic() + self.chance.uniform(*EVERY_SECONDS)
                await self.one(crowd)
                left = min(next_one, self.begun + seconds) - time.monotonic()
                await crowd.talk_for(max(0, left))

    async def one(self, crowd: Crowd) -> None:
        """One fault from its beginning to the judgement; then everybody talks again."""
        fault = self._any_kind().at_random(self.stage, self.chance)
        episode = Episode(self._minute(), fault.name, fault.what, self.chance.uniform(*fault.seconds))
        self.report.episodes.append(episode)
        await crowd.talk_for(self.chance.uniform(*CALM_SECONDS))
        try:
            await fault.inject()
            try:
                if fault.serves:
                    await crowd.spread()
                await fault.strike()
                await crowd.talk_for(episode.lasted)
            finally:
                await fault.lift()
            episode.recovery = max(await crowd.heard(time.monotonic()))
            await self._judge(crowd, episode)
        except BaseException as error:
            episode.oracle = f"{type(error).__name__}: {error}"
            raise
        finally:
            say(f"{episode.minute:7.1f} min  {line(episode)}")
        crowd.talk()

    async def _judge(self, crowd: Crowd, episode: Episode) -> None:
        episode.messages = await crowd.check()
        episode.oracle = "ok"
        episode.delivery_max = max(crowd.delays())
        episode.ack_p99 = percentile(crowd.oracle.latencies, 0.99)
        episode.away_max = max(crowd.absences, default=None)
        episode.refused = sum(refused.total() for refused in crowd.refusals)
        episode.memory_mib = [web.kib_in_memory() // 1024 for web in self.stage.site.web]
        self.report.messages += episode.messages
        await crowd.spread()
        await crowd.forget()

    def _any_kind(self) -> type[Fault]:
        if not self._bag:
            self._bag = list(self._kinds)
            self.chance.shuffle(self._bag)
        return self._bag.pop()

    def _minute(self) -> float:
        return (time.monotonic() - self.begun) / 60


def soak(seconds: float, seed: int) -> Report:
    """Runs on servers of its own; whatever goes wrong is in the report."""
    report = Report(seed)
    with environment(), a_stage() as stage:
        walk = Soak(stage, report)
        try:
            asyncio.run(walk.play(seconds))
        except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 (the report tells)
            report.failure = f"{type(error).__name__}: {error}"
        report.minutes = round((time.monotonic() - walk.begun) / 60, 2)
        report.complaints = stage.complaints()
    return report


@contextlib.contextmanager
def environment() -> Iterator[None]:
    """What a site needs to be told besides its database."""
    with tempfile.TemporaryDirectory() as var, throw_away((Postgres, Redis)) as (postgres, redis):
        os.environ |= {
            "CHAT_VAR": var,
            "DATABASE_URL": postgres.url,
            "REDIS_URL": redis.url,
            "SECRET_KEY": "only-for-a-soak-" * 4,
        }
        yield


def line(episode: Episode) -> str:
    """A fault in one line."""
    told = [f"{episode.fault:<4}{episode.what}", f"{episode.lasted:.1f} s"]
    if episode.recovery is not None:
        told.append(f"back after {episode.recovery:.2f} s")
    return ", ".join([*told, f"{episode.messages} messages", episode.oracle])


def say(words: str) -> None:
    print(words, flush=True)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="scripts/soak", description="Breaks the chat for hours, and judges it."
    )
    parser.add_argument("--hours", type=float, default=0)
    parser.add_argument("--minutes", type=float, default=0)
    parser.add_argument("--seed", type=int, default=random.randrange(10_000))
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the report there")
    given = parser.parse_args(arguments)
    if not (seconds := given.hours * 3600 + given.minutes * 60):
        parser.error("say how long: --hours or --minutes")
    say(f"seed {given.seed}")
    report = soak(seconds, given.seed)
    if given.json:
        given.json.write_text(json.dumps(asdict(report), indent=1) + "\n")
    say(f"{report.minutes} minutes, {len(report.episodes)} faults, {report.messages} messages")
    for complaint in [report.failure, *report.complaints]:
        if complaint:
            say(complaint)
    return 0 if report.good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
