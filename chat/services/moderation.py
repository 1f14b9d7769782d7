"""What moderators do to people and messages, and what undoes it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from chat import access, publish
from chat.errors import Refused, bad_field, not_found
from chat.models import Flag, Membership, Message, Room, Sanction, UserCursor
from chat.services import messages, rooms
from chat.services.timeline import Timeline, lock, locked

LOCK_ATTEMPTS = 5


def suspend(
    actor: User, user: User, *, reason: str, until: datetime | None = None, room: Room | None = None
) -> Sanction:
    """Keeps `user` from the server, or from one room, until then or for good.

    From the commit on nothing is accepted from the user; open sockets close within two seconds.
    Raises `forbidden` unless `actor` outranks `user`, `bad_field` without a reason or with an end in the
    past.
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
    if until and until <= timezone.now():
        raise bad_field("until", _("The end of a sanction lies in the future."))
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
            lock(rooms)
            UserCursor.objects.get_or_create(user=user)
            UserCursor.objects.select_for_update().get(pk=user.pk)
            if room or _rooms_of(user) <= rooms:
                yield
                return
    raise Refused("busy")


def _rooms_of(user: User) -> set[int]:
    return set(Membership.objects.filter(user=user, left_at=None).values_list("room_id", flat=True))


def check_permission(actor: User, permission: str) -> None:
    """Raises `forbidden` unless `actor` is staff with this permission of the administration."""
    if not (actor.is_staff and actor.has_perm(permission)):
        raise Refused("forbidden")


def open_messages() -> QuerySet[Message]:
    """The messages that staff may look at and judge: those of public rooms, and those that a rule flagged."""
    flagged = Flag.objects.filter(message=OuterRef("pk"))
    return Message.objects.filter(Q(room__kind=Room.Kind.PUBLIC) | Q(Exists(flagged)))


def open_rooms(staff: User) -> QuerySet[Room]:
    """The rooms that staff may know of: public ones, those with a flagged message; superusers all."""
    if staff.is_superuser:
        return Room.objects.all()
    flagged = Flag.objects.filter(message__room=OuterRef("pk"))
    return Room.objects.filter(Q(kind=Room.Kind.PUBLIC) | Q(Exists(flagged)))


def hide(actor: User, message: Message) -> None:
    """Takes the text of a message from everybody's sight; it keeps its place. Twice is once.

    Like `unhide` and `delete` for staff, members of the room or not: raises `forbidden` for others,
    `not_found` for a message that is not open to staff.
    """
    with _judged(actor, "chat.change_message", message) as (row, timeline):
        set_hidden(row, timeline, hidden=True)


def unhide(actor: User, message: Message) -> None:
    """Shows a hidden message again; twice is once."""
    with _judged(actor, "chat.change_message", message) as (row, timeline):
        set_hidden(row, timeline, hidden=False)


def delete(actor: User, message: Message) -> None:
    """Leaves a tombstone of somebody's message, for good; twice is once."""
    with _judged(actor, "chat.delete_message", message) as (row, timeline):
        if row.deleted_at is None:
            messages.bury(row, timeline.take())


@contextmanager
def _judged(actor: User, permission: str, message: Message) -> Iterator[tuple[Message, Timeline]]:
    check_permission(actor, permission)
    with locked(message.room_id) as timeline:
        row = open_messages().filter(pk=message.pk).first()
        if row is None:
            raise not_found()
        yield row, timeline


def set_hidden(row: Message, timeline: Timeline, *, hidden: bool) -> None:
    """Hides or shows a message that was read under the lock of its room, which the caller holds."""
    if row.deleted_at is None and (row.hidden_at is not None) != hidden:
        row.hidden_at, row.pos = timezone.now() if hidden else None, timeline.take()
        row.save(update_fields=["hidden_at", "pos"])


def set_closed(actor: User, room: Room, closed: bool) -> None:
    """Closes a room to new messages, or opens it again, for staff who need not be in it; twice is once.

    Raises `forbidden` for others and for direct rooms, `not_found` for a room that is not open to staff.
    """
    _check_may_change(actor, room)
    with locked(room.pk) as timeline:
        access.check_not_direct(timeline.room)
        rooms.change(timeline, closed=closed)


def set_default(actor: User, room: Room, is_default: bool) -> None:
    """Whether who signs up from now on joins this room, which must be public; twice is once."""
    _check_may_change(actor, room)
    if room.kind != Room.Kind.PUBLIC:
        raise Refused("forbidden")
    rooms.set_default([room.pk], is_default)


def _check_may_change(actor: User, room: Room) -> None:
    check_permission(actor, "chat.change_room")
    if not open_rooms(actor).filter(pk=room.pk).exists():
        raise not_found()
