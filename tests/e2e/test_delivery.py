"""Many writers on two processes: nothing lost, nothing doubled, one order for everybody."""

from __future__ import annotations

from tests.e2e.people import Console
from tests.e2e.storm import ENV, storm
from tests.support.server import running


async def test_ten_thousand_messages_of_fifty_writers_reach_everybody_once_and_in_order(figures):
    with running(web=2, limits="off", env=ENV) as site:
        with Console(site) as console:
            senders, ears = console.bots("writer", 50), console.bots("listener", 2)
        await storm(site, senders, ears, messages=10_000, seed=1, figures=figures)
        assert "Traceback" not in site.logs()
