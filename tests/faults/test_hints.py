"""What processes tell each other is lost, late, swapped or doubled: nobody notices more than a delay."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.e2e.conftest import Figures
from tests.e2e.people import Bot, Console
from tests.e2e.storm import storm
from tests.faults.faults import HintsLost, HintsShuffled
from tests.faults.stage import Stage

MESSAGES = 1_500


@dataclass
class Bots:
    senders: list[Bot]
    ears: list[Bot]


@pytest.fixture(scope="module")
def bots(broken_site: Stage) -> Iterator[Bots]:
    with Console(broken_site.site) as console:
        yield Bots(console.bots("writer", 20), console.bots("listener", 2))


@pytest.mark.parametrize("share", [0.05, 0.3, 1])
async def test_lost_hints_change_nothing_but_latency(
    stage: Stage, bots: Bots, share: float, figures: Figures
) -> None:
    """F6."""
    seed = round(share * 100)
    fault = HintsLost(stage, share)
    await fault.inject()
    try:
        await storm(stage.site, bots.senders, bots.ears, messages=MESSAGES, seed=seed, figures=figures)
    finally:
        await fault.lift()


async def test_late_swapped_and_doubled_hints_change_nothing(
    stage: Stage, bots: Bots, figures: Figures
) -> None:
    """F7."""
    fault = HintsShuffled(stage)
    await fault.inject()
    try:
        await storm(stage.site, bots.senders, bots.ears, messages=MESSAGES, seed=7, figures=figures)
    finally:
        await fault.lift()
