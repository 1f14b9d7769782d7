"""Two people, two browsers, one room."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.person import Person

pytestmark = pytest.mark.e2e
Arrive = Callable[[str], Person]


def test_who_signs_up_is_in_the_welcome_room_and_hears_the_others(arrive: Arrive) -> None:
    ana, bo = arrive("ana"), arrive("bo")
    for person in (ana, bo):
        person.is_in("Welcome")
    ana.say("Hello **everybody**")
    expect(bo.message("everybody").locator("strong")).to_be_visible()
    bo.say("Hello Ana")
    expect(ana.message("Hello Ana")).to_be_visible()
    expect(ana.page.locator(".pending")).to_have_count(0)


def test_an_edit_a_deletion_a_reply_and_a_reaction_are_seen_by_the_other(arrive: Arrive) -> None:
    cleo, dan = arrive("cleo"), arrive("dan")
    cleo.say("Tea at five")
    expect(dan.message("Tea at five")).to_be_visible()

    dan.act("Tea at five", "Reply")
    dan.say("With cake")
    expect(cleo.message("With cake").locator(".quote")).to_contain_text("Tea at five")

    cleo.composer.press("ArrowUp")
    expect(cleo.composer).to_have_value("Tea at five")
    cleo.say("Tea at six")
    expect(dan.message("Tea at six").get_by_text("(edited)")).to_be_visible()

    dan.act("Tea at six", "React")
    dan.page.get_by_role("button", name="🎉", exact=True).click()
    cleo.message("Tea at six").locator(".reactions button").click()
    expect(dan.message("Tea at six").locator(".reactions")).to_contain_text("2")

    cleo.act("Tea at six", "Delete")
    cleo.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(dan.message("Tea at six")).to_have_count(0)
    expect(dan.page.get_by_text("This message was deleted.").last).to_be_visible()


def test_the_other_is_seen_typing(arrive: Arrive) -> None:
    eve, finn = arrive("eve"), arrive("finn")
    finn.composer.press_sequentially("I think")
    expect(eve.page.locator("typing-line")).to_have_text("finn is writing")
    finn.composer.press("Enter")
    expect(eve.page.locator("typing-line")).to_be_empty()


def test_what_was_said_elsewhere_is_unread_until_it_is_looked_at(arrive: Arrive) -> None:
    gus, hal = arrive("gus"), arrive("hal")
    hal.create_room("Harbour")
    gus.say("Is @hal here?")
    gus.say("We begin")
    welcome = hal.room("Welcome")
    expect(welcome.locator("[data-part=mentions]")).to_contain_text("1")
    expect(welcome.locator("[data-part=unread]")).to_contain_text("2")
    second = hal.open_tab()
    second.goto(f"{hal.origin}/")
    hal.page.bring_to_front()
    welcome.click()
    expect(hal.message("We begin")).to_be_visible()
    expect(welcome.locator(".badge:visible")).to_have_count(0)
    expect(second.locator("room-list .badge:visible")).to_have_count(0)


def test_rooms_are_made_found_joined_and_left(arrive: Arrive) -> None:
    ida, jon = arrive("ida"), arrive("jon")
    ida.create_room("Island")
    ida.say("First")
    jon.page.get_by_role("button", name="Browse rooms").click()
    browse = jon.page.get_by_role("dialog", name="Browse rooms")
    browse.get_by_role("searchbox").fill("isl")
    browse.get_by_role("listitem").filter(has_text="Island").get_by_role("button", name="Join").click()
    jon.is_in("Island")
    expect(jon.message("First")).to_be_visible()
    jon.choose("Leave")
    jon.page.get_by_role("dialog").get_by_role("button", name="Leave").click()
    jon.is_in("Welcome")
    expect(jon.room("Island")).to_have_count(0)


def test_a_direct_message_reaches_one_person(arrive: Arrive) -> None:
    kim, leo = arrive("kim"), arrive("leo")
    kim.page.get_by_role("button", name="New direct message").click()
    dialog = kim.page.get_by_role("dialog")
    field = dialog.get_by_role("combobox", name="To")
    field.fill("nobody-at-all")
    expect(dialog.get_by_role("status")).to_have_text("Nobody with that name.")
    field.fill("@leo")
    field.press("Enter")
    kim.is_in("leo")
    kim.say("Between us")
    leo.room("kim").click()
    expect(leo.message("Between us")).to_be_visible()


def test_an_invited_person_is_in_a_private_room_at_once(arrive: Arrive) -> None:
    mia, ned = arrive("mia"), arrive("ned")
    mia.page.get_by_role("button", name="New room").click()
    dialog = mia.page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Cellar")
    dialog.get_by_label("Who may join").select_option("private")
    dialog.get_by_role("button", name="Create").click()
    mia.is_in("Cellar")
    ned.page.set_viewport_size({"width": 360, "height": 740})
    expect(ned.page.get_by_role("button", name="Rooms", exact=True)).to_be_visible()
    mia.choose("Invite")
    dialog.get_by_role("combobox", name="People").fill("ned")
    dialog.get_by_role("option", name="ned").click()
    dialog.get_by_role("button", name="Invite", exact=True).click()
    ned.page.get_by_role("button", name="Rooms, a new room", exact=True).click()
    ned.room("Cellar").click()
    ned.is_in("Cellar")
    expect(ned.page.get_by_role("button", name="Rooms", exact=True)).to_be_visible()


def test_a_permalink_opens_in_its_context_and_history_goes_on_both_ways(arrive: Arrive) -> None:
    olga = arrive("olga")
    olga.create_room("Orchard")
    for n in range(140):
        olga.say(f"apple {n}")
    expect(olga.page.locator(".pending")).to_have_count(0, timeout=30_000)
    olga.page.reload()
    expect(olga.message("apple 139")).to_be_in_viewport()
    expect(olga.message("apple 0")).to_have_count(0)
    olga.page.locator(".scroller").hover()
    while olga.message("apple 0").count() == 0:
        olga.page.mouse.wheel(0, -2000)
        olga.page.wait_for_timeout(20)
    assert olga.texts() == [f"apple {n}" for n in range(140)]

    olga.message("apple 10").scroll_into_view_if_needed()
    olga.act("apple 10", "Copy link")
    expect(olga.page.get_by_text("Link copied.")).to_be_visible()
    olga.page.goto(olga.page.evaluate("navigator.clipboard.readText()"))
    expect(olga.message("apple 10")).to_be_in_viewport()
    shown = olga.texts()
    first = int(shown[0].removeprefix("apple "))
    assert shown == [f"apple {n}" for n in range(first, first + len(shown))]
    olga.page.get_by_role("button", name="Latest messages").click()
    expect(olga.message("apple 139")).to_be_in_viewport()


def test_raw_html_is_shown_as_text(arrive: Arrive) -> None:
    pat = arrive("pat")
    attack = '<img src=x onerror="document.title=1"> <script>document.title=2</script>'
    pat.say(attack)
    expect(pat.message(attack)).to_be_visible()
    assert pat.page.locator(".text :is(img, script)").count() == 0


def test_a_draft_outlives_a_reload_and_belongs_to_its_room(arrive: Arrive) -> None:
    quin = arrive("quin")
    quin.composer.fill("Half a thou")
    quin.create_room("Quarry")
    expect(quin.composer).to_have_value("")
    quin.page.goto(f"{quin.origin}/")
    quin.room("Welcome").click()
    expect(quin.composer).to_have_value("Half a thou")


def test_shift_enter_breaks_the_line_and_enter_sends(arrive: Arrive) -> None:
    rosa = arrive("rosa")
    rosa.composer.press_sequentially("one")
    rosa.composer.press("Shift+Enter")
    rosa.composer.press_sequentially("two")
    rosa.composer.press("Enter")
    expect(rosa.page.locator(".message .text").last).to_have_text("one\ntwo", use_inner_text=True)


def test_enter_that_ends_an_input_method_word_does_not_send(arrive: Arrive) -> None:
    sora = arrive("sora")
    client = sora.context.new_cdp_session(sora.page)
    sora.composer.focus()
    client.send("Input.imeSetComposition", {"text": "こんにちは", "selectionStart": 5, "selectionEnd": 5})
    client.send("Input.dispatchKeyEvent", {"type": "keyDown", "key": "Process", "windowsVirtualKeyCode": 229})
    client.send("Input.insertText", {"text": "こんにちは"})
    expect(sora.composer).to_have_value("こんにちは")
    expect(sora.message("こんにちは")).to_have_count(0)
    sora.composer.press("Enter")
    expect(sora.message("こんにちは")).to_be_visible()
