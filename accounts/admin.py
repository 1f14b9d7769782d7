"""The administration of people: looking, and a few changes through services."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from allauth.account.models import EmailAddress
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts import services
from accounts.models import User

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[User]
else:
    ModelAdmin = admin.ModelAdmin

# allauth's own page would change addresses past its rules.
admin.site.unregister(EmailAddress)


@admin.register(User)
class UserAdmin(ModelAdmin):
    list_display = (
        "username",
        "display_name",
        "email",
        "is_bot",
        "is_active",
        "is_staff",
        "joined",
        "last_seen",
    )
    list_filter = ("is_active", "is_staff", "is_bot", "date_joined")
    search_fields = ("username", "display_name", "email")
    ordering = ("-id",)
    list_per_page = 50
    show_full_result_count = False
    actions = ("deactivate", "reactivate", "end_sessions")
    fields = (
        *("username", "display_name", "email", "language", "time_zone", "date_joined", "last_login"),
        *("is_bot", "is_active", "is_staff", "is_superuser", "groups", "user_permissions"),
    )
    filter_horizontal = ("groups", "user_permissions")

    @admin.display(description=_("Signed up"), ordering="date_joined")
    def joined(self, user: User) -> str:
        return date_format(localtime(user.date_joined), "SHORT_DATE_FORMAT")

    @admin.display(description=_("Last sign-in"), ordering="last_login")
    def last_seen(self, user: User) -> str:
        return date_format(localtime(user.last_login), "SHORT_DATE_FORMAT") if user.last_login else "-"

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """Rights are a superuser's to give; the rest belongs to the person, or to an action below."""
        rights = {"is_staff", "is_superuser", "groups", "user_permissions"}
        may_grant = request.user.is_superuser and obj != request.user
        return tuple(name for name in self.fields if not (may_grant and name in rights))

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's signature
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:  # noqa: ARG002
        services.change_rights(
            obj, actor=_actor(request), is_staff=obj.is_staff, is_superuser=obj.is_superuser
        )

    @admin.action(description=_("Deactivate, and sign out everywhere"), permissions=["change"])
    def deactivate(self, request: HttpRequest, users: QuerySet[User]) -> None:
        change = partial(services.deactivate, actor=_actor(request))
        self._each(request, users, change, "Deactivated.")

    @admin.action(description=_("Reactivate"), permissions=["change"])
    def reactivate(self, request: HttpRequest, users: QuerySet[User]) -> None:
        change = partial(services.reactivate, actor=_actor(request))
        self._each(request, users, change, "Reactivated.")

    @admin.action(description=_("Sign out everywhere"), permissions=["change"])
    def end_sessions(self, request: HttpRequest, users: QuerySet[User]) -> None:
        self._each(request, users, services.end_all_sessions, "Signed out everywhere.")

    def _each(
        self, request: HttpRequest, users: QuerySet[User], change: Callable[[User], object], record: str
    ) -> None:
        """Does `change` to each user and logs it; says how many, and names those one may not judge."""
        done = 0
        for user in users:
            try:
                change(user)
            except PermissionDenied:
                self.message_user(request, _("You may not do that to %s.") % user, messages.WARNING)
            else:
                self.log_change(request, user, record)
                done += 1
        sentence = ngettext("Done for %(count)d user.", "Done for %(count)d users.", done)
        self.message_user(request, sentence % {"count": done})


def _actor(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
