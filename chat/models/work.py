from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from chat.models.room import Room

if TYPE_CHECKING:
    from datetime import datetime

    Time = models.DateTimeField[datetime | None, datetime | None]


class PendingCheck(models.Model):
    """Messages of one committed batch that the word rules have not seen yet: the queue of record.

    `first_pos` to `last_pos` are the positions at which the messages were made, their `seq`, also where
    they wait because of an edit: a message's `pos` may have moved on before anybody looks.
    Written in the transaction that stored the messages, deleted in the one that applied the rules.
    Celery only rings; a row that nobody was rung for is found by the sweep.
    """

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="+", verbose_name=_("room"))
    first_pos = models.BigIntegerField(_("first"))
    last_pos = models.BigIntegerField(_("last"))
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    rung_at: Time = models.DateTimeField(_("rung again"), null=True)

    class Meta:
        verbose_name = _("pending check")
        verbose_name_plural = _("pending checks")
        indexes = [
            # services.automod.sweep: the oldest first
            models.Index(fields=["created_at"], name="pending_check_age"),
        ]

    def __str__(self) -> str:
        return f"{self.room}: {self.first_pos}–{self.last_pos}"


class Lease(models.Model):
    """Who runs a periodic task, and until when: two beats, or a slow run, and still one effect."""

    name = models.CharField(_("name"), max_length=50, primary_key=True)
    holder = models.CharField(_("holder"), max_length=50)
    until = models.DateTimeField(_("until"))

    class Meta:
        verbose_name = _("lease")
        verbose_name_plural = _("leases")

    def __str__(self) -> str:
        return self.name
