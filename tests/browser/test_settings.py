"""Themes, languages, sessions and passwords, as people set them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.person import PASSWORD, Person
from tests.support.server import Site

pytestmark = pytest.mark.e2e
DARK, LIGHT = "rgb(20, 23, 29)", "rgb(243, 244, 247)"


@pytest.fixture
def plain(chromium: Browser, site: Site) -> Iterator[Page]:
    """A stranger's page in a light system, without scripts."""
    context = chromium.new_context(
        base_url=site.url, locale="en", color_scheme="light", java_script_enabled=False
    )
    yield context.new_page()
    context.close()


def background(page: Page) -> str:
    return str(page.locator("body").evaluate("body => getComputedStyle(body).backgroundColor"))


def test_a_stranger_switches_theme_and_language_without_scripts_and_without_a_flash(plain: Page) -> None:
    plain.goto("/accounts/login/")
    expect(plain.locator("body")).to_have_css("background-color", LIGHT)
    plain.get_by_role("button", name="Theme: dark").click()
    expect(plain.locator("body")).to_have_css("background-color", DARK)
    plain.get_by_role("button", name="Español").press("Enter")
    expect(plain.locator("html")).to_have_attribute("lang", "es")
    plain.goto("/accounts/signup/", wait_until="domcontentloaded")
    expect(plain.locator("html")).to_have_attribute("data-theme", "dark")
    expect(plain.locator("html")).to_have_attribute("lang", "es")


def test_settings_are_chosen_by_keyboard_and_by_pointer(arrive: Callable[[str], Person]) -> None:
    page = arrive("sara").page
    page.get_by_title("@sara").click()
    page.get_by_role("link", name="Settings").click()
    page.get_by_role("link", name="Appearance").press("Enter")
    page.get_by_role("radio", name="As the system").press("ArrowRight")
    page.get_by_role("radio", name="Light").press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.goto(page.url.replace("/settings/appearance/", "/"), wait_until="domcontentloaded")
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert background(page) == DARK
    page.get_by_title("@sara").press("Enter")
    page.get_by_role("link", name="Settings").click()
    page.get_by_role("link", name="Keys").click()
    page.get_by_label("Enter sends").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.get_by_label("Enter sends")).not_to_be_checked()


def test_a_session_signed_out_from_elsewhere_leaves_the_chat(
    arrive: Callable[[str], Person], chromium: Browser
) -> None:
    here = arrive("saul")
    there = Person(chromium, here.origin, "saul")
    there.page.goto(f"{here.origin}/accounts/login/")
    there.page.get_by_label("User name or e-mail address").fill("saul")
    there.page.get_by_label("Password", exact=True).fill(PASSWORD)
    there.page.get_by_role("button", name="Sign in").click()
    there.wait_connected()
    here.page.goto(f"{here.origin}/settings/sessions/")
    here.page.get_by_role("button", name="Sign out", exact=True).click()
    expect(there.page).to_have_url(f"{here.origin}/accounts/login/?next=%2Fr%2Fwelcome%2F")
    expect(here.page.locator(".sessions li")).to_have_count(1)
    there.context.close()


def test_a_password_is_shown_and_hidden_again(chromium: Browser, site: Site) -> None:
    guest = Person(chromium, site.url, "guest")
    guest.page.goto(f"{site.url}/accounts/login/")
    expect(guest.page.get_by_label("User name or e-mail address")).to_be_focused()
    field = guest.page.locator("[name=password]")
    for kind in ("text", "password"):
        guest.page.get_by_role("button", name="Show the password").click()
        expect(field).to_have_attribute("type", kind)
    assert guest.problems == []
    guest.context.close()
