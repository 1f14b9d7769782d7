from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models

if TYPE_CHECKING:
    from datetime import datetime


class BotToken(models.Model):
    """A key that a program signs in with. Only its SHA-256 is kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tokens")
    hash = models.BinaryField(max_length=32, unique=True)
    scopes = models.CharField(max_length=200, default="chat")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(null=True)
    revoked_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(null=True)
