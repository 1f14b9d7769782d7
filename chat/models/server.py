from __future__ import annotations

import secrets

from django.db import models


def new_epoch() -> str:
    return secrets.token_urlsafe(12)


class Server(models.Model):
    """The one row about this server. `epoch` changes when a backup is restored: positions known to
    clients may then name other changes, so they start afresh."""

    epoch = models.CharField(max_length=22, default=new_epoch)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_server_row")]
