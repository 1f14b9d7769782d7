"""What a person reads, and how far: pages of rooms that are open to the actor, and read marks.

Unread counts are derived from the marks, never stored.
"""

from __future__ import annotations

from datetime import datetime

from django.db import connection
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from chat import access, frames, publish, queries, text
from chat.access import Actor
from chat.errors import bad_field, not_found
from chat.models import Message, Room

QUERY_MAX = 200


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
        raise not_found()
    publish.read(actor.id, membership.room, counts[membership.room_id], origin)
    return counts[membership.room_id]


def counts(actor: Actor, room_ids: list[str]) -> dict[str, frames.Counts]:
    """The counts of those of these rooms that the actor is in, by public id."""
    mine = queries.room_keys(actor, room_ids)
    numbers = queries.counts(actor.id, mine.values())
    return {public_id: numbers[pk] for public_id, pk in mine.items() if pk in numbers}


def history(
    actor: Actor,
    room_id: str,
    *,
    before: int | None = None,
    after: int | None = None,
    around: int | None = None,
    limit: int = queries.PAGE,
) -> tuple[list[frames.Message], bool, bool | None]:
    """`queries.history` of a room one is in; raises `bad_field` if two places are given."""
    places = {"before": before, "after": after, "around": around}
    given = [name for name, seq in places.items() if seq is not None]
    if len(given) > 1:
        raise bad_field(given[1])
    room = access.membership(actor, room_id).room
    return queries.history(room, before=before, after=after, around=around, limit=limit)


def members(
    actor: Actor, room_id: str, q: str | None = None, after: str | None = None
) -> tuple[list[frames.Member], bool]:
    """A page of the members of a room one is in; `after` is the id or the user name of the last one seen."""
    room = access.membership(actor, room_id).room
    name = after
    if after is not None:
        seen = User.objects.filter(public_id=after).first()
        name = seen.username if seen else after
    return queries.members(room, (q or "").strip(), name)


def browse(actor: Actor, q: str | None = None, after: str | None = None) -> tuple[list[frames.Room], bool]:
    """A page of the public rooms; `after` is the id of the last one seen."""
    access.check(actor)
    seen = None
    if after is not None:
        seen = Room.objects.filter(public_id=after, kind=Room.Kind.PUBLIC).first()
        if seen is None:
            raise bad_field("after")
    return queries.browse(actor, (q or "").strip(), seen)


def people(actor: Actor, q: str, after: str | None = None) -> tuple[list[frames.User], bool]:
    """A page of the people one may write to; `after` is the id of the last one seen.

    Blocking is for the one who blocks: blocked people are found like everybody.
    """
    access.check(actor)
    seen = None
    if after is not None:
        seen = User.objects.filter(public_id=after).first()
        if seen is None:
            raise bad_field("after")
    return queries.people(actor, q, seen)


def search(actor: Actor, q: str, before: str | None = None) -> tuple[list[frames.Message], bool]:
    """Messages of one's own rooms that hold every word of `q`; `before` is the id of the last one seen.

    Raises `bad_field` for an empty or too long query, or for a filter that there is not.
    """
    access.check(actor)
    if not 1 <= len(q.strip()) <= QUERY_MAX:
        raise bad_field("q", format_lazy(_("A search has 1 to {max} characters."), max=QUERY_MAX))
    query = text.parse_search(q)
    if query.unknown_filters:
        raise bad_field("q", _("Searches can be narrowed with from: and in: only."))
    return queries.search(actor, query, _place(actor, before) if before else None)


def _place(actor: Actor, message_id: str) -> tuple[datetime, int]:
    """Where a message stands in the order of search results."""
    room_id, seq = access.message_place(message_id)
    row = Message.objects.filter(
        room__in=access.visible_rooms(actor), room__public_id=room_id, seq=seq
    ).first()
    if row is None:
        raise not_found()
    return row.at, row.pk
