"""What happens to messages: posted, edited, deleted, reacted to."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from uuid import UUID

import emoji as emojis
import msgspec
from django.conf import settings
from django.db import DataError, IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.names import is_hidden
from chat import access, frames, queries, text
from chat.access import Actor
from chat.errors import Refused, bad_field, not_found
from chat.models import Mention, Message, MessageSearch, MessageVersion, Reaction, Room
from chat.services import mentions
from chat.services.batch import Batch, Draft, Outcome
from chat.services.timeline import changing
from chat.services.words import await_rules
from chat.trips import ask

MENTIONS_MAX = 20
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
ALONE_UNSEEN = "\u200c\u200d"  # joiners: part of emoji and of some scripts
ATTEMPTS = 3


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
    if UNSTORABLE.search(body):
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
    except (IntegrityError, DataError) as error:
        if len(drafts) > 1:
            return [outcome for one in drafts for outcome in post_many([one])]
        return [bad_field("body")] if isinstance(error, DataError) else _post_alone(drafts[0])


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
        return Batch(drafts).store()


def _store_words(row: Message) -> None:
    """Makes a message findable by its new text."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE chat_messagesearch SET vector = to_tsvector('simple', %s) WHERE message_id = %s",
            [text.search_words(row.body), row.pk],
        )


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
            html, named = _marked(timeline.room, shown)
            row.body, row.html, row.edited_at, row.pos = cleaned, html, now, timeline.take()
            row.save(update_fields=["body", "html", "edited_at", "pos"])
            row.mentions.all().delete()
            Mention.objects.bulk_create(
                Mention(message=row, user_id=member.user, room=timeline.room, seq=row.seq) for member in named
            )
            _store_words(row)
            await_rules(timeline.room.pk, row.seq - 1, row.seq)
        return _shown(row, timeline.room)


def _marked(room: Room, shown: text.Rendered) -> tuple[str, list[mentions.Named]]:
    names = shown.mentions[:MENTIONS_MAX]
    (rows,) = ask(mentions.members_statement((room.public_id, name) for name in names))
    return mentions.mark(shown.html, names, room.public_id, mentions.members_from(rows))


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
