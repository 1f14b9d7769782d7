"""What the pages of the administration share."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from chat.errors import Refused
from chat.models import Message

M = TypeVar("M", bound=Model)

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin

    Pages = Paginator[Any]
else:
    Pages = Paginator

    class ModelAdmin(admin.ModelAdmin, Generic[M]):
        """Django's, which takes no type parameter."""


COUNTED = 10_000
SHOWN = 50


def estimate(rows: QuerySet[Any]) -> int:
    """How many rows PostgreSQL's planner expects, from the statistics that it keeps of each table."""
    plan: int = json.loads(rows.order_by().explain(format="json"))[0]["Plan"]["Plan Rows"]
    return plan


class EstimatingPaginator(Pages):
    """Counts up to 10,000 rows; beyond them the planner says how many it expects: no list waits for a count
    of millions."""

    @cached_property
    def count(self) -> int:
        rows = cast("QuerySet[Any]", self.object_list).order_by()
        expected = estimate(rows)
        if expected > COUNTED:
            return expected
        counted = rows[: COUNTED + 1].count()
        return counted if counted <= COUNTED else max(counted, expected)


class ListAdmin(ModelAdmin[M]):
    """A list that stays quick in large tables, newest first."""

    list_per_page = 50
    list_max_show_all = 50
    show_full_result_count = False
    ordering = ("-pk",)
    paginator = EstimatingPaginator

    def each(
        self, request: HttpRequest, rows: Iterable[M], change: Callable[[M], object], record: str
    ) -> None:
        """Does `change` to each row and logs it; says how many, and what was refused."""
        done = 0
        for row in rows:
            try:
                change(row)
            except Refused as refusal:
                self.message_user(request, f"{self.named(row)}: {refusal.detail}", messages.WARNING)
            else:
                self.log_change(request, row, record)
                done += 1
        self.say_done(request, done)

    def say_done(self, request: HttpRequest, done: int) -> None:
        sentence = ngettext("Done: %(count)d.", "Done: %(count)d.", done)
        self.message_user(request, sentence % {"count": done})

    def named(self, row: M) -> str:
        """What a row is called where somebody is asked about it."""
        return str(row)

    def ask(
        self,
        request: HttpRequest,
        rows: QuerySet[Any],
        form: forms.Form,
        title: str | Promise,
    ) -> TemplateResponse:
        """The page between choosing an action and doing it; `form` comes back with "confirmed"."""
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "form": form,
            "media": self.media + form.media,
            "rows": [self.named(row) for row in rows[:SHOWN]],
            "more": max(rows.count() - SHOWN, 0),
            "kept": [
                (name, value)
                for name in (ACTION_CHECKBOX_NAME, "action", "index", "select_across")
                for value in request.POST.getlist(name)
            ],
        }
        return TemplateResponse(request, "admin/chat/confirm.html", context)


class ReadOnlyAdmin(ListAdmin[M]):
    """A list to look at; what may be done to its rows are actions."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False


def staff(request: HttpRequest) -> User:
    """Who is at the administration."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def excerpt(message: Message) -> str:
    """The beginning of a message's text, as typed: moderators see through spoilers."""
    body = " ".join(message.body.split())
    return body if len(body) <= 160 else f"{body[:159]}…"


def state(message: Message) -> str:
    """What is not ordinary about a message."""
    states = {
        _("deleted"): message.deleted_at,
        _("hidden"): message.hidden_at,
        _("held"): message.held_at,
        _("edited"): message.edited_at,
    }
    return ", ".join(name for name, at in states.items() if at)


def confirmed(request: HttpRequest) -> bool:
    return "confirmed" in request.POST
