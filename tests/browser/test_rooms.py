"""Rooms that are made, closed and left by force."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.person import Person
from tests.support.server import Site

pytestmark = pytest.mark.e2e
Arrive = Callable[[str], Person]


def test_pressing_twice_makes_one_room(arrive: Arrive) -> None:
    dorothea = arrive("dorothea")
    for name, by_keys in (("Dahlias", True), ("Daisies", False)):
        dorothea.page.get_by_role("button", name="New room").click()
        dialog = dorothea.page.get_by_role("dialog", name="New room")
        dialog.get_by_label("Name").fill(name)
        if by_keys:
            dialog.locator("form").evaluate("form => { form.requestSubmit(); form.requestSubmit(); }")
        else:
            dialog.get_by_role("button", name="Create").dblclick()
        dorothea.is_in(name)
    dorothea.page.get_by_role("button", name="Browse rooms").click()
    browse = dorothea.page.get_by_role("dialog", name="Browse rooms")
    browse.get_by_role("searchbox").fill("Da")
    expect(browse.get_by_text("Daisies", exact=True)).to_have_count(1)
    expect(browse.get_by_text("Dahlias", exact=True)).to_have_count(1)


def test_a_room_that_was_found_keeps_the_focus_while_more_is_typed(arrive: Arrive) -> None:
    petunia, quentin = arrive("petunia"), arrive("quentin")
    for name in ("Quinces", "Quilts"):
        petunia.create_room(name)
    quentin.page.get_by_role("button", name="Browse rooms").click()
    browse = quentin.page.get_by_role("dialog", name="Browse rooms")
    search = browse.get_by_role("searchbox")
    search.fill("qui")
    expect(browse.locator("li")).to_have_count(2)
    quinces = browse.locator("li").filter(has_text="Quinces").get_by_role("button", name="Join")
    quinces.focus()
    search.evaluate("it => { it.value = 'quin'; it.dispatchEvent(new Event('input')); }")
    expect(browse.locator("li")).to_have_count(1)
    expect(quinces).to_be_focused()


def test_settings_change_only_what_was_changed_in_them(arrive: Arrive) -> None:
    romy = arrive("romy")
    romy.create_room("Tulips")
    romy.choose("Room settings")
    settings = romy.page.get_by_role("dialog", name="Room settings")
    expect(settings.get_by_label("Name")).to_have_value("Tulips")
    other = romy.open_tab()
    other.goto(romy.page.url)
    other.get_by_role("button", name="Room menu").click()
    other.locator("#room-menu").get_by_role("button", name="Room settings", exact=True).click()
    elsewhere = other.get_by_role("dialog", name="Room settings")
    elsewhere.get_by_label("Name").fill("Roses")
    elsewhere.get_by_role("button", name="Save").click()
    romy.is_in("Roses")
    settings.get_by_label("Topic").fill("Red ones")
    settings.get_by_role("button", name="Save").click()
    expect(romy.page.locator("room-header [data-part=topic]")).to_have_text("Red ones")
    romy.is_in("Roses")


def test_a_form_of_a_page_goes_once_however_often_one_presses(chromium: Browser, site: Site) -> None:
    guest = Person(chromium, site.url, "guest")
    guest.page.goto(f"{site.url}/accounts/login/")
    guest.page.locator("[name=login]").fill("nobody")
    guest.page.locator("[name=password]").fill("nothing")
    prevented = guest.page.locator(".card form").evaluate(
        """form => {
            const prevented = [];
            form.addEventListener("submit", (event) => {
                prevented.push(event.defaultPrevented);
                event.preventDefault();
            });
            form.requestSubmit();
            form.requestSubmit();
            return prevented;
        }"""
    )
    assert prevented == [False, True]
    guest.context.close()


def test_a_closed_room_is_read_and_offers_nothing_to_write(arrive: Arrive) -> None:
    corinna, cyril = arrive("corinna"), arrive("cyril")
    corinna.create_room("Compost")
    corinna.choose("Invite")
    corinna.page.get_by_role("dialog").get_by_role("combobox").fill("cyril")
    corinna.page.get_by_role("option", name=re.compile("cyril")).click()
    corinna.page.get_by_role("dialog").get_by_role("button", name="Invite", exact=True).click()
    expect(corinna.page.locator("notice-line")).to_have_text("cyril is in this room now.")
    cyril.room("Compost").click()
    cyril.say("Worms")
    cyril.say("More worms")
    cyril.act("Worms", "React")
    cyril.page.get_by_role("button", name="🎉", exact=True).click()
    expect(cyril.message("Worms").locator(".reactions button")).to_be_visible()  # it moves what is below it
    cyril.act("More worms", "Reply")

    corinna.choose("Room settings")
    corinna.page.get_by_role("button", name="Close the room").click()
    corinna.page.get_by_role("dialog", name="Close this room?").get_by_role(
        "button", name="Close the room"
    ).click()
    for person in (corinna, cyril):
        expect(
            person.page.get_by_text("This room is closed. You can read it, but not write.")
        ).to_be_visible()
        expect(person.composer).to_be_hidden()
        expect(person.message("Worms").locator(".reactions button")).to_be_disabled()
        person.message("Worms").hover()
        tools = person.message("Worms").locator(".tools")
        for action in ("React", "Reply", "Edit"):
            expect(tools.get_by_label(action, exact=True)).to_be_hidden()
        expect(tools.get_by_label("Copy link", exact=True)).to_be_visible()

    corinna.choose("Room settings")
    corinna.page.get_by_role("button", name="Open the room again").click()
    cyril.act("Worms", "Edit")
    expect(cyril.composer).to_have_value("Worms")


def test_who_is_suspended_learns_why_and_until_when_at_once(arrive: Arrive, site: Site) -> None:
    susi = arrive("susi")
    site.manage(
        "shell",
        "-v0",
        "-c",
        "from accounts.models import User; from chat.services import moderation;"
        "boss = User.objects.filter(is_superuser=True).first();"
        "moderation.suspend(boss, User.objects.get(username='susi'), reason='Too loud')",
    )
    expect(susi.page.get_by_role("heading", name="Your account is suspended")).to_be_visible()
    expect(susi.page.get_by_text("Too loud")).to_be_visible()
    susi.problems.clear()  # the browser tells of the 403
    susi.page.get_by_role("button", name="Sign out").click()
    expect(susi.page).to_have_url(re.compile("/accounts/login/"))
