"""What is shown and never stored."""

from __future__ import annotations

from chat import access, frames, publish, queries
from chat.access import Actor


def typing(actor: Actor, room_id: str) -> None:
    """Tells the others in the room that the actor writes, unless the actor hides it; refused where the actor
    may not write."""
    membership = access.membership(actor, room_id)
    access.check_actor_may_write(actor, membership.room)
    if not queries.shows_activity(actor.id):
        return
    frame = frames.TypingFrame(room=room_id, user=queries.myself(actor))
    publish.typing(actor.id, membership.room, frame)
