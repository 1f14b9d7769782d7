"""The first steps of a server."""

from __future__ import annotations

import secrets

from django.db import transaction

from accounts.models import User
from accounts.services import create_administrator
from chat import access
from chat.models import Room
from chat.services import rooms


def first_administrator(username: str) -> str | None:
    """Makes the administrator of a server that has none, and returns the password, which is shown once."""
    with transaction.atomic():
        if User.objects.filter(is_superuser=True).exists():
            return None
        password = secrets.token_urlsafe(12)
        create_administrator(username, password)
        return password


def welcome_room(name: str, topic: str) -> None:
    """Makes the room that everybody joins, owned by the first administrator, where there is none."""
    owner = User.objects.filter(is_superuser=True).order_by("pk").first()
    if owner and not Room.objects.filter(is_default=True).exists():
        rooms.create(access.actor_for(owner), name, Room.Kind.PUBLIC, topic, is_default=True)
