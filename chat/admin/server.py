"""The one row about this server: what it is called, and who may sign up."""

from __future__ import annotations

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest

from chat.admin.base import ListAdmin, staff
from chat.models import Server
from chat.services import server


@admin.register(Server)
class ServerAdmin(ListAdmin[Server]):
    fields = ("name", "description", "registration")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Server | None = None) -> bool:
        return staff(request).is_superuser

    def has_delete_permission(self, request: HttpRequest, obj: Server | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Server, form: ModelForm[Server], change: bool) -> None:
        server.describe(
            staff(request), name=obj.name, description=obj.description, registration=obj.registration
        )
