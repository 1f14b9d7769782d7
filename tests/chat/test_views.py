"""Pages of the chat, as the server writes them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client

from chat.access import Actor
from chat.models import Room, Sanction
from tests.support import people


@pytest.fixture
def browser(bo: Actor) -> Client:
    client = Client()
    client.force_login(people.user(bo))
    return client


@pytest.mark.parametrize("path", ["/", "/r/{}/", "/r/{}/1/", "/r/nowhere/"])
def test_who_is_suspended_is_told_why_and_until_when(
    garden: Room, bo: Actor, ana: Actor, browser: Client, path: str
) -> None:
    Sanction.objects.create(
        user_id=bo.id,
        actor_id=ana.id,
        kind="suspend",
        reason="Noise & <b>",
        until=datetime(2026, 5, 2, 8, tzinfo=UTC),
    )
    with time_machine.travel("2026-05-01 10:00Z", tick=False):
        answer = browser.get(path.format(garden.slug))
        shown = answer.content.decode()
        assert answer.status_code == 403
        assert "Noise &amp; &lt;b&gt;" in shown
        assert "May 2, 2026, 8 a.m." in shown
        Sanction.objects.create(user_id=bo.id, actor_id=ana.id, kind="suspend", reason="Worse")
        shown = browser.get(path.format(garden.slug)).content.decode()
        assert "Worse" in shown
        assert "Until it is lifted" in shown


def test_a_suspension_that_is_over_or_of_one_room_shows_the_chat(
    garden: Room, bo: Actor, ana: Actor, browser: Client
) -> None:
    given = {"user_id": bo.id, "actor_id": ana.id, "kind": "suspend", "reason": "Noise"}
    Sanction.objects.create(**given, until=datetime(2020, 1, 1, tzinfo=UTC))
    Sanction.objects.create(**given, room=garden)
    assert browser.get(f"/r/{garden.slug}/").status_code == 200


def test_the_page_knows_the_time_zone_that_was_chosen(garden: Room, bo: Actor, browser: Client) -> None:
    assert "data-time-zone" not in browser.get("/").content.decode()
    user = people.user(bo)
    user.time_zone = "Asia/Tokyo"
    user.save()
    assert 'data-time-zone="Asia/Tokyo"' in browser.get("/").content.decode()
