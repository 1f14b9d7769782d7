"""What waits for the workers, to look at."""

from __future__ import annotations

from django.contrib import admin

from chat.admin.base import ReadOnlyAdmin
from chat.models import Lease, PendingCheck


@admin.register(PendingCheck)
class PendingCheckAdmin(ReadOnlyAdmin[PendingCheck]):
    list_display = ("pk", "first_pos", "last_pos", "created_at", "rung_at")
    fields = ("first_pos", "last_pos", "created_at", "rung_at")


@admin.register(Lease)
class LeaseAdmin(ReadOnlyAdmin[Lease]):
    list_display = ("name", "holder", "until")
    fields = ("name", "holder", "until")
