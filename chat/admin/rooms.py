"""Rooms and who is in them."""

from __future__ import annotations

from functools import partial

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from chat.admin.base import ReadOnlyAdmin, staff
from chat.admin.judging import Judge
from chat.models import Membership, Room
from chat.services import moderation


@admin.register(Room)
class RoomAdmin(ReadOnlyAdmin[Room]):
    list_display = ("__str__", "kind", "slug", "is_default", "closed_at", "created_at")
    list_filter = ("kind", "is_default", ("closed_at", admin.EmptyFieldListFilter))
    search_fields = ("name", "slug")
    fields = ("name", "slug", "topic", "kind", "is_default", "closed_at", "created_at", "public_id")
    actions = ("close", "reopen", "make_default", "make_optional")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Room]:
        return moderation.open_rooms(staff(request)).order_by(*self.ordering)

    def has_steer_permission(self, request: HttpRequest) -> bool:
        return staff(request).has_perm("chat.change_room")

    @admin.action(description=_("Close"), permissions=["steer"])
    def close(self, request: HttpRequest, rooms: QuerySet[Room]) -> None:
        self.each(request, rooms, partial(moderation.set_closed, staff(request), closed=True), "Closed.")

    @admin.action(description=_("Reopen"), permissions=["steer"])
    def reopen(self, request: HttpRequest, rooms: QuerySet[Room]) -> None:
        self.each(request, rooms, partial(moderation.set_closed, staff(request), closed=False), "Reopened.")

    @admin.action(description=_("Add new members to it"), permissions=["steer"])
    def make_default(self, request: HttpRequest, rooms: QuerySet[Room]) -> None:
        change = partial(moderation.set_default, staff(request), is_default=True)
        self.each(request, rooms, change, "New members are added.")

    @admin.action(description=_("Stop adding new members"), permissions=["steer"])
    def make_optional(self, request: HttpRequest, rooms: QuerySet[Room]) -> None:
        change = partial(moderation.set_default, staff(request), is_default=False)
        self.each(request, rooms, change, "New members are not added any more.")


@admin.register(Membership)
class MembershipAdmin(Judge[Membership], ReadOnlyAdmin[Membership]):
    list_display = ("user", "room", "role", "joined_at", "left_at", "left_how")
    list_filter = ("role", ("left_at", admin.EmptyFieldListFilter))
    list_select_related = ("room", "user")
    search_fields = ("user__username", "room__name", "room__slug")
    fields = ("room", "user", "role", "joined_at", "left_at", "left_how")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        rooms = moderation.open_rooms(staff(request))
        return super().get_queryset(request).filter(room__in=rooms)

    def judged(self, row: Membership) -> tuple[User, Room | None]:
        """The person, in this room."""
        return row.user, row.room
