"""What the word rules must see."""

from __future__ import annotations

from chat import jobs
from chat.models import PendingCheck, WordRule


def await_rules(room: int, since: int, to: int) -> None:
    """Notes, in the same transaction, that the word rules must see the messages of the places (`seq`) after
    `since` up to `to`, and rings for it. A send that starts after a rule was saved always does."""
    if WordRule.objects.filter(is_active=True).exists():
        note_for_rules(room, since, to)


def note_for_rules(room: int, since: int, to: int) -> None:
    """`await_rules`, where it has been asked already, in the same transaction, whether there are any."""
    check = PendingCheck.objects.create(room_id=room, first_pos=since + 1, last_pos=to)
    jobs.check_words([check.pk])
