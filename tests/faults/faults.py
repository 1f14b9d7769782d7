"""Each fault that the chat has to survive, as something to inject and to lift.

All of them leave the site as it was: what ran runs again, and nothing is held.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import socket
import sys
from abc import ABC, abstractmethod
from typing import ClassVar

import psycopg

from tests.faults import crashing
from tests.faults.stage import Stage

CRASH_WITHIN_SECONDS = 20
HALF_OPEN = b"GET /ws/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "


class Fault(ABC):
    """`name` is what the fault is called, `seconds` how long it may last; `inject` breaks, `lift` mends and
    returns once that is done. Both are called from the main thread, whose children the processes are."""

    name: ClassVar[str]
    what: ClassVar[str]
    seconds: ClassVar[tuple[float, float]]
    serves: ClassVar[bool] = False
    """Whether clients have to go back to a process that was started again, for there to be a fault."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    @classmethod
    def at_random(cls, stage: Stage, chance: random.Random) -> Fault:
        """One of this kind, for a walk through all of them."""
        return cls(stage)

    @abstractmethod
    async def inject(self) -> None: ...

    async def strike(self) -> None:  # noqa: B027 (most faults have done it all by then)
        """What happens once clients have gone to where they are served."""

    @abstractmethod
    async def lift(self) -> None: ...


class Killed(Fault):
    """One web process gets SIGKILL, in the middle of whatever it does."""

    name, what, seconds = "F1", "web process killed", (0.2, 5)

    def __init__(self, stage: Stage, process: int = 0, by: signal.Signals = signal.SIGKILL) -> None:
        super().__init__(stage)
        self.process, self.by = process, by

    @classmethod
    def at_random(cls, stage: Stage, chance: random.Random) -> Fault:
        return cls(stage, chance.randrange(len(stage.site.web)))

    async def inject(self) -> None:
        await asyncio.to_thread(self.stage.site.web[self.process].stop, self.by)

    async def lift(self) -> None:
        self.stage.site.web[self.process].start()
        await asyncio.to_thread(self.stage.site.wait_ready, self.process)


class ToldToStop(Killed):
    """One web process is told to end, as in a roll-out."""

    name, what = "F19", "web process replaced"

    def __init__(self, stage: Stage, process: int = 0) -> None:
        super().__init__(stage, process, signal.SIGTERM)


class RedisGone(Fault):
    """Redis ends and comes back with nothing."""

    name, what, seconds = "F2", "Redis restarted, its data lost", (1, 8)

    async def inject(self) -> None:
        self.stage.site.redis.stop()

    async def lift(self) -> None:
        self.stage.site.redis.start()


class RedisFrozen(Fault):
    """Redis takes connections and commands, and answers nothing."""

    name, what, seconds = "F3", "Redis frozen", (3, 8)

    async def inject(self) -> None:
        self._signal(signal.SIGSTOP)

    async def lift(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, which: signal.Signals) -> None:
        assert self.stage.site.redis.process
        os.kill(self.stage.site.redis.process.pid, which)


class PostgresRestarted(Fault):
    """PostgreSQL ends its sessions and restarts."""

    name, what, seconds = "F4", "PostgreSQL restarted, fast", (0.5, 5)
    by = signal.SIGINT

    async def inject(self) -> None:
        self.stage.stop_postgres(self.by)

    async def lift(self) -> None:
        self.stage.postgres.start()


class PostgresCrashed(PostgresRestarted):
    """PostgreSQL ends at once, and restarts from its log."""

    what, by = "PostgreSQL restarted, immediate", signal.SIGQUIT


class RoomLocked(Fault):
    """Somebody holds the row that every change of a room has to lock."""

    name, what, seconds = "F5", "room locked in the database", (2, 12)

    def __init__(self, stage: Stage, slug: str = "welcome") -> None:
        super().__init__(stage)
        self.slug = slug

    async def inject(self) -> None:
        self._holder = psycopg.connect(self.stage.site.database_url)
        self._holder.execute(
            "SELECT FROM chat_roomcursor c JOIN chat_room r ON r.id = c.room_id WHERE r.slug = %s"
            " FOR UPDATE OF c",
            [self.slug],
        )

    async def lift(self) -> None:
        self._holder.close()


class HintsLost(Fault):
    """What one process tells the others is dropped, all of it or a share."""

    name, what, seconds = "F6", "hints lost", (3, 10)

    def __init__(self, stage: Stage, share: float = 1) -> None:
        super().__init__(stage)
        self.share = share

    @classmethod
    def at_random(cls, stage: Stage, chance: random.Random) -> Fault:
        return cls(stage, chance.choice((0.05, 0.3, 1)))

    async def inject(self) -> None:
        self.stage.hints.lose(self.share)

    async def lift(self) -> None:
        self.stage.hints.arrive()


class HintsShuffled(Fault):
    """What one process tells the others comes late, in another order, and some of it twice."""

    name, what, seconds = "F7", "hints shuffled and doubled", (3, 10)

    async def inject(self) -> None:
        self.stage.hints.shuffle()

    async def lift(self) -> None:
        self.stage.hints.arrive()


class HalfOpen(Fault):
    """So many connections to one web process, each with half a request."""

    name, what, seconds = "F14", "flood of half-open connections", (3, 12)

    def __init__(self, stage: Stage, connections: int = 300) -> None:
        super().__init__(stage)
        self.connections = connections

    async def inject(self) -> None:
        self.sockets = await half_open(self.stage.site.ports[0], self.connections)

    async def lift(self) -> None:
        for connection in self.sockets:
            connection.close()


async def half_open(port: int, connections: int) -> list[socket.socket]:
    """Connections over which half a request has been sent, which nobody will complete."""

    def connect() -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", port), timeout=30)
        connection.sendall(HALF_OPEN)
        return connection

    return await asyncio.to_thread(lambda: [connect() for _ in range(connections)])


class ClockSkewed(Killed):
    """One web process has a clock that is wrong by some seconds. The database's is right."""

    name, what, seconds = "F15", "clock of a web process wrong by 90 s", (3, 10)
    serves = True

    def __init__(self, stage: Stage, process: int = 0, by_seconds: float = 90) -> None:
        super().__init__(stage, process, signal.SIGTERM)
        self.by_seconds = by_seconds

    @classmethod
    def at_random(cls, stage: Stage, chance: random.Random) -> Fault:
        return cls(stage, chance.randrange(len(stage.site.web)), chance.choice((-90, 90)))

    async def inject(self) -> None:
        web = self.stage.site.web[self.process]
        self._right = web.command
        web.command = [sys.executable, "-m", "tests.faults.skewed", str(self.by_seconds), *self._right[2:]]
        await self._again()

    async def lift(self) -> None:
        self.stage.site.web[self.process].command = self._right
        await self._again()

    async def _again(self) -> None:
        await super().inject()
        await super().lift()


class Crashed(Killed):
    """One web process crashes at a point on the way of a message."""

    name, what, seconds = "F21", "web process crashed on the way of a message", (0.2, 5)
    serves = True

    def __init__(self, stage: Stage, process: int = 0, point: str = crashing.POINTS[0]) -> None:
        super().__init__(stage, process, signal.SIGTERM)
        self.point = point

    @classmethod
    def at_random(cls, stage: Stage, chance: random.Random) -> Fault:
        return cls(stage, chance.randrange(len(stage.site.web)), chance.choice(crashing.POINTS))

    async def inject(self) -> None:
        web = self.stage.site.web[self.process]
        self._right = web.command
        web.command = [sys.executable, "-m", "tests.faults.crashing", self.point, *self._right[2:]]
        await super().inject()
        await super().lift()

    async def strike(self) -> None:
        child = self.stage.site.web[self.process].child
        assert child
        child.send_signal(signal.SIGUSR1)
        assert await asyncio.to_thread(child.wait, CRASH_WITHIN_SECONDS) == -signal.SIGKILL

    async def lift(self) -> None:
        self.stage.site.web[self.process].command = self._right
        await super().inject()
        await super().lift()


KINDS: tuple[type[Fault], ...] = (
    Killed,
    ToldToStop,
    RedisGone,
    RedisFrozen,
    PostgresRestarted,
    PostgresCrashed,
    RoomLocked,
    HintsLost,
    HintsShuffled,
    HalfOpen,
    ClockSkewed,
    Crashed,
)
