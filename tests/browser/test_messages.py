"""The messages of a room: where it opens, what is drawn of it, and what keys do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.person import Person
from tests.support.server import Site

pytestmark = pytest.mark.e2e
Arrive = Callable[[str], Person]


def rows(page: Page) -> int:
    return page.locator("message-list ol > li").count()


def test_a_room_opens_where_reading_was_left_and_the_line_stays(arrive: Arrive) -> None:
    vera, walt = arrive("vera"), arrive("walt")
    walt.create_room("Workshop")
    vera.say_fast("Welcome", [f"plank {n}" for n in range(80)])
    expect(walt.room("Welcome").locator("[data-part=unread]")).to_contain_text("80")

    walt.room("Welcome").click()
    expect(walt.page.locator(".unread-line")).to_be_in_viewport()
    expect(walt.message("plank 0")).to_be_in_viewport()
    expect(walt.message("plank 79")).not_to_be_in_viewport()
    expect(walt.page.get_by_role("button", name="80 new messages")).to_be_visible()

    walt.page.get_by_role("button", name="80 new messages").click()
    expect(walt.message("plank 79")).to_be_in_viewport()
    expect(walt.room("Welcome").locator(".badge:visible")).to_have_count(0)
    walt.page.keyboard.press("Shift+PageUp")
    expect(walt.page.locator(".unread-line")).to_be_in_viewport()
    walt.page.keyboard.press("Control+End")
    expect(walt.message("plank 79")).to_be_in_viewport()


def test_of_a_long_conversation_a_window_is_drawn_and_the_place_kept(arrive: Arrive) -> None:
    xena = arrive("xena")
    xena.create_room("Xylophones")
    xena.say_fast("Xylophones", [f"note {n}" for n in range(700)])
    expect(xena.message("note 699")).to_be_in_viewport()
    page = xena.page
    page.locator(".scroller").hover()
    most, jumps = 0, 0
    while xena.message("note 0").count() == 0:
        before = page.evaluate(TOP_ROW)
        page.mouse.wheel(0, -600)
        xena.until(f"({TOP_ROW}) !== {before!r}")
        most = max(most, rows(page))
        after = page.evaluate(TOP_ROW)
        jumps += abs(number(before) - number(after)) > 60
    assert most < 400
    assert jumps == 0
    page.keyboard.press("Control+End")
    expect(xena.message("note 699")).to_be_in_viewport()
    assert rows(page) < 400


TOP_ROW = """(() => {
  const top = document.querySelector(".scroller").getBoundingClientRect().top + 1;
  const rows = [...document.querySelectorAll("li.message")];
  return rows.find((row) => row.getBoundingClientRect().bottom > top).querySelector(".text").textContent;
})()"""


def number(text: str) -> int:
    return int(text.rsplit(maxsplit=1)[-1])


def test_what_was_drawn_of_a_room_is_kept_and_brought_up_to_date(arrive: Arrive) -> None:
    bess, bert = arrive("bess"), arrive("bert")
    bert.say("First of bert")
    expect(bess.message("First of bert")).to_be_visible()
    bess.message("First of bert").evaluate("row => { row.isTheSame = true; }")
    bess.create_room("Basement")
    expect(bess.message("First of bert")).to_have_count(0)
    bert.composer.press("ArrowUp")
    bert.say("Second of bert")
    expect(bert.composer).to_have_value("")
    bert.say("Third of bert")
    expect(bess.room("Welcome").locator("[data-part=unread]")).to_contain_text("1")
    bess.room("Welcome").click()
    expect(bess.message("Third of bert")).to_be_visible()
    assert bess.message("Second of bert").evaluate("row => row.isTheSame")
    expect(bess.message("First of bert")).to_have_count(0)


def test_keys_act_on_the_message_that_has_the_focus(arrive: Arrive) -> None:
    yara, zeno = arrive("yara"), arrive("zeno")
    yara.say("First of yara")
    expect(zeno.message("First of yara")).to_be_visible()
    zeno.say("First of zeno")
    page = yara.page
    theirs, mine = yara.message("First of zeno"), yara.message("First of yara")
    expect(theirs).to_be_visible()

    theirs.focus()
    page.keyboard.press("r")
    expect(page.locator("message-composer .about")).to_contain_text("Reply to zeno")
    page.keyboard.press("Escape")
    expect(page.locator("message-composer .about")).to_be_hidden()

    theirs.focus()
    page.keyboard.press("+")
    page.get_by_role("button", name="🎉", exact=True).press("Enter")
    chip = theirs.get_by_role("button", name="🎉 by yara")
    expect(chip).to_have_attribute("aria-pressed", "true")
    theirs.focus()
    page.keyboard.press("1")
    expect(chip).to_have_count(0)

    theirs.focus()
    page.keyboard.press("ArrowUp")
    expect(mine).to_be_focused()
    page.keyboard.press("e")
    expect(yara.composer).to_have_value("First of yara")
    page.keyboard.press("Escape")
    mine.focus()
    page.keyboard.press("Delete")
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(mine).to_have_count(0)

    theirs.focus()
    page.keyboard.press("u")
    expect(yara.room("Welcome").locator("[data-part=unread]")).to_contain_text("1")
    page.keyboard.press("Escape")
    expect(yara.room("Welcome").locator(".badge:visible")).to_have_count(0)


def test_a_burst_is_told_once_a_second_at_most(arrive: Arrive) -> None:
    abel, cora = arrive("abel"), arrive("cora")
    abel.page.evaluate(
        """() => {
          window.told = [];
          const voice = document.querySelector("message-announcer");
          const note = () => window.told.push([performance.now(), voice.textContent]);
          new MutationObserver(note).observe(voice, { childList: true });
        }"""
    )
    cora.say_fast("Welcome", [f"drop {n}" for n in range(50)])
    abel.until("window.told.length > 0")
    expect(abel.message("drop 49")).to_be_visible()
    abel.until("window.told.reduce((sum, [, text]) => sum + (Number.parseInt(text) || 1), 0) === 50")
    times = [at for at, _text in abel.page.evaluate("window.told")]
    assert all(later - earlier >= 900 for earlier, later in pairwise(times))
    cora.say("Only this")
    abel.until("window.told.at(-1)[1] === 'cora: Only this'")


def test_what_is_hidden_stays_so_in_quotes_and_in_the_voice(arrive: Arrive) -> None:
    nico, odile = arrive("nico"), arrive("odile")
    odile.say("The end:\n||the butler||, _really_")
    told = "The end: [hidden], really"
    expect(nico.page.locator("message-announcer")).to_have_text(f"odile: {told}")
    said = nico.page.locator("li.message").filter(has_text="The end:")
    said.hover()
    said.locator(".tools").get_by_label("Reply", exact=True).click()
    expect(nico.page.locator("message-composer [data-part=quote]")).to_have_text(told)
    nico.say("No!")
    expect(odile.message("No!").locator("[data-part=quoted-text]")).to_have_text(told)


def test_letters_in_the_picker_of_reactions_look_for_any_emoji_by_its_name(arrive: Arrive) -> None:
    pablo = arrive("pablo")
    pablo.say("Choose one")
    expect(pablo.page.locator(".pending")).to_have_count(0)
    pablo.message("Choose one").focus()
    pablo.page.keyboard.press("+")
    pablo.page.keyboard.type("carrot")
    expect(pablo.page.get_by_label("Search emoji")).to_have_value("carrot")
    expect(pablo.page.locator("emoji-picker .grid button")).to_have_text(["🥕"])
    pablo.page.keyboard.press("Enter")
    expect(pablo.message("Choose one").get_by_role("button", name="🥕")).to_be_visible()


def test_the_picker_of_any_emoji_opens_where_that_of_reactions_was(arrive: Arrive) -> None:
    petra = arrive("petronella")
    petra.create_room("Pickers")
    petra.say("React to me")
    expect(petra.page.locator(".pending")).to_have_count(0)
    row = petra.message("React to me")
    petra.act("React to me", "React")
    petra.page.get_by_role("button", name="Another emoji").click()
    place, message = petra.page.locator("emoji-picker").bounding_box(), row.bounding_box()
    assert place
    assert message
    assert place["x"] > message["x"]
    assert abs(place["y"] + place["height"] / 2 - message["y"]) < 300
    petra.page.keyboard.press("Escape")
    expect(row).to_be_focused()


def test_an_answer_to_what_is_deleted_meanwhile_is_an_answer_no_more(arrive: Arrive) -> None:
    quinn, rolf = arrive("quinn"), arrive("rolf")
    quinn.say("Ask me anything")
    rolf.act("Ask me anything", "Reply")
    rolf.composer.press_sequentially("Why?")
    quinn.act("Ask me anything", "Delete")
    quinn.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(rolf.page.get_by_role("alert").filter(has_text="was deleted meanwhile")).to_be_visible()
    expect(rolf.page.locator("message-composer .about")).to_be_hidden()
    expect(rolf.composer).to_have_value("Why?")


def test_spaces_look_in_what_was_sent_as_they_did_while_it_waited(arrive: Arrive) -> None:
    verena = arrive("verena")
    verena.create_room("Veranda")
    verena.say("a    b\n   c")
    expect(verena.page.locator(".pending")).to_have_count(0)
    text = verena.page.locator(".message .text").last
    assert text.inner_text() == "a    b\n   c"
    verena.say("**a**    b\n   c")
    expect(verena.page.locator(".message .text strong")).to_have_count(1)
    assert verena.page.locator(".message .text").last.inner_text() == "a    b\n   c"


def test_the_address_is_the_rooms_again_at_the_latest_messages(arrive: Arrive) -> None:
    lena = arrive("lena")
    lena.create_room("Ledger")
    ids = lena.say_fast("Ledger", [f"Line {n}" for n in range(120)])
    room = lena.page.url
    lena.page.goto(f"{room}{ids[5].rpartition('.')[2]}/")
    expect(lena.message("Line 5")).to_be_visible()
    lena.page.get_by_role("button", name="Latest messages").click()
    expect(lena.message("Line 119")).to_be_visible()
    expect(lena.page).to_have_url(room)


def test_that_a_message_was_edited_stands_at_the_end_of_its_last_line(arrive: Arrive) -> None:
    ruth = arrive("ruth")
    ruth.create_room("Roses")
    page = ruth.page
    for before, after, lines in (
        ("red", "pink", 0),
        ("one", "first\n\nand *second*", 0),
        ("plain", "```\ncode\n```", 1),
        ("left", "\u05e9\u05dc\u05d5\u05dd", 1),
    ):
        ruth.say(before)
        expect(page.locator(".pending")).to_have_count(0)
        ruth.composer.press("ArrowUp")
        ruth.say(after)
        mark = page.locator("li.message").last.get_by_text("(edited)")
        expect(mark).to_be_visible()
        last, said = (
            box.bounding_box() for box in (page.locator(".message").last.locator(".text > *").last, mark)
        )
        assert last
        assert said
        assert (said["y"] >= last["y"] + last["height"] - 2) == bool(lines), after
        assert lines or said["x"] >= last["x"] + last["width"], after


def test_times_are_in_the_zone_that_was_chosen(arrive: Arrive, site: Site) -> None:
    zoe = arrive("zoe")
    zoe.say("What time is it?")
    expect(zoe.page.locator(".pending")).to_have_count(0)
    for zone in ("Asia/Tokyo", "America/Lima"):
        site.manage(
            "shell",
            "-v0",
            "-c",
            "from accounts.models import User;"
            f"User.objects.filter(username='zoe').update(time_zone={zone!r})",
        )
        zoe.page.reload()
        time = zoe.message("What time is it?").locator("time")
        at = datetime.fromisoformat(str(time.get_attribute("datetime"))).astimezone(ZoneInfo(zone))
        assert time.inner_text().replace("\u202f", " ") == at.strftime("%-I:%M %p")


def test_the_tools_go_with_the_pointer_and_stay_with_the_keys(arrive: Arrive) -> None:
    tess = arrive("tess")
    tess.create_room("Toolshed")
    tess.say("First plank")
    tess.say("Second plank")
    first, second = tess.message("First plank"), tess.message("Second plank")
    first.hover()
    expect(first.locator(".tools")).to_be_visible()
    second.hover()
    expect(second.locator(".tools")).to_be_visible()
    expect(tess.page.locator(".tools")).to_have_count(1)

    first.focus()
    tess.page.keyboard.press("Tab")
    expect(first.get_by_role("button", name="tess")).to_be_focused()
    tess.page.keyboard.press("Tab")
    expect(first.locator(".tools :focus")).to_have_count(1)
    tess.composer.hover()
    second.hover()
    expect(first.locator(".tools :focus")).to_have_count(1)
    expect(second.locator(".tools")).to_have_count(0)


def test_a_tap_on_a_message_only_brings_its_tools(arrive: Arrive, chromium: Browser) -> None:
    yola = arrive("yola")
    yola.create_room("Yard")
    yola.say("ok")
    expect(yola.message("ok")).to_be_visible()
    state = yola.context.storage_state()
    phone = chromium.new_context(
        locale="en", has_touch=True, viewport={"width": 360, "height": 740}, storage_state=state
    )
    page = phone.new_page()
    page.goto(yola.page.url)
    row = page.locator("li.message").filter(has_text="ok")
    for x in (170, 210, 250, 290, 330):
        page.locator("h1").tap()
        row.tap(position={"x": x, "y": 12})
        expect(row.locator(".tools")).to_be_visible()
        page.wait_for_timeout(100)
        expect(page.get_by_text("Edit your message")).to_be_hidden()
        expect(page.locator("dialog[open], notice-line p:visible, [data-part=about]:visible")).to_have_count(
            0
        )
    row.locator(".tools").get_by_label("Edit", exact=True).tap()
    expect(page.get_by_text("Edit your message")).to_be_visible()
    phone.close()
