"""Where a reader is in a long conversation."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.person import Person

pytestmark = pytest.mark.e2e
Arrive = Callable[[str], Person]
ROWS = "document.querySelectorAll('message-list ol > li').length"


def test_a_long_room_opens_where_it_is_new_and_keeps_its_place(arrive: Arrive) -> None:
    una, vic = arrive("una"), arrive("vic")
    una.create_room("Upland")
    first_one, *_others = vic.say_fast("Welcome", [f"pear {n}" for n in range(420)])
    vic.say_fast("Welcome", ["The first one"], reply_to=first_one)
    una.room("Welcome").click()
    line = una.page.locator(".unread-line")
    expect(line).to_be_in_viewport()
    expect(una.message("pear 0")).to_be_in_viewport()
    place = una.message("pear 0").bounding_box()
    vic.say("one more")
    expect(una.page.locator("message-list .latest")).to_have_text("422 new messages")
    assert una.message("pear 0").bounding_box() == place

    una.page.locator("message-list .latest").click()
    expect(una.message("one more")).to_be_in_viewport()
    assert una.page.evaluate(ROWS) <= 110, "at the end each message that comes moves all that are drawn"
    una.page.locator(".scroller").hover()
    while una.message("pear 0").count() == 0:
        una.page.mouse.wheel(0, -1500)
        una.page.wait_for_timeout(20)
        assert una.page.evaluate(ROWS) <= 400
    shown = una.texts()
    first = next(n for n, text in enumerate(shown) if text == "pear 0")
    assert len(shown) - first > 200
    assert shown[first:] == [f"pear {n}" for n in range(len(shown) - first)]

    una.message("pear 3").focus()
    una.page.keyboard.press("Control+End")
    expect(una.message("one more")).to_be_in_viewport()
    una.message("The first one").locator(".quote").click()
    expect(una.message("pear 0")).to_be_focused()
    expect(una.message("pear 0")).to_be_in_viewport()
    una.page.go_back()
    expect(una.message("one more")).to_be_in_viewport()
    una.message("one more").focus()
    una.page.keyboard.press("Shift+PageUp")
    expect(line).to_be_in_viewport()
