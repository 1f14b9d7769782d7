from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from chat.models.room import Room

if TYPE_CHECKING:
    from datetime import datetime


class Membership(models.Model):
    """A person in a room, also after leaving: who comes back goes on from the old read mark.

    `pos` is the position of the latest change (joined, left, removed, another role).
    """

    class Role(models.TextChoices):
        OWNER = "owner", _("owner")
        MODERATOR = "moderator", _("moderator")
        MEMBER = "member", _("member")

    class Left(models.TextChoices):
        LEFT = "left", _("left")
        REMOVED = "removed", _("removed")

    room = models.ForeignKey(
        Room, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("room")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships", verbose_name=_("user")
    )
    role = models.CharField(_("role"), max_length=9, choices=Role, default=Role.MEMBER)
    read_seq = models.BigIntegerField(default=0)
    pos = models.BigIntegerField()
    joined_at = models.DateTimeField(_("joined"), auto_now_add=True)
    left_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(
        _("ended"), null=True
    )
    left_how = models.CharField(_("ended by"), max_length=7, choices=Left, blank=True)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(fields=["room", "user"], name="one_membership"),
            models.CheckConstraint(
                condition=models.Q(left_at__isnull=True, left_how="")
                | (models.Q(left_at__isnull=False) & ~models.Q(left_how="")),
                name="left_with_a_reason",
            ),
        ]
        indexes = [
            # queries.rooms_of: the rooms of a person
            models.Index(fields=["user", "room"], name="membership_of", condition=models.Q(left_at=None)),
            # queries.changes: members that changed in a range of positions
            models.Index(fields=["room", "pos"], name="membership_pos"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.room}"


class UserCursor(models.Model):
    """Counts the changes of a person's memberships, so that a process that missed the news of one
    notices by comparing numbers. Locked after the cursors of rooms, several by user id."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="chat_cursor"
    )
    version = models.BigIntegerField(default=0)


class Block(models.Model):
    """`blocker` does not want to hear from `blocked`: left out of counts, search and notifications."""

    blocker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="blocks")
    blocked = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["blocker", "blocked"], name="one_block")]
