"""Word rules, and what they have found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from chat.admin import base
from chat.admin.base import ListAdmin, ReadOnlyAdmin, staff
from chat.errors import Refused
from chat.models import Flag, WordRule
from chat.services import automod

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin


class WordRuleForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = WordRule
        fields = ("phrase", "action", "is_active")

    def clean_phrase(self) -> str:
        try:
            phrase = automod.checked_phrase(self.cleaned_data["phrase"])
            automod.check_new(WordRule(pk=self.instance.pk, phrase=phrase))
            return phrase
        except Refused as refusal:
            raise ValidationError(str(refusal.detail)) from refusal


@admin.register(WordRule)
class WordRuleAdmin(ListAdmin[WordRule]):
    """The one list that is edited as a form. A rule is switched off, never deleted: its flags name it."""

    form = WordRuleForm
    list_display = ("phrase", "action", "is_active", "created_at", "created_by")
    list_filter = ("action", "is_active")
    list_select_related = ("created_by",)
    search_fields = ("phrase",)
    readonly_fields = ("created_at", "created_by")

    def has_delete_permission(self, request: HttpRequest, obj: WordRule | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: WordRule, form: Any, change: bool) -> None:
        automod.save_rule(staff(request), obj)


class OpenFilter(admin.SimpleListFilter):
    """Open are the flags that nobody has decided on: the message is still there to be read."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, Any]]:
        return [("open", _("open")), ("hidden", _("hidden")), ("deleted", _("deleted"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Flag]) -> QuerySet[Flag]:
        match self.value():
            case "open":
                return queryset.filter(message__hidden_at=None, message__deleted_at=None)
            case "hidden" | "deleted" as state:
                return queryset.filter(**{f"message__{state}_at__isnull": False})
        return queryset


@admin.register(Flag)
class FlagAdmin(ReadOnlyAdmin[Flag]):
    list_display = ("rule", "link", "author", "excerpt", "state", "at")
    list_filter = (OpenFilter, "rule__action", "message__room__kind")
    list_select_related = ("rule", "message__room", "message__author")
    search_fields = ("rule__phrase", "message__author__username")
    fields = ("rule", "link", "author", "excerpt", "state", "at")
    readonly_fields = ("link", "author", "excerpt", "state")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Flag]:
        return super().get_queryset(request).select_related(*self.list_select_related)

    @admin.display(description=_("message"))
    def link(self, flag: Flag) -> str:
        return format_html(
            '<a href="{}">{} · {}</a>',
            reverse("admin:chat_message_change", args=[flag.message_id]),
            flag.message.room,
            flag.message.seq,
        )

    @admin.display(description=_("author"))
    def author(self, flag: Flag) -> User:
        return flag.message.author

    @admin.display(description=_("text"))
    def excerpt(self, flag: Flag) -> str:
        return base.excerpt(flag.message)

    @admin.display(description=_("state"))
    def state(self, flag: Flag) -> str:
        return base.state(flag.message)
