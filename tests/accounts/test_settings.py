from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import Session, User
from tests.accounts.conftest import is_signed_in, signed_in

pytestmark = pytest.mark.django_db


def test_each_page_stores_its_part_and_leaves_the_others(browser, ana) -> None:
    browser.post("/settings/", {"display_name": " Ana  M. "})
    browser.post("/settings/language/", {"language": "es", "time_zone": "America/Bogota"})
    browser.post("/settings/appearance/", {"theme": "dark"})
    browser.post("/settings/keys/", {"single_keys": "on"})
    ana.refresh_from_db()
    assert (ana.display_name, ana.language, ana.time_zone) == ("Ana M.", "es", "America/Bogota")
    assert (ana.theme, ana.enter_sends, ana.single_keys) == ("dark", False, True)
    page = browser.get("/settings/").content.decode()
    assert 'lang="es"' in page
    assert 'data-theme="dark"' in page


def test_what_a_service_refuses_is_tied_to_its_field(browser) -> None:
    page = browser.post("/settings/", {"display_name": "\u202e"}).content.decode()
    assert 'id="id_display_name_error"' in page


def test_all_keys_may_be_off(browser, ana) -> None:
    browser.post("/settings/keys/")
    ana.refresh_from_db()
    assert (ana.enter_sends, ana.single_keys) == (False, False)


def test_one_session_or_all_others_are_signed_out(browser, ana) -> None:
    phone, desk = signed_in("ana"), signed_in("ana")
    newest = Session.objects.order_by("-created_at").values_list("public_id", flat=True)[0]
    browser.post("/settings/sessions/", {"session": newest})
    assert (is_signed_in(phone), is_signed_in(desk)) == (True, False)
    browser.post("/settings/sessions/", {"others": ""})
    assert (is_signed_in(phone), is_signed_in(browser)) == (False, True)


def test_nobody_ends_the_session_of_somebody_else(browser, ana) -> None:
    User.objects.create_user("bo", "bo@example.org", "correct horse battery staple")
    bo = signed_in("bo")
    theirs = Session.objects.get(user__username="bo")
    browser.post("/settings/sessions/", {"session": theirs.public_id})
    assert is_signed_in(bo)


def test_strangers_choose_language_and_theme_and_keep_them_at_sign_up(client: Client, sign_up) -> None:
    for field, value in (("language", "es"), ("theme", "dark")):
        answer = client.post(f"/settings/choose/{field}/", {field: value, "next": "/accounts/login/?next=/"})
        assert answer.headers["Location"] == "/accounts/login/?next=/"
    page = client.get("/accounts/login/").content.decode()
    assert 'lang="es"' in page
    assert 'data-theme="dark"' in page
    sign_up("nela")
    nela = User.objects.get()
    assert (nela.language, nela.theme) == ("es", "dark")


def test_what_only_the_browser_asks_for_is_not_pinned(client: Client, sign_up) -> None:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "es"
    assert 'lang="es"' in client.get("/accounts/login/").content.decode()
    sign_up("nela")
    assert User.objects.get().language == ""


def test_the_server_speaks_its_own_language_to_those_who_ask_for_none(client: Client, settings) -> None:
    settings.LANGUAGE_CODE = "es"
    assert 'lang="es"' in client.get("/accounts/login/").content.decode()


@pytest.mark.parametrize("next_page", ["https://example.com/", "//example.com/", "javascript:alert(1)"])
def test_a_switch_leads_to_no_other_site(client: Client, next_page: str) -> None:
    answer = client.post("/settings/choose/theme/", {"theme": "dark", "next": next_page})
    assert answer.headers["Location"] == "/"


def test_a_value_that_is_not_on_offer_is_refused(client: Client) -> None:
    assert client.post("/settings/choose/theme/", {"theme": "pink"}).status_code == 400
