"""Every page, as a browser takes it: under the content security policy, without a word in the console."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.person import Person
from tests.support.server import Site

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"])
@pytest.mark.parametrize("width", [320, 1200])
def test_a_page_for_everybody_is_quiet_and_fits(chromium: Browser, site: Site, path: str, width: int) -> None:
    guest = Person(chromium, site.url, "guest")
    guest.page.set_viewport_size({"width": width, "height": 700})
    guest.page.goto(site.url + path)
    expect(guest.page.get_by_role("heading", level=1)).to_be_visible()
    assert guest.page.evaluate("document.documentElement.scrollWidth") <= width
    assert guest.problems == []
    guest.context.close()


def test_the_chat_fits_a_narrow_screen_and_its_rooms_are_in_a_drawer(arrive: Callable[[str], Person]) -> None:
    tom = arrive("tom")
    tom.page.set_viewport_size({"width": 320, "height": 600})
    tom.say("w" * 400)
    expect(tom.page.locator(".pending")).to_have_count(0)
    assert tom.page.evaluate("document.documentElement.scrollWidth") <= 320
    expect(tom.room("Welcome")).to_be_hidden()
    tom.page.get_by_role("button", name="Rooms", exact=True).click()
    tom.room("Welcome").click()
    expect(tom.room("Welcome")).to_be_hidden()
    expect(tom.composer).to_be_visible()


def test_signing_out_in_one_tab_brings_the_other_to_the_sign_in(arrive: Callable[[str], Person]) -> None:
    ulla = arrive("ulla")
    other = ulla.open_tab()
    other.goto(f"{ulla.origin}/")
    expect(other.get_by_role("heading", name="Welcome", level=1)).to_be_visible()
    ulla.page.get_by_title("@ulla").click()
    ulla.page.get_by_role("button", name="Sign out").click()
    expect(other).to_have_url(f"{ulla.origin}/accounts/login/?next=%2Fr%2Fwelcome%2F")


def test_the_page_speaks_the_language_of_its_browser(chromium: Browser, site: Site) -> None:
    english = Person(chromium, site.url, "viola")
    english.sign_up()
    assert english.page.locator("html").get_attribute("lang") == "en"
    missing = english.page.evaluate(
        "[...document.querySelector('#strings').content.children].filter((e) => !e.textContent.trim()).length"
    )
    assert missing == 0
    english.context.close()
