"""How the chat hears of what happens to accounts: an entrance like any other, which calls services."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from accounts.hooks import access_changed, signed_up
from accounts.models import User
from chat.services import people, rooms


def connect() -> None:
    signed_up.connect(_signed_up, dispatch_uid="chat.signed_up")
    access_changed.connect(_access_changed, dispatch_uid="chat.access_changed")


def _signed_up(user: User, **_: Any) -> None:
    rooms.join_defaults(user.pk)


def _access_changed(user_ids: Collection[int], **_: Any) -> None:
    people.rights_changed(user_ids)
