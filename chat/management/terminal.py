"""What long commands share: a question before, a line of progress, and an end when one is told to."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from django.core.management.base import CommandError, OutputWrapper

REFUSED = 2
PARTLY_DONE = 3


def refuse(reason: str) -> CommandError:
    return CommandError(reason, returncode=REFUSED)


def ask(question: str) -> None:
    """Goes on after "yes"; raises CommandError for anything else, and where there is nobody to ask."""
    if not sys.stdin.isatty():
        raise refuse(f"{question} Nobody is there to answer: give --no-input.")
    if input(f"{question} [yes/no] ").strip().lower() not in {"y", "yes"}:
        raise refuse("Nothing was done.")


class Progress:
    """A line on stderr that is written over: how much is done, how fast it goes, and how long it takes yet.

    Only where somebody looks: on a terminal, and not with --verbosity 0.
    """

    def __init__(self, stderr: OutputWrapper, total: int, noun: str, verbosity: int) -> None:
        self._stderr = stderr
        self._total = total
        self._noun = noun
        self._shown = verbosity >= 1 and stderr.isatty()
        self._begin = time.monotonic()

    def show(self, done: int) -> None:
        if self._shown and done:
            rate = done / max(time.monotonic() - self._begin, 0.001)
            left = (self._total - done) / rate
            line = f"{done:,} of {self._total:,} {self._noun}, {rate:,.0f}/s, {left:,.0f} s left"
            self._write(f"\r{line:<70}")

    def end(self) -> None:
        if self._shown:
            self._write("\n")

    def _write(self, text: str) -> None:
        self._stderr.write(text, ending="")
        self._stderr.flush()


class Stop:
    """Becomes true when the process is told to end."""

    def __init__(self) -> None:
        self.told = False

    def __bool__(self) -> bool:
        return self.told


@contextmanager
def stopping() -> Iterator[Stop]:
    """On SIGTERM or Ctrl-C what is begun is finished: the loop inside looks at the `Stop` between batches."""
    stop = Stop()

    def tell(_signal: int, _frame: FrameType | None) -> None:
        stop.told = True

    before = {one: signal.signal(one, tell) for one in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
