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
    vera, walt = arrive("vera"), arrive("walt")
    write_to(vera, "walt")
    header = vera.page.locator("room-header [data-part=topic]")
    avatar = vera.room("walt").locator("[data-part=avatar]")
    expect(header).to_have_text("online")
    expect(avatar).to_have_attribute("data-state", "online")
    expect(vera.room("walt").locator("[data-part=state]")).to_have_text("online")
    vera.page.set_viewport_size({"width": 360, "height": 740})
    expect(header).to_be_visible()
    walt.page.goto("about:blank")
    expect(header).to_have_text("offline", timeout=GONE_WITHIN_MS)
    expect(avatar).to_have_attribute("data-state", "offline")


def test_who_hides_looks_offline_from_that_moment_on(arrive: Arrive) -> None:
    xena, yuri = arrive("xena"), arrive("yuri")
    write_to(xena, "yuri")
    header = xena.page.locator("room-header [data-part=topic]")
    expect(header).to_have_text("online")
    settings = yuri.open_tab()
    settings.goto(f"{yuri.origin}/settings/privacy/")
    settings.get_by_label("Show activity").uncheck()
    settings.get_by_role("button", name="Save").click()
    expect(settings.get_by_text("Saved.")).to_be_visible()
    expect(header).to_have_text("offline", timeout=GONE_WITHIN_MS)
    yuri.composer.press_sequentially("Nobody sees that I write")
    expect(xena.page.locator("typing-line")).to_be_empty()
