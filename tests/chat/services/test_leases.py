from __future__ import annotations

import pytest
from django.db import connection, transaction

from chat.models import Lease
from chat.services import leases
from tests.support.threads import at_once


def take(seconds: float = 60) -> bool:
    with leases.holding("sweep", seconds) as ours:
        return ours


@pytest.mark.django_db(transaction=True)
def test_of_many_beats_at_the_same_moment_one_gets_the_lease() -> None:
    assert sorted(at_once(*[take] * 6)) == [False] * 5 + [True]


@pytest.mark.django_db
def test_a_lease_is_not_given_back_when_the_job_is_done() -> None:
    assert take()
    assert not take()


@pytest.mark.django_db
def test_a_lease_ends_by_the_clock_whether_its_holder_lives_or_not() -> None:
    assert take()
    Lease.objects.update(holder="dead:1:x")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE chat_lease SET until = clock_timestamp() - interval '1 ms'")
    assert take()
    assert Lease.objects.get().holder != "dead:1:x"


@pytest.mark.django_db
def test_a_lease_lasts_as_long_as_was_asked_by_the_clock_of_postgresql() -> None:
    take(50)
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM until - clock_timestamp()) FROM chat_lease")
        (left,) = cursor.fetchone()
    assert 45 < left <= 50


@pytest.mark.django_db
def test_a_job_that_fails_leaves_the_lease_to_the_next_beat() -> None:
    with pytest.raises(ZeroDivisionError), leases.holding("sweep", 60):
        raise ZeroDivisionError
    assert take()


@pytest.mark.django_db
def test_a_failure_without_the_lease_takes_it_from_nobody() -> None:
    assert take()
    with pytest.raises(ZeroDivisionError), leases.holding("sweep", 60):
        raise ZeroDivisionError
    assert not take()


@pytest.mark.django_db
def test_leases_of_different_names_know_nothing_of_each_other() -> None:
    assert take()
    with leases.holding("clear_sessions", 60) as ours:
        assert ours


@pytest.mark.django_db(transaction=True)
def test_a_lease_cannot_be_taken_inside_a_transaction_where_others_would_not_see_it() -> None:
    with transaction.atomic(), pytest.raises(RuntimeError):
        take()
