"""People and rooms for tests, made by the services that make real ones."""

from __future__ import annotations

import uuid
from datetime import datetime

from accounts.models import User
from chat import access, frames
from chat.access import Actor
from chat.models import Membership, Room, Sanction
from chat.services import messages, rooms
from chat.services.timeline import locked


def person(name: str, **fields: object) -> Actor:
    """Somebody without a password, display name as the user name with a capital."""
    return access.actor_for(
        User.objects.create_user(name, **{"display_name": name.capitalize()} | fields)  # type: ignore[arg-type]
    )


def signed_in(session: str = "", token: str | None = None) -> Actor:
    """Who comes in by a session's key or by a token; raises what keeps them out."""
    (outcome,) = access.arrivals([access.Credential(session, token)])
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def user(actor: Actor) -> User:
    return User.objects.get(pk=actor.id)


def room(
    owner: Actor,
    *members: Actor,
    name: str = "Garden",
    kind: str = Room.Kind.PUBLIC,
    moderators: tuple[Actor, ...] = (),
) -> Room:
    """A room in which everybody took one position, in this order; stored at once, as tests need many."""
    made = Room.objects.get(public_id=rooms.create(owner, name, kind).id)
    with locked(made.pk) as timeline:
        Membership.objects.bulk_create(
            Membership(
                room=made,
                user_id=one.id,
                pos=timeline.take(),
                role=Membership.Role.MODERATOR if one in moderators else Membership.Role.MEMBER,
            )
            for one in (*members, *moderators)
        )
    return made


def say(
    author: Actor,
    place: Room,
    body: str = "Good morning",
    reply_to: str | None = None,
    key: str | None = None,
) -> frames.Message:
    return messages.post(
        messages.draft(author, place.public_id, key or str(uuid.uuid4()), body, reply_to=reply_to)
    )


def sanction(
    who: Actor,
    kind: str = Sanction.Kind.MUTE,
    place: Room | None = None,
    until: datetime | None = None,
) -> Sanction:
    """A sanction that somebody with the rights has given before the test begins."""
    return Sanction.objects.create(
        kind=kind, user_id=who.id, actor_id=who.id, room=place, until=until, reason="noise"
    )
