"""Messages, of public rooms and those that a rule has flagged."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat import queries, text
from chat.admin import base
from chat.admin.base import ReadOnlyAdmin, confirmed, staff
from chat.models import Flag, Message
from chat.services import moderation

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, Any]]:
        return [
            ("flagged", _("flagged")),
            ("hidden", _("hidden")),
            ("held", _("held")),
            ("deleted", _("deleted")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Message]) -> QuerySet[Message]:
        match self.value():
            case "flagged":
                return queryset.filter(Exists(Flag.objects.filter(message=OuterRef("pk"))))
            case "hidden" | "held" | "deleted" as state:
                return queryset.filter(**{f"{state}_at__isnull": False})
        return queryset


class AgeFilter(admin.SimpleListFilter):
    title = _("age")
    parameter_name = "age"
    days: ClassVar = {"day": 0, "week": 7, "month": 30}

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, Any]]:
        return [("day", _("today")), ("week", _("the last 7 days")), ("month", _("the last 30 days"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Message]) -> QuerySet[Message]:
        if (days := self.days.get(self.value() or "")) is None:
            return queryset
        midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
        return queryset.filter(at__gte=midnight - timedelta(days=days))


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin[Message]):
    """Found by words, `from:name` and `in:room`, as in the chat's own search."""

    list_display = ("place", "author", "excerpt", "at", "state")
    list_filter = (StateFilter, AgeFilter)
    list_select_related = ("room", "author")
    sortable_by = ()
    search_fields = ("body",)
    search_help_text = _("Words, from:name, in:room")
    fields = (
        *("place", "author", "body", "at", "reply_to", "rules"),
        *("edited_at", "hidden_at", "held_at", "deleted_at"),
    )
    readonly_fields = ("place", "rules")
    actions = ("hide", "unhide", "bury")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        return moderation.open_messages().order_by(*self.ordering)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Message], search_term: str
    ) -> tuple[QuerySet[Message], bool]:
        return queries.matching(queryset, text.parse_search(search_term)), False

    @admin.display(description=_("place"))
    def place(self, message: Message) -> str:
        return f"{message.room} · {message.seq}"

    @admin.display(description=_("text"))
    def excerpt(self, message: Message) -> str:
        return base.excerpt(message)

    @admin.display(description=_("state"))
    def state(self, message: Message) -> str:
        return base.state(message)

    @admin.display(description=_("rules"))
    def rules(self, message: Message) -> str:
        return ", ".join(message.flags.values_list("rule__phrase", flat=True))

    def named(self, row: Message) -> str:
        return f"{self.place(row)} · {row.author}: {base.excerpt(row)}"

    def has_judge_permission(self, request: HttpRequest) -> bool:
        return staff(request).has_perm("chat.change_message")

    def has_bury_permission(self, request: HttpRequest) -> bool:
        return staff(request).has_perm("chat.delete_message")

    @admin.action(description=_("Hide"), permissions=["judge"])
    def hide(self, request: HttpRequest, rows: QuerySet[Message]) -> None:
        self.each(request, rows, partial(moderation.hide, staff(request)), "Hidden.")

    @admin.action(description=_("Show again"), permissions=["judge"])
    def unhide(self, request: HttpRequest, rows: QuerySet[Message]) -> None:
        self.each(request, rows, partial(moderation.unhide, staff(request)), "Shown again.")

    @admin.action(description=_("Delete for good…"), permissions=["bury"])
    def bury(self, request: HttpRequest, rows: QuerySet[Message]) -> TemplateResponse | None:
        if not confirmed(request):
            return self.ask(request, rows, forms.Form(), _("Delete for good"))
        self.each(request, rows, partial(moderation.delete, staff(request)), "Deleted.")
        return None
