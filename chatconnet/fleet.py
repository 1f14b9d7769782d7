"""Several processes behind one port.

They share its listening socket: whoever connects while one of them is replaced waits in the socket's queue
for another.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import logging
import os
import signal
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

READY_SECONDS = 60
END_SECONDS = 10
LONGEST_PAUSE_SECONDS = 30
BACKLOG = 1024
"""Connections that may wait to be taken: thousands come at once after a restart."""

log = logging.getLogger(__name__)


@dataclass(eq=False)
class Member:
    """A process that serves. Over the leash it says that it listens; when the leash breaks, because the
    fleet's own process ended in whatever way, the member stops too."""

    process: asyncio.subprocess.Process
    leash: socket.socket

    async def is_ready(self) -> bool:
        """Once it listens; False where it ended before, or takes too long."""
        try:
            async with asyncio.timeout(READY_SECONDS):
                return bool(await asyncio.get_running_loop().sock_recv(self.leash, 1))
        except (TimeoutError, OSError):
            return False

    async def end(self) -> None:
        """Lets it say goodbye to its sockets; after `END_SECONDS` it is killed."""
        self._signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(END_SECONDS):
                await self.process.wait()
        except TimeoutError:
            self._signal(signal.SIGKILL)
            await self.process.wait()
        self.leash.close()

    def _signal(self, number: signal.Signals) -> None:
        """Not by `process.terminate`: if it ended just now, that takes the exit code away from asyncio."""
        if self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.process.pid, number)


@dataclass
class Fleet:
    """`size` members on `listener`. `state` is a file that says who serves, for `manage.py restart_web`; a
    lock beside it says that this still holds."""

    listener: socket.socket
    size: int
    state: Path
    members: list[Member] = field(default_factory=list)
    leaving: list[Member] = field(default_factory=list)
    renewals: int = 0

    async def run(self) -> int:
        """Serves until SIGTERM or SIGINT, and returns the exit code. SIGHUP replaces one member after the
        other."""
        with _held(_lock_of(self.state)):
            return await self._run()

    async def _run(self) -> int:
        loop = asyncio.get_running_loop()
        stop, renew = asyncio.Event(), asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        loop.add_signal_handler(signal.SIGHUP, renew.set)
        try:
            started = await asyncio.gather(*(self._start() for _ in range(self.size)))
            self.members = [member for member in started if member]
            if len(self.members) < self.size:
                return 1
            self._note()
            keeping = [asyncio.create_task(self._keep(place)) for place in range(self.size)]
            keeping.append(asyncio.create_task(self._renew_when(renew)))
            await stop.wait()
            for task in keeping:
                task.cancel()
            await asyncio.gather(*keeping, return_exceptions=True)
            return 0
        finally:
            await asyncio.gather(*(member.end() for member in [*self.members, *self.leaving]))
            self.state.unlink(missing_ok=True)

    async def _start(self) -> Member | None:
        """A member that listens, or None."""
        leash, its_end = socket.socketpair()
        leash.setblocking(False)
        with its_end:
            options = {
                "port": self.listener.getsockname()[1],
                "fd": self.listener.fileno(),
                "leash": its_end.fileno(),
            }
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, sys.argv[0], "serve"),
                *(f"--{name}={value}" for name, value in options.items()),
                pass_fds=(options["fd"], options["leash"]),
            )
        member = Member(process, leash)
        try:
            ready = await member.is_ready()
        except asyncio.CancelledError:
            await member.end()
            raise
        if ready:
            return member
        await member.end()
        log.error("a process that was to serve did not start (%s)", process.returncode)
        return None

    async def _keep(self, place: int) -> None:
        """Starts another member whenever the one in this place ends by itself."""
        while True:
            member = self.members[place]
            await member.process.wait()
            if self.members[place] is not member:
                continue
            log.warning("process %d ended (%s)", member.process.pid, member.process.returncode)
            new = await self._start_at_last()
            if self.members[place] is member:
                self.members[place] = new
                self._note()
            else:  # replaced meanwhile
                await new.end()

    async def _start_at_last(self) -> Member:
        pause = 1
        while (member := await self._start()) is None:
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
        return member

    async def _renew_when(self, asked: asyncio.Event) -> None:
        while True:
            await asked.wait()
            asked.clear()
            await self._renew()
            self.renewals += 1
            self._note()

    async def _renew(self) -> None:
        """The new member serves before the old one leaves. If one does not start, those that serve go on."""
        for place in range(self.size):
            new = await self._start()
            if new is None:
                return
            old, self.members[place] = self.members[place], new
            self.leaving.append(old)
            await old.end()
            self.leaving.remove(old)

    def _note(self) -> None:
        facts = {
            "pid": os.getpid(),
            "members": [member.process.pid for member in self.members],
            "renewals": self.renewals,
        }
        new = self.state.with_suffix(".new")
        new.write_text(json.dumps(facts))
        new.replace(self.state)


def listening(host: str, port: int) -> socket.socket:
    """A socket of IPv4 that takes connections, for a fleet; raises OSError where the port is taken."""
    listener = socket.create_server((host, port), backlog=BACKLOG)
    listener.setblocking(False)
    return listener


@contextlib.contextmanager
def _held(lock: Path) -> Iterator[None]:
    """However this process ends, the lock ends with it."""
    lock.parent.mkdir(mode=0o700, exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def is_held(state: Path) -> bool:
    """Whether the fleet that wrote this file still runs."""
    try:
        with _lock_of(state).open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        pass
    return False


def _lock_of(state: Path) -> Path:
    return state.with_suffix(".lock")


def state_file(var: Path, port: int) -> Path:
    """Where the fleet on this port says who serves."""
    return var / "run" / f"serve-{port}.json"
