"""What happens to messages: posted, edited, deleted, reacted to."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID

import emoji as emojis
import msgspec
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.names import is_hidden, skeleton
from chat import access, frames, jobs, publish, queries, text
from chat.access import Actor
from chat.errors import Refused, SignedOut, bad_field, not_found
from chat.models import (
    Membership,
    Mention,
    Message,
    MessageSearch,
    MessageVersion,
    PendingCheck,
    Reaction,
    Room,
    WordRule,
)
from chat.services.timeline import changing, lock_named

MENTIONS_MAX = 20
ALONE_UNSEEN = "\u200c\u200d"  # joiners: part of emoji and of some scripts
ATTEMPTS = 3


@dataclass(frozen=True)
class Draft:
    """A message to be posted: checked and rendered, which needs no database and no lock."""

    actor: Actor
    room: str
    key: UUID
    body: str
    html: str
    reply_to: int | None
    reply_room: str | None
    digest: bytes
    mentions: tuple[str, ...]
    words: str


Outcome = frames.Message | Exception


def draft(
    actor: Actor,
    room_id: str,
    key: str,
    body: str,
    reply_to: str | None = None,
    files: Sequence[str] = (),
) -> Draft:
    """Raises `bad_field` for a text or key that cannot be, `not_found` for files and malformed ids."""
    cleaned = checked_body(body)
    if files:
        raise not_found()
    reply_room, seq = access.message_place(reply_to) if reply_to else (None, None)
    shown = text.rendered(cleaned)
    return Draft(
        actor=actor,
        room=room_id,
        key=_uuid(key),
        body=cleaned,
        html=shown.html,
        reply_to=seq,
        reply_room=reply_room,
        digest=digest(room_id, cleaned, reply_to, files),
        mentions=shown.mentions[:MENTIONS_MAX],
        words=text.search_words(cleaned),
    )


def digest(room_id: str, body: str, reply_to: str | None, files: Sequence[str] = ()) -> bytes:
    """By which a repeat of a key is known to say the same: of what is first sent, as ids and text."""
    return hashlib.sha256(msgspec.json.encode([room_id, body, reply_to, list(files)])).digest()


def checked_body(body: str) -> str:
    """The text as it is stored; raises `bad_field` if it is empty, too long or cannot be stored."""
    if "\x00" in body or any("\ud800" <= character <= "\udfff" for character in body):
        raise bad_field("body", _("This text has a character in it that cannot be stored. Take it out."))
    cleaned = text.clean(body)
    if not any(map(_can_be_seen, cleaned)):
        raise bad_field("body", _("A message needs some text."))
    if len(cleaned) > settings.CHAT_BODY_MAX:
        raise bad_field(
            "body", format_lazy(_("A message has at most {max} characters."), max=settings.CHAT_BODY_MAX)
        )
    return cleaned


def _can_be_seen(character: str) -> bool:
    return not (character.isspace() or is_hidden(character) or character in ALONE_UNSEEN)


def _uuid(key: str) -> UUID:
    try:
        return UUID(key)
    except ValueError:
        raise bad_field("key") from None


def post(one: Draft) -> frames.Message:
    """Stores a message and shares it; a repeat of its key answers with what the key names already.

    Raises `Refused` (`not_found`, `key_conflict`, `muted`, `suspended`, `read_only`) or `SignedOut`.
    """
    (outcome,) = post_many([one])
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def post_many(drafts: Sequence[Draft]) -> list[Outcome]:
    """`post` for sends that wait together: one transaction, and to each draft its own outcome.

    Within a room they are stored in the order given. A batch that PostgreSQL refuses as a whole is
    stored one by one, so that one bad message does not refuse the others.
    """
    try:
        return _post_together(drafts)
    except IntegrityError:
        if len(drafts) > 1:
            return [outcome for one in drafts for outcome in post_many([one])]
        return _post_alone(drafts[0])


def _post_alone(one: Draft) -> list[Outcome]:
    """The same key is on its way to another room in another process: wait for it, then compare."""
    for _attempt in range(ATTEMPTS):
        try:
            return _post_together([one])
        except IntegrityError:
            continue
    return [Refused("busy")]


def _post_together(drafts: Sequence[Draft]) -> list[Outcome]:
    with transaction.atomic():
        return _Batch(drafts).store()


# Under the locks: the time, what the keys name already, which of the messages answered are there (room and
# place), and whether anybody has to look at what is stored.
_FACTS = """
SELECT
    clock_timestamp(),
    ARRAY(SELECT m.id FROM json_to_recordset(%(keys)s) AS k(author bigint, key uuid)
      JOIN chat_message m ON m.author_id = k.author AND m.key = k.key),
    (SELECT json_agg(json_build_array(room_id, seq))
      FROM json_to_recordset(%(places)s) AS p(room_id bigint, seq bigint)
      JOIN chat_message USING (room_id, seq)),
    EXISTS (SELECT 1 FROM chat_wordrule WHERE is_active)
"""

_INSERT = """
WITH sent AS (
    SELECT * FROM json_to_recordset(%(rows)s) AS r(room_id bigint, seq bigint, author bigint, key uuid,
      digest text, body text, html text, at timestamptz, reply_to bigint, words text)
), stored AS (
    INSERT INTO chat_message (room_id, seq, pos, author_id, key, digest, body, html, at, reply_to)
    SELECT room_id, seq, seq, author, key, decode(digest, 'hex'), body, html, at, reply_to FROM sent
    RETURNING id, room_id, seq
), words AS (
    INSERT INTO chat_messagesearch (message_id, vector)
    SELECT stored.id, to_tsvector('simple', sent.words)
    FROM stored JOIN sent USING (room_id, seq)
), heads AS (
    UPDATE chat_roomcursor c SET head = h.head, last_at = h.at
    FROM json_to_recordset(%(heads)s) AS h(room_id bigint, head bigint, at timestamptz)
    WHERE c.room_id = h.room_id
)
SELECT id, room_id, seq FROM stored
"""


class _Row(msgspec.Struct):
    """A message that is to be stored, as `_INSERT` takes it."""

    room_id: int
    seq: int
    author: int
    key: UUID
    digest: str
    body: str
    html: str
    at: datetime
    reply_to: int | None
    words: str


class _Batch:
    """One transaction of sends. The order matters: lock, then read what decides, then write."""

    def __init__(self, drafts: Sequence[Draft]) -> None:
        self.drafts = drafts
        self.cursors = lock_named({draft.room for draft in drafts})
        self.since = {room_id: cursor.head for room_id, cursor in self.cursors.items()}
        self.rooms = {room.public_id: room for room in Room.objects.filter(public_id__in=self.cursors)}
        self.standing = access.standing(
            {draft.actor for draft in drafts}, [room.pk for room in self.rooms.values()]
        )
        self.new: dict[tuple[int, UUID], tuple[_Row, Draft]] = {}
        self._read_facts()

    def _read_facts(self) -> None:
        keys = [{"author": draft.actor.id, "key": draft.key} for draft in self.drafts]
        places = [
            {"room_id": self.rooms[draft.room].pk, "seq": draft.reply_to}
            for draft in self.drafts
            if draft.reply_to and draft.reply_room == draft.room and draft.room in self.rooms
        ]
        with connection.cursor() as cursor:
            cursor.execute(_FACTS, {"keys": _json(keys), "places": _json(places)})
            self.now, repeated, found, self.is_checked = cursor.fetchone()
        self.places = set(map(tuple, found or ()))
        rows = Message.objects.select_related("author", "room").filter(pk__in=repeated) if repeated else ()
        self.known: dict[tuple[int, UUID], Message] = {(row.author_id, row.key): row for row in rows}

    def store(self) -> list[Outcome]:
        decided = [self._decide(draft) for draft in self.drafts]
        if self.new:
            shown = self._insert()
        return [shown[row.author, row.key] if isinstance(row, _Row) else row for row in decided]

    def _decide(self, draft: Draft) -> _Row | Outcome:
        """A new row, the message that the key names already, or why not."""
        try:
            if draft.actor in self.standing.refused:
                raise self.standing.refused[draft.actor]
            room = self.rooms.get(draft.room)
            if room is None or (room.pk, draft.actor.id) not in self.standing.members:
                raise not_found()
            name = (draft.actor.id, draft.key)
            if name in self.new:
                row, first = self.new[name]
                return row if first.digest == draft.digest else Refused("key_conflict")
            if name in self.known:
                return _repeated(self.known[name], draft)
            access.check_may_write(room, self.standing.held_against.get((room.pk, draft.actor.id), []))
            if draft.reply_to and (
                draft.reply_room != draft.room or (room.pk, draft.reply_to) not in self.places
            ):
                raise not_found()
            return self._create(room, draft)
        except (Refused, SignedOut) as refusal:
            return refusal

    def _create(self, room: Room, draft: Draft) -> _Row:
        cursor = self.cursors[draft.room]
        cursor.head += 1
        cursor.last_at = max(self.now, cursor.last_at or self.now)
        row = _Row(
            room_id=room.pk,
            seq=cursor.head,
            author=draft.actor.id,
            key=draft.key,
            digest=draft.digest.hex(),
            body=draft.body,
            html=draft.html,
            at=cursor.last_at,
            reply_to=draft.reply_to,
            words=draft.words,
        )
        self.new[row.author, row.key] = row, draft
        self.places.add((row.room_id, row.seq))
        return row

    def _insert(self) -> dict[tuple[int, UUID], frames.Message]:
        """Writes the new rows and all that hangs on them; publishes one change a room."""
        rows = [row for row, _draft in self.new.values()]
        named = _mark_mentions([(row, draft.mentions) for row, draft in self.new.values() if draft.mentions])
        changed = [room_id for room_id, cursor in self.cursors.items() if cursor.head != self.since[room_id]]
        heads = [
            {"room_id": self.rooms[room_id].pk, "head": cursor.head, "at": cursor.last_at}
            for room_id in changed
            for cursor in [self.cursors[room_id]]
        ]
        with connection.cursor() as cursor:
            cursor.execute(_INSERT, {"rows": _json(rows), "heads": _json(heads)})
            ids = {(room, seq): pk for pk, room, seq in cursor.fetchall()} if named else {}
        mentioned = _store_mentions((ids[row.room_id, row.seq], row, people) for row, people in named)
        shown = {
            name: self._shown(row, draft, mentioned.get((row.room_id, row.seq), []))
            for name, (row, draft) in self.new.items()
        }
        by_room: dict[str, list[frames.Message]] = {room_id: [] for room_id in changed}
        for message in shown.values():
            by_room[message.room].append(message)
        for room_id, said in by_room.items():
            since, head = self.since[room_id], self.cursors[room_id].head
            frame = frames.ChangesFrame(room=room_id, from_=since, to=head, messages=said)
            publish.changed(self.rooms[room_id], frame)
            if self.is_checked:
                await_rules(self.rooms[room_id], since, head)
        return shown

    def _shown(self, row: _Row, draft: Draft, mentions: list[str]) -> frames.Message:
        """The new message as everybody sees it: like `queries.message`, of what is known already."""
        message = frames.Message(
            id=f"{draft.room}.{row.seq}",
            room=draft.room,
            seq=row.seq,
            pos=row.seq,
            key=str(row.key),
            user=self.standing.users[row.author],
            at=frames.rfc3339(row.at),
            body=row.body,
            html=row.html,
            reactions={},
            files=[],
            mentions=mentions,
        )
        if row.reply_to:
            message.reply_to = f"{draft.room}.{row.reply_to}"
        return message


def _json(rows: Sequence[object]) -> str:
    return msgspec.json.encode(rows).decode()


def _repeated(row: Message, draft: Draft) -> Outcome:
    """The message that the key names, as it is now; `key_conflict` if something else was first sent."""
    if bytes(row.digest) != draft.digest:
        return Refused("key_conflict")
    (message,) = queries.messages(row.room, [row])
    return message


class _Place(Protocol):
    """A message on its way into the database, or a row of it."""

    room_id: int
    seq: int
    html: str


P = TypeVar("P", bound=_Place)
People = list[tuple[int, str]]
"""Users, as id and public id."""


def _mark_mentions(named: Collection[tuple[P, Collection[str]]]) -> list[tuple[P, People]]:
    """Who is named in these messages; only members can be. What only looks like a mention is turned into
    text in `html`, which the caller stores.

    Names are looked up by what they look like, which has an index, and compared as `text` folds them:
    PostgreSQL folds fewer letters.
    """
    looks = {skeleton(name) for _row, names in named for name in names}
    members = (
        {
            (room, text.fold_name(name)): (user, public_id)
            for room, name, user, public_id in Membership.objects.filter(
                room__in={row.room_id for row, _names in named}, left_at=None, user__skeleton__in=looks
            ).values_list("room_id", "user__username", "user_id", "user__public_id")
        }
        if looks
        else {}
    )
    found = []
    for row, names in named:
        known = [name for name in names if (row.room_id, name) in members]
        row.html = text.unmarked(row.html, known)
        found.append((row, [members[row.room_id, name] for name in known]))
    return found


def _store_mentions(named: Iterable[tuple[int, _Place, People]]) -> dict[tuple[int, int], list[str]]:
    """Stores who is named, by the message's id; returns the public ids by room and place."""
    found = [(pk, row, people) for pk, row, people in named if people]
    Mention.objects.bulk_create(
        Mention(message_id=pk, user_id=user, room_id=row.room_id, seq=row.seq)
        for pk, row, people in found
        for user, _id in people
    )
    return {(row.room_id, row.seq): [public_id for _user, public_id in people] for _pk, row, people in found}


def _store_words(row: Message) -> None:
    """Makes a message findable by its new text."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE chat_messagesearch SET vector = to_tsvector('simple', %s) WHERE message_id = %s",
            [text.search_words(row.body), row.pk],
        )


def await_rules(room: Room, since: int, to: int) -> None:
    """Notes, in the same transaction, that the word rules must see the messages of the places (`seq`) after
    `since` up to `to`, and rings for it. A send that starts after a rule was saved always does."""
    if WordRule.objects.filter(is_active=True).exists():
        check = PendingCheck.objects.create(room=room, first_pos=since + 1, last_pos=to)
        jobs.check_words([check.pk])


def edit(actor: Actor, message_id: str, body: str, pos: int | None = None) -> frames.Message:
    """Changes the text of one's own message and keeps the old one as a version.

    With `pos`, only if that is still the message's. Raises `conflict` with the message as it is,
    `too_late`, `forbidden` for the messages of others, and what `post` raises.
    """
    cleaned = checked_body(body)
    shown = text.rendered(cleaned)
    room_id, seq = access.message_place(message_id)
    with changing(actor, room_id) as (timeline, membership):
        row = access.message_in(timeline.room, seq)
        access.check_author(actor, row)
        access.check_actor_may_write(actor, timeline.room)
        if row.deleted_at or (pos is not None and pos != row.pos):
            raise Refused("conflict", message=_shown(row, timeline.room))
        access.check_in_time(membership, row)
        if cleaned != row.body:
            now = timezone.now()
            MessageVersion.objects.create(
                message=row, number=row.versions.count() + 1, body=row.body, at=now, editor_id=actor.id
            )
            row.body, row.html, row.edited_at, row.pos = cleaned, shown.html, now, timeline.take()
            ((_, people),) = _mark_mentions([(row, shown.mentions[:MENTIONS_MAX])])
            row.save(update_fields=["body", "html", "edited_at", "pos"])
            row.mentions.all().delete()
            _store_mentions([(row.pk, row, people)])
            _store_words(row)
            await_rules(timeline.room, row.seq - 1, row.seq)
        return _shown(row, timeline.room)


def delete(actor: Actor, message_id: str) -> frames.Message:
    """Leaves a tombstone of one's own message, or as a moderator of anybody's. Twice is once."""
    room_id, seq = access.message_place(message_id)
    with changing(actor, room_id) as (timeline, membership):
        row = access.message_in(timeline.room, seq)
        if row.author_id != actor.id:
            access.check_moderator(membership)
        if row.deleted_at is None:
            bury(row, timeline.take())
        return _shown(row, timeline.room)


def bury(row: Message, pos: int) -> None:
    """Turns a message into a tombstone at this position; the caller holds the room's lock."""
    row.body, row.html, row.deleted_at, row.pos = "", "", timezone.now(), pos
    row.save(update_fields=["body", "html", "deleted_at", "pos"])
    row.versions.all().delete()
    row.mentions.all().delete()
    row.reactions.all().delete()
    MessageSearch.objects.filter(message=row).delete()


def react(actor: Actor, message_id: str, emoji: str, on: bool) -> frames.Message:
    """Sets or takes back one's reaction. What changes nothing takes no position."""
    if not emojis.is_emoji(emoji):
        raise bad_field("emoji", _("A reaction is one emoji."))
    room_id, seq = access.message_place(message_id)
    with changing(actor, room_id) as (timeline, _membership):
        row = access.message_in(timeline.room, seq)
        access.check_actor_may_write(actor, timeline.room)
        if row.deleted_at:
            raise Refused("conflict", message=_shown(row, timeline.room))
        mine = Reaction.objects.filter(message=row, user=actor.id, emoji=emoji)
        if on and not mine.exists():
            _check_kinds(row, emoji)
            Reaction.objects.create(message=row, user_id=actor.id, emoji=emoji)
            _touch(row, timeline.take())
        elif not on and mine.delete()[0]:
            _touch(row, timeline.take())
        return _shown(row, timeline.room)


def _check_kinds(row: Message, emoji: str) -> None:
    kinds = set(row.reactions.order_by().values_list("emoji", flat=True).distinct())
    if emoji not in kinds and len(kinds) >= settings.CHAT_REACTION_KINDS:
        raise bad_field(
            "emoji",
            format_lazy(
                _("A message has at most {max} different reactions."), max=settings.CHAT_REACTION_KINDS
            ),
        )


def _touch(row: Message, pos: int) -> None:
    row.pos = pos
    row.save(update_fields=["pos"])


def _shown(row: Message, room: Room) -> frames.Message:
    (message,) = queries.messages(room, [row])
    return message
