from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.models import Session
from chat import jobs, tasks
from chat.access import Actor
from chat.models import Lease, Message, PendingCheck, Room, WordRule
from chatconnet import celery_app
from tests.support.people import say

SCHEDULE: dict[str, dict[str, Any]] = settings.CELERY_BEAT_SCHEDULE


def test_what_the_schedule_rings_for_are_tasks() -> None:
    assert {entry["task"] for entry in SCHEDULE.values()} <= celery_app.tasks.keys()


def test_a_bell_of_the_schedule_is_forgotten_before_the_next_one() -> None:
    for entry in SCHEDULE.values():
        assert entry["options"]["expires"] < entry["schedule"]


@pytest.mark.django_db
def test_what_services_ring_for_is_a_task_that_takes_it(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    rung = []
    monkeypatch.setattr(jobs, "_submit", lambda task, ids: rung.append((task, ids)))
    with django_capture_on_commit_callbacks(execute=True):
        jobs.check_words([1, 2])
    ((task, ids),) = rung
    assert celery_app.tasks[task] == tasks.check_words
    assert ids == [1, 2]


def test_a_task_is_over_before_redis_would_hand_it_out_again() -> None:
    """What a worker holds unfinished longer than that would run twice at the same time."""
    patience = settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"]
    assert celery_app.conf.worker_prefetch_multiplier == 1
    for name in ("chat.check_words", "chat.sweep", "chat.clear_sessions"):
        task = celery_app.tasks[name]
        assert task.acks_late
        assert task.soft_time_limit < task.time_limit < patience


def test_the_queue_speaks_json_only() -> None:
    assert celery_app.conf.accept_content == ["json"]
    assert celery_app.conf.task_serializer == celery_app.conf.result_serializer == "json"


@pytest.mark.django_db
def test_a_ring_has_the_rules_applied(garden: Room, bo: Actor) -> None:
    WordRule.objects.create(phrase="bad", action="hide")
    say(bo, garden, "bad")
    say(bo, garden, "bad")
    tasks.check_words([*PendingCheck.objects.values_list("pk", flat=True), 999_999])
    assert Message.objects.exclude(hidden_at=None).count() == 2


@pytest.mark.django_db
def test_of_two_beats_one_sweeps(garden: Room, bo: Actor) -> None:
    WordRule.objects.create(phrase="bad", action="hide")
    for _ in range(2):
        say(bo, garden, "bad")
        PendingCheck.objects.update(created_at=timezone.now() - timedelta(seconds=91))
    assert tasks.sweep() == {"ours": True, "rung": 2}
    PendingCheck.objects.update(rung_at=None)
    assert tasks.sweep() == {"ours": False, "rung": 0}


@pytest.mark.django_db
def test_each_period_has_a_sweep_and_a_clearing_of_sessions() -> None:
    """The lease of a job ends before its next bell."""
    for name, task in [("sweep", tasks.sweep), ("clear_sessions", tasks.clear_sessions)]:
        task()
        with connection.cursor() as cursor:
            cursor.execute("SELECT extract(epoch FROM until - now()) FROM chat_lease WHERE name = %s", [name])
            (left,) = cursor.fetchone()
        period = next(e for e in SCHEDULE.values() if e["task"] == task.name)["schedule"]
        assert period / 2 < left < period


@pytest.mark.django_db
def test_sessions_that_have_ended_are_deleted_once_an_hour() -> None:
    def store(key: str, hours: int) -> None:
        Session.objects.create(session_key=key, expire_date=timezone.now() + timedelta(hours=hours))

    store("ended", -1)
    store("alive", 1)
    tasks.clear_sessions()
    assert list(Session.objects.values_list("session_key", flat=True)) == ["alive"]
    store("ended", -1)
    tasks.clear_sessions()
    assert Session.objects.count() == 2
    Lease.objects.all().delete()
    tasks.clear_sessions()
    assert Session.objects.count() == 1
