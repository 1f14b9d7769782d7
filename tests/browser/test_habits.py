"""Small habits of people who chat: see habits.py, where every one of them is listed with its tests."""

from __future__ import annotations

import importlib
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Locator, expect

from tests.browser import habits
from tests.browser.person import Person
from tests.support.server import Site

Arrive = Callable[[str], Person]
HERE = Path(__file__).parent


def test_everybody_who_arrives_on_the_shared_site_has_a_name_of_their_own() -> None:
    tests = [path for path in HERE.glob("test_*.py") if "mortal_site" not in path.read_text()]
    names = Counter(name for path in tests for name in re.findall(r'arrive\("(\w+)"\)', path.read_text()))
    assert len(names) > 50
    assert not [name for name, times in names.items() if times > 1]


def test_every_habit_names_tests_that_there_are_and_the_page_of_them_is_fresh() -> None:
    for habit in habits.HABITS:
        for test in filter(None, (habit.keyboard, habit.pointer, habit.both)):
            module, name = test.split("::")
            found = importlib.import_module(f"tests.browser.test_{module}")
            assert hasattr(found, f"test_{name}"), test
    assert habits.PAGE.read_text() == habits.page(), "run python -m tests.browser.habits"


@pytest.mark.e2e
def test_escape_closes_then_cancels_then_reads(arrive: Arrive) -> None:
    ada, ben = arrive("ada"), arrive("ben")
    ben.say("Shall we")
    page = ada.page
    picker, about = page.locator("emoji-picker"), page.locator("message-composer .about")

    def begin() -> None:
        ada.act("Shall we", "Mark unread from here")
        expect(badge(ada, "Welcome")).to_be_visible()
        ada.act("Shall we", "Reply")
        page.get_by_role("button", name="Emoji", exact=True).click()
        expect(picker).to_be_visible()

    begin()
    for gone in (picker, about, badge(ada, "Welcome")):
        page.keyboard.press("Escape")
        expect(gone).to_be_hidden()

    begin()
    page.mouse.click(640, 200)
    expect(picker).to_be_hidden()
    expect(about).to_be_visible()
    about.get_by_role("button", name="Cancel").click()
    expect(about).to_be_hidden()
    page.locator(".me").click()
    page.get_by_role("button", name="Mark all as read").click()
    expect(badge(ada, "Welcome")).to_be_hidden()


@pytest.mark.e2e
def test_a_draft_waits_while_keys_go_through_the_rooms(arrive: Arrive) -> None:
    cara = arrive("cara")
    for name in ("Cabin", "Cave"):
        cara.create_room(name)
    cara.composer.press_sequentially("half")
    cara.page.keyboard.press("Alt+ArrowUp")
    cara.is_in("Cabin")
    expect(cara.composer).to_have_value("")
    expect(cara.room("Cave").locator(".draft")).to_be_visible()
    cara.page.keyboard.press("Alt+ArrowDown")
    cara.is_in("Cave")
    expect(cara.composer).to_have_value("half")


@pytest.mark.e2e
def test_the_line_stays_in_a_room_that_keys_opened(arrive: Arrive) -> None:
    dina, egon = arrive("dina"), arrive("egon")
    dina.create_room("Den")
    egon.say("Something new")
    expect(badge(dina, "Welcome")).to_be_visible()
    dina.page.keyboard.press("Alt+Shift+ArrowUp")
    dina.is_in("Welcome")
    expect(badge(dina, "Welcome")).to_be_hidden()
    line = dina.page.locator(".unread-line + li", has_text="Something new")
    expect(line).to_be_visible()
    egon.say("And more")
    expect(dina.message("And more")).to_be_visible()
    expect(line).to_be_visible()


@pytest.mark.e2e
def test_days_are_told_apart_and_their_date_stays_on_top(arrive: Arrive, site: Site) -> None:
    faye = arrive("faye")
    faye.create_room("Fields")
    faye.say_fast("Fields", [f"ear {n}" for n in range(60)])
    expect(faye.message("ear 59")).to_be_visible()
    # The first forty were written yesterday, one every ten minutes; the others just now.
    with psycopg.connect(site.database_url, autocommit=True) as connection:
        connection.execute(
            "UPDATE chat_message SET at = date_trunc('day', now()) - (50 - seq) * interval '10 minutes' "
            "WHERE seq <= 40 AND room_id = (SELECT id FROM chat_room WHERE name = 'Fields')"
        )
    faye.page.reload()
    days = faye.page.locator(".day")
    expect(days).to_have_text(["Yesterday", "Today"])
    expect(faye.message("ear 41")).to_have_class("message grouped")
    expect(faye.message("ear 39")).to_have_class("message")

    faye.page.locator(".scroller").hover()
    faye.page.mouse.wheel(0, -700)
    expect_on_top(faye, days.first)
    faye.message("ear 59").focus()
    faye.page.keyboard.press("Home")
    for _ in range(25):
        faye.page.keyboard.press("ArrowDown")
    expect_on_top(faye, days.first)


def expect_on_top(person: Person, day: Locator) -> None:
    """The date is at the upper edge of the list, though its day began far above."""
    above = "document.querySelector('.day + li').getBoundingClientRect().bottom"
    edge = "document.querySelector('.scroller').getBoundingClientRect().top"
    person.until(f"{above} < {edge}")
    place, list_ = day.bounding_box(), person.page.locator(".scroller").bounding_box()
    assert place
    assert list_
    assert abs(place["y"] - list_["y"]) < 12


@pytest.mark.e2e
def test_alt_and_a_click_make_a_message_unread(arrive: Arrive) -> None:
    gina, hugo = arrive("gina"), arrive("hugo")
    for text in ("one", "two", "three"):
        hugo.say(text)
    expect(gina.message("three")).to_be_visible()
    gina.message("two").click(modifiers=["Alt"])
    expect(badge(gina, "Welcome")).to_contain_text("2")
    gina.say("four")
    expect(badge(gina, "Welcome")).to_be_hidden()
    gina.until("document.querySelectorAll('.pending').length === 0")
    gina.page.reload()
    gina.is_in("Welcome")
    expect(gina.message("four")).to_be_visible()
    expect(badge(gina, "Welcome")).to_be_hidden()


def badge(person: Person, room: str) -> Locator:
    """The number of unread messages beside a room."""
    return person.room(room).locator("[data-part=unread]")
