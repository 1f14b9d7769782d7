from __future__ import annotations

from io import StringIO

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

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


@pytest.fixture
def boss(db: None) -> User:
    return User.objects.create_superuser("boss")


def test_only_a_superuser_describes_the_server(boss: User) -> None:
    server.describe(boss, name=" Garden  club ", description="Who waters when", registration="closed")
    with pytest.raises(PermissionDenied):
        server.describe(User.objects.create_user("ana"), name="X", description="", registration="open")
    with pytest.raises(ValidationError) as caught:
        server.describe(boss, name="", description="x" * 251, registration="never")
    assert set(caught.value.message_dict) == {"name", "description", "registration"}
    facts = server.facts()
    assert (facts.name, facts.description, facts.is_open) == ("Garden club", "Who waters when", False)


def test_a_closed_server_takes_nobody_and_says_its_name(boss: User, client: Client) -> None:
    server.describe(boss, name="Garden club", description="", registration="closed")
    answer = client.get("/accounts/signup/").content.decode()
    assert "Sign-up is closed" in answer
    assert "Garden club" in answer
    assert "/accounts/signup/" not in client.get("/accounts/login/").content.decode().split("<footer")[0]


def test_the_first_steps_name_the_server_and_make_its_rooms(wire: Recorder, boss: User) -> None:
    browser = Client()
    browser.force_login(boss)
    assert "/setup/" in browser.get("/").content.decode()
    values = {"name": "Garden club", "description": "", "registration": "open", "rooms": "Beds\n\nTools"}
    assert browser.post("/setup/", values).status_code == 302
    assert set(Room.objects.filter(is_default=True).values_list("name", flat=True)) == {"Beds", "Tools"}
    page = browser.get("/").content.decode()
    assert "/setup/later/" not in page
    assert "Garden club" in page


def test_a_room_that_is_refused_leaves_all_as_it_was(wire: Recorder, boss: User) -> None:
    browser = Client()
    browser.force_login(boss)
    values = {"name": "Garden club", "registration": "open", "rooms": "Beds\n" + "x" * 500}
    assert browser.post("/setup/", values).status_code == 200
    assert not Room.objects.exists()
    assert server.facts().name == "ChatConnet"


def test_the_first_steps_are_for_superusers_only(db: None) -> None:
    browser = Client()
    browser.force_login(User.objects.create_user("ana"))
    assert browser.get("/setup/").status_code == 404
    assert browser.post("/setup/later/").status_code == 404


@pytest.mark.parametrize(("signup", "is_open"), [(True, True), (False, False)])
def test_sign_up_begins_as_the_environment_says_and_is_the_administrators_from_then_on(
    db: None, wire: Recorder, settings: Settings, signup: bool, is_open: bool
) -> None:
    settings.CHAT_SIGNUP = signup
    call_command("bootstrap", stdout=StringIO())
    assert server.facts().is_open is is_open
    boss = User.objects.get(is_superuser=True)
    server.describe(boss, name="Garden club", description="", registration="open")
    call_command("bootstrap", stdout=StringIO())
    assert server.facts().is_open


def test_a_first_room_named_twice_is_made_once(db: None) -> None:
    boss = User.objects.create_superuser("boss")
    server.first_rooms(boss, ["General", "Random", "general"])
    assert sorted(Room.objects.values_list("name", flat=True)) == ["Random", "general"]


def test_the_bootstrap_says_what_is_wrong_with_a_name(db: None) -> None:
    with pytest.raises(CommandError, match="a b: A user name"):
        call_command("bootstrap", username="a b")
