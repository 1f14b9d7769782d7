"""The administration, as a browser takes it: under the content security policy, and quiet in the console."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.person import Person
from tests.support.server import Site

pytestmark = pytest.mark.e2e

ADDRESS_OF_A_LIST = "/admin/chat/room/"

SCROLLS_SIDEWAYS = """
[...document.querySelectorAll("html, .results")].some((box) => box.scrollWidth > box.clientWidth)
"""

FILL = """
import json
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.test import Client
from django_celery_results.models import TaskResult
from accounts.models import User
from chat import access
from chat.models import Flag, Lease, Message, PendingCheck, Room, WordRule
from chat.services import messages, moderation, rooms
from django.utils import timezone
boss = User.objects.filter(is_superuser=True).first()
actor = access.actor_for(boss)
room = Room.objects.get(slug="welcome")
key = "00000000-0000-4000-8000-000000000001"
messages.post(messages.draft(actor, room.public_id, key, "Good morning"))
message = Message.objects.get(key=key)
guest = User.objects.create_user("judged")
moderation.mute(boss, guest, reason="Noise")
rule = WordRule.objects.create(phrase="fog")
Flag.objects.create(rule=rule, message=message)
PendingCheck.objects.create(room=room, first_pos=1, last_pos=1)
Lease.objects.get_or_create(name="x", defaults={"holder": "y", "until": timezone.now()})
TaskResult.objects.create(task_id="x", task_name="chat.sweep")
LogEntry.objects.create(user=boss, action_flag=1, object_repr="x")
client = Client()
client.force_login(boss)
from django.urls import reverse
from django.test import RequestFactory
request = RequestFactory().get("/")
request.user = boss
pages = ["/admin/"]
for model, its in admin.site._registry.items():
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    if not its.has_module_permission(request) or not its.has_view_permission(request):
        continue
    pages.append(reverse(f"{name}_changelist"))
    if its.has_add_permission(request):
        pages.append(reverse(f"{name}_add"))
    row = model._default_manager.first()
    if row:
        pages += [reverse(f"{name}_{page}", args=[row.pk]) for page in ("change", "history")]
print(json.dumps({"cookie": client.cookies["sessionid"].value, "pages": pages}))
"""


@pytest.fixture(scope="module")
def desk(shared_site: Site) -> dict[str, Any]:
    """Something in every list; the addresses of all pages, and the cookie of somebody who may see them."""
    told: dict[str, Any] = json.loads(
        shared_site.manage("shell", "--no-imports", "-c", FILL).splitlines()[-1]
    )
    return told


@pytest.fixture
def boss(chromium: Browser, shared_site: Site, desk: dict[str, Any]) -> Iterator[Person]:
    person = Person(chromium, shared_site.url, "boss")
    person.context.add_cookies([{"name": "sessionid", "value": desk["cookie"], "url": shared_site.url}])
    yield person
    assert person.problems == []
    person.context.close()


def test_every_page_of_the_administration_is_quiet(
    boss: Person, shared_site: Site, desk: dict[str, Any]
) -> None:
    assert len(desk["pages"]) > 20
    for path in desk["pages"]:
        answer = boss.page.goto(shared_site.url + path)
        assert answer
        assert answer.status == 200, path
        assert boss.problems == [], path


@pytest.mark.parametrize("language", ["en", "es"])
def test_no_list_is_wider_than_a_small_screen(
    boss: Person, shared_site: Site, desk: dict[str, Any], language: str
) -> None:
    page = boss.page
    page.set_viewport_size({"width": 1280, "height": 800})
    boss.context.add_cookies([{"name": "django_language", "value": language, "url": shared_site.url}])
    wide = []
    for path in desk["pages"]:
        if path.count("/") != ADDRESS_OF_A_LIST.count("/"):
            continue
        page.goto(shared_site.url + path)
        expect(page.locator("html")).to_have_attribute("lang", language)
        wide += [path] if page.evaluate(SCROLLS_SIDEWAYS) else []
    assert not wide


def test_a_sanction_has_its_end_picked_from_a_calendar(boss: Person, shared_site: Site) -> None:
    page = boss.page
    page.goto(f"{shared_site.url}/admin/chat/sanction/add/")
    page.get_by_role("link", name="Today").click()
    expect(page.locator("[name=until_0]")).not_to_have_value("")
    page.get_by_role("link", name="Now").click()
    expect(page.locator("[name=until_1]")).not_to_have_value("")


@pytest.mark.parametrize(
    ("model", "action"),
    [("chat/message", "bury"), ("chat/membership", "mute"), ("accounts/user", "suspend")],
)
def test_the_pages_that_ask_first_are_quiet(boss: Person, shared_site: Site, model: str, action: str) -> None:
    page = boss.page
    page.goto(f"{shared_site.url}/admin/{model}/")
    page.locator("[name=_selected_action]").first.check()
    page.locator("[name=action]").select_option(action)
    page.locator("[name=index]").click()
    expect(page.locator("[name=confirmed]")).to_be_visible()
