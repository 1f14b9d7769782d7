"""Muting and suspending from a list of people: an action, a page that asks for the reason, a service."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Generic, cast

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from chat.admin.base import ListAdmin, M, confirmed, staff
from chat.errors import Refused
from chat.models import Room, Sanction
from chat.services import moderation

HOURS = [
    ("1", _("One hour")),
    ("24", _("One day")),
    ("168", _("One week")),
    ("720", _("30 days")),
    ("", _("Until it is lifted")),
]

if TYPE_CHECKING:

    class _List(ListAdmin[M]): ...

else:

    class _List(Generic[M]):
        """Mixed into a `ListAdmin`."""


class SanctionForm(forms.Form):
    reason = forms.CharField(
        label=_("reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3, "cols": 60})
    )
    hours = forms.ChoiceField(label=_("for"), choices=HOURS, required=False, initial="24")


class Judge(_List[M]):
    """Adds the two actions; the list says whom a row means, and in which room."""

    actions: tuple[str, ...] = ("mute", "suspend")

    def judged(self, row: M) -> tuple[User, Room | None]:
        raise NotImplementedError

    def has_judge_permission(self, request: HttpRequest) -> bool:
        return staff(request).has_perm("chat.add_sanction")

    @admin.action(description=_("Mute…"), permissions=["judge"])
    def mute(self, request: HttpRequest, rows: QuerySet[M]) -> TemplateResponse | None:
        return self._judge(request, rows, Sanction.Kind.MUTE, _("Mute"))

    @admin.action(description=_("Suspend…"), permissions=["judge"])
    def suspend(self, request: HttpRequest, rows: QuerySet[M]) -> TemplateResponse | None:
        return self._judge(request, rows, Sanction.Kind.SUSPEND, _("Suspend"))

    def _judge(
        self, request: HttpRequest, rows: QuerySet[M], kind: Sanction.Kind, title: str | Promise
    ) -> TemplateResponse | None:
        form = SanctionForm(request.POST if confirmed(request) else None)
        if not form.is_valid():
            return self.ask(request, rows, form, title)
        hours = form.cleaned_data["hours"]
        until = timezone.now() + timedelta(hours=int(hours)) if hours else None
        service = moderation.mute if kind == Sanction.Kind.MUTE else moderation.suspend
        done = 0
        for row in rows:
            user, room = self.judged(row)
            try:
                sanction = service(
                    staff(request), user, reason=form.cleaned_data["reason"], until=until, room=room
                )
            except Refused as refusal:
                self.message_user(request, f"{row}: {refusal.detail}", messages.WARNING)
            else:
                self.log_addition(request, cast("Any", sanction), [{"added": {}}])
                self.log_change(request, row, str(sanction))
                done += 1
        self.say_done(request, done)
        return None
