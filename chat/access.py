"""Who may. A room or a message is only ever got through here; "missing" and "not yours" are one answer.

An `Actor` is somebody at one entrance, with what they came in by: a session or a token. It holds no
rights: those are asked of PostgreSQL each time, after the locks of the change at hand.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import connection, models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.sessions import signs_in
from chat import frames
from chat.errors import Refused, SignedOut, bad_field, not_found
from chat.models import Membership, Message, Room, Sanction
from chat.trips import Statement, document

RANKS: dict[str, int] = {
    Membership.Role.MEMBER: 0,
    Membership.Role.MODERATOR: 1,
    Membership.Role.OWNER: 2,
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and by what: `session` and `token` are empty for commands, tasks and the server itself."""

    id: int
    public_id: str
    name: str
    display: str = field(compare=False)
    bot: bool = False
    language: str = field(default="", compare=False)
    session: str = ""
    token: int = 0


def actor_for(user: User, *, session: str = "", token: int = 0) -> Actor:
    return Actor(
        id=user.pk,
        public_id=user.public_id,
        name=user.username,
        display=user.display_name,
        bot=user.is_bot,
        language=user.language,
        session=session,
        token=token,
    )


@dataclass(frozen=True, slots=True)
class Credential:
    """What somebody shows at the door: a Bearer token, or the key in a session cookie."""

    session: str = ""
    token: str | None = None


# What signs somebody in, by sessions and tokens alike, in one statement for all who wait at the door.
_ARRIVALS = """
SELECT door.session_key, door.hash, door.session, door.token, door.data,
    EXISTS (SELECT 1 FROM chat_sanction s WHERE s.user_id = u.id AND s.lifted_at IS NULL),
    u.id, u.password, u.public_id, u.username, u.display_name, u.language, u.is_bot
FROM (
    SELECT session_key, NULL::bytea AS hash, public_id AS session, 0 AS token, session_data AS data, user_id
      FROM accounts_session WHERE session_key = ANY(%(sessions)s::text[]) AND expire_date > %(now)s
    UNION ALL
    SELECT NULL, hash, '', id, '', user_id
      FROM chat_bottoken WHERE hash = ANY(%(tokens)s::bytea[])
       AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > %(now)s)
) AS door JOIN accounts_user u ON u.id = door.user_id
WHERE u.is_active
"""
_USER_FACTS = ("id", "password", "public_id", "username", "display_name", "language", "is_bot")
"""In the order of the model's fields, as `from_db` takes them."""


def arrivals(credentials: Collection[Credential]) -> list[Actor | Exception]:
    """Who stands at the door, one by one: the actor, or why not: `SignedOut`, or `Refused("suspended")`."""
    asked: dict[str, Any] = {
        "sessions": [one.session for one in credentials if one.token is None and _may_be_key(one.session)],
        "tokens": [token_hash(one.token) for one in credentials if one.token is not None],
        "now": timezone.now(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_ARRIVALS, asked)
        rows = cursor.fetchall()
    found: dict[str | bytes, Actor] = {}
    sanctioned: set[int] = set()
    for key, hashed, session, token, data, has_sanctions, *facts in rows:
        user = User.from_db(None, _USER_FACTS, facts)
        if token or signs_in(data, user):
            found[bytes(hashed) if token else key] = actor_for(user, session=session, token=token)
        if has_sanctions:
            sanctioned.add(user.pk)
    suspended = _suspended(sanctioned)
    outcomes: list[Actor | Exception] = []
    for one in credentials:
        actor = found.get(one.session if one.token is None else token_hash(one.token))
        outcomes.append(suspended.get(actor.id, actor) if actor else SignedOut())
    return outcomes


def _may_be_key(session_key: str) -> bool:
    """Whether PostgreSQL can be asked: others may stand in the same statement."""
    return session_key.isascii() and session_key.isalnum()


def token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()


# What a change is judged by, in one statement: it runs under the locks of that change.
_STANDING = """
SELECT
    (SELECT json_agg(json_build_array(id, public_id, username, display_name, is_bot)) FROM accounts_user
      WHERE id = ANY(%(users)s::bigint[]) AND is_active),
    (SELECT json_agg(json_build_array(public_id, user_id)) FROM accounts_session
      WHERE public_id = ANY(%(sessions)s::text[]) AND expire_date > %(now)s),
    ARRAY(SELECT id FROM chat_bottoken WHERE id = ANY(%(tokens)s::bigint[])
      AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > %(now)s)),
    (SELECT json_agg(json_build_array(p.room, p.user_id))
      FROM json_to_recordset(%(places)s) AS p(room text, user_id bigint),
      LATERAL (SELECT id FROM chat_room WHERE public_id = p.room LIMIT 1) r,
      LATERAL (SELECT FROM chat_membership m
        WHERE m.room_id = r.id AND m.user_id = p.user_id AND m.left_at IS NULL LIMIT 1) m),
    EXISTS (SELECT 1 FROM chat_sanction WHERE user_id = ANY(%(users)s::bigint[]) AND lifted_at IS NULL)
"""


Place = tuple[str, int]
"""A room's public id, and whoever or whatever is in it: a user's id, a message's `seq`."""


@dataclass(frozen=True)
class Standing:
    """How actors stand at this moment: who may not act at all and why, who is in which room (its public id
    and the user's id), what holds against whom there (by ids), and how those who may act are shown."""

    refused: dict[Actor, Exception]
    members: set[Place]
    held_against: dict[tuple[int, int], list[Sanction]]
    users: dict[int, frames.User]


def standing_statement(actors: Collection[Actor], places: Collection[Place] = ()) -> Statement:
    """Asks how these actors stand, on the server and in rooms. Inside a change it comes after the locks."""
    return Statement(
        _STANDING,
        {
            "users": list({actor.id for actor in actors}),
            "sessions": list({actor.session for actor in actors if actor.session}),
            "tokens": list({actor.token for actor in actors if actor.token}),
            "places": document({"room": room, "user_id": user} for room, user in places),
            "now": timezone.now(),
        },
    )


def standing_from(
    rows: Sequence[tuple[Any, ...]], actors: Collection[Actor], rooms: Collection[int] = ()
) -> Standing:
    """What `standing_statement` gave, judged; `rooms` are those whose sanctions count.

    `SignedOut`: the session or token is gone, or the user was deactivated. `Refused("suspended")`:
    suspended from the server.
    """
    ((people, sessions, tokens, members, sanctioned),) = rows
    users = {actor.id for actor in actors}
    active = {
        pk: frames.User(id=public_id, name=name, display=display, bot=bot)
        for pk, public_id, name, display, bot in people or ()
    }
    alive_sessions = set(map(tuple, sessions or ()))
    alive_tokens = set(tokens)
    suspended = _suspended(users if sanctioned else ())
    refused: dict[Actor, Exception] = {}
    for actor in actors:
        if (
            actor.id not in active
            or (actor.session and (actor.session, actor.id) not in alive_sessions)
            or (actor.token and actor.token not in alive_tokens)
        ):
            refused[actor] = SignedOut()
        elif actor.id in suspended:
            refused[actor] = suspended[actor.id]
    held_against = sanctions(rooms, users) if sanctioned else {}
    return Standing(refused, set(map(tuple, members or ())), held_against, active)


def refusals(actors: Collection[Actor]) -> dict[Actor, Exception]:
    """Who of `actors` may no longer act at all, with the exception that says why: see `standing_from`."""
    statement = standing_statement(actors)
    with connection.cursor() as cursor:
        cursor.execute(statement.sql, statement.values)
        return standing_from(cursor.fetchall(), actors).refused


def _suspensions(users: Collection[int]) -> models.QuerySet[Sanction]:
    """What suspends these users from the whole server now."""
    return Sanction.objects.filter(holds(), kind=Sanction.Kind.SUSPEND, user__in=users, room__isnull=True)


def _suspended(users: Collection[int]) -> dict[int, Refused]:
    """Those of these users who are suspended from the whole server now."""
    return {sanction.user_id: refusal(sanction) for sanction in _suspensions(users)} if users else {}


def suspension(actor: Actor) -> Sanction | None:
    """What suspends this person from the whole server now: of several, the one that holds longest."""
    return _suspensions([actor.id]).order_by(models.F("until").desc(nulls_first=True)).first()


def check(actor: Actor) -> None:
    """Raises what `refusals` says of one actor."""
    for error in refusals([actor]).values():
        raise error


def holds() -> Q:
    """Sanctions that hold now."""
    return Q(lifted_at=None) & (Q(until=None) | Q(until__gt=timezone.now()))


def refusal(sanction: Sanction) -> Refused:
    """`muted` or `suspended`, with the seconds until the sanction ends where it does."""
    left = max((sanction.until - timezone.now()).total_seconds(), 1) if sanction.until else None
    return Refused("muted" if sanction.kind == Sanction.Kind.MUTE else "suspended", retry_after=left)


def sanctions(rooms: Collection[int], users: Collection[int]) -> dict[tuple[int, int], list[Sanction]]:
    """What holds against these users in these rooms (room and user id to sanctions): the rooms' own
    sanctions, and the server's, which hold in each."""
    found: dict[tuple[int, int], list[Sanction]] = {}
    for sanction in Sanction.objects.filter(holds(), Q(room__in=rooms) | Q(room=None), user__in=users):
        for room in [sanction.room_id] if sanction.room_id else rooms:
            found.setdefault((room, sanction.user_id), []).append(sanction)
    return found


def check_may_write(closed: bool, held_against: Collection[Sanction]) -> None:
    """Raises `read_only` where the room is closed, `suspended` or `muted`."""
    if closed:
        raise Refused("read_only")
    for sanction in held_against:
        raise refusal(sanction)


def check_not_suspended(user: int, room: int) -> None:
    """Raises `suspended` for somebody suspended from the room; call it under the room's lock."""
    for sanction in sanctions([room], [user]).get((room, user), []):
        if sanction.kind == Sanction.Kind.SUSPEND:
            raise refusal(sanction)


def check_actor_may_write(actor: Actor, room: Room) -> None:
    """`check_may_write` for one person; call it under the room's lock."""
    check_may_write(room.closed_at is not None, sanctions([room.pk], [actor.id]).get((room.pk, actor.id), []))


def visible_rooms(actor: Actor) -> models.QuerySet[Room]:
    """The rooms whose timeline `actor` may see: those one is a member of."""
    return Room.objects.filter(memberships__user=actor.id, memberships__left_at=None)


def membership(actor: Actor, room_id: str) -> Membership:
    """The actor's membership of the room with this public id, `room` loaded; raises `not_found`."""
    check(actor)
    return _membership(actor.id, room__public_id=room_id)


def membership_by_slug(actor: Actor, slug: str) -> Membership:
    """The same, by the name in a page's address, which may be anything."""
    check(actor)
    if "\x00" in slug:
        raise not_found()  # PostgreSQL does not take it
    return _membership(actor.id, room__slug=slug)


def membership_again(actor: Actor, room: int) -> Membership:
    """The same after the room's lock was taken, since a removal may have come first."""
    check(actor)
    return _membership(actor.id, room=room)


def _membership(user: int, **room: Any) -> Membership:
    found = Membership.objects.select_related("room").filter(user=user, left_at=None, **room).first()
    if found is None:
        raise not_found()
    return found


def open_room(actor: Actor, room_id: str) -> Room:
    """A room that `actor` may join or is in; raises `not_found` for every other."""
    check(actor)
    room = Room.objects.filter(public_id=room_id).first()
    if room is None:
        raise not_found()
    if room.kind != Room.Kind.PUBLIC:
        _membership(actor.id, room=room.pk)
    return room


def message_place(message_id: str) -> tuple[str, int]:
    """The room id and `seq` in a message id; raises `not_found` where it is not of that form."""
    room_id, dot, seq = message_id.rpartition(".")
    if not dot or not seq.isascii() or not seq.isdigit() or len(seq) > 16 or seq.startswith("0"):
        raise not_found()
    return room_id, int(seq)


def message_in(room: Room, seq: int) -> Message:
    """A message of a room that was got through `access`; raises `not_found`."""
    found = Message.objects.select_related("author").filter(room=room, seq=seq).first()
    if found is None:
        raise not_found()
    return found


def typed_name(name: str) -> str:
    """A user name as it is stored, from what somebody typed: `@` may stand before it."""
    return User.normalize_username(name).removeprefix("@")


def user_named(name: str) -> User:
    """An active user by user name, case-insensitively; raises `not_found`. Names are no secret."""
    found = User.objects.filter(username__iexact=typed_name(name), is_active=True).first()
    if found is None:
        raise Refused("not_found", _("Nobody here has this user name."), field="user")
    return found


def is_moderator(membership: Membership) -> bool:
    return RANKS[membership.role] >= RANKS[Membership.Role.MODERATOR]


def check_moderator(membership: Membership) -> None:
    if not is_moderator(membership):
        raise Refused("forbidden")


def check_owner(membership: Membership) -> None:
    if membership.role != Membership.Role.OWNER:
        raise Refused("forbidden")


def check_outranks(membership: Membership, other: Membership) -> None:
    """Nobody acts on an equal or higher role."""
    if RANKS[membership.role] <= RANKS[other.role]:
        raise Refused("forbidden")


def check_not_direct(room: Room) -> None:
    """A direct room has just its two people."""
    if room.kind == Room.Kind.DIRECT:
        raise Refused("forbidden")


def check_author(actor: Actor, message: Message) -> None:
    if message.author_id != actor.id:
        raise Refused("forbidden")


def check_in_time(membership: Membership, message: Message) -> None:
    """Raises `too_late` once the time for editing is over; it never is for moderators."""
    age = (timezone.now() - message.at).total_seconds()
    if not is_moderator(membership) and age > settings.CHAT_EDIT_SECONDS:
        raise Refused("too_late")


def check_role(role: str) -> None:
    if role not in RANKS:
        raise bad_field("role")
