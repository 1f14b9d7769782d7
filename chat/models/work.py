from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from chat.models.room import Room

if TYPE_CHECKING:
    from datetime import datetime

    Time = models.DateTimeField[datetime | None, datetime | None]


class PendingCheck(models.Model):
    """Messages of one committed batch that the word rules have not seen yet: the queue of record.

    Written in the transaction that stored the messages, deleted in the one that applied the rules.
    Celery only rings; a row that nobody was rung for is found by the sweep.
    """

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="+")
    first_pos = models.BigIntegerField()
    last_pos = models.BigIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)
    rung_at: Time = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            # services.moderation.sweep: the oldest first
            models.Index(fields=["created_at"], name="pending_check_age"),
        ]


class Lease(models.Model):
    """Who runs a periodic task, and until when: two beats, or a slow run, and still one effect."""

    name = models.CharField(max_length=50, primary_key=True)
    holder = models.CharField(max_length=50)
    until = models.DateTimeField()
