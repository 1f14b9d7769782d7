from __future__ import annotations

import re

import pytest
from django.template.loader import render_to_string
from django.test import Client

pytestmark = pytest.mark.django_db

OPEN = [
    "login/",
    "signup/",
    "password/reset/",
    "password/reset/done/",
    "password/reset/key/done/",
    "inactive/",
]
OPEN += ["confirm-email/", "confirm-email/x/", "password/reset/key/1-x/"]
SIGNED_IN = ["logout/", "password/change/", "email/", "reauthenticate/"]
ERRORS = ["400.html", "403.html", "403_csrf.html", "404.html", "500.html"]


def assert_is_ours(page: str) -> None:
    assert 'href="/static/css/site' in page
    assert re.search(r"<html lang=\"en\"", page)
    assert page.count("<h1>") == 1
    assert not re.search(r"<script(?![^>]* src=)|<style|\son\w+=|\sstyle=", page)
    for name in re.findall(r"<input(?![^>]*type=\"hidden\")[^>]* id=\"(\w+)\"", page):
        assert f'for="{name}"' in page


@pytest.mark.parametrize("path", OPEN)
def test_pages_for_everybody_are_ours(client, path) -> None:
    answer = client.get(f"/accounts/{path}")
    assert answer.status_code == 200
    assert_is_ours(answer.content.decode())


@pytest.mark.parametrize("path", SIGNED_IN)
def test_pages_for_the_signed_in_are_ours(browser, path) -> None:
    assert_is_ours(browser.get(f"/accounts/{path}").content.decode())


@pytest.mark.parametrize("path", ["", "language/", "appearance/", "keys/", "sessions/"])
def test_the_settings_are_ours(browser, path) -> None:
    assert_is_ours(browser.get(f"/settings/{path}").content.decode())


@pytest.mark.parametrize("name", ERRORS)
def test_error_pages_need_nothing_to_be_shown(name) -> None:
    assert_is_ours(render_to_string(name))


def test_a_form_with_errors_ties_them_to_their_fields(client) -> None:
    page = client.post("/accounts/signup/", {"username": "-"}).content.decode()
    assert_is_ours(page)
    assert 'id="id_username_error"' in page
    assert re.search(r'aria-describedby="[^"]*id_username_error', page)


def test_the_policy_allows_nothing_inline(client) -> None:
    policy = client.get("/accounts/login/").headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


def test_a_form_that_another_site_sends_is_refused(ana) -> None:
    answer = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "ana", "password": "x"})
    assert answer.status_code == 403
    assert_is_ours(answer.content.decode())


def test_the_429_page_is_ours_and_says_how_long(client, settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"signup": "1/m/ip"}
    client.post("/accounts/signup/")
    answer = client.post("/accounts/signup/")
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "60"
    assert_is_ours(answer.content.decode())
