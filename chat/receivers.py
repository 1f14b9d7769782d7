"""How the chat hears of what happens to accounts: an entrance like any other, which calls services."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from accounts.hooks import ServerFacts, access_changed, appearance_changed, server_asked, signed_up
from accounts.models import User
from chat.services import people, rooms, server


def connect() -> None:
    signed_up.connect(_signed_up, dispatch_uid="chat.signed_up")
    access_changed.connect(_access_changed, dispatch_uid="chat.access_changed")
    appearance_changed.connect(_appearance_changed, dispatch_uid="chat.appearance_changed")
    server_asked.connect(_server_asked, dispatch_uid="chat.server_asked")


def _signed_up(user: User, **_: Any) -> None:
    rooms.join_defaults(user.pk)


def _access_changed(user_ids: Collection[int], **_: Any) -> None:
    people.rights_changed(user_ids)


def _appearance_changed(user_ids: Collection[int], **_: Any) -> None:
    people.appearance_changed(user_ids)


def _server_asked(**_: Any) -> ServerFacts:
    return server.facts()
