"""What goes out is committed: the promise that nobody sees what PostgreSQL does not hold."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection, transaction

from chat import hints, publish
from chat.access import Actor
from chat.models import Room
from tests.support.people import say

pytestmark = pytest.mark.django_db(transaction=True)


class Listener:
    """A wire that notes whether each hint came while its transaction was still open."""

    def __init__(self) -> None:
        self.too_early: list[bool] = []

    def put(self, hint: hints.Hint) -> None:
        self.too_early.append(connection.in_atomic_block)


@pytest.fixture
def listener(garden: Room, bo: Actor) -> Iterator[Listener]:
    listener = Listener()
    before = publish.use(listener)
    yield listener
    publish.use(before)


def test_nothing_is_published_before_its_commit(listener: Listener, garden: Room, bo: Actor) -> None:
    with transaction.atomic():
        say(bo, garden)
        assert listener.too_early == []
    assert listener.too_early == [False]


def test_what_is_rolled_back_is_never_published(listener: Listener, garden: Room, bo: Actor) -> None:
    with transaction.atomic():
        say(bo, garden)
        transaction.set_rollback(True)
    assert listener.too_early == []
