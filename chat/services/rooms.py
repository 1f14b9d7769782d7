"""What happens to rooms and to who is in them."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.names import is_hidden
from chat import access, frames, queries, text
from chat.access import Actor
from chat.errors import Refused, bad_field, not_found
from chat.models import Block, Membership, Room, RoomCursor, UserCursor
from chat.services.timeline import Timeline, advance, changing, locked, memberships_changed

NAME_MAX = 80
TOPIC_MAX = 250
SLUG_MAX = 60
ATTEMPTS = 5


def create(actor: Actor, name: str, kind: str, topic: str = "", *, is_default: bool = False) -> frames.Room:
    """A new public or private room, owned by its maker; raises `bad_field`, `suspended`."""
    access.check(actor)
    if kind not in (Room.Kind.PUBLIC, Room.Kind.PRIVATE):
        raise bad_field("kind")
    name, topic = checked_name(name), checked_topic(topic)
    for attempt in range(ATTEMPTS):
        room = Room(name=name, topic=topic, kind=kind, is_default=is_default)
        try:
            with transaction.atomic():
                room.slug = new_slug(room, numbered=attempt < ATTEMPTS - 1)
                _store(actor, room, {actor.id: Membership.Role.OWNER})
            return _shown(actor, room)
        except IntegrityError:
            continue  # somebody took the same address at the same moment
    raise Refused("busy")


def _shown(actor: Actor, room: Room) -> frames.Room:
    """A room as the actor sees it; raises `not_found` for somebody who was removed since."""
    shown = queries.rooms_of(actor, [room.pk]).get(room.pk)
    if shown is None:
        raise not_found()
    return shown


def direct(actor: Actor, name: str) -> frames.Room:
    """The one direct room of the two, made if there is none, however many ask at once.

    Raises `not_found` for an unknown name, `forbidden` where one of the two blocks the other.
    """
    access.check(actor)
    other = access.user_named(name)
    if other.pk == actor.id:
        raise bad_field("user", _("A direct room needs somebody else."))
    key = ":".join(map(str, sorted((actor.id, other.pk))))
    return _shown(actor, Room.objects.filter(direct_key=key).first() or _create_direct(actor, other, key))


def _create_direct(actor: Actor, other: User, key: str) -> Room:
    pair = [actor.id, other.pk]
    if Block.objects.filter(blocker__in=pair, blocked__in=pair).exists():
        raise Refused("forbidden")
    room = Room(kind=Room.Kind.DIRECT, direct_key=key)
    room.slug = new_slug(room)
    try:
        with transaction.atomic():
            _store(actor, room, dict.fromkeys(sorted(pair), Membership.Role.MEMBER))
    except IntegrityError:
        return Room.objects.get(direct_key=key)
    return room


def _store(actor: Actor, room: Room, people: dict[int, Membership.Role]) -> None:
    """Stores a new room with its first members; the caller opened the transaction.

    The actor is checked last, under the lock of the own cursor: a suspension that comes first is seen.
    """
    room.save()
    RoomCursor.objects.create(room=room)
    timeline = Timeline(room, 0)
    for user, role in people.items():
        Membership.objects.create(room=room, user_id=user, role=role, pos=timeline.take())
    advance(timeline, 0)
    memberships_changed(people)
    access.check(actor)


def new_slug(room: Room, *, numbered: bool = True) -> str:
    """A free name for addresses. Only public rooms are numbered: another's private room must not show
    through the number that a name gets."""
    slug = text.slugify(room.name)[:SLUG_MAX]
    if room.kind != Room.Kind.PUBLIC or not numbered:
        return f"{slug}-{secrets.token_hex(5)}"
    taken = set(Room.objects.filter(slug__startswith=slug).values_list("slug", flat=True))
    if slug not in taken:
        return slug
    number = 2
    while f"{slug}-{number}" in taken:
        number += 1
    return f"{slug}-{number}"


def checked_name(name: str) -> str:
    """A room's name on one line, 1–80 characters; raises `bad_field`."""
    cleaned = " ".join(name.split())
    if not 1 <= len(cleaned) <= NAME_MAX or any(map(is_hidden, cleaned)):
        raise bad_field("name", format_lazy(_("A room's name has 1 to {max} characters."), max=NAME_MAX))
    return cleaned


def checked_topic(topic: str) -> str:
    cleaned = " ".join(topic.split())
    if len(cleaned) > TOPIC_MAX or any(map(is_hidden, cleaned)):
        raise bad_field("topic", format_lazy(_("A topic has at most {max} characters."), max=TOPIC_MAX))
    return cleaned


def update(
    actor: Actor,
    room_id: str,
    *,
    name: str | None = None,
    topic: str | None = None,
    closed: bool | None = None,
) -> frames.Room:
    """Renames a room, changes its topic (moderators), closes or reopens it (owners).

    The address stays: links to a room must not break. What changes nothing takes no position.
    """
    with changing(actor, room_id) as (timeline, membership):
        access.check_not_direct(timeline.room)
        access.check_moderator(membership)
        name = None if name is None else checked_name(name)
        topic = None if topic is None else checked_topic(topic)
        if closed is not None:
            access.check_owner(membership)
        change(timeline, name=name, topic=topic, closed=closed)
    return _shown(actor, timeline.room)


def change(
    timeline: Timeline, *, name: str | None = None, topic: str | None = None, closed: bool | None = None
) -> None:
    """Changes what is given, names already checked, of a room that the caller has locked and may change."""
    room = timeline.room
    before = room.name, room.topic, room.closed_at
    if name is not None:
        room.name = name
    if topic is not None:
        room.topic = topic
    if closed is not None:
        room.closed_at = (room.closed_at or timezone.now()) if closed else None
    if before != (room.name, room.topic, room.closed_at):
        room.pos = timeline.take()
        room.save(update_fields=["name", "topic", "closed_at", "pos"])


def join(actor: Actor, room_id: str) -> frames.Room:
    """Makes the actor a member of a public room; twice is once.

    Raises `suspended` for those suspended from the room, `read_only` for a closed one.
    """
    room = access.open_room(actor, room_id)
    with locked(room.pk) as timeline:
        access.open_room(actor, room_id)  # again: one removed from a private room meanwhile stays out
        _check_admissible(timeline.room, actor.id)
        _enter(timeline, actor.id)
        access.check(actor)  # under the lock of the own cursor, which a suspension takes
    return _shown(actor, room)


def _check_admissible(room: Room, user: int) -> None:
    """Raises `suspended`, or `read_only` for somebody who is not in a closed room yet."""
    access.check_not_suspended(user, room.pk)
    if room.closed_at and not Membership.objects.filter(room=room, user=user, left_at=None).exists():
        raise Refused("read_only")


def _enter(timeline: Timeline, user: int) -> Membership:
    """Makes `user` a member; who comes back goes on from the old read mark. The room is locked."""
    membership = Membership.objects.select_related("user").filter(room=timeline.room, user=user).first()
    if membership and membership.left_at is None:
        return membership
    if membership is None:
        membership = Membership(room=timeline.room, user_id=user, read_seq=timeline.head)
    membership.left_at, membership.left_how = None, ""
    membership.role, membership.pos = Membership.Role.MEMBER, timeline.take()
    membership.save()
    memberships_changed([user])
    return membership


def join_defaults(user: int) -> None:
    """Makes somebody who just signed up a member of every default room, nothing in them unread.

    Runs inside the transaction of the sign-up.
    """
    UserCursor.objects.get_or_create(user_id=user)
    for room in Room.objects.filter(is_default=True, closed_at=None).order_by("pk"):
        with locked(room.pk) as timeline:
            membership = _enter(timeline, user)
            Membership.objects.filter(pk=membership.pk).update(read_seq=timeline.head)


def leave(actor: Actor, room_id: str) -> None:
    """Ends the actor's membership; raises `forbidden` in a direct room, `last_owner`."""
    with changing(actor, room_id) as (timeline, membership):
        access.check_not_direct(timeline.room)
        _check_not_last_owner(membership)
        _end(timeline, membership, Membership.Left.LEFT)


def _end(timeline: Timeline, membership: Membership, how: Membership.Left) -> None:
    membership.left_at, membership.left_how, membership.pos = timezone.now(), how, timeline.take()
    membership.role = Membership.Role.MEMBER
    membership.save(update_fields=["left_at", "left_how", "pos", "role"])
    memberships_changed([membership.user_id])


def _check_not_last_owner(membership: Membership) -> None:
    if membership.role != Membership.Role.OWNER:
        return
    owners = Membership.objects.filter(room=membership.room, left_at=None, role=Membership.Role.OWNER)
    if not owners.exclude(pk=membership.pk).exists():
        raise Refused("last_owner")


def invite(actor: Actor, room_id: str, name: str) -> frames.Member:
    """Makes somebody a member at once: into public rooms any member may, elsewhere moderators.

    Raises `not_found` for an unknown name, `suspended` for somebody suspended from the room.
    """
    with changing(actor, room_id) as (timeline, membership):
        access.check_not_direct(timeline.room)
        if timeline.room.kind != Room.Kind.PUBLIC:
            access.check_moderator(membership)
        user = access.user_named(name)
        _check_admissible(timeline.room, user.pk)
        entered = _enter(timeline, user.pk)
        entered.user = user
        return queries.member(entered)


def remove(actor: Actor, room_id: str, name: str) -> frames.Member:
    """Takes somebody of a lower role out of the room; twice is once."""
    with changing(actor, room_id) as (timeline, membership):
        access.check_not_direct(timeline.room)
        access.check_moderator(membership)
        other = _member_named(timeline.room, name)
        access.check_outranks(membership, other)
        if other.left_at is None:
            _end(timeline, other, Membership.Left.REMOVED)
        return queries.member(other)


def set_role(actor: Actor, room_id: str, name: str, role: str) -> frames.Member:
    """Owners give roles to those below them, or step down themselves; raises `last_owner`."""
    access.check_role(role)
    with changing(actor, room_id) as (timeline, membership):
        access.check_not_direct(timeline.room)
        access.check_owner(membership)
        other = _member_named(timeline.room, name)
        if other.left_at:
            raise not_found()
        if other.pk != membership.pk:
            access.check_outranks(membership, other)
        if other.role != role:
            if role != Membership.Role.OWNER:
                _check_not_last_owner(other)
            other.role, other.pos = role, timeline.take()
            other.save(update_fields=["role", "pos"])
            memberships_changed([other.user_id])
        return queries.member(other)


def _member_named(room: Room, name: str) -> Membership:
    """Who is or was in the room under this user name; raises `not_found`."""
    found = (
        Membership.objects.select_related("user")
        .filter(room=room, user__username__iexact=access.typed_name(name))
        .first()
    )
    if found is None:
        raise not_found()
    return found


def set_default(rooms: Iterable[int], is_default: bool) -> int:
    """Whether who signs up from now on joins these rooms; returns how many changed."""
    public = Room.objects.filter(pk__in=rooms, kind=Room.Kind.PUBLIC).exclude(is_default=is_default)
    return public.update(is_default=is_default)
