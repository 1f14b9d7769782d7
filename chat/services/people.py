"""What one person decides about another, and what a change of somebody's rights means for open sockets."""

from __future__ import annotations

from collections.abc import Iterable

from chat import access, publish
from chat.access import Actor
from chat.models import Block


def block(actor: Actor, name: str) -> None:
    """From now on the other's messages do not count as unread and are not found; twice is once."""
    access.check(actor)
    other = access.user_named(name)
    Block.objects.get_or_create(blocker_id=actor.id, blocked=other)


def unblock(actor: Actor, name: str) -> None:
    access.check(actor)
    other = access.user_named(name)
    Block.objects.filter(blocker=actor.id, blocked=other).delete()


def appearance_changed(users: Iterable[int]) -> None:
    """Has every process tell anew, after commit, who these users are and whether they are here."""
    publish.appearance(users)


def rights_changed(users: Iterable[int]) -> None:
    """Has every process look again at the open sockets of these users, after commit."""
    publish.rights(users)
