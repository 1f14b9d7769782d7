"""Who is let in at the door: by session or token, alone or together with others."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Session, User
from accounts.sessions import SessionStore
from chat import access
from chat.access import Actor, Credential
from chat.errors import Refused, SignedOut
from chat.services import bots
from tests.support import people
from tests.support.wire import Recorder

pytestmark = pytest.mark.django_db


def session_of(actor: Actor, **other: object) -> str:
    """The key of a new session of somebody, as signing in makes it but for `other`."""
    user = people.user(actor)
    store = SessionStore()
    store.update(
        {
            SESSION_KEY: str(user.pk),
            BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
            HASH_SESSION_KEY: user.get_session_auth_hash(),
        }
        | other
    )
    store.create()
    assert store.session_key
    return store.session_key


def test_a_session_lets_in_the_one_whose_it_is(ana: Actor, bo: Actor) -> None:
    key = session_of(bo)
    came = people.signed_in(key)
    assert (came.id, came.name, came.display, came.token) == (bo.id, "bo", "Bo", 0)
    assert came.session == Session.objects.get().public_id
    access.check(came)


@pytest.mark.parametrize(
    "change",
    [
        lambda: Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1)),
        lambda: Session.objects.all().delete(),
        lambda: User.objects.filter(username="bo").update(is_active=False),
        lambda: User.objects.filter(username="bo").update(password="another"),
        lambda: Session.objects.update(user=User.objects.get(username="ana")),
        lambda: Session.objects.update(session_data="not what was signed"),
    ],
    ids=["expired", "ended", "deactivated", "another password", "another's row", "forged"],
)
def test_a_session_that_is_no_good_lets_nobody_in(
    ana: Actor, bo: Actor, change: Callable[[], object]
) -> None:
    key = session_of(bo)
    change()
    with pytest.raises(SignedOut):
        people.signed_in(key)


@pytest.mark.parametrize("other", [BACKEND_SESSION_KEY, HASH_SESSION_KEY])
def test_a_session_that_was_signed_in_otherwise_lets_nobody_in(bo: Actor, other: str) -> None:
    with pytest.raises(SignedOut):
        people.signed_in(session_of(bo, **{other: "0"}))


def test_of_those_who_come_together_each_is_judged_alone(
    ana: Actor, bo: Actor, mo: Actor, wire: Recorder, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    (token,) = bots.create(["r2"])
    people.sanction(mo, "suspend")
    asked = [
        Credential(session_of(bo)),
        Credential("\x00"),
        Credential(session_of(mo)),
        Credential(session_of(ana), token="wrong"),
        Credential(token=token),
        Credential(session_of(ana)),
        Credential("0" * 32),
    ]
    with django_assert_num_queries(2):  # the second for whom something holds against
        came = access.arrivals(asked)
    assert [one.name if isinstance(one, Actor) else type(one) for one in came] == [
        "bo",
        SignedOut,
        Refused,
        SignedOut,
        "r2",
        "ana",
        SignedOut,
    ]
