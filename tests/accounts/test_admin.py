from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import User
from tests.accounts.conftest import PASSWORD, is_signed_in, signed_in

pytestmark = pytest.mark.django_db
LIST = "/admin/accounts/user/"


@pytest.fixture
def boss(db: None) -> Client:
    User.objects.create_superuser("boss", password=PASSWORD)
    return signed_in("boss")


@pytest.fixture
def helper(db: None) -> Client:
    """Staff who may change users, no superuser."""
    user = User.objects.create_user("helper", password=PASSWORD, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_user", "change_user"]))
    return signed_in("helper")


def act(client: Client, action: str, *users: User):
    return client.post(LIST, {"action": action, "_selected_action": [user.pk for user in users]})


def test_a_list_page_costs_at_most_12_queries(boss, django_assert_max_num_queries) -> None:
    User.objects.create_bots(f"bot-{n}" for n in range(60))
    with django_assert_max_num_queries(12):
        assert "bot-59" in boss.get(LIST).content.decode()


def test_people_are_found_by_name_and_address(boss, ana) -> None:
    for words in ["ana", "example.org"]:
        assert LIST + str(ana.pk) in boss.get(LIST, {"q": words}).content.decode()


def test_no_page_shows_a_password_hash(boss, ana) -> None:
    for page in [LIST, f"{LIST}{ana.pk}/change/"]:
        assert "argon2" not in boss.get(page).content.decode()


def test_nobody_adds_or_deletes_people_here(boss, ana) -> None:
    assert boss.get(f"{LIST}add/").status_code == 403
    assert boss.post(f"{LIST}{ana.pk}/delete/", {"post": "yes"}).status_code == 403


def test_deactivating_signs_out_at_once_and_is_logged(boss, ana, browser) -> None:
    act(boss, "deactivate", ana)
    assert not is_signed_in(browser)
    assert LogEntry.objects.get().change_message == "Deactivated."
    act(boss, "reactivate", ana)
    signed_in("ana")


def test_sessions_are_ended_from_the_list(boss, ana, browser) -> None:
    act(boss, "end_sessions", ana)
    assert not is_signed_in(browser)


def test_helpers_cannot_touch_superusers_or_grant_rights(boss, helper, ana) -> None:
    admin = User.objects.get(username="boss")
    page = helper.get(f"{LIST}{ana.pk}/change/").content.decode()
    assert 'name="is_staff"' not in page
    act(helper, "deactivate", admin, ana)
    assert User.objects.filter(is_active=False).get() == ana
    helper.post(f"{LIST}{ana.pk}/change/", {"is_staff": "on", "is_superuser": "on"})
    ana.refresh_from_db()
    assert not ana.is_staff


def test_superusers_grant_rights_to_others(boss, ana) -> None:
    boss.post(f"{LIST}{ana.pk}/change/", {"is_staff": "on", "username": "hacked"})
    ana.refresh_from_db()
    assert ana.is_staff
    assert ana.username == "ana"


def test_the_administration_changes_passwords_where_everybody_does(boss) -> None:
    assert boss.get("/admin/password_change/").headers["Location"] == "/accounts/password/change/"
