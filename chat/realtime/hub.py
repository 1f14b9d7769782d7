"""The hub of a process: which socket is live in which room, and what is written to it.

PostgreSQL is the truth and the channel layer a hint. Each room with people here has a `Feed` that goes
through the room's positions without a hole: the next change is written to the room's sockets, one already
seen is dropped, and a hole is filled by one query for the process. What no hint told of is found by
comparing heads. All methods run on the event loop; `put` may be called from any thread.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Iterable

from channels.layers import get_channel_layer
from django.conf import settings

from chat import access, frames, hints, publish, queries
from chat.errors import Refused, SignedOut
from chat.realtime.fanout import Audience, Fanout
from chat.realtime.presence import Presence
from chat.realtime.socket import Socket, ready
from chat.realtime.threads import in_thread
from chat.realtime.together import Together
from chat.realtime.waiting import either

CATCH_UP_STEP = 200
HEAL_AFTER_SECONDS = 0.03
HINTS_WAITING = 10_000
HINTS_A_MESSAGE = 200
SILENT_HEARTBEATS = 3
RETURN_WITHIN_SECONDS = 3

log = logging.getLogger(__name__)


class Feed:
    """A room as this process follows it. `ahead` holds changes that came before those they follow."""

    def __init__(self, room: int, public_id: str, head: int, audience: Audience) -> None:
        self.room = room
        self.public_id = public_id
        self.head = head
        self.audience = audience
        self.people: set[int] = set()
        self.ahead: dict[int, hints.Changed] = {}
        self.healing = asyncio.Lock()


class Person:
    """A user with sockets here. `rooms` are those the user is in; `drops` counts removals seen, so that
    an answer of the database from before one is not believed."""

    def __init__(self, user: int) -> None:
        self.user = user
        self.sockets: set[Socket] = set()
        self.rooms: dict[int, str] = {}
        self.version = -1
        self.drops = 0
        self.reloading = asyncio.Lock()


class Hub:
    """One a process."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._fanout = Fanout(self._loop)
        self._feeds: dict[int, Feed] = {}
        self._people: dict[int, Person] = {}
        self._outgoing: deque[hints.Hint] = deque(maxlen=HINTS_WAITING)
        self._outgoing_ready = asyncio.Event()
        self._compare_now = asyncio.Event()
        self._recheck_now = asyncio.Event()
        self._suspects: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._name = publish.new_process_name()
        self.presence = Presence(self._name, self._feeds, self._tell_others)
        self._ending = False
        self._homes = Together(queries.homes)

    def start(self) -> None:
        """Begins to listen, to tell and to compare; from now on services publish through this hub."""
        publish.use(self)
        for work in (self._listen, self._tell, self._compare, self._recheck, self.presence.run):
            self._spawn(self._for_ever(work))

    def _spawn(self, work: Awaitable[None]) -> None:
        task: asyncio.Task[None] = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _for_ever(self, work: Callable[[], Awaitable[None]]) -> None:
        """Redis and PostgreSQL come and go: whatever fails is begun again."""
        while True:
            try:
                await work()
            except Exception as error:  # noqa: BLE001 (nothing may end the hub)
                log.warning("%s begins again: %r", work.__name__.strip("_"), error)
            await asyncio.sleep(1)

    # --- Sockets come and go ---------------------------------------------------------------------

    def sockets_of(self, user: int) -> int:
        person = self._people.get(user)
        return len(person.sockets) if person else 0

    async def connect(self, socket: Socket) -> frames.WelcomeFrame:
        """Registers a socket and returns what it is welcomed with."""
        person = self._people.setdefault(socket.actor.id, Person(socket.actor.id))
        if not person.sockets:
            self.presence.came(person.user)
        person.sockets.add(socket)
        if self._ending:
            _send_away(socket)
        asked_at = self._loop.time()
        home = await self._reload(person)
        # Not the rooms that others of the person's sockets were told in the meantime that they are out of.
        rooms = {pk: room for pk, room in home.rooms.items() if pk in person.rooms}
        socket.welcomed(home.epoch, {pk: room.head for pk, room in rooms.items()}, asked_at)
        return frames.WelcomeFrame(
            protocol=frames.PROTOCOL,
            epoch=home.epoch,
            user=queries.myself(socket.actor),
            rooms=list(rooms.values()),
            limits={
                "body": settings.CHAT_BODY_MAX,
                "frame": settings.CHAT_FRAME_MAX,
                "files": 0,
                "sockets": settings.CHAT_SOCKETS_PER_USER,
            },
            heartbeat=settings.CHAT_HEARTBEAT_SECONDS,
        )

    def disconnect(self, socket: Socket) -> None:
        person = self._people.get(socket.actor.id)
        socket.closed = True
        if person is None:
            return
        person.sockets.discard(socket)
        for room in person.rooms:
            if feed := self._feeds.get(room):
                feed.audience.discard(socket)
        if not person.sockets:
            for room in list(person.rooms):
                self._leave_feed(person, room)
            del self._people[person.user]
            self.presence.left(person.user)

    def close_all(self) -> None:
        """The process is about to end: clients come back, spread over a few seconds."""
        self._ending = True
        self.presence.end()
        for person in self._people.values():
            for socket in person.sockets:
                _send_away(socket)

    async def sync(self, socket: Socket, epoch: str, positions: dict[str, int]) -> None:
        """Catches the socket up from these positions, and makes it live.

        The first time also in the rooms not named, from the head that its welcome named.
        """
        person = self._people[socket.actor.id]
        if positions.keys() - set(person.rooms.values()):
            await self._reload(person)
        by_id = {public_id: room for room, public_id in person.rooms.items()}
        for unknown in positions.keys() - by_id.keys():
            socket.say(frames.RevokedFrame(room=unknown, reason="not_found"))
        named = {by_id[room]: position for room, position in positions.items() if room in by_id}
        for room in named:
            self._feeds[room].audience.discard(socket)
        new = await self._new_to(socket, person, named)
        present, heads = await self._epoch_and_heads(socket, named)
        same_epoch = epoch == present
        await self._heal_to(heads)
        for room, position in list(socket.positions.items()):
            if feed := self._feeds.get(room) if room in person.rooms else None:
                socket.known.add(room)
                reset = (room in named and not same_epoch) or not self._within_reach(feed, position)
                if reset:
                    socket.say(frames.ResetFrame(room=feed.public_id, head=feed.head))
                await self._catch_up(socket, person, feed, feed.head if reset else position, new.get(room))
            socket.positions.pop(room, None)
        if not socket.synced:
            socket.synced = True
            self.presence.entered(socket, socket.known)
        await self._announce(person)

    async def _epoch_and_heads(self, socket: Socket, named: dict[int, int]) -> tuple[str, dict[int, int]]:
        """The epoch and the heads of the rooms that the socket is to be caught up in.

        A welcome of this moment has just said both. Somebody live since then would know no better: what no
        hint told of is found as late. Only who claims to be further must have heard it elsewhere.
        """
        heads = dict(socket.positions)
        # What is still waiting here when a query fails is caught up by the client's next `sync`.
        socket.positions |= named
        fresh = self._loop.time() - socket.welcomed_at < settings.CHAT_HEADS_SECONDS
        if fresh and all(position <= heads.get(room, -1) for room, position in named.items()):
            return socket.epoch, heads
        return await in_thread(queries.epoch_and_heads, list(socket.positions))

    @staticmethod
    def _within_reach(feed: Feed, position: int) -> bool:
        return 0 <= feed.head - position <= settings.CHAT_SYNC_MAX

    @staticmethod
    async def _new_to(socket: Socket, person: Person, rooms: Iterable[int]) -> dict[int, frames.Room]:
        """Those of these rooms that no frame has told the socket of: joined since its welcome."""
        new = {room for room in rooms if room in person.rooms} - socket.known
        return await in_thread(queries.rooms_of, socket.actor, new) if new else {}

    async def _catch_up(
        self, socket: Socket, person: Person, feed: Feed, position: int, new: frames.Room | None
    ) -> None:
        """Writes what the socket missed, and the room where it is new to it, then makes it live: between the
        last look at the head and that, nothing else runs."""
        while position < feed.head:
            to = min(position + CATCH_UP_STEP, feed.head)
            frame, _left = await in_thread(queries.changes_of, feed.room, position, to)
            if socket.closed or feed.room not in person.rooms:
                return
            socket.answer(frame)
            position = to
            await socket.drained()
        if not socket.closed and feed.room in person.rooms:
            if new:
                new.head = feed.head
                socket.say(frames.RoomFrame(room=new))
            feed.audience.add(socket)

    async def enter(self, socket: Socket, room: frames.Room, answer: Callable[[], None]) -> None:
        """Makes the socket live in a room that its own command brought it into, from the moment of the
        answer, which names the head it is live from."""
        person = self._people[socket.actor.id]
        if room.id not in person.rooms.values():
            await self._reload(person)
        for pk, public_id in person.rooms.items():
            if public_id == room.id:
                feed = self._feeds[pk]
                if feed.head < room.head:
                    await self._heal_to({pk: room.head})
                room.head = feed.head
                answer()
                self._make_live(socket, feed)
                return
        answer()
        socket.say(frames.RevokedFrame(room=room.id, reason="not_found"))  # out again since the command

    def _make_live(self, socket: Socket, feed: Feed) -> None:
        """Live from the feed's head on, or before the first `sync` from there when it comes."""
        if feed.room in socket.known:
            return
        socket.known.add(feed.room)
        if socket.synced:
            feed.audience.add(socket)
            self.presence.entered(socket, [feed.room])
        else:
            socket.positions[feed.room] = feed.head

    async def entered(self, socket: Socket) -> None:
        """A command that may have brought the socket into a room is done: tell of all others."""
        if person := self._people.get(socket.actor.id):
            await self._announce(person)

    # --- Who is in which room --------------------------------------------------------------------

    async def _reload(self, person: Person) -> queries.Home:
        """Brings the rooms of a person up to what PostgreSQL says, which is returned, and tells the person's
        sockets."""
        async with person.reloading:
            while True:
                drops = person.drops
                home = await self._homes(person.user)
                if not person.sockets:
                    return home  # gone, and no longer among the hub's people: nobody would undo what follows
                if person.drops == drops:
                    break
            for pk in person.rooms.keys() - home.rooms.keys():
                self._drop(person, pk, home.left.get(pk, "not_found"))
            for pk, room in home.rooms.items():
                if pk not in person.rooms:
                    self._enter_feed(person, pk, room.id, room.head)
            person.version = home.version
        await self._announce(person)
        return home

    async def _announce(self, person: Person) -> None:
        """Tells the person's sockets of rooms they do not know yet; from then on they are live there."""
        missing = {
            room
            for socket in person.sockets
            if socket.synced and not socket.entering
            for room in person.rooms.keys() - socket.known
        }
        if not missing:
            return
        actor = next(iter(person.sockets)).actor
        rooms = await in_thread(queries.rooms_of, actor, missing)
        await self._heal_to({pk: room.head for pk, room in rooms.items()})
        for pk, room in rooms.items():
            if pk not in person.rooms:
                continue
            room.head = self._feeds[pk].head
            frame = ready(frames.encode(frames.RoomFrame(room=room)))
            for socket in person.sockets:
                if socket.synced and not socket.entering and pk not in socket.known:
                    socket.write(frame)
                    self._make_live(socket, self._feeds[pk])

    def _drop(self, person: Person, room: int, reason: str) -> None:
        """Takes a person's sockets out of a room: nothing of it is written to them from here on."""
        person.drops += 1
        public_id = person.rooms.get(room)
        if public_id is None:
            return
        feed = self._feeds[room]
        self._leave_feed(person, room)
        frame = ready(frames.encode(frames.RevokedFrame(room=public_id, reason=reason)))
        for socket in person.sockets:
            feed.audience.discard(socket)
            socket.positions.pop(room, None)
            if room in socket.known:
                socket.known.discard(room)
                socket.write(frame)

    def _enter_feed(self, person: Person, room: int, public_id: str, head: int) -> None:
        person.rooms[room] = public_id
        if room not in self._feeds:
            self._feeds[room] = Feed(room, public_id, head, Audience(self._fanout))
        self._feeds[room].people.add(person.user)

    def _leave_feed(self, person: Person, room: int) -> None:
        del person.rooms[room]
        feed = self._feeds[room]
        feed.people.discard(person.user)
        if not feed.people:
            del self._feeds[room]

    # --- Changes ---------------------------------------------------------------------------------

    def put(self, hint: hints.Hint) -> None:
        """Applies a hint here and tells the other processes; callable from any thread."""
        self._loop.call_soon_threadsafe(self._put, hint)

    def _put(self, hint: hints.Hint) -> None:
        self._tell_others(hint)
        self._apply(hint)

    def _tell_others(self, hint: hints.Hint) -> None:
        self._outgoing.append(hint)
        self._outgoing_ready.set()

    def _apply(self, hint: hints.Hint) -> None:
        match hint:
            case hints.Changed():
                self._changed(hint)
            case hints.People(users):
                for person in self._here(users):
                    self._spawn(self._quietly(self._reload(person)))
                self.presence.look_again(users)
            case hints.Rights(users):
                self._suspects.update(users)
                self._recheck_now.set()
            case hints.Read():
                self._read(hint)
            case hints.Typing():
                self._typing(hint)
            case hints.Present():
                self.presence.heard(hint)
            case hints.Appearance(users):
                self.presence.look_again(users)

    def _read(self, hint: hints.Read) -> None:
        frame = ready(hint.frame)
        for person in self._here([hint.user]):
            for socket in person.sockets:
                if socket.synced and socket.name != hint.origin:
                    socket.write(frame)

    def _typing(self, hint: hints.Typing) -> None:
        if feed := self._feeds.get(hint.room):
            writing = self._people.get(hint.user)
            feed.audience.write(ready(hint.frame), without=writing.sockets if writing else ())

    def _here(self, users: Iterable[int]) -> list[Person]:
        return [self._people[user] for user in users if user in self._people]

    async def _quietly(self, work: Awaitable[object]) -> None:
        """For work that is tried again anyway when numbers are next compared."""
        try:
            await work
        except Refused as refused:
            log.info("put off: %s", refused.code)

    def _changed(self, hint: hints.Changed) -> None:
        feed = self._feeds.get(hint.room)
        if feed is None or hint.to <= feed.head:
            return
        if hint.from_ != feed.head:
            feed.ahead[hint.from_] = hint
            self._loop.call_later(HEAL_AFTER_SECONDS, self._heal_soon, feed, hint.to)
            return
        self._advance(feed, hint)
        while following := feed.ahead.pop(feed.head, None):
            self._advance(feed, following)

    def _advance(self, feed: Feed, hint: hints.Changed) -> None:
        """The one place where a feed moves on: those who left are out before anything is written."""
        feed.head = hint.to
        for user, how in hint.left.items():
            for person in self._here([user]):
                self._drop(person, feed.room, how)
        feed.audience.write(ready(hint.frame))

    def _heal_soon(self, feed: Feed, to: int) -> None:
        if feed.head < to:
            self._spawn(self._quietly(self._heal(feed, to)))

    async def _heal_to(self, heads: dict[int, int]) -> None:
        """Brings feeds up to these heads; returns at once where they are there."""
        for room, head in heads.items():
            feed = self._feeds.get(room)
            if feed and feed.head < head:
                await self._heal(feed, head)

    async def _heal(self, feed: Feed, to: int) -> None:
        """Reads what is missing up to `to` from PostgreSQL: one query at a time for the whole process."""
        async with feed.healing:
            while feed.head < to and self._feeds.get(feed.room) is feed:
                since = feed.head
                step = min(to, since + CATCH_UP_STEP)
                frame, left = await in_thread(queries.changes_of, feed.room, since, step)
                self._changed(
                    hints.Changed(room=feed.room, from_=since, to=step, frame=frames.encode(frame), left=left)
                )
            feed.ahead = {from_: hint for from_, hint in feed.ahead.items() if hint.to > feed.head}

    # --- What runs all the time ------------------------------------------------------------------

    async def _listen(self) -> None:
        """Takes the hints of other processes from the layer."""
        layer = get_channel_layer()
        channel = await layer.new_channel()
        await layer.group_add(publish.GROUP, channel)
        self._compare_now.set()
        while True:
            event = await layer.receive(channel)
            if event["from"] == self._name:
                self.presence.layer_works()
                continue
            for hint in hints.decode(event["hints"]):
                self._apply(hint)

    async def _tell(self) -> None:
        """Gives our hints to the layer, all that wait in one message. What Redis loses is not sent again."""
        while True:
            await self._outgoing_ready.wait()
            batch = [self._outgoing.popleft() for _ in range(min(len(self._outgoing), HINTS_A_MESSAGE))]
            if not self._outgoing:
                self._outgoing_ready.clear()
            if batch:
                await publish.send(batch, self._name)

    async def _compare(self) -> None:
        """Compares heads and memberships with PostgreSQL: whatever hints were lost is seen here."""
        while True:
            self._compare_now.clear()
            heads = await in_thread(queries.heads, list(self._feeds)) if self._feeds else {}
            for room, head in heads.items():
                if room in self._feeds:
                    self._heal_soon(self._feeds[room], head)
            versions = await in_thread(queries.versions, list(self._people)) if self._people else {}
            for user, version in versions.items():
                for person in self._here([user]):
                    if person.version != version:
                        self._spawn(self._quietly(self._reload(person)))
            await either(self._compare_now, settings.CHAT_HEADS_SECONDS)

    async def compare(self, socket: Socket, rooms: Collection[str]) -> None:
        """Compares those of the socket's rooms that are named here now, and returns when they are up to
        date: what was missed is written by then."""
        if person := self._people.get(socket.actor.id):
            asked = [pk for pk, public_id in person.rooms.items() if public_id in rooms]
            await self._heal_to(await in_thread(queries.heads, asked))

    async def _recheck(self) -> None:
        """Closes the sockets of those whose session, token or standing is gone: of people named in a hint
        at once, of all when their turn comes, however many hints there are."""
        turn = time.monotonic()
        while True:
            self._recheck_now.clear()
            suspects, self._suspects = self._suspects, set()
            people = self._here(suspects)
            if time.monotonic() >= turn:
                people = list(self._people.values())
                turn = time.monotonic() + settings.CHAT_RECHECK_SECONDS
            await self._recheck_sockets([socket for person in people for socket in person.sockets])
            await either(self._recheck_now, turn - time.monotonic())

    async def _recheck_sockets(self, sockets: list[Socket]) -> None:
        silent = time.monotonic() - SILENT_HEARTBEATS * settings.CHAT_HEARTBEAT_SECONDS
        refused = await in_thread(access.refusals, {socket.actor for socket in sockets}) if sockets else {}
        for socket in sockets:
            if error := refused.get(socket.actor):
                shut_out(socket, error)
            elif socket.heard_at < silent:
                socket.close(frames.BROKEN, "silent")


def _send_away(socket: Socket) -> None:
    socket.close(frames.RESTART, "restart", retry_after=RETURN_WITHIN_SECONDS)


def shut_out(socket: Socket, error: Exception) -> None:
    """Closes the socket of somebody who may not act any more, for the reason that `access` gave."""
    if isinstance(error, SignedOut):
        socket.close(frames.SIGNED_OUT, "signed_out")
    else:
        socket.close(frames.SUSPENDED, "suspended")


_hub: Hub | None = None


def get_hub() -> Hub:
    """The hub of this process; started by the first who asks, on the running event loop."""
    global _hub  # noqa: PLW0603 (one a process)
    if _hub is None or _hub._loop is not asyncio.get_running_loop():
        _hub = Hub()
        _hub.start()
    return _hub
