from __future__ import annotations

from email import message_from_bytes

import pytest
import time_machine
from django.core import mail
from django.test import Client

from accounts.models import Session, User
from tests.accounts.conftest import PASSWORD, is_signed_in, link_in, signed_in

pytestmark = pytest.mark.django_db
NEW = "another pass phrase of mine"


def ask_for_reset(email: str):
    return Client().post("/accounts/password/reset/", {"email": email})


def choose(client: Client, link: str, password: str = NEW):
    form = client.get(link, follow=True)
    return client.post(form.request["PATH_INFO"], {"password1": password, "password2": password})


def test_a_change_ends_all_other_sessions_and_keeps_this_one(browser) -> None:
    other = signed_in("ana")
    before = Session.objects.get(session_key=browser.cookies["sessionid"].value)
    answer = browser.post(
        "/accounts/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    )
    assert answer.status_code == 302
    after = Session.objects.get()
    assert after.public_id == before.public_id
    assert after.session_key != before.session_key
    assert is_signed_in(browser)
    assert not is_signed_in(other)
    signed_in("ana", NEW)


def test_a_change_needs_the_present_password(browser) -> None:
    answer = browser.post(
        "/accounts/password/change/", {"oldpassword": "x", "password1": NEW, "password2": NEW}
    )
    assert answer.context["form"].errors["oldpassword"]
    signed_in("ana")


def test_a_reset_ends_every_session_also_the_one_it_was_done_in(browser) -> None:
    other = signed_in("ana")
    ask_for_reset("ana@example.org")
    assert choose(browser, link_in(mail.outbox[-1])).status_code == 302
    assert not Session.objects.filter(user__isnull=False).exists()
    assert browser.cookies["sessionid"].value == ""
    assert not is_signed_in(browser)
    assert not is_signed_in(other)
    signed_in("ana", NEW)


def test_a_reset_link_works_once_and_for_an_hour(ana) -> None:
    with time_machine.travel("2026-05-01 10:00Z", tick=False):
        ask_for_reset("ana@example.org")
        ask_for_reset("ana@example.org")
    link = link_in(mail.outbox[0])
    with time_machine.travel("2026-05-01 11:00:01Z", tick=False):
        assert Client().get(link).context["token_fail"]
    with time_machine.travel("2026-05-01 10:59:00Z", tick=False):
        assert choose(Client(), link).status_code == 302
        assert Client().get(link).context["token_fail"]
        assert Client().get(link_in(mail.outbox[1])).context["token_fail"]


def test_the_link_leaves_the_address_bar_before_the_form_is_shown(ana) -> None:
    ask_for_reset("ana@example.org")
    answer = Client().get(link_in(mail.outbox[-1]))
    assert answer.status_code == 302
    assert answer.headers["Location"].endswith("-set-password/")


def test_unknown_addresses_look_the_same_in_a_reset(ana) -> None:
    known, unknown = ask_for_reset("ana@example.org"), ask_for_reset("nobody@example.org")
    assert (known.status_code, known.headers["Location"]) == (
        unknown.status_code,
        unknown.headers["Location"],
    )
    assert len(mail.outbox) == 2  # both get one, so that the time tells nothing either


def test_a_reset_sends_few_mails_however_many_accounts_name_the_address(ana) -> None:
    for n in range(20):
        User.objects.create_user(f"bulk-{n}", "ana@example.org")
    ask_for_reset("ana@example.org")
    assert len(mail.outbox) == 5


def test_mails_come_as_text_and_as_a_page(ana) -> None:
    ask_for_reset("ana@example.org")
    (sent,) = mail.outbox
    mime = message_from_bytes(sent.message().as_bytes())
    bodies = {part.get_content_type(): str(part.get_payload(decode=True)) for part in mime.walk()}
    assert link_in(sent) in bodies["text/plain"]
    assert f'{link_in(sent)}"' in bodies["text/html"]
