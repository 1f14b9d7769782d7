"""Sanctions: given by a form that calls the service, lifted by an action, never edited."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminSplitDateTime, AutocompleteSelect
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from chat import access
from chat.admin.base import ListAdmin, confirmed, staff
from chat.errors import Refused
from chat.models import Room, Sanction
from chat.services import moderation

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin


class NewSanctionForm(forms.Form):
    kind = forms.ChoiceField(label=_("kind"), choices=Sanction.Kind.choices)
    user = forms.ModelChoiceField(
        label=_("user"),
        queryset=User.objects.all(),
        widget=AutocompleteSelect(Sanction._meta.get_field("user"), admin.site),
    )
    room = forms.ModelChoiceField(
        label=_("room"),
        queryset=Room.objects.none(),
        required=False,
        help_text=_("Empty: the whole server."),
        widget=AutocompleteSelect(Sanction._meta.get_field("room"), admin.site),
    )
    reason = forms.CharField(
        label=_("reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3, "cols": 60})
    )
    until = forms.SplitDateTimeField(
        label=_("until"),
        required=False,
        help_text=_("In the time zone of your settings, else UTC. Empty: until it is lifted."),
        widget=AdminSplitDateTime,
    )

    def __init__(self, actor: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        room = cast("forms.ModelChoiceField[Room]", self.fields["room"])
        room.queryset = moderation.open_rooms(actor)

    def save(self) -> Sanction | None:
        """The new sanction; None, and the errors in the form, where the service refuses."""
        given = dict(self.cleaned_data)
        service = moderation.mute if given.pop("kind") == Sanction.Kind.MUTE else moderation.suspend
        try:
            return service(self.actor, given.pop("user"), **given)
        except Refused as refusal:
            self.add_error(refusal.field, str(refusal.detail))
            return None


class HoldsFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, Any]]:
        return [("holds", _("holds")), ("ending", _("ends within a day")), ("over", _("over"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Sanction]) -> QuerySet[Sanction]:
        match self.value():
            case "holds":
                return queryset.filter(access.holds())
            case "ending":
                return queryset.filter(access.holds(), until__lte=timezone.now() + timedelta(days=1))
            case "over":
                return queryset.exclude(access.holds())
        return queryset


@admin.register(Sanction)
class SanctionAdmin(ListAdmin[Sanction]):
    list_display = ("kind", "user", "room", "reason", "actor", "at", "until", "lifted_at")
    list_filter = (HoldsFilter, "kind")
    list_select_related = ("user", "room", "actor")
    search_fields = ("user__username", "reason")
    fields = ("kind", "user", "room", "reason", "actor", "at", "until", "lifted_at")
    actions = ("lift",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Sanction]:
        rooms = moderation.open_rooms(staff(request))
        sanctions = super().get_queryset(request).select_related(*self.list_select_related)
        return sanctions.filter(Q(room=None) | Q(room__in=rooms))

    def has_change_permission(self, request: HttpRequest, obj: Sanction | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Sanction | None = None) -> bool:
        return False

    def has_lift_permission(self, request: HttpRequest) -> bool:
        return staff(request).has_perm("chat.change_sanction")

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Not Django's own, which would hold a transaction open round the service's locks."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = NewSanctionForm(staff(request), request.POST if confirmed(request) else None)
        if form.is_valid() and (sanction := form.save()):
            self.log_addition(request, sanction, [{"added": {}}])
            self.say_done(request, 1)
            return HttpResponseRedirect(reverse("admin:chat_sanction_changelist"))
        return self.ask(request, Sanction.objects.none(), form, _("Add sanction"))

    @admin.action(description=_("Lift"), permissions=["lift"])
    def lift(self, request: HttpRequest, rows: QuerySet[Sanction]) -> None:
        self.each(request, rows, partial(moderation.lift, staff(request)), "Lifted.")
