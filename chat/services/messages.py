"""What happens to messages: posted, edited, deleted, reacted to."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import emoji as emojis
import msgspec
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.names import skeleton
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
from chat.services.timeline import changing, lock

MENTIONS_MAX = 20
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
    )


def digest(room_id: str, body: str, reply_to: str | None, files: Sequence[str] = ()) -> bytes:
    """By which a repeat of a key is known to say the same: of what is first sent, as ids and text."""
    return hashlib.sha256(msgspec.json.encode([room_id, body, reply_to, list(files)])).digest()


def checked_body(body: str) -> str:
    """The text as it is stored; raises `bad_field` if it is empty, too long or cannot be stored."""
    if "\x00" in body or any("\ud800" <= character <= "\udfff" for character in body):
        raise bad_field("body", _("This text has a character in it that cannot be stored. Take it out."))
    cleaned = text.clean(body)
    if not cleaned:
        raise bad_field("body", _("A message needs some text."))
    if len(cleaned) > settings.CHAT_BODY_MAX:
        raise bad_field(
            "body", format_lazy(_("A message has at most {max} characters."), max=settings.CHAT_BODY_MAX)
        )
    return cleaned


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


class _Batch:
    """One transaction of sends. The order matters: lock, then read what decides, then write."""

    def __init__(self, drafts: Sequence[Draft]) -> None:
        self.drafts = drafts
        named = Room.objects.filter(public_id__in={draft.room for draft in drafts})
        ids = list(named.values_list("pk", flat=True))
        self.cursors = lock(ids)
        self.since = {pk: cursor.head for pk, cursor in self.cursors.items()}
        self.rooms = {room.public_id: room for room in Room.objects.filter(pk__in=ids)}
        self.refused = access.refusals({draft.actor for draft in drafts})
        users = {draft.actor.id for draft in drafts}
        self.users = User.objects.in_bulk(users)
        self.members = set(
            Membership.objects.filter(room__in=ids, user__in=users, left_at=None).values_list(
                "room_id", "user_id"
            )
        )
        self.sanctions = access.sanctions(ids, users)
        keys = {draft.key for draft in drafts}
        self.known: dict[tuple[int, UUID], Message] = {
            (row.author_id, row.key): row
            for row in Message.objects.select_related("author", "room").filter(author__in=users, key__in=keys)
        }
        self.places = _existing_places(self.rooms, drafts)
        self.now = _clock()
        self.new: dict[tuple[int, UUID], tuple[Message, Draft]] = {}

    def store(self) -> list[Outcome]:
        decided = [self._decide(draft) for draft in self.drafts]
        if self.new:
            shown = self._insert()
        return [shown[row.author_id, row.key] if isinstance(row, Message) else row for row in decided]

    def _decide(self, draft: Draft) -> Message | Outcome:
        """A new row, the message that the key names already, or why not."""
        try:
            if draft.actor in self.refused:
                raise self.refused[draft.actor]
            room = self.rooms.get(draft.room)
            if room is None or (room.pk, draft.actor.id) not in self.members:
                raise not_found()
            name = (draft.actor.id, draft.key)
            if name in self.new:
                row, first = self.new[name]
                return row if first.digest == draft.digest else Refused("key_conflict")
            if name in self.known:
                return _repeated(self.known[name], draft)
            access.check_may_write(room, self.sanctions.get((room.pk, draft.actor.id), []))
            if draft.reply_to and (draft.reply_room, draft.reply_to) not in self.places:
                raise not_found()
            return self._create(room, draft)
        except (Refused, SignedOut) as refusal:
            return refusal

    def _create(self, room: Room, draft: Draft) -> Message:
        cursor = self.cursors[room.pk]
        cursor.head += 1
        cursor.last_at = max(self.now, cursor.last_at or self.now)
        row = Message(
            room=room,
            seq=cursor.head,
            pos=cursor.head,
            author=self.users[draft.actor.id],
            key=draft.key,
            digest=draft.digest,
            body=draft.body,
            html=draft.html,
            at=cursor.last_at,
            reply_to=draft.reply_to,
        )
        self.new[draft.actor.id, draft.key] = row, draft
        self.places.add((draft.room, row.seq))
        return row

    def _insert(self) -> dict[tuple[int, UUID], frames.Message]:
        """Writes the new rows and all that hangs on them; publishes one change a room."""
        rows = [row for row, _draft in self.new.values()]
        named = _mark_mentions([(row, draft.mentions) for row, draft in self.new.values() if draft.mentions])
        Message.objects.bulk_create(rows)
        changed = [cursor for pk, cursor in self.cursors.items() if cursor.head != self.since[pk]]
        for cursor in changed:
            cursor.save(update_fields=["head", "last_at"])
        mentions = _store_mentions(named)
        _store_words(rows)
        shown = {
            name: queries.message(row.room, row, mentions=mentions.get(row.pk))
            for name, (row, _draft) in self.new.items()
        }
        for room in self.rooms.values():
            if self.cursors[room.pk] in changed:
                publish.changed(
                    room,
                    frames.ChangesFrame(
                        room=room.public_id,
                        from_=self.since[room.pk],
                        to=self.cursors[room.pk].head,
                        messages=[m for m in shown.values() if m.room == room.public_id],
                    ),
                )
                await_rules(room, self.since[room.pk], self.cursors[room.pk].head)
        return shown


def _repeated(row: Message, draft: Draft) -> Outcome:
    """The message that the key names, as it is now; `key_conflict` if something else was first sent."""
    if bytes(row.digest) != draft.digest:
        return Refused("key_conflict")
    (message,) = queries.messages(row.room, [row])
    return message


def _existing_places(rooms: dict[str, Room], drafts: Sequence[Draft]) -> set[tuple[str, int]]:
    """Which of the messages that `drafts` answer are there, in the room that the answer goes to."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for one in drafts:
        if one.reply_to and one.reply_room == one.room and one.room in rooms:
            wanted[one.room].add(one.reply_to)
    return {
        (room_id, seq)
        for room_id, seqs in wanted.items()
        for seq in Message.objects.filter(room=rooms[room_id], seq__in=seqs).values_list("seq", flat=True)
    }


def _clock() -> datetime:
    """PostgreSQL's clock now, not at the start of the transaction: `now()` would run backwards between
    transactions that waited for each other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now


def _mark_mentions(
    named: Collection[tuple[Message, Collection[str]]],
) -> list[tuple[Message, list[tuple[int, str]]]]:
    """Who is named in these messages, as user and public id; only members can be. What only looks like a
    mention is turned into text in `html`, which the caller stores.

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


def _store_mentions(named: Collection[tuple[Message, Collection[tuple[int, str]]]]) -> dict[int, list[str]]:
    """Stores who is named; returns the public ids by message."""
    Mention.objects.bulk_create(
        Mention(message=row, user_id=user, room=row.room, seq=row.seq)
        for row, people in named
        for user, _id in people
    )
    return {row.pk: [public_id for _user, public_id in people] for row, people in named if people}


def _store_words(rows: Sequence[Message]) -> None:
    """Makes the messages findable, or findable by their new text."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO chat_messagesearch (message_id, vector)"
            " SELECT id, to_tsvector('simple', words) FROM unnest(%s::bigint[], %s::text[]) AS t(id, words)"
            " ON CONFLICT (message_id) DO UPDATE SET vector = excluded.vector",
            [[row.pk for row in rows], [text.search_words(row.body) for row in rows]],
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
            named = _mark_mentions([(row, shown.mentions[:MENTIONS_MAX])])
            row.save(update_fields=["body", "html", "edited_at", "pos"])
            row.mentions.all().delete()
            _store_mentions(named)
            _store_words([row])
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
