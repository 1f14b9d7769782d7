"""What moderators do to people and messages, and what undoes it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from chat import publish
from chat.errors import Refused, bad_field
from chat.models import Membership, Message, Room, RoomCursor, Sanction, UserCursor
from chat.services.timeline import locked

LOCK_ATTEMPTS = 5


def suspend(
    actor: User, user: User, *, reason: str, until: datetime | None = None, room: Room | None = None
) -> Sanction:
    """Keeps `user` from the server, or from one room, until then or for good.

    From the commit on nothing is accepted from the user; open sockets close within two seconds.
    Raises `forbidden` unless `actor` outranks `user`, `bad_field` without a reason.
    """
    return _sanction(Sanction.Kind.SUSPEND, actor, user, reason, until, room)


def mute(
    actor: User, user: User, *, reason: str, until: datetime | None = None, room: Room | None = None
) -> Sanction:
    """Keeps `user` from writing, on the server or in one room, until then or for good."""
    return _sanction(Sanction.Kind.MUTE, actor, user, reason, until, room)


def _sanction(
    kind: Sanction.Kind, actor: User, user: User, reason: str, until: datetime | None, room: Room | None
) -> Sanction:
    if rank(actor) <= rank(user):
        raise Refused("forbidden")
    if not reason.strip():
        raise bad_field("reason", _("A sanction needs a reason."))
    with _everywhere(user, room):
        sanction = Sanction.objects.create(
            kind=kind, user=user, room=room, reason=reason.strip(), actor=actor, until=until
        )
        publish.rights([user.pk])
    return sanction


def lift(actor: User, sanction: Sanction) -> None:
    """Ends a sanction early; twice is once."""
    if rank(actor) <= rank(sanction.user):
        raise Refused("forbidden")
    with transaction.atomic():
        Sanction.objects.filter(pk=sanction.pk, lifted_at=None).update(lifted_at=timezone.now())
        publish.rights([sanction.user_id])


def rank(user: User) -> int:
    """0 people, 1 staff, 2 superusers: nobody acts on an equal or higher rank."""
    return 2 if user.is_superuser else 1 if user.is_staff else 0


@contextmanager
def _everywhere(user: User, room: Room | None) -> Iterator[None]:
    """A transaction that no send of this user can overlap: it holds the locks that a send takes, those of
    the user's rooms (or of `room`), and the user's own cursor, which joining another room takes."""
    for _attempt in range(LOCK_ATTEMPTS):
        with transaction.atomic():
            rooms = {room.pk} if room else _rooms_of(user)
            _lock_rooms(rooms)
            UserCursor.objects.get_or_create(user=user)
            UserCursor.objects.select_for_update().get(pk=user.pk)
            if room or _rooms_of(user) <= rooms:
                yield
                return
    raise Refused("busy")


def _rooms_of(user: User) -> set[int]:
    return set(Membership.objects.filter(user=user, left_at=None).values_list("room_id", flat=True))


def _lock_rooms(rooms: Collection[int]) -> None:
    list(RoomCursor.objects.select_for_update().filter(room__in=rooms).order_by("room_id"))


def hide(message: Message) -> None:
    """Takes the text of a message from everybody's sight; it keeps its place. Twice is once."""
    _set_hidden(message, hidden=True)


def unhide(message: Message) -> None:
    """Shows a hidden message again; twice is once."""
    _set_hidden(message, hidden=False)


def _set_hidden(message: Message, *, hidden: bool) -> None:
    with locked(message.room_id) as timeline:
        row = Message.objects.get(pk=message.pk)
        if row.deleted_at is None and (row.hidden_at is not None) != hidden:
            row.hidden_at, row.pos = timezone.now() if hidden else None, timeline.take()
            row.save(update_fields=["hidden_at", "pos"])
