"""Programs that chat."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from accounts.services import name_taken
from chat import access, publish
from chat.errors import not_found
from chat.models import BotToken, Membership, Room, UserCursor
from chat.services.timeline import locked, memberships_changed


def create(names: Sequence[str], room_slug: str | None = None) -> list[str]:
    """Makes a bot of each name, all members of the room if one is given; returns a token for each.

    The tokens are shown once: only their hashes are stored. One transaction, so all bots or none.
    Raises `not_found` for an unknown room, `ValidationError` for a name that is taken or not acceptable.
    """
    room = _shared_room(room_slug) if room_slug else None
    if room_slug and room is None:
        raise not_found()
    tokens = [secrets.token_urlsafe(32) for _name in names]
    with transaction.atomic():
        bots = _stored(names)
        BotToken.objects.bulk_create(
            BotToken(user=bot, hash=access.token_hash(token)) for bot, token in zip(bots, tokens, strict=True)
        )
        UserCursor.objects.bulk_create(UserCursor(user=bot) for bot in bots)
        if room:
            _join(room, bots)
    return tokens


def _stored(names: Sequence[str]) -> list[User]:
    try:
        with transaction.atomic():
            return User.objects.create_bots(names)
    except IntegrityError as error:
        raise name_taken() from error


def _shared_room(slug: str) -> Room | None:
    if "\x00" in slug:
        return None  # PostgreSQL does not take it
    return Room.objects.filter(slug=slug).exclude(kind=Room.Kind.DIRECT).first()


def _join(room: Room, bots: Sequence[User]) -> None:
    with locked(room.pk) as timeline:
        Membership.objects.bulk_create(
            Membership(room=room, user=bot, read_seq=timeline.head, pos=timeline.take()) for bot in bots
        )
        memberships_changed(bot.pk for bot in bots)


def revoke(token: BotToken) -> None:
    """The token is no good from the commit on; its sockets close."""
    with transaction.atomic():
        BotToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now())
        publish.rights([token.user_id])
