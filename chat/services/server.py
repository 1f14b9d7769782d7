"""The first steps of a server, and what it says of itself."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from accounts.hooks import ServerFacts
from accounts.models import User
from accounts.services import create_administrator
from chat import access
from chat.models import Room, Server
from chat.services import rooms


def first_administrator(username: str) -> str | None:
    """Makes the administrator of a server that has none, and returns the password, which is shown once.

    Such a server begins with sign-up as `CHAT_SIGNUP` says. Raises ValidationError for a name that is taken
    or not acceptable.
    """
    with transaction.atomic():
        if User.objects.filter(is_superuser=True).exists():
            return None
        password = secrets.token_urlsafe(12)
        create_administrator(username, password)
        if not settings.CHAT_SIGNUP:
            Server.objects.update_or_create(pk=1, defaults={"registration": Server.Registration.CLOSED})
        return password


def welcome_room(name: str, topic: str) -> None:
    """Makes the room that everybody joins, owned by the first administrator, where there is none."""
    owner = User.objects.filter(is_superuser=True).order_by("pk").first()
    if owner and not Room.objects.filter(is_default=True).exists():
        rooms.create(access.actor_for(owner), name, Room.Kind.PUBLIC, topic, is_default=True)


def facts() -> ServerFacts:
    """What pages and mails say of this server; one query."""
    server = _row()
    return ServerFacts(
        server.name, server.description, is_open=server.registration == Server.Registration.OPEN
    )


def present() -> dict[str, str]:
    """The values that `describe` may change."""
    server = _row()
    return {"name": server.name, "description": server.description, "registration": server.registration}


def describe(by: User, *, name: str, description: str, registration: str) -> None:
    """Raises PermissionDenied for all but superusers, and ValidationError, by field."""
    with _changing(by) as server:
        server.name = " ".join(name.split())
        server.description = " ".join(description.split())
        server.registration = registration
        server.full_clean()


def first_rooms(by: User, names: list[str]) -> None:
    """Makes public rooms that everybody who signs up joins: one of each name, all of them or, where one is
    refused, none."""
    _check_superuser(by)
    with transaction.atomic():
        for name in {name.casefold(): name for name in names}.values():
            rooms.create(access.actor_for(by), name, Room.Kind.PUBLIC, is_default=True)


def finish_set_up(by: User) -> None:
    """The guide through the first steps is not shown any more. Raises PermissionDenied."""
    with _changing(by) as server:
        server.set_up_at = server.set_up_at or timezone.now()


def waits_for_set_up(user: User) -> bool:
    """Whether this person is to be shown the first steps."""
    return user.is_superuser and not Server.objects.filter(set_up_at__isnull=False).exists()


def _row() -> Server:
    """As it was set up, or as every server begins."""
    return Server.objects.first() or Server()


@contextmanager
def _changing(by: User) -> Iterator[Server]:
    """The one row, locked, for a superuser; stored at the end."""
    _check_superuser(by)
    with transaction.atomic():
        server = Server.objects.select_for_update().get_or_create(pk=1)[0]
        yield server
        server.save()


def _check_superuser(user: User) -> None:
    if not user.is_superuser:
        raise PermissionDenied
