from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from asgiref.sync import async_to_sync
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import UpdateError
from django.core.management import call_command
from django.test import Client

from accounts import hooks, services
from accounts.models import Session, User
from accounts.sessions import SessionStore
from tests.accounts.conftest import is_signed_in, signed_in

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
START = datetime.fromisoformat("2026-05-01 10:00Z")


@pytest.fixture
def announced():
    """The user ids that `access_changed` named."""
    heard: list[int] = []

    def listen(user_ids: list[int], **_kwargs: object) -> None:
        heard.extend(user_ids)

    hooks.access_changed.connect(listen)
    yield heard
    hooks.access_changed.disconnect(listen)


def test_a_session_knows_whose_it_is_and_where_it_began(ana) -> None:
    client = Client(REMOTE_ADDR="198.51.100.7", headers={"User-Agent": "x" * 300})
    client.post("/accounts/login/", {"login": "ana", "password": "correct horse battery staple"})
    session = Session.objects.get()
    assert (session.user, session.address, session.user_agent) == (ana, "198.51.100.7", "x" * 200)


def test_without_its_row_a_session_is_dead(browser) -> None:
    Session.objects.all().delete()
    assert not is_signed_in(browser)


def test_past_its_time_a_session_is_dead_and_swept(ana) -> None:
    with time_machine.travel(START):
        browser = signed_in("ana")
    with time_machine.travel(START + 15 * DAY):
        assert not is_signed_in(browser)
        assert Session.objects.exists()
        call_command("clearsessions")
        assert not Session.objects.exists()


def test_use_prolongs_a_session_but_not_beyond_its_last_day(ana) -> None:
    with time_machine.travel(START):
        browser = signed_in("ana")
    for day in range(10, 90, 10):
        with time_machine.travel(START + day * DAY):
            assert is_signed_in(browser), day
    assert Session.objects.get().expire_date <= START + 90 * DAY + timedelta(seconds=1)
    with time_machine.travel(START + 91 * DAY):
        assert not is_signed_in(browser)


def test_a_page_a_minute_does_not_write_the_session_each_time(browser, django_assert_num_queries) -> None:
    with django_assert_num_queries(3):  # the session, the user, and the server's name
        is_signed_in(browser)


def test_sign_in_and_out_work_without_redis_and_what_was_ended_stays_ended(ana, own_redis) -> None:
    kept = signed_in("ana")
    own_redis.stop()
    left = signed_in("ana")
    cookie = left.cookies["sessionid"].value
    left.post("/accounts/logout/")
    own_redis.start()
    left.cookies["sessionid"] = cookie
    assert not is_signed_in(left)
    assert is_signed_in(kept)


def test_a_write_to_an_ended_session_does_not_bring_it_back(browser) -> None:
    key = browser.cookies["sessionid"].value
    store = SessionStore(key)
    store["late"] = True
    services.end_session(key)
    with pytest.raises(UpdateError):
        store.save()
    with pytest.raises(UpdateError):
        store.cycle_key()
    assert not Session.objects.exists()


def test_other_sessions_end_and_this_one_stays(ana, browser) -> None:
    other = signed_in("ana")
    assert services.end_other_sessions(ana, keep=browser.cookies["sessionid"].value) == 1
    assert is_signed_in(browser)
    assert not is_signed_in(other)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "end",
    [
        lambda ana, browser: browser.post("/accounts/logout/"),
        lambda ana, browser: services.end_session(browser.cookies["sessionid"].value),
        lambda ana, browser: services.end_all_sessions(ana),
        lambda ana, browser: services.set_password(ana, "a new pass phrase"),
        lambda ana, browser: services.deactivate(ana, actor=User.objects.create_superuser("boss")),
    ],
)
def test_each_way_to_end_a_session_is_announced_after_the_commit(ana, browser, announced, end) -> None:
    end(ana, browser)
    assert ana.pk in announced
    assert not is_signed_in(browser)


def test_the_engine_works_from_async_code_too(ana) -> None:
    async def live() -> tuple[object, ...]:
        store = SessionStore()
        await store.aset(SESSION_KEY, str(ana.pk))
        await store.acreate()
        first = store.session_key
        await store.acycle_key()
        await store.asave()
        again = SessionStore(store.session_key)
        user = await again.aget(SESSION_KEY)
        assert await again.aget_expiry_age() == pytest.approx(14 * 86400, abs=5)
        await again.aflush()
        return first, store.session_key, user

    first, second, user = async_to_sync(live)()
    assert first != second
    assert user == str(ana.pk)
    assert not Session.objects.exists()
