from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from chat.models.message import Message
from chat.models.room import Room

if TYPE_CHECKING:
    from datetime import datetime

    Time = models.DateTimeField[datetime | None, datetime | None]


class Sanction(models.Model):
    """A mute or a suspension, of a room or (without one) of the whole server.

    It holds while `lifted_at` is empty and `until` is empty or to come: by the clock, not by a worker.
    """

    class Kind(models.TextChoices):
        MUTE = "mute", _("mute")
        SUSPEND = "suspend", _("suspend")

    kind = models.CharField(max_length=7, choices=Kind)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="sanctions")
    room = models.ForeignKey(Room, on_delete=models.CASCADE, null=True, related_name="sanctions")
    reason = models.CharField(max_length=500)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    until: Time = models.DateTimeField(null=True, blank=True)
    lifted_at: Time = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            # access.sanctions: what holds against a person
            models.Index(fields=["user", "room"], name="sanction_of", condition=models.Q(lifted_at=None)),
        ]


class WordRule(models.Model):
    """A word or phrase that, found in a committed message, flags or hides it."""

    class Action(models.TextChoices):
        FLAG = "flag", _("flag")
        HIDE = "hide", _("hide")

    phrase = models.CharField(max_length=100, help_text=_("A word or phrase; look-alikes count as the same."))
    action = models.CharField(max_length=4, choices=Action, default=Action.FLAG)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )

    def __str__(self) -> str:
        return self.phrase


class Flag(models.Model):
    """A rule's hit on a message: once a rule and message, whatever runs twice."""

    rule = models.ForeignKey(WordRule, on_delete=models.CASCADE, related_name="flags")
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="flags")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule", "message"], name="one_flag")]
