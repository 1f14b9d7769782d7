"""What is shown and never stored."""

from __future__ import annotations

from chat import access, frames, publish
from chat.access import Actor


def typing(actor: Actor, room_id: str) -> None:
    """Tells the others in the room that the actor writes; refused where the actor may not."""
    membership = access.membership(actor, room_id)
    access.check_actor_may_write(actor, membership.room)
    who = frames.User(id=actor.public_id, name=actor.name, display=actor.display, bot=actor.bot)
    publish.typing(actor.id, membership.room, frames.TypingFrame(room=room_id, user=who))
