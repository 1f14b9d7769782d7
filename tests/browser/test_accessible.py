"""axe finds nothing serious on any page or dialog, light and dark, narrow and wide."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.person import Person
from tests.support.server import Site

pytestmark = pytest.mark.e2e

OPEN = ("login/", "signup/", "password/reset/", "password/reset/done/", "inactive/", "confirm-email/x/")
SETTINGS = ("", "language/", "appearance/", "keys/", "sessions/")
OWN = ("password/change/", "email/", "logout/", "reauthenticate/")
SCHEMES = ("light", "dark")
WIDTHS = (320, 1280)

DIALOGS = ("Browse rooms", "New room", "New direct message")
FROM_THE_MENU = ("Room settings", "Invite", "Leave")
"""What opens a dialog; Escape closes each."""


def assert_accessible(page: Page) -> None:
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        found = Axe().run(page).response["violations"]
        serious = [
            (page.url, scheme, rule["id"], node["html"])
            for rule in found
            if rule["impact"] in ("serious", "critical")
            for node in rule["nodes"]
        ]
        assert serious == []


@pytest.fixture
def guest(chromium: Browser, site: Site) -> Page:
    # axe is put into the page as a script, which the page's own policy would refuse.
    context = chromium.new_context(base_url=site.url, locale="en", bypass_csp=True)
    return context.new_page()


@pytest.mark.parametrize("width", WIDTHS)
def test_pages_for_everybody_are_accessible(guest: Page, width: int) -> None:
    guest.set_viewport_size({"width": width, "height": 740})
    for path in [*(f"/accounts/{path}" for path in OPEN), "/no-such-page/"]:
        guest.goto(path)
        assert_accessible(guest)
    guest.context.close()


def test_settings_and_the_chat_with_its_dialogs_are_accessible(
    arrive: Callable[[str], Person], guest: Page
) -> None:
    guest.context.add_cookies(arrive("tess").context.cookies())  # type: ignore[arg-type]
    for width in WIDTHS:
        guest.set_viewport_size({"width": width, "height": 740})
        for path in [*(f"/settings/{path}" for path in SETTINGS), *(f"/accounts/{path}" for path in OWN)]:
            guest.goto(path)
            assert guest.evaluate("document.documentElement.scrollWidth") <= width
            assert_accessible(guest)
    guest.goto("/")
    expect(guest.locator("room-header h1")).not_to_be_empty()
    assert_accessible(guest)
    guest.get_by_role("button", name="Members").click()
    expect(guest.get_by_role("button", name="More about")).not_to_have_count(0)
    assert_accessible(guest)
    guest.keyboard.press("Escape")
    for name in DIALOGS:
        guest.get_by_role("button", name=name, exact=True).click()
        expect(guest.get_by_role("dialog")).to_be_visible()
        assert_accessible(guest)
        guest.keyboard.press("Escape")
    guest.get_by_role("button", name="New room").click()
    guest.get_by_role("dialog").get_by_label("Name").fill("Yard")
    guest.get_by_role("dialog").get_by_role("button", name="Create").click()
    expect(guest.get_by_role("heading", name="Yard", level=1)).to_be_visible()
    for name in FROM_THE_MENU:
        guest.get_by_role("button", name="Room menu").click()
        assert_accessible(guest)
        guest.get_by_role("button", name=name, exact=True).click()
        expect(guest.get_by_role("dialog")).to_be_visible()
        assert_accessible(guest)
        guest.keyboard.press("Escape")
    guest.context.close()
