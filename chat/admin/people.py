"""People, as accounts show them, with what the chat can do to them."""

from __future__ import annotations

from django.contrib import admin

from accounts.admin import UserAdmin
from accounts.models import User
from chat.admin.base import ListAdmin
from chat.admin.judging import Judge
from chat.models import Room

admin.site.unregister(User)


@admin.register(User)
class PersonAdmin(Judge[User], UserAdmin, ListAdmin[User]):
    actions = (*UserAdmin.actions, *Judge.actions)  # type: ignore[assignment]

    def judged(self, row: User) -> tuple[User, Room | None]:
        """The person, everywhere."""
        return row, None
