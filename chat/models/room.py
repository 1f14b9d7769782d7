from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from datetime import datetime


def public_id() -> str:
    """22 characters of base64url: 128 random bits, so an id cannot be guessed or counted."""
    return secrets.token_urlsafe(16)


class Room(models.Model):
    """A place with a timeline. `pos` is the position of the latest change of the room itself."""

    class Kind(models.TextChoices):
        PUBLIC = "public", _("public")
        PRIVATE = "private", _("private")
        DIRECT = "direct", _("direct")

    public_id = models.CharField(
        _("public id"), max_length=22, unique=True, default=public_id, editable=False
    )
    slug = models.CharField(_("address"), max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=80, blank=True)
    topic = models.CharField(_("topic"), max_length=250, blank=True)
    kind = models.CharField(_("kind"), max_length=7, choices=Kind)
    is_default = models.BooleanField(
        _("default"), default=False, help_text=_("Everybody who signs up joins it.")
    )
    # Sorted ids of the two people: however many tabs open a direct room at once, one row wins.
    direct_key = models.CharField(max_length=50, unique=True, null=True, editable=False)  # noqa: DJ001 (NULLs differ)
    closed_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(
        _("closed"), null=True
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    pos = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("room")
        verbose_name_plural = _("rooms")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="direct", direct_key__isnull=False)
                | (~models.Q(kind="direct") & models.Q(direct_key__isnull=True)),
                name="direct_rooms_have_a_key",
            )
        ]
        indexes = [
            # queries.browse: public rooms by name
            models.Index(fields=["name", "id"], name="room_browse", condition=models.Q(kind="public")),
            # services.rooms.join_defaults
            models.Index(fields=["id"], name="room_defaults", condition=models.Q(is_default=True)),
        ]

    def __str__(self) -> str:
        return self.name or f"{self.get_kind_display()} {self.public_id[:6]}"


class RoomCursor(models.Model):
    """The head of a room and the time of its last message; the row to lock before anything changes in it.

    Narrow, and on half-filled pages, so that an update stays on its page and touches no index.
    """

    room = models.OneToOneField(Room, on_delete=models.CASCADE, primary_key=True, related_name="cursor")
    head = models.BigIntegerField(default=0)
    last_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(null=True)
