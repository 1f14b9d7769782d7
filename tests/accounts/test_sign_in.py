from __future__ import annotations

import pytest
import time_machine
from django.test import Client

from accounts.hashers import Argon2PasswordHasher
from accounts.models import User
from tests.accounts.conftest import PASSWORD, is_signed_in, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def hashed(ana, monkeypatch) -> list[str]:
    """The passwords that are hashed from now on."""
    passwords: list[str] = []
    for name in ["encode", "verify"]:
        method = getattr(Argon2PasswordHasher, name)

        def counted(self, password, *args, method=method):
            passwords.append(password)
            return method(self, password, *args)

        monkeypatch.setattr(Argon2PasswordHasher, name, counted)
    return passwords


def try_in(login: str = "ana", password: str = "wrong", address: str = "127.0.0.1"):
    return Client(REMOTE_ADDR=address).post("/accounts/login/", {"login": login, "password": password})


@pytest.mark.parametrize("login", ["ana", "ANA", " ana ", "ａｎａ", "ana@example.org", "Ana@Example.ORG"])
def test_user_name_and_address_both_sign_in_in_any_letter_case(ana, login) -> None:
    assert try_in(login, PASSWORD).status_code == 302


def test_unknown_people_and_wrong_passwords_get_the_same_answer(ana) -> None:
    known, unknown = try_in("ana"), try_in("eva")
    assert known.status_code == unknown.status_code == 200
    assert known.context["form"].errors == unknown.context["form"].errors


@pytest.mark.parametrize("login", ["ana", "ana@example.org", "eva", "eva@example.org"])
def test_a_refusal_costs_one_password_hash_whoever_it_is(ana, login, hashed) -> None:
    assert try_in(login).status_code == 200
    assert hashed == ["wrong"]


def test_an_address_that_nobody_has_confirmed_stands_for_its_oldest_accounts(ana, hashed) -> None:
    for n in range(20):
        User.objects.create_user(f"bulk-{n}", "ana@example.org", "another pass phrase of mine")
    hashed.clear()
    assert try_in("ana@example.org").status_code == 200
    assert len(hashed) == 5
    assert try_in("ana@example.org", PASSWORD).status_code == 302


def test_the_session_key_changes_at_sign_in(ana, client) -> None:
    session = client.session
    session["before"] = True
    session.save()
    client.cookies["sessionid"] = old = session.session_key
    client.post("/accounts/login/", {"login": "ana", "password": PASSWORD})
    assert client.cookies["sessionid"].value != old
    client.cookies["sessionid"] = old
    assert not is_signed_in(client)


def test_ten_failures_of_an_account_from_an_address_bring_a_429(ana) -> None:
    with time_machine.travel("2026-05-01 10:00Z", tick=False):
        assert [try_in().status_code for _ in range(11)] == [200] * 10 + [429]
    with time_machine.travel("2026-05-01 10:05Z", tick=False):
        answer = try_in(password=PASSWORD)
        assert answer.status_code == 429
        assert answer.headers["Retry-After"] == "600"
    with time_machine.travel("2026-05-01 10:15Z", tick=False):
        assert try_in(password=PASSWORD).status_code == 302


def test_the_limit_does_not_lock_the_owner_out_elsewhere(ana) -> None:
    for _ in range(11):
        try_in(address="198.51.100.1")
    assert try_in(password=PASSWORD, address="198.51.100.1").status_code == 429
    assert try_in(password=PASSWORD, address="198.51.100.2").status_code == 302


def test_successes_do_not_count_as_failures(ana) -> None:
    assert {try_in(password=PASSWORD).status_code for _ in range(12)} == {302}


def test_the_limit_holds_without_redis_at_half_the_rate(ana, own_redis) -> None:
    own_redis.stop()
    answers = [try_in().status_code for _ in range(7)]
    assert answers == sorted(answers)
    assert answers.count(200) in {5, 6}  # the first one only found out
    assert try_in(password=PASSWORD, address="198.51.100.2").status_code == 302


def test_the_administration_is_entered_through_the_same_door(ana, client) -> None:
    answer = client.post("/admin/login/?next=/admin/", {"username": "ana", "password": "wrong"})
    assert answer.headers["Location"] == "/accounts/login/?next=%2Fadmin%2F"


def test_load_tests_may_lift_the_limits(ana, settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = False
    assert {try_in().status_code for _ in range(12)} == {200}


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "http:evil.example",
    ],
)
@pytest.mark.parametrize("page", ["login", "signup", "logout"])
def test_next_leads_nowhere_else(ana, page, target) -> None:
    fields = {
        "login": {"login": "ana", "password": PASSWORD},
        "signup": {"username": "eva", "email": "e@example.org", "password1": PASSWORD, "password2": PASSWORD},
        "logout": {},
    }[page]
    client = signed_in("ana") if page == "logout" else Client()
    answer = client.post(f"/accounts/{page}/", fields | {"next": target})
    assert answer.status_code == 302
    assert answer.headers["Location"] in {"/", "/accounts/login/"}


def test_next_leads_back_to_where_one_was(ana, client) -> None:
    answer = client.post("/accounts/login/", {"login": "ana", "password": PASSWORD, "next": "/r/welcome/"})
    assert answer.headers["Location"] == "/r/welcome/"


def test_sign_out_asks_first_and_then_the_cookie_is_dead(browser) -> None:
    cookie = browser.cookies["sessionid"].value
    assert browser.get("/accounts/logout/").status_code == 200
    assert is_signed_in(browser)
    assert browser.post("/accounts/logout/").status_code == 302
    browser.cookies["sessionid"] = cookie
    assert not is_signed_in(browser)


def test_a_deactivated_person_is_told_so_only_with_the_right_password(ana) -> None:
    ana.is_active = False
    ana.save()
    assert try_in(password=PASSWORD).headers["Location"] == "/accounts/inactive/"
    assert try_in().status_code == 200
