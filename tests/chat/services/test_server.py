from __future__ import annotations

from accounts.models import User
from chat.models import Room
from chat.services import server
from tests.support.wire import Recorder


def test_the_first_administrator_is_made_once(db: None) -> None:
    password = server.first_administrator("root")
    assert password
    user = User.objects.get()
    assert user.check_password(password)
    assert user.is_superuser
    assert server.first_administrator("other") is None
    assert User.objects.count() == 1


def test_the_welcome_room_is_made_once_and_is_a_default_room(wire: Recorder, db: None) -> None:
    server.welcome_room("Welcome", "Hello")
    assert not Room.objects.exists(), "nobody could own it"
    server.first_administrator("root")
    for _ in range(2):
        server.welcome_room("Welcome", "Hello")
    room = Room.objects.get()
    assert (room.slug, room.kind, room.is_default) == ("welcome", "public", True)
    owner = room.memberships.get()
    assert (owner.user.username, owner.role) == ("root", "owner")
