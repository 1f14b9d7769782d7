from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from scripts.local.services import Redis, Server, throw_away

PASSWORD = "correct horse battery staple"


@pytest.fixture(autouse=True)
def no_tries_counted_yet() -> None:
    cache.clear()


@pytest.fixture
def ana(db: None) -> User:
    return User.objects.create_user("ana", "ana@example.org", PASSWORD)


@pytest.fixture
def browser(ana: User) -> Client:
    """Ana, signed in."""
    return signed_in("ana")


def signed_in(login: str, password: str = PASSWORD, address: str = "127.0.0.1") -> Client:
    client = Client(REMOTE_ADDR=address)
    answer = client.post("/accounts/login/", {"login": login, "password": password})
    assert answer.status_code == 302, answer.content.decode()
    return client


def is_signed_in(client: Client) -> bool:
    """Whether the server still takes this client's cookie."""
    return client.get("/accounts/password/change/").status_code == 200


@pytest.fixture
def sign_up(client: Client) -> Callable[..., object]:
    def sign_up(username: str, email: str = "", password: str = PASSWORD, **more: str) -> object:
        fields = {"username": username, "email": email or "new@example.org"}
        return client.post(
            "/accounts/signup/", fields | {"password1": password, "password2": password} | more
        )

    return sign_up


@pytest.fixture
def own_redis(settings: Settings) -> Iterator[Server]:
    """A Redis behind Django's cache that a test may stop and start."""
    with throw_away((Redis,)) as (redis,):
        settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": redis.url}}
        yield redis


def link_in(mail: object) -> str:
    """The path of the first link of a mail."""
    found = re.search(r"https?://[^/\s]+(/\S+)", str(mail.body))  # type: ignore[attr-defined]
    assert found, mail
    return found.group(1)
