"""The front page of the administration, and its lists where there is much."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from django_celery_results.models import TaskResult
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from chat import access, queries, text
from chat.access import Actor
from chat.admin.overview import overview
from chat.models import Message, Room, Sanction, Server
from chat.services import moderation
from tests.chat.test_admin import act, flag, page, signed_in, staff, stored
from tests.support import people
from tests.support.people import say
from tests.support.wire import Recorder


@pytest.fixture
def boss(db: None) -> User:
    return User.objects.create_superuser("boss")


@pytest.fixture
def desk(boss: User) -> Client:
    return signed_in(boss)


def figures(user: User) -> dict[str, int]:
    """What is counted, by name."""
    found = overview(user)
    with translation.override("en"):
        return {str(figure.name): figure.number for figure in (*found.figures, *found.waiting)}


def rows(listed: str) -> int:
    """How many rows a list shows."""
    return listed.count('<th class="field-')


# --- What is counted ---------------------------------------------------------------------------------


def test_people_are_counted_and_who_of_them_is_new_or_active_today(
    boss: User, garden: Room, bo: Actor
) -> None:
    long_ago = timezone.now() - timedelta(days=40)
    User.objects.exclude(pk=bo.id).update(date_joined=long_ago)
    User.objects.create_user("robot", is_bot=True)
    say(bo, garden)
    say(bo, garden)
    assert figures(boss)["People"] == 4
    assert figures(boss)["New this week"] == 1
    assert figures(boss)["Active today"] == 1
    signed_in(boss)
    assert figures(boss)["Active today"] == 2


def test_messages_are_counted_and_of_very_many_it_is_told_that_they_are_estimated(
    desk: Client, boss: User, garden: Room, bo: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        say(bo, garden)
    assert figures(boss)["Messages in all rooms"] == 3
    assert "≈" not in page(desk, "")
    monkeypatch.setattr("chat.admin.overview.COUNTED", 2)
    assert "≈" in page(desk, "")


def test_the_chart_has_a_bar_for_each_of_thirty_days(
    desk: Client, boss: User, garden: Room, bo: Actor
) -> None:
    for days in (0, 0, 0, 2, 29, 30):
        message = stored(say(bo, garden).id)
        Message.objects.filter(pk=message.pk).update(at=timezone.now() - timedelta(days=days))
    found = overview(boss)
    numbers = [bar.number for bar in found.bars]
    assert numbers == [1, *[0] * 26, 1, 0, 3]
    assert (found.total, found.busiest) == (5, 3)
    shown = page(desk, "")
    assert shown.count("<rect") == 30
    assert "5 in 30 days, at most 3 a day" in shown
    assert shown.count("<td>") >= 60, "the same as a table"


def test_what_waits_leads_to_exactly_that(desk: Client, boss: User, garden: Room, bo: Actor) -> None:
    assert "Nothing to do." in page(desk, "")
    for body in ("open", "hidden", "deleted"):
        flagged = flag(say(bo, garden, f"this is {body}").id).message
        if body == "hidden":
            moderation.hide(boss, flagged)
        elif body == "deleted":
            moderation.delete(boss, flagged)
    for reason, hours in (("soon", 1), ("later", 100), ("past", -1)):
        until = timezone.now() + timedelta(hours=hours)
        Sanction.objects.create(user_id=bo.id, actor=boss, kind="mute", reason=reason, until=until)
    for status in ("FAILURE", "SUCCESS"):
        TaskResult.objects.create(task_id=status, task_name=f"chat.{status}", status=status)

    shown = page(desk, "")
    links = re.findall(r'<a href="([^"]+\?[^"]+)">([^<]+)</a>\s*<strong>(\d+)</strong>', shown)
    assert {name: number for _link, name, number in links} == {
        "Flagged messages": "1",
        "Failed tasks": "1",
        "Mutes and suspensions that end within a day": "1",
    }
    for link, _name, _number in links:
        listed = page(desk, unescape(link).removeprefix("/admin/"))
        assert rows(listed) == 1, link


def test_every_number_that_is_a_link_leads_to_a_list(desk: Client, garden: Room, bo: Actor) -> None:
    say(bo, garden)
    links = re.findall(
        r'<a href="(/admin/[^"]+)">(?:People|New this week|Rooms|Messages[^<]*)</a>', page(desk, "")
    )
    assert len(set(links)) == 5
    for link in set(links):
        assert page(desk, unescape(link).removeprefix("/admin/"))


# --- Who sees what -----------------------------------------------------------------------------------


def test_staff_see_only_what_they_may(garden: Room, cellar: Room, bo: Actor) -> None:
    flag(say(bo, garden).id)
    watcher = User.objects.create_user("watcher", is_staff=True)
    assert figures(watcher) == {}
    assert overview(watcher).bars == []
    watcher.user_permissions.set(Permission.objects.filter(codename__in=["view_room", "view_flag"]))
    watcher = User.objects.get(pk=watcher.pk)
    assert figures(watcher) == {"Rooms": 1, "Flagged messages": 1}
    assert "Nothing yet." in page(signed_in(watcher), "")


def test_history_is_everybodys_for_superusers_and_ones_own_for_others(
    desk: Client, garden: Room, bo: Actor, wire: Recorder
) -> None:
    helper = staff("helper", "view_message", "change_message")
    message = stored(say(bo, garden).id)
    act(desk, "message", "hide", message)
    act(helper, "message", "unhide", message)
    assert {"Hidden.", "Shown again."} <= set(re.findall(r"Hidden\.|Shown again\.", page(desk, "")))
    assert set(re.findall(r"Hidden\.|Shown again\.", page(helper, ""))) == {"Shown again."}


def test_history_is_looked_at_and_never_changed(
    desk: Client, garden: Room, bo: Actor, wire: Recorder
) -> None:
    act(desk, "message", "hide", stored(say(bo, garden).id))
    listed = page(desk, "admin/logentry/")
    assert "Hidden." in listed
    (path,) = set(re.findall(r"/admin/admin/logentry/\d+/", listed))
    assert desk.get("/admin/admin/logentry/add/").status_code == 403
    assert desk.post(f"{path}change/", {"object_repr": "x"}).status_code == 403
    assert desk.post(f"{path}delete/", {"post": "yes"}).status_code == 403
    assert staff("helper", "view_message").get("/admin/admin/logentry/").status_code == 403


def test_messages_are_filtered_by_age(desk: Client, garden: Room, bo: Actor) -> None:
    for days, body in ((0, "of today"), (3, "of this week"), (20, "of this month"), (60, "of long ago")):
        message = stored(say(bo, garden, body).id)
        Message.objects.filter(pk=message.pk).update(at=timezone.now() - timedelta(days=days))
    for age, expected in (("day", 1), ("week", 2), ("month", 3), ("", 4)):
        listed = page(desk, "chat/message/", **({"age": age} if age else {}))
        assert len(set(re.findall(r"of (?:today|this week|this month|long ago)", listed))) == expected


def test_sanctions_are_filtered_by_whether_they_hold(desk: Client, boss: User, bo: Actor) -> None:
    people.sanction(bo)
    over = people.sanction(bo, until=timezone.now() - timedelta(hours=1))
    for state, number in (("holds", 1), ("over", 1), ("ending", 0)):
        listed = page(desk, "chat/sanction/", state=state)
        assert rows(listed) == number
        assert (f"/{over.pk}/change/" in listed) == (state == "over")


def test_the_front_page_costs_at_most_12_queries(
    desk: Client, garden: Room, bo: Actor, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    say(bo, garden)
    with django_assert_max_num_queries(12):
        page(desk, "")
    everything = staff("helper", *Permission.objects.values_list("codename", flat=True))
    with django_assert_max_num_queries(13):  # one for the rights of somebody who is no superuser
        page(everything, "")


# --- Where there is much -----------------------------------------------------------------------------

LARGE = [
    "",
    "chat/message/",
    "chat/message/?p=3",
    "chat/message/?state=hidden",
    "chat/message/?state=held",
    "chat/message/?state=deleted",
    "chat/message/?state=flagged",
    "chat/message/?age=day",
    "chat/message/?q=umbrella",
    "chat/message/?q=mermelada",
    "chat/membership/",
    "chat/flag/",
    "chat/sanction/",
]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_no_page_reads_all_messages(wire: Recorder) -> None:
    Server.objects.get_or_create(pk=1)
    call_command("seed_demo", users=200, rooms=40, messages=50_000, no_input=True, verbosity=0)
    boss = User.objects.create_superuser("boss")
    desk = signed_in(boss)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    for path in LARGE:
        with CaptureQueriesContext(connection) as asked:
            page(desk, path)
        assert len(asked) <= 12, path
        for plan in plans(asked):
            assert "Seq Scan on chat_message" not in plan, f"{path}\n{plan}"

    reader = access.actor_for(User.objects.filter(memberships__room__is_default=True)[0])
    with CaptureQueriesContext(connection) as asked:
        hits, _more = queries.search(reader, text.parse_search("mermelada"), None)
    assert hits
    assert "message_words" in plans(asked)[0], (
        "what is rare is found by its words, not by reading whole rooms"
    )
    with CaptureQueriesContext(connection) as asked:
        queries.counts(reader.id, list(Room.objects.values_list("pk", flat=True)))
    assert "Index Only Scan using one_message_a_place" in plans(asked)[0]


def plans(asked: CaptureQueriesContext) -> list[str]:
    """How PostgreSQL would answer again what was asked about messages."""
    found = []
    for query in asked.captured_queries:
        sql = query["sql"]
        if sql.lstrip().startswith("SELECT") and "chat_message" in sql:
            with connection.cursor() as cursor:
                cursor.execute("EXPLAIN " + sql.replace("%", "%%"), [])
                found.append("\n".join([sql, *(line for (line,) in cursor.fetchall())]))
    return found
