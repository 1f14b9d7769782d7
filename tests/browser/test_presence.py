"""Who is here shows where people are named, unless they hide it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.person import Person

pytestmark = pytest.mark.e2e

Arrive = Callable[[str], Person]
GONE_WITHIN_MS = 20_000


def write_to(person: Person, other: str) -> None:
    """Opens the direct room with somebody."""
    person.page.get_by_role("button", name="New direct message").click()
    dialog = person.page.get_by_role("dialog", name="New direct message")
    dialog.get_by_role("combobox").fill(other)
    dialog.get_by_role("option").filter(has_text=other).first.click()
    person.page.keyboard.press("Enter")
    person.is_in(other)


def test_who_is_here_has_a_dot_and_who_goes_loses_it(arrive: Arrive) -> None:
    vanja, waldo = arrive("vanja"), arrive("waldo")
    write_to(vanja, "waldo")
    header = vanja.page.locator("room-header [data-part=topic]")
    avatar = vanja.room("waldo").locator("[data-part=avatar]")
    expect(header).to_have_text("online")
    expect(avatar).to_have_attribute("data-state", "online")
    expect(vanja.room("waldo").locator("[data-part=state]")).to_have_text("online")
    vanja.page.set_viewport_size({"width": 360, "height": 740})
    expect(header).to_be_visible()
    waldo.page.goto("about:blank")
    expect(header).to_have_text("offline", timeout=GONE_WITHIN_MS)
    expect(avatar).to_have_attribute("data-state", "offline")


def test_a_new_name_stands_under_what_was_said_before(arrive: Arrive) -> None:
    zita, zack = arrive("zita"), arrive("zack")
    zack.say("Who am I?")
    author = zita.message("Who am I?").get_by_role("button", name="zack")
    expect(author).to_be_visible()
    settings = zack.open_tab()
    settings.goto(f"{zack.origin}/settings/")
    settings.get_by_label("Display name").fill("Zacharias")
    settings.get_by_role("button", name="Save").click()
    expect(settings.get_by_text("Saved.")).to_be_visible()
    expect(zita.message("Who am I?").get_by_role("button", name="Zacharias")).to_be_visible(
        timeout=GONE_WITHIN_MS
    )


def test_who_hides_looks_offline_from_that_moment_on(arrive: Arrive) -> None:
    xima, yuri = arrive("xima"), arrive("yuri")
    write_to(xima, "yuri")
    header = xima.page.locator("room-header [data-part=topic]")
    expect(header).to_have_text("online")
    settings = yuri.open_tab()
    settings.goto(f"{yuri.origin}/settings/privacy/")
    settings.get_by_label("Show activity").uncheck()
    settings.get_by_role("button", name="Save").click()
    expect(settings.get_by_text("Saved.")).to_be_visible()
    expect(header).to_have_text("offline", timeout=GONE_WITHIN_MS)
    yuri.composer.press_sequentially("Nobody sees that I write")
    expect(xima.page.locator("typing-line")).to_be_empty()
