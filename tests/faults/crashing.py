"""manage.py that crashes on the way of a message: `python -m tests.faults.crashing POINT COMMAND …`.

From SIGUSR1 on, the process ends the next time that it comes to the point: by SIGKILL, so that nothing is
tidied up.
"""

from __future__ import annotations

import functools
import inspect
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import django
from django.core.management import execute_from_command_line

from chatconnet.env import use_settings_module

BEFORE = ("before_commit", "before_it_is_told", "before_redis", "before_the_answer")
AFTER = ("after_redis", "after_the_answer")
POINTS = (*BEFORE, *AFTER)


class Crash:
    """Kills the process once it is armed; any thread may call it."""

    def __init__(self) -> None:
        self._armed = False

    def arm(self, *_signal: Any) -> None:
        self._armed = True

    def __call__(self) -> None:
        if self._armed:
            os.kill(os.getpid(), signal.SIGKILL)


def crash_at(point: str, crash: Callable[[], None]) -> None:
    """Puts the crash beside the function of the product that the point lies at."""
    from chat import publish
    from chat.realtime.consumer import ChatConsumer
    from chat.realtime.socket import Socket

    match point:
        case "before_commit":
            # Told of first in the transaction, and handed out after its commit.
            _put_beside(publish, "changed", point, crash)
        case "before_it_is_told":
            _put_beside(publish, "_deliver", point, crash)
        case "before_redis" | "after_redis":
            _put_beside(publish, "send", point, crash)
        case "before_the_answer":
            _put_beside(ChatConsumer, "_sent", point, crash)
        case "after_the_answer":
            _put_beside(Socket, "_flush", point, crash)
        case _:
            raise ValueError(point)


def _put_beside(owner: Any, name: str, point: str, crash: Callable[[], None]) -> None:
    function = getattr(owner, name)

    @functools.wraps(function)
    def crashing(*args: Any, **kwargs: Any) -> Any:
        if point in BEFORE:
            crash()
        result = function(*args, **kwargs)
        if point in AFTER and inspect.isawaitable(result):
            return _and_then(result, crash)
        if point in AFTER:
            crash()
        return result

    setattr(owner, name, crashing)


async def _and_then(result: Any, crash: Callable[[], None]) -> Any:
    value = await result
    crash()
    return value


def main() -> None:
    point = sys.argv.pop(1)
    use_settings_module()
    django.setup()
    crash = Crash()
    crash_at(point, crash)
    signal.signal(signal.SIGUSR1, crash.arm)
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
