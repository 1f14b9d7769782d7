"""Who was in a process that crashed is not shown as here for long, and who is back by then was never gone."""

from __future__ import annotations

import signal
import time
from contextlib import AsyncExitStack

from tests.e2e.conftest import Figures
from tests.e2e.people import Console, opened
from tests.faults.stage import Stage
from tests.support.client import Client
from tests.support.oracle import Listener
from tests.support.server import running

BEAT_SECONDS = 1
CLEAN_WITHIN_SECONDS = 4.5
"""As 45 seconds are to a beat of ten; what a person's state waits comes on top."""
PATIENCE_SECONDS = 5


def states(socket: Client) -> list[tuple[str, str]]:
    frames = (frame for frame in socket.frames if frame["type"] == "presence" and "user" in frame)
    return [(frame["user"]["name"], frame["state"]) for frame in frames]


async def test_after_a_crash_those_who_are_gone_are_offline_and_those_who_are_back_were_never_gone(
    broken_site: Stage, figures: Figures
) -> None:
    """F1: presence is clean within 45 s at the beat that is usual."""
    env = {"CHAT_PRESENCE_SECONDS": str(BEAT_SECONDS)}
    async with AsyncExitStack() as stack:
        site = stack.enter_context(running(web=2, limits="off", env=env, postgres=broken_site.postgres.url))
        with Console(site) as console:
            stays, goes, returns = console.bots("seen", 3)
        watching, *_others = await opened(
            stack,
            Listener(site.ws_url(1), token=stays.token),
            *(Listener(site.ws_url(0), token=one.token) for one in (goes, returns)),
        )
        both = {(goes.name, "online"), (returns.name, "online")}
        await watching.until(lambda: set(states(watching)) >= both, "both are seen")
        site.web[0].stop(by=signal.SIGKILL)
        killed_at = time.monotonic()
        await opened(stack, Listener(site.ws_url(1), token=returns.token))
        await watching.until(lambda: (goes.name, "offline") in states(watching), "the other is gone")
        clean = time.monotonic() - killed_at
        figures(clean_s=clean, beat_s=BEAT_SECONDS)
        assert clean <= CLEAN_WITHIN_SECONDS + PATIENCE_SECONDS
        assert (returns.name, "offline") not in states(watching)
