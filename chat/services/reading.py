"""Read marks. Unread counts are derived from them, never stored."""

from __future__ import annotations

from django.db import connection

from chat import access, frames, publish, queries
from chat.access import Actor


def mark(actor: Actor, room_id: str, seq: int, *, back: bool = False, origin: str = "") -> frames.Counts:
    """Moves the read mark to `seq` (at most the head); without `back` it never goes back.

    `origin` names the socket that asked: the user's others are told.
    """
    membership = access.membership(actor, room_id)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE chat_membership m SET read_seq ="
            " greatest(least(%s, c.head), CASE WHEN %s THEN 0 ELSE m.read_seq END)"
            " FROM chat_roomcursor c WHERE c.room_id = m.room_id AND m.id = %s AND m.left_at IS NULL",
            [seq, back, membership.pk],
        )
    counts = queries.counts(actor.id, [membership.room_id])
    if membership.room_id not in counts:
        raise access.not_found()
    publish.read(actor.id, membership.room, counts[membership.room_id], origin)
    return counts[membership.room_id]
