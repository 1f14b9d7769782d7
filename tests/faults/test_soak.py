"""The soak, for as long as it takes to see that it breaks things and that it notices a loss."""

from __future__ import annotations

import psycopg
import pytest

from tests.faults.crowd import Crowd
from tests.faults.faults import Fault, HintsLost, PostgresCrashed
from tests.faults.soak import Report, Soak
from tests.faults.stage import Stage

SEED = 3


class Quick(HintsLost):
    seconds = (1, 2)


class QuickCrash(PostgresCrashed):
    seconds = (1, 2)


class Loss(Fault):
    """What nobody survives: PostgreSQL forgets a message that it had stored."""

    name, what, seconds = "F0", "a message lost", (1, 2)

    async def inject(self) -> None: ...

    async def lift(self) -> None:
        with psycopg.connect(self.stage.site.database_url) as connection:
            connection.execute(
                "UPDATE chat_message SET key = gen_random_uuid()"
                " WHERE id = (SELECT id FROM chat_message ORDER BY id DESC OFFSET 3 LIMIT 1)"
            )


async def test_it_tells_of_each_fault_how_long_the_recovery_took(stage: Stage) -> None:
    report = Report(SEED)
    soak = Soak(stage, report, (Quick, QuickCrash))
    async with Crowd(stage.site, stage.crowd, SEED) as crowd:
        await soak.one(crowd)
        await soak.one(crowd)
    assert report.good
    assert {episode.fault for episode in report.episodes} == {"F4", "F6"}
    assert all(episode.oracle == "ok" and episode.messages for episode in report.episodes)
    assert all(episode.recovery is not None for episode in report.episodes)


async def test_it_ends_at_a_loss_and_tells_what_is_lost(stage: Stage) -> None:
    report = Report(SEED)
    async with Crowd(stage.site, stage.crowd, SEED) as crowd:
        with pytest.raises(AssertionError, match="A: 1 acknowledged and not stored"):
            await Soak(stage, report, (Loss,)).one(crowd)
    (episode,) = report.episodes
    assert "A: 1 acknowledged and not stored" in episode.oracle
