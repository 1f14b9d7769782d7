"""What a screen reads: rows of PostgreSQL as the structures of the wire. Nothing here changes anything
or asks who may; rooms come from `access`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.contrib.postgres.search import SearchQuery
from django.db import connection
from django.db.models import CharField, Count, Exists, F, Func, OuterRef, Q, QuerySet, Value, Window
from django.db.models.functions import Concat, Lower, RowNumber
from msgspec import UNSET

from accounts.models import User
from chat import frames, text
from chat.access import Actor, visible_rooms
from chat.models import Block, Membership, Mention, Message, Reaction, Room, RoomCursor, UserCursor

COUNT_LIMIT = 1000
REACTIONS_SHOWN = 100
PAGE = 50
PEOPLE_PAGE = 20

# The people asked for, each with those whom they have blocked.
_ASKED = """unnest(%(users)s::bigint[]) AS asked (id)
CROSS JOIN LATERAL (
    SELECT ARRAY(SELECT blocked_id FROM chat_block WHERE blocker_id = asked.id) AS people OFFSET 0
) AS blocked"""

# Unread: past the read mark, by others, there to be read, not by somebody blocked. Counted for members, up to
# the limit, from the index `one_message_a_place` alone.
_COUNTED = """x.author_id <> m.user_id
      AND x.deleted_at IS NULL AND x.hidden_at IS NULL AND x.held_at IS NULL
      AND x.author_id <> ALL (blocked.people) AND m.left_at IS NULL LIMIT %(limit)s) AS bounded"""
_UNREAD = f"""(SELECT count(*) FROM (
    SELECT 1 FROM chat_message x
    WHERE x.room_id = m.room_id AND x.seq > m.read_seq AND {_COUNTED})"""  # noqa: S608 (its parts are here)
_MENTIONS = f"""(SELECT count(*) FROM (
    SELECT 1 FROM chat_mention t JOIN chat_message x ON x.id = t.message_id
    WHERE t.user_id = m.user_id AND t.room_id = m.room_id AND t.seq > m.read_seq AND {_COUNTED})"""  # noqa: S608
_COUNTS = f"""
SELECT m.room_id, m.read_seq, {_UNREAD}, {_MENTIONS}
FROM {_ASKED}
JOIN chat_membership m ON m.user_id = asked.id AND m.left_at IS NULL
WHERE m.room_id = ANY(%(rooms)s)
"""  # noqa: S608

# A room as a member sees it; of a direct one also its people.
_ROOM = f"""r.public_id, r.slug, r.name, r.topic, r.kind, r.closed_at IS NOT NULL, c.head, m.role, m.read_seq,
    {_UNREAD}, {_MENTIONS}, CASE WHEN r.kind = 'direct' THEN (
        SELECT json_agg(json_build_array(p.public_id, p.username, p.display_name, p.is_bot) ORDER BY p.id)
        FROM chat_membership d JOIN accounts_user p ON p.id = d.user_id WHERE d.room_id = m.room_id) END"""  # noqa: S608
_ROOMS = f"""
SELECT m.room_id, {_ROOM}
FROM {_ASKED}
JOIN chat_membership m ON m.user_id = asked.id AND m.left_at IS NULL
JOIN chat_room r ON r.id = m.room_id
JOIN chat_roomcursor c ON c.room_id = m.room_id
WHERE %(rooms)s::bigint[] IS NULL OR m.room_id = ANY(%(rooms)s)
ORDER BY m.room_id
"""  # noqa: S608
_ROOM_FACTS = ("id", "slug", "name", "topic", "kind", "closed", "head", "role", "read", "unread", "mentions")

# Where people are and were, and what those see who come or are looked at again at the same moment.
_HOMES = f"""
SELECT asked.id, coalesce(v.version, 0), (SELECT epoch FROM chat_server), m.room_id, m.left_how, {_ROOM}
FROM {_ASKED}
LEFT JOIN chat_usercursor v ON v.user_id = asked.id
LEFT JOIN (chat_membership m
    JOIN chat_room r ON r.id = m.room_id
    JOIN chat_roomcursor c ON c.room_id = m.room_id
) ON m.user_id = asked.id
ORDER BY m.room_id
"""  # noqa: S608
_EPOCH_AND_HEADS = """
SELECT (SELECT epoch FROM chat_server),
    (SELECT json_agg(json_build_array(room_id, head)) FROM chat_roomcursor WHERE room_id = ANY(%s))
"""


def epoch() -> str:
    return epoch_and_heads([])[0]


def epoch_and_heads(rooms: Collection[int]) -> tuple[str, dict[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(_EPOCH_AND_HEADS, [list(rooms)])
        epoch, heads = cursor.fetchone()
        return epoch, dict(heads or ())


def counts(user: int, rooms: Collection[int]) -> dict[int, frames.Counts]:
    """A member's read mark, unread and mentions in each of these rooms; exact up to 999."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, {"users": [user], "rooms": list(rooms), "limit": COUNT_LIMIT})
        return {
            room: frames.Counts(read=read, unread=unread, mentions=mentions)
            for room, read, unread, mentions in cursor.fetchall()
        }


def user(user: User) -> frames.User:
    return frames.User(id=user.public_id, name=user.username, display=user.display_name, bot=user.is_bot)


def myself(actor: Actor) -> frames.User:
    """The actor as others see it, without a query."""
    return frames.User(id=actor.public_id, name=actor.name, display=actor.display, bot=actor.bot)


def shared_room(room: Room, head: int) -> frames.Room:
    """A room as it is for everybody."""
    return frames.Room(
        id=room.public_id,
        slug=room.slug,
        name=room.name,
        topic=room.topic,
        kind=room.kind,
        closed=room.closed_at is not None,
        head=head,
    )


def rooms_of(actor: Actor, only: Collection[int] | None = None) -> dict[int, frames.Room]:
    """The rooms of a person as that person sees them, by primary key."""
    asked = {"users": [actor.id], "rooms": None if only is None else list(only), "limit": COUNT_LIMIT}
    with connection.cursor() as cursor:
        cursor.execute(_ROOMS, asked)
        return {pk: _room(facts) for pk, *facts in cursor.fetchall()}


def _room(facts: Sequence[Any]) -> frames.Room:
    """A room from a row of `_ROOM`."""
    *shared, people = facts
    room = frames.Room(**dict(zip(_ROOM_FACTS, shared, strict=True)))
    if people is not None:
        room.users = [
            frames.User(id=public_id, name=name, display=display, bot=bot)
            for public_id, name, display, bot in people
        ]
    return room


@dataclass
class Home:
    """Where a person is, as of one moment: `version` counts the changes of the memberships, `rooms` are as
    the person sees them, `left` says of those that the person is no longer in how that came."""

    epoch: str
    version: int
    rooms: dict[int, frames.Room]
    left: dict[int, str]


def homes(users: Sequence[int]) -> list[Home]:
    """The homes of these users, in this order."""
    found: dict[int, Home] = {}
    with connection.cursor() as cursor:
        cursor.execute(_HOMES, {"users": list(users), "limit": COUNT_LIMIT})
        for user, version, epoch, room, left, *facts in cursor.fetchall():
            home = found.setdefault(user, Home(epoch, version, {}, {}))
            if left:
                home.left[room] = left
            elif room is not None:
                home.rooms[room] = _room(facts)
    return [found[user] for user in users]


def room_keys(actor: Actor, room_ids: Collection[str]) -> dict[str, int]:
    """Those of these rooms that a person is in: public ids to primary keys."""
    return dict(visible_rooms(actor).filter(public_id__in=room_ids).values_list("public_id", "pk"))


def heads(rooms: Collection[int]) -> dict[int, int]:
    if not rooms:
        return {}
    return dict(RoomCursor.objects.filter(room__in=rooms).values_list("room_id", "head"))


def versions(users: Collection[int]) -> dict[int, int]:
    """How often the memberships of these users have changed."""
    return dict(UserCursor.objects.filter(user__in=users).values_list("user_id", "version"))


# In rooms of more people than this, they are counted, not named.
PRESENCE_MOST = 200
_SIZE = """
LATERAL (SELECT count(*) AS n FROM (
    SELECT 1 FROM chat_membership x WHERE x.room_id = r.id AND x.left_at IS NULL LIMIT %(most)s + 1
) AS bounded) AS size
"""
_SEEN_IN = f"""
WITH shared AS MATERIALIZED (
    SELECT user_id, room_id FROM chat_membership
    WHERE user_id = ANY(%(users)s) AND room_id = ANY(%(rooms)s) AND left_at IS NULL),
small AS MATERIALIZED (
    SELECT r.id FROM (SELECT DISTINCT room_id AS id FROM shared) AS r, {_SIZE} WHERE size.n <= %(most)s)
SELECT u.id, u.public_id, u.username, u.display_name, u.is_bot, u.shows_activity AND u.is_active,
    array_agg(small.id)
FROM shared JOIN small ON small.id = shared.room_id JOIN accounts_user u ON u.id = shared.user_id
GROUP BY u.id
"""  # noqa: S608
_ONLINE_IN = f"""
WITH large AS MATERIALIZED (
    SELECT r.id FROM unnest(%(rooms)s::bigint[]) AS r (id), {_SIZE} WHERE size.n > %(most)s)
SELECT large.id, (
    SELECT count(*) FROM chat_membership m JOIN accounts_user u ON u.id = m.user_id
    WHERE m.room_id = large.id AND m.left_at IS NULL AND m.user_id = ANY(%(users)s)
        AND u.shows_activity AND u.is_active)
FROM large
"""  # noqa: S608


class Seen(NamedTuple):
    """Somebody in smaller rooms, and whether the people there may know of it when that person is here."""

    pk: int
    user: frames.User
    shown: bool
    rooms: list[int]


def shows_activity(user: int) -> bool:
    return User.objects.filter(pk=user, shows_activity=True).exists()


def seen_in(users: Collection[int], rooms: Collection[int]) -> list[Seen]:
    """Those of these users who are members of smaller ones of these rooms."""
    asked: dict[str, Any] = {"users": list(users), "rooms": list(rooms), "most": PRESENCE_MOST}
    with connection.cursor() as cursor:
        cursor.execute(_SEEN_IN, asked)
        return [
            Seen(pk, frames.User(id=public_id, name=name, display=display, bot=bot), shown, there)
            for pk, public_id, name, display, bot, shown, there in cursor.fetchall()
        ]


def online_in(rooms: Collection[int], users: Collection[int]) -> dict[int, int]:
    """How many of these users, unless they hide it, are members of each larger one of these rooms."""
    asked: dict[str, Any] = {"users": list(users), "rooms": list(rooms), "most": PRESENCE_MOST}
    with connection.cursor() as cursor:
        cursor.execute(_ONLINE_IN, asked)
        return dict(cursor.fetchall())


def member(membership: Membership) -> frames.Member:
    return frames.Member(
        user=user(membership.user),
        role=membership.role,
        pos=membership.pos,
        left=True if membership.left_at else UNSET,
    )


def messages(room: Room, rows: Sequence[Message]) -> list[frames.Message]:
    """Messages of one room as everybody sees them; `author` should be loaded."""
    return _messages([(room, row) for row in rows])


def _messages(placed: Sequence[tuple[Room, Message]]) -> list[frames.Message]:
    shown = [row.pk for _room, row in placed if row.deleted_at is None]
    reactions, more = _reactions(shown)
    mentioned = _mentions(shown)
    return [message(room, row, reactions[row.pk], more[row.pk], mentioned[row.pk]) for room, row in placed]


def message(
    room: Room,
    row: Message,
    reactions: dict[str, list[str]] | None = None,
    counts: dict[str, int] | None = None,
    mentions: list[str] | None = None,
) -> frames.Message:
    shown = frames.Message(
        id=f"{room.public_id}.{row.seq}",
        room=room.public_id,
        seq=row.seq,
        pos=row.pos,
        key=str(row.key),
        user=user(row.author),
        at=frames.rfc3339(row.at),
    )
    if row.deleted_at:
        shown.deleted = True
        return shown
    if row.reply_to:
        shown.reply_to = f"{room.public_id}.{row.reply_to}"
    if row.edited_at:
        shown.edited = frames.rfc3339(row.edited_at)
    shown.reactions = reactions or {}
    if counts:
        shown.counts = counts
    if row.hidden_at or row.held_at:
        shown.hidden = True if row.hidden_at else UNSET
        shown.held = True if row.held_at else UNSET
    else:
        shown.body, shown.html = row.body, row.html
        shown.files, shown.mentions = [], mentions or []
    return shown


def _reactions(
    messages: Sequence[int],
) -> tuple[dict[int, dict[str, list[str]]], dict[int, dict[str, int]]]:
    """The first people of each emoji, and the numbers of those emoji that have more."""
    people: dict[int, dict[str, list[str]]] = defaultdict(dict)
    more: dict[int, dict[str, int]] = defaultdict(dict)
    ranked = Reaction.objects.filter(message__in=messages).annotate(
        place=Window(RowNumber(), partition_by=[F("message"), F("emoji")], order_by="pk"),
        total=Window(Count("pk"), partition_by=[F("message"), F("emoji")]),
    )
    rows = ranked.filter(place__lte=REACTIONS_SHOWN).order_by("pk")
    for message, emoji, person, total in rows.values_list("message_id", "emoji", "user__public_id", "total"):
        people[message].setdefault(emoji, []).append(person)
        if total > REACTIONS_SHOWN:
            more[message][emoji] = total
    return people, more


def _mentions(messages: Sequence[int]) -> dict[int, list[str]]:
    people: dict[int, list[str]] = defaultdict(list)
    rows = Mention.objects.filter(message__in=messages).order_by("pk")
    for message, person in rows.values_list("message_id", "user__public_id"):
        people[message].append(person)
    return people


def _rows(room: Room) -> QuerySet[Message]:
    return Message.objects.filter(room=room).select_related("author")


def changes(room: Room, from_: int, to: int) -> frames.ChangesFrame:
    """All that took a position in (`from_`, `to`], each once, as it is now.

    A message created in the range is there even if it changed since: its `pos` is then beyond `to`.
    """
    touched = _rows(room).filter(Q(pos__gt=from_, pos__lte=to) | Q(seq__gt=from_, seq__lte=to))
    members = Membership.objects.filter(room=room, pos__gt=from_, pos__lte=to).select_related("user")
    frame = frames.ChangesFrame(
        room=room.public_id,
        from_=from_,
        to=to,
        messages=messages(room, list(touched.order_by("pos"))),
    )
    if people := [member(membership) for membership in members.order_by("pos")]:
        frame.members = people
    if from_ < room.pos <= to:
        frame.info = shared_room(room, to)
    return frame


def changes_of(room_pk: int, from_: int, to: int) -> tuple[frames.ChangesFrame, dict[int, str]]:
    """`changes` for a process that serves the room, and who left in the range (user id to how)."""
    room = Room.objects.get(pk=room_pk)
    left = Membership.objects.filter(room=room, pos__gt=from_, pos__lte=to, left_at__isnull=False)
    return changes(room, from_, to), dict(left.values_list("user_id", "left_how"))


def history(
    room: Room,
    *,
    before: int | None = None,
    after: int | None = None,
    around: int | None = None,
    limit: int = PAGE,
) -> tuple[list[frames.Message], bool, bool | None]:
    """A page of a room's messages, oldest first; whether there are more in the direction asked (for
    `around`: older ones), and for `around` whether there are newer ones."""
    rows = _rows(room)
    if around is not None:
        half = limit // 2
        older = list(rows.filter(seq__lt=around).order_by("-seq")[: half + 1])
        newer = list(rows.filter(seq__gte=around).order_by("seq")[: limit - half + 1])
        page = older[:half][::-1] + newer[: limit - half]
        return messages(room, page), len(older) > half, len(newer) > limit - half
    if after is not None:
        page = list(rows.filter(seq__gt=after).order_by("seq")[: limit + 1])
        return messages(room, page[:limit]), len(page) > limit, None
    if before is not None:
        rows = rows.filter(seq__lt=before)
    page = list(rows.order_by("-seq")[: limit + 1])
    return messages(room, page[:limit][::-1]), len(page) > limit, None


def browse(actor: Actor, q: str, after: Room | None) -> tuple[list[frames.Room], bool]:
    """Public rooms by name, joined or not, and whether more follow."""
    rooms = Room.objects.filter(kind=Room.Kind.PUBLIC).select_related("cursor")
    if q:
        rooms = rooms.filter(Q(name__icontains=q) | Q(topic__icontains=q))
    if after:
        rooms = rooms.filter(Q(name__gt=after.name) | Q(name=after.name, pk__gt=after.pk))
    page = list(rooms.order_by("name", "pk")[: PAGE + 1])
    joined = rooms_of(actor, [room.pk for room in page])
    return [joined.get(room.pk) or _outside(room) for room in page[:PAGE]], len(page) > PAGE


def _outside(room: Room) -> frames.Room:
    """A public room for somebody who is not in it: its head says nothing about its messages."""
    shown = shared_room(room, room.cursor.head)
    shown.role = None
    shown.read = shown.unread = shown.mentions = 0
    return shown


def members(room: Room, q: str, after: str | None) -> tuple[list[frames.Member], bool]:
    """Members by user name, and whether more follow; `after` is a user name."""
    rows = Membership.objects.filter(room=room, left_at=None).select_related("user")
    rows = rows.annotate(name=Lower("user__username"))
    if q:
        rows = rows.filter(Q(user__username__icontains=q) | Q(user__display_name__icontains=q))
    if after is not None:
        rows = rows.filter(name__gt=after.lower())
    page = list(rows.order_by("name")[: PAGE + 1])
    return [member(row) for row in page[:PAGE]], len(page) > PAGE


class _Words(Func):
    """A name as it is searched: without case, accents and punctuation, a space before each word. PostgreSQL
    folds both what is stored and what was typed, so they cannot differ."""

    template = (
        "regexp_replace(regexp_replace(lower(normalize(' ' || %(expressions)s, NFKD)),"
        " '[\u0300-\u036f]', '', 'g'), '[[:space:][:punct:]]+', ' ', 'g')"
    )
    output_field = CharField()


def people(actor: Actor, q: str, after: User | None) -> tuple[list[frames.User], bool]:
    """Active people but oneself, by the starts of words of either name: first those one shares a room with,
    then by name; and whether more follow `after`."""
    with_me = Membership.objects.filter(user=OuterRef("pk"), left_at=None, room__in=visible_rooms(actor))
    everybody = User.objects.annotate(known=Exists(with_me), shown=Lower("display_name"))
    rows = everybody.filter(is_active=True).exclude(pk=actor.id)
    for word in q.split():
        names = _Words(Concat("display_name", Value(" "), "username"))
        rows = rows.alias(words=names).filter(words__contains=_Words(Value(word)))
    if after:
        last = everybody.get(pk=after.pk)
        same = Q(known=last.known)
        rows = rows.filter(
            Q(known__lt=last.known)
            | same & Q(shown__gt=last.shown)
            | same & Q(shown=last.shown, pk__gt=last.pk)
        )
    page = list(rows.order_by("-known", "shown", "pk")[: PEOPLE_PAGE + 1])
    return [user(row) for row in page[:PEOPLE_PAGE]], len(page) > PEOPLE_PAGE


def search(
    actor: Actor, query: text.SearchQuery, before: tuple[datetime, int] | None
) -> tuple[list[frames.Message], bool]:
    """Messages of one's own rooms that hold every word, newest first, each with a `snippet`."""
    rows = Message.objects.select_related("author", "room").filter(
        deleted_at=None, hidden_at=None, held_at=None
    )
    rows = rows.exclude(author__in=Block.objects.filter(blocker=actor.id).values("blocked"))
    rows = matching(rows, query, visible_rooms(actor))
    if before:
        at, pk = before
        rows = rows.filter(Q(at__lt=at) | Q(at=at, pk__lt=pk))
    page = list(rows.order_by("-at", "-pk")[: PAGE + 1])
    return _found(page[:PAGE], query), len(page) > PAGE


def matching(
    rows: QuerySet[Message], query: text.SearchQuery, rooms: QuerySet[Room] | None = None
) -> QuerySet[Message]:
    """Those of `rows` that hold every word, by any of the senders and in any of the rooms asked for; only of
    `rooms`, if they are given."""
    if query.rooms:
        rooms = Room.objects.all() if rooms is None else rooms
        rooms = rooms.filter(_any_of("slug__iexact", query.rooms) | Q(public_id__in=query.rooms))
    if rooms is not None:
        # "+ 0": where there are words, not by the index of rooms. PostgreSQL takes each room for an average
        # one, and would rather read all that was ever said in a large one than look up the words.
        by_words = bool(query.words or query.phrases)
        rows = rows.alias(place=F("room_id") + 0 if by_words else F("room_id"))
        rows = rows.filter(place__in=rooms.values("pk"))
    for words in (*query.words, *query.phrases):
        rows = rows.filter(search__vector=SearchQuery(words, config="simple", search_type="phrase"))
    if query.senders:
        rows = rows.filter(_any_of("author__username__iexact", query.senders))
    return rows


def _found(page: Sequence[Message], query: text.SearchQuery) -> list[frames.Message]:
    hits = _messages([(row.room, row) for row in page])
    for hit, row in zip(hits, page, strict=True):
        hit.snippet = text.snippet(row.body, [*query.words, *query.phrases])
    return hits


def _any_of(lookup: str, values: Iterable[Any]) -> Q:
    any_of = Q()
    for value in values:
        any_of |= Q(**{lookup: value})
    return any_of
