"""Tells the sockets of a process who is here: of people in rooms of at most 200, of larger rooms how many.

Who shares a room with whom, and who hides, is asked of PostgreSQL each time something is told, together for
all of whom there is something to tell.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from django.conf import settings

from chat import frames, hints, queries
from chat.errors import Refused
from chat.presence import Roster, State
from chat.realtime.socket import Socket, ready
from chat.realtime.threads import in_thread
from chat.realtime.waiting import either

if TYPE_CHECKING:
    from chat.realtime.hub import Feed

GATHER_SECONDS = 0.2
"""What happens within this time is told together."""
COUNT_SECONDS = 5
STRETCH = 256

Outgoing = dict[Socket, dict[bytes, None]]
"""Ready frames for each socket, in order and each once."""


class Presence:
    """One a process. `feeds` are the rooms with people here; `tell_others` gives a hint to the layer."""

    def __init__(
        self,
        process: str,
        feeds: Mapping[int, Feed],
        tell_others: Callable[[hints.Hint], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._feeds = feeds
        self._tell_others = tell_others
        self._roster = Roster(process, settings.CHAT_PRESENCE_SECONDS, settings.CHAT_AWAY_SECONDS, clock)
        self._newcomers: dict[Socket, set[int]] = defaultdict(set)
        self._shown: set[int] = set()
        """Those whom sockets here may take to be here."""
        self._online: dict[int, int] = {}
        """How many are in the larger rooms, as it was told."""
        self._clock = clock
        self._counted_at = clock()
        self._miscounted = False
        self._news = asyncio.Event()

    # --- What happens ----------------------------------------------------------------------------

    def came(self, user: int) -> None:
        """The person's first socket in this process."""
        self._roster.came(user)
        self._news.set()

    def left(self, user: int) -> None:
        """The person's last socket in this process is gone."""
        self._roster.left(user)
        self._news.set()

    def acted(self, user: int) -> None:
        """Somebody with a socket here gave a command by hand."""
        self._roster.acted(user)

    def entered(self, socket: Socket, rooms: Iterable[int]) -> None:
        """The socket is live in these rooms now, and knows of nobody there."""
        self._newcomers[socket].update(rooms)
        self._news.set()

    def look_again(self, users: Iterable[int]) -> None:
        """Others may see these people now, or no longer: they hide, or are in other rooms."""
        self._roster.look_again(users)
        self._news.set()

    def heard(self, hint: hints.Present) -> None:
        """Another process named its people."""
        self._roster.heard(hint)
        self._news.set()

    def layer_works(self) -> None:
        """A hint of this process came back from the layer."""
        self._roster.layer_works()

    def end(self) -> None:
        """The process ends: nobody is here any more."""
        self._tell_others(self._roster.goodbye())

    # --- What is told ----------------------------------------------------------------------------

    async def run(self) -> None:
        """Names and tells, for ever. Raises `Refused` where PostgreSQL cannot be asked: then go on later."""
        while True:
            if hint := self._roster.to_name():
                self._tell_others(hint)
            await self._tell()
            await either(self._news, self._seconds_left())
            self._news.clear()
            await asyncio.sleep(GATHER_SECONDS)

    def _seconds_left(self) -> float:
        to_count = max(0.0, self._counted_at + COUNT_SECONDS - self._clock())
        return min(self._roster.seconds_left(), to_count if self._miscounted else COUNT_SECONDS)

    async def _tell(self) -> None:
        news = self._roster.to_tell()
        newcomers, self._newcomers = self._newcomers, defaultdict(set)
        self._miscounted = self._miscounted or bool(news or newcomers)
        outgoing: Outgoing = defaultdict(dict)
        try:
            if news:
                await self._spread(news, outgoing)
            if newcomers:
                await self._introduce(newcomers, outgoing)
            if self._miscounted and self._clock() - self._counted_at >= COUNT_SECONDS:
                await self._count(outgoing)
        except Refused:
            self._roster.look_again(news)
            for socket, rooms in newcomers.items():
                self._newcomers[socket] |= rooms
            raise
        await _write(outgoing)

    async def _spread(self, news: Mapping[int, State], outgoing: Outgoing) -> None:
        """To everybody here who shares a smaller room with one of these people."""
        for seen in await in_thread(queries.seen_in, list(news), list(self._feeds)):
            state = news[seen.pk] if seen.shown else State.OFFLINE
            if state is State.OFFLINE and seen.pk not in self._shown:
                continue
            frame = _frame(seen.user, state)
            for socket in self._sockets(seen.rooms, without=seen.pk):
                outgoing[socket][frame] = None
            (self._shown.discard if state is State.OFFLINE else self._shown.add)(seen.pk)

    async def _introduce(self, newcomers: Mapping[Socket, set[int]], outgoing: Outgoing) -> None:
        """To these sockets everybody in their smaller rooms, and how many there are in the larger ones."""
        there: dict[int, list[tuple[int, bytes]]] = defaultdict(list)
        present = self._roster.present()
        everywhere: set[int] = set().union(*newcomers.values())
        for seen in await in_thread(queries.seen_in, list(present), list(everywhere)):
            if seen.shown:
                self._shown.add(seen.pk)
                frame = _frame(seen.user, present[seen.pk])
                for room in seen.rooms:
                    there[room].append((seen.pk, frame))
        for socket, entered in newcomers.items():
            rooms = entered & socket.known  # who was taken out meanwhile is told nothing
            people = {pk: frame for room in rooms for pk, frame in there.get(room, ())}
            people.pop(socket.actor.id, None)
            outgoing[socket] |= dict.fromkeys(people.values())
            outgoing[socket] |= dict.fromkeys(map(self._count_frame, rooms & self._online.keys()))

    async def _count(self, outgoing: Outgoing) -> None:
        """To everybody in a larger room whose number of people here has changed."""
        self._counted_at = self._clock()
        self._miscounted = False
        online = await in_thread(queries.online_in, list(self._feeds), list(self._roster.present()))
        changed = {room for room, n in online.items() if self._online.get(room) != n}
        self._online = online
        for room in changed & self._feeds.keys():
            frame = self._count_frame(room)
            for socket in self._feeds[room].audience:
                outgoing[socket][frame] = None

    def _count_frame(self, room: int) -> bytes:
        return ready(
            frames.encode(frames.PresenceFrame(room=self._feeds[room].public_id, online=self._online[room]))
        )

    def _sockets(self, rooms: Collection[int], without: int) -> set[Socket]:
        audiences = [self._feeds[room].audience for room in rooms if room in self._feeds]
        return {socket for audience in audiences for socket in audience if socket.actor.id != without}


def _frame(user: frames.User, state: State) -> bytes:
    return ready(frames.encode(frames.PresenceFrame(user=user, state=state.name.lower())))


async def _write(outgoing: Outgoing) -> None:
    """One write a socket; after `STRETCH` sockets whatever else waits gets its turn."""
    for number, (socket, ready_frames) in enumerate(outgoing.items(), 1):
        socket.write(b"".join(ready_frames))
        if number % STRETCH == 0:
            await asyncio.sleep(0)
