"""Finding one's way: the switcher, the keys that work everywhere, and the sheet that lists them."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.person import Person
from tests.support.server import Site

pytestmark = pytest.mark.e2e
Arrive = Callable[[str], Person]


def test_the_switcher_goes_to_rooms_and_people_by_a_few_letters(arrive: Arrive) -> None:
    dora, emil = arrive("dora"), arrive("emil")
    emil.say("Hello dora")
    expect(dora.message("Hello dora")).to_be_visible()
    dora.create_room("Community garden")
    dora.create_room("Choir")
    page = dora.page

    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="Go to a room or a person")
    expect(field).to_be_focused()
    field.fill("cgar")
    expect(page.get_by_role("option").first).to_have_text("Community garden")
    page.keyboard.press("Enter")
    dora.is_in("Community garden")

    page.get_by_role("button", name="Go to").click()
    field.fill("emi")
    page.get_by_role("option", name="emil").click()
    dora.is_in("emil")

    page.keyboard.press("Control+k")
    field.fill("Allotment")
    page.keyboard.press("ArrowUp")
    expect(page.locator("[role=option][aria-selected=true]")).to_have_text("Make a room named “Allotment”")
    page.keyboard.press("Escape")
    expect(field).to_be_hidden()


def test_keys_go_from_room_to_room_and_from_part_to_part(arrive: Arrive) -> None:
    fina, gil = arrive("fina"), arrive("gil")
    for name in ("Alpha", "Beta"):
        fina.create_room(name)
    page = fina.page
    page.keyboard.press("Alt+ArrowUp")
    fina.is_in("Alpha")
    page.keyboard.press("Alt+ArrowDown")
    fina.is_in("Beta")
    gil.say("Anybody?")
    expect(fina.room("Welcome")).to_have_class("unread")
    page.keyboard.press("Alt+Shift+ArrowUp")
    fina.is_in("Welcome")

    fina.composer.focus()
    page.keyboard.press("F6")
    expect(fina.room("Welcome")).to_be_focused()
    page.keyboard.press("F6")
    expect(fina.message("Anybody?")).to_be_focused()
    page.keyboard.press("Shift+F6")
    expect(fina.room("Welcome")).to_be_focused()

    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(sheet).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_title("@fina").click()
    page.get_by_role("button", name="Keyboard shortcuts").click()
    expect(sheet).to_be_visible()


def test_the_tab_says_what_waits_for_its_reader(arrive: Arrive) -> None:
    hana, ivo = arrive("hana"), arrive("ivo")
    hana.create_room("Herbs")
    ivo.say("News for all")
    expect(hana.page).to_have_title("• Herbs · ChatConnet")
    ivo.say("And for @hana")
    expect(hana.page).to_have_title("(1) Herbs · ChatConnet")


def test_the_tab_says_what_the_server_is_called(site: Site, arrive: Arrive) -> None:
    joan = arrive("joan")
    name_server(site, "Garden club")
    try:
        joan.page.reload()
        expect(joan.page).to_have_title(re.compile("Welcome · Garden club$"))
        expect(joan.page.locator(".sidebar .server")).to_have_text("Garden club")
    finally:
        name_server(site, "ChatConnet")


def name_server(site: Site, name: str) -> None:
    site.manage("shell", "-v0", "-c", f"from chat.models import Server; Server.objects.update(name={name!r})")
