"""What waits for the workers, and what was done here: to look at."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django_celery_results.models import GroupResult, TaskResult

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


@admin.register(LogEntry)
class LogEntryAdmin(ReadOnlyAdmin[LogEntry]):
    """History: nobody adds to it or takes from it by hand. It names private rooms, so it is for superusers
    and those who were given the permission."""

    list_display = ("action_time", "user", "action_flag", "content_type", "object_repr", "change_message")
    list_filter = ("action_flag", "content_type")
    list_select_related = ("user", "content_type")
    search_fields = ("user__username", "object_repr")
    fields = list_display


# Celery's own pages would let results be made up and changed.
admin.site.unregister([GroupResult, TaskResult])


@admin.register(TaskResult)
class TaskResultAdmin(ReadOnlyAdmin[TaskResult]):
    list_display = ("task_name", "status", "date_created", "date_done", "worker")
    list_filter = ("status", "task_name", "date_done")
    search_fields = ("task_name", "task_id", "status")
    fields = (
        *("task_name", "task_id", "status", "worker", "date_created", "date_started", "date_done"),
        *("task_args", "task_kwargs", "result", "traceback"),
    )
