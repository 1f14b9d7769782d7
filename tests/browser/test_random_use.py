"""A short random walk; `python -m tests.browser.random_use` takes long ones."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser.random_use import Walk, readable
from tests.support.server import running

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
ACTIONS = 90


def test_after_random_use_and_faults_both_pages_are_where_the_server_is(chromium: Browser) -> None:
    with running(web=2, limits="off") as site:
        walk = Walk(chromium, site, seed=4)
        walk.play(lambda: walk.step >= ACTIONS)
        report = walk.told()
        for player in walk.players:
            player.context.close()
    assert report.good, readable(report)
    missed = sum(
        times for done in report.actions.values() for name, times in done.items() if "missed" in name
    )
    assert missed < ACTIONS / 10, report.actions
