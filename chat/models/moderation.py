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

    kind = models.CharField(_("kind"), max_length=7, choices=Kind)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="sanctions", verbose_name=_("user")
    )
    room = models.ForeignKey(
        Room, on_delete=models.CASCADE, null=True, related_name="sanctions", verbose_name=_("room")
    )
    reason = models.CharField(_("reason"), max_length=500)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("decided by")
    )
    at = models.DateTimeField(_("time"), auto_now_add=True)
    until: Time = models.DateTimeField(_("until"), null=True, blank=True)
    lifted_at: Time = models.DateTimeField(_("lifted"), null=True)

    class Meta:
        verbose_name = _("sanction")
        verbose_name_plural = _("sanctions")
        indexes = [
            # access.sanctions: what holds against a person
            models.Index(fields=["user", "room"], name="sanction_of", condition=models.Q(lifted_at=None)),
        ]

    def __str__(self) -> str:
        place = self.room or _("whole server")
        return f"{self.get_kind_display()} · {self.user} · {place}"


class WordRule(models.Model):
    """A word or phrase that, found in a committed message, flags or hides it.

    Switched off rather than deleted: its flags name it.
    """

    class Action(models.TextChoices):
        FLAG = "flag", _("flag")
        HIDE = "hide", _("hide")

    phrase = models.CharField(
        _("phrase"), max_length=100, help_text=_("A word or phrase; look-alikes count as the same.")
    )
    action = models.CharField(_("action"), max_length=4, choices=Action, default=Action.FLAG)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("created by"),
    )

    class Meta:
        verbose_name = _("word rule")
        verbose_name_plural = _("word rules")

    def __str__(self) -> str:
        return self.phrase


class Flag(models.Model):
    """A rule's hit on a message: once a rule and message, whatever runs twice."""

    rule = models.ForeignKey(WordRule, on_delete=models.PROTECT, related_name="flags", verbose_name=_("rule"))
    message = models.ForeignKey(
        Message, on_delete=models.CASCADE, related_name="flags", verbose_name=_("message")
    )
    at = models.DateTimeField(_("time"), auto_now_add=True)

    class Meta:
        verbose_name = _("flag")
        verbose_name_plural = _("flags")
        constraints = [models.UniqueConstraint(fields=["rule", "message"], name="one_flag")]

    def __str__(self) -> str:
        return f"{self.rule} · {self.message}"
