"""What is shown and never stored."""

from __future__ import annotations

from chat import access, frames, publish, queries
from chat.access import Actor


def typing(actor: Actor, room_id: str) -> None:
    """Tells the others in the room that the actor writes; refused where the actor may not."""
    membership = access.membership(actor, room_id)
    access.check_actor_may_write(actor, membership.room)
    frame = frames.TypingFrame(room=room_id, user=queries.myself(actor))
    publish.typing(actor.id, membership.room, frame)
