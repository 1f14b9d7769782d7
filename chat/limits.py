"""How much is too much: token buckets, kept by each process for itself. No I/O."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Hashable

from django.conf import settings

from accounts.addresses import counted_as
from chat.errors import Refused

MAX_BUCKETS = 50_000


class Buckets:
    """A bucket for each key: `burst` tokens at most, `rate` come back each second."""

    def __init__(self, rate: float, burst: float) -> None:
        self.rate = rate
        self.burst = burst
        self._levels: dict[Hashable, tuple[float, float]] = {}

    def wait(self, key: Hashable, now: float | None = None) -> float:
        """Takes a token and returns 0, or takes none and returns the seconds until there is one."""
        now = time.monotonic() if now is None else now
        level, since = self._levels.pop(key, (self.burst, now))
        level = min(self.burst, level + (now - since) * self.rate)
        taken = level >= 1
        self._levels[key] = (level - 1 if taken else level, now)
        if len(self._levels) > MAX_BUCKETS:
            del self._levels[next(iter(self._levels))]  # the key that was quiet longest
        return 0.0 if taken else (1 - level) / self.rate


class Limits:
    """The limits of one process, from the settings."""

    def __init__(self) -> None:
        self._sends = Buckets(settings.CHAT_SEND_RATE, settings.CHAT_SEND_BURST)
        self._commands = Buckets(settings.CHAT_COMMAND_RATE, settings.CHAT_COMMAND_BURST)
        self._rooms = Buckets(settings.CHAT_ROOMS_PER_HOUR / 3600, settings.CHAT_ROOMS_PER_HOUR)
        per_minute = settings.CHAT_HANDSHAKES_PER_MINUTE
        self._handshakes = Buckets(per_minute / 60, per_minute)
        self._typing = Buckets(1 / settings.CHAT_TYPING_SECONDS, 1)

    def check_command(self, user: int) -> None:
        """Raises `rate_limited`."""
        self._check(self._commands, user)

    def check_send(self, user: int) -> None:
        """Raises `rate_limited`."""
        self._check(self._sends, user)

    def check_room(self, user: int) -> None:
        """Raises `rate_limited`, for somebody who makes rooms too often."""
        self._check(self._rooms, user)

    def handshake_wait(self, address: str) -> float:
        """Seconds until this address may open another socket; 0 for now."""
        return self._handshakes.wait(counted_as(address)) if settings.CHAT_LIMITS else 0.0

    def passes_typing(self, user: int, room: str) -> bool:
        """Whether this notice goes on to the others. Not a refusal, so CHAT_LIMITS does not lift it."""
        return not self._typing.wait((user, room))

    @staticmethod
    def _check(buckets: Buckets, user: int) -> None:
        if settings.CHAT_LIMITS and (seconds := buckets.wait(user)):
            raise Refused("rate_limited", retry_after=round(seconds, 3))


class BadFrames:
    """Counts the frames of one socket that were none."""

    WINDOW_SECONDS = 60

    def __init__(self) -> None:
        self._times: deque[float] = deque(maxlen=settings.CHAT_BAD_FRAMES)

    def is_last(self, now: float | None = None) -> bool:
        """Notes one more, and whether it is one too many."""
        now = time.monotonic() if now is None else now
        self._times.append(now)
        return len(self._times) == settings.CHAT_BAD_FRAMES and now - self._times[0] <= self.WINDOW_SECONDS
