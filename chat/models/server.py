from __future__ import annotations

import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _


def new_epoch() -> str:
    return secrets.token_urlsafe(12)


class Server(models.Model):
    """The one row about this server. `epoch` changes when a backup is restored: positions known to
    clients may then name other changes, so they start afresh."""

    NAME_MAX = 60
    DESCRIPTION_MAX = 250

    class Registration(models.TextChoices):
        OPEN = "open", _("Everybody may sign up")
        CLOSED = "closed", _("Nobody may sign up")

    epoch = models.CharField(max_length=22, default=new_epoch, editable=False)
    name = models.CharField(_("name"), max_length=NAME_MAX, default="ChatConnet", db_default="ChatConnet")
    description = models.CharField(
        _("description"),
        max_length=DESCRIPTION_MAX,
        blank=True,
        default="",
        db_default="",
        help_text=_("Shown on the pages for signing in and signing up."),
    )
    registration = models.CharField(
        _("sign-up"),
        max_length=6,
        choices=Registration,
        default=Registration.OPEN,
        db_default=Registration.OPEN,
    )
    set_up_at = models.DateTimeField(null=True, editable=False)
    """When an administrator finished or dismissed the first steps."""

    class Meta:
        verbose_name = _("server")
        verbose_name_plural = _("server")
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_server_row")]

    def __str__(self) -> str:
        return self.name
