"""How a room changes: under its lock, each change at the next position, published after commit."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection, transaction

from chat import access, publish, queries
from chat.access import Actor
from chat.models import Membership, Room, RoomCursor
from chat.trips import Statement


@dataclass
class Timeline:
    """A room whose cursor row is locked. Everything read after the lock stays true until commit."""

    room: Room
    head: int

    def take(self) -> int:
        """The next position of the room."""
        self.head += 1
        return self.head


def lock(rooms: Collection[int]) -> dict[int, RoomCursor]:
    """Takes the locks of these rooms, and returns their cursors; inside a transaction.

    Locks come in one order everywhere: cursors of rooms by room id, then cursors of users by user id.
    """
    cursors = RoomCursor.objects.select_for_update().filter(room__in=rooms).order_by("room_id")
    return {cursor.room_id: cursor for cursor in cursors}


_LOCK = """
SELECT r.public_id, c.room_id, c.head, c.last_at
FROM chat_roomcursor c JOIN chat_room r ON r.id = c.room_id
WHERE r.public_id = ANY(%(rooms)s::text[])
ORDER BY c.room_id
FOR UPDATE OF c
"""


class Cursor(msgspec.Struct):
    """A locked room: its ids, its head, and the time of its last message."""

    public_id: str
    room_id: int
    head: int
    last_at: datetime | None


def lock_statement(rooms: Sequence[str]) -> Statement:
    """`lock` for rooms by their public ids, as a statement: it must be the first of its transaction."""
    return Statement(_LOCK, {"rooms": rooms})


def cursors_from(rows: Iterable[tuple[Any, ...]]) -> dict[str, Cursor]:
    """By public id; rooms that there are not are not among them."""
    return {row[0]: Cursor(*row) for row in rows}


@contextmanager
def locked(room: int) -> Iterator[Timeline]:
    """One transaction that holds the lock of this room; what takes positions in it is published."""
    with transaction.atomic():
        cursor = lock([room])[room]
        timeline = Timeline(Room.objects.get(pk=room), cursor.head)
        yield timeline
        advance(timeline, cursor.head)


@contextmanager
def changing(actor: Actor, room_id: str) -> Iterator[tuple[Timeline, Membership]]:
    """`locked`, for a member of the room: `not_found` for everybody else, `suspended` for those suspended
    from it, also if that came while waiting for the lock."""
    room = access.membership(actor, room_id).room_id
    with locked(room) as timeline:
        membership = access.membership_again(actor, room)
        access.check_not_suspended(actor.id, room)
        yield timeline, membership


def advance(timeline: Timeline, since: int) -> None:
    """Stores the new head and publishes all that happened after `since`, still under the lock."""
    if timeline.head == since:
        return
    RoomCursor.objects.filter(pk=timeline.room.pk).update(head=timeline.head)
    frame = queries.changes(timeline.room, since, timeline.head)
    left = Membership.objects.filter(
        room=timeline.room, pos__gt=since, pos__lte=timeline.head, left_at__isnull=False
    )
    publish.changed(timeline.room.pk, frame, dict(left.values_list("user_id", "left_how")))


def memberships_changed(users: Iterable[int]) -> None:
    """Counts a change of each of these users' memberships, and publishes it.

    Locks the users' cursors, in id order: call it after the rooms' locks.
    """
    ids = sorted(set(users))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO chat_usercursor (user_id, version) SELECT u, 1 FROM unnest(%s) AS u ORDER BY u"
            " ON CONFLICT (user_id) DO UPDATE SET version = chat_usercursor.version + 1",
            [ids],
        )
    publish.people(ids)
