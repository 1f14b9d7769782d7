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
    dora.listen_between()

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
    dora.hold_answers()
    field.fill("Allotment")
    page.keyboard.press("ArrowUp")
    dora.until("window.held.some(([, data]) => data.includes('users'))")
    dora.release_answers()
    expect(page.locator("[role=option][aria-selected=true]")).to_have_text("Make a room named “Allotment”")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="New room")
    expect(dialog.get_by_label("Name")).to_have_value("Allotment")
    page.mouse.click(5, 5)
    expect(dialog).to_be_hidden()


def test_the_switcher_finds_people_one_has_never_met(arrive: Arrive) -> None:
    nora, ole = arrive("nora"), arrive("ole")
    nora.page.keyboard.press("Control+k")
    nora.page.keyboard.type("ole")
    expect(nora.page.get_by_role("option", name=re.compile("^ole"))).to_be_visible()
    nora.page.keyboard.press("Enter")
    nora.is_in("ole")
    expect(nora.composer).to_be_focused()
    nora.say("We have not met")
    expect(ole.room("nora")).to_have_class("unread")


def test_the_switcher_takes_the_place_of_the_shortcuts(arrive: Arrive) -> None:
    page = arrive("sheila").page
    page.keyboard.press("Control+/")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog")).to_have_count(1)
    expect(page.get_by_placeholder("Go to a room or a person")).to_be_focused()


def test_keys_go_from_room_to_room_and_from_part_to_part(arrive: Arrive) -> None:
    fina, gil = arrive("fina"), arrive("gil")
    gil.say("Earlier")
    expect(fina.message("Earlier")).to_be_visible()
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

    page.get_by_role("button", name="Members").click()
    expect(page.get_by_role("searchbox", name="Search members")).to_be_focused()
    page.keyboard.press("Shift+F6")
    expect(fina.composer).to_be_focused()
    page.keyboard.press("F6")
    page.keyboard.press("Escape")
    expect(page.get_by_role("complementary")).to_be_hidden()
    expect(page.get_by_role("button", name="Members")).to_be_focused()
    page.keyboard.type("hm")
    expect(fina.composer).to_have_value("hm")
    fina.composer.fill("")

    fina.room("Welcome").focus()
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(sheet).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+/")
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


def test_everything_is_read_at_once(arrive: Arrive) -> None:
    jana, karl = arrive("jana"), arrive("karl")
    jana.create_room("Jam")
    karl.say("For @jana")
    expect(jana.room("Welcome").locator("[data-part=mentions]")).to_be_visible()
    jana.page.locator(".me").click()
    jana.page.keyboard.press("ArrowDown")
    expect(jana.page.get_by_role("button", name="Mark all as read")).to_be_focused()
    jana.page.keyboard.press("Enter")
    expect(jana.page.locator("room-list .badge:visible")).to_have_count(0)
    expect(jana.page).to_have_title("Jam · ChatConnet")
    jana.page.reload()
    expect(jana.room("Welcome")).to_be_visible()
    expect(jana.page.locator("room-list .badge:visible")).to_have_count(0)


def test_the_drawer_keeps_the_focus_and_gives_it_back(arrive: Arrive) -> None:
    lise = arrive("lise")
    lise.page.set_viewport_size({"width": 360, "height": 740})
    opener = lise.page.get_by_role("button", name="Rooms", exact=True)
    inside = "document.activeElement.closest('.sidebar') !== null"
    opener.click()
    expect(lise.room("Welcome")).to_be_focused()
    for _ in range(12):
        lise.page.keyboard.press("Tab")
        assert lise.page.evaluate(f"{inside} || document.activeElement === document.body")
    lise.page.keyboard.press("Escape")
    expect(lise.room("Welcome")).to_be_hidden()
    expect(opener).to_be_focused()
    opener.click()
    lise.page.mouse.click(350, 400)
    expect(lise.room("Welcome")).to_be_hidden()
    opener.click()
    expect(lise.room("Welcome")).to_be_focused()
    lise.page.go_back()
    expect(lise.room("Welcome")).to_be_hidden()
    lise.is_in("Welcome")
    opener.click()
    lise.create_room("Larder")
    lise.page.go_back()
    lise.is_in("Welcome")
    lise.page.get_by_role("button", name="Members").click()
    panel = lise.page.get_by_role("complementary", name="Members")
    expect(panel).to_be_in_viewport(ratio=1)
    assert lise.page.evaluate("document.querySelector('member-panel').clientWidth") == 360
    panel.get_by_role("button", name="Close").click()
    expect(panel).to_be_hidden()


def test_on_a_narrow_screen_back_closes_what_lies_over_the_page(arrive: Arrive) -> None:
    lotte = arrive("lotte")
    page = lotte.page
    page.set_viewport_size({"width": 360, "height": 740})
    before = page.evaluate("history.length")
    over = (
        (page.get_by_role("button", name="Members"), page.get_by_role("complementary", name="Members")),
        (page.get_by_role("button", name="Rooms", exact=True), page.locator(".sidebar")),
    )
    for opener, opened in over:
        opener.click()
        expect(opened).to_be_visible()
        lotte.until("history.state.covers")
        page.go_back()
        expect(opened).to_be_hidden()
        lotte.is_in("Welcome")
    lotte.choose("Copy link")
    page.keyboard.press("Control+/")
    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(sheet).to_be_visible()
    page.go_back()
    expect(sheet).to_be_hidden()
    page.keyboard.press("Control+/")
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    lotte.until("!history.state.covers")
    assert page.evaluate("history.length") == before + 1, "an entry was left behind"


def test_into_a_room_by_another_is_seen_in_the_list(arrive: Arrive) -> None:
    leon, lola = arrive("leon"), arrive("lola")
    leon.create_room("Loft")
    leon.choose("Invite")
    dialog = leon.page.get_by_role("dialog")
    dialog.get_by_role("combobox").fill("lola")
    dialog.get_by_role("option", name="lola").click()
    dialog.get_by_role("button", name="Invite", exact=True).click()
    expect(lola.room("Loft")).to_contain_text("New")
    lola.room("Loft").click()
    lola.is_in("Loft")
    expect(lola.room("Loft").get_by_text("New", exact=True)).to_be_hidden()


def test_an_owner_runs_a_room(arrive: Arrive) -> None:
    mona, nils, olaf = arrive("mona"), arrive("nils"), arrive("olaf")
    page = mona.page
    page.get_by_role("button", name="New room").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Mill")
    people = dialog.get_by_role("combobox", name="Invite")
    for name in ("nils", "olaf"):
        people.fill(name)
        people.press("Enter")
        expect(dialog.get_by_role("button", name=f"Do not invite {name}")).to_be_visible()
    people.press("Enter")
    mona.is_in("Mill")
    nils.room("Mill").click()

    mona.choose("Room settings")
    dialog.get_by_label("Name").fill("Windmill")
    dialog.get_by_label("Topic").fill("Flour")
    dialog.get_by_role("button", name="Save").click()
    nils.is_in("Windmill")
    expect(nils.page.locator("room-header")).to_contain_text("Flour")

    mona.choose("Leave")
    dialog.get_by_role("button", name="Leave").click()
    expect(dialog.get_by_role("alert")).to_have_text(
        "You are the only owner. Make somebody else an owner first."
    )
    page.keyboard.press("Escape")

    page.get_by_role("button", name="Members").click()
    panel = page.get_by_role("complementary", name="Members")
    expect(panel.get_by_role("listitem")).to_have_count(3)
    panel.get_by_role("searchbox").fill("ni")
    expect(panel.get_by_role("listitem")).to_have_count(1)
    panel.get_by_role("button", name="More about nils").click()
    panel.get_by_role("button", name="Make moderator").click()
    expect(panel.get_by_role("listitem")).to_contain_text("moderator")
    panel.get_by_role("searchbox").fill("")
    expect(panel.get_by_role("button", name="More about olaf")).to_be_visible()
    expect(panel.get_by_role("button", name="More about mona")).to_be_hidden()  # the only owner
    panel.get_by_role("button", name="More about olaf").press("Enter")
    expect(panel.get_by_role("button", name="Send a message")).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Remove olaf from Windmill?")).to_be_visible()
    dialog.get_by_role("button", name="Remove").press("Enter")
    expect(panel.get_by_role("listitem")).to_have_count(2)
    expect(olaf.room("Windmill")).to_have_count(0)

    nils.page.get_by_role("button", name="Room menu").click()
    expect(nils.page.get_by_role("button", name="Room settings")).to_be_visible()
    mona.choose("Room settings")
    dialog.get_by_role("button", name="Close the room").click()
    dialog.get_by_role("button", name="Close the room").click()
    expect(mona.room("Windmill")).to_contain_text("Closed")
    mona.choose("Room settings")
    dialog.get_by_role("button", name="Open the room again").click()
    expect(mona.composer).to_be_visible()


def test_who_cannot_be_invited_stays_in_the_dialog_with_the_reason(arrive: Arrive, site: Site) -> None:
    pavo, _quill, _runa = arrive("pavo"), arrive("quill"), arrive("runa")
    pavo.create_room("Pier")
    pavo.choose("Invite")
    dialog = pavo.page.get_by_role("dialog")
    people = dialog.get_by_role("combobox", name="People")
    for name in ("quill", "runa"):
        people.fill(name)
        dialog.get_by_role("option", name=name).click()
    site.manage(
        "shell",
        "-v0",
        "-c",
        "from accounts.models import User as U; U.objects.filter(username='runa').update(is_active=False)",
    )
    dialog.get_by_role("button", name="Invite", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text("runa: ")
    expect(dialog.get_by_role("button", name="Do not invite runa")).to_be_visible()
    expect(dialog.get_by_role("button", name="Do not invite quill")).to_have_count(0)


def test_who_closed_a_dialog_before_the_answer_came_is_not_taken_away(arrive: Arrive) -> None:
    sami, _tove = arrive("sami"), arrive("tove")
    sami.listen_between()
    page = sami.page
    page.get_by_role("button", name="New room").click()
    dialog = page.get_by_role("dialog", name="New room")
    dialog.get_by_label("Name").fill("Scullery")
    sami.hold_answers()
    dialog.get_by_role("button", name="Create").click()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="New room").click()
    dialog.get_by_label("Name").fill("Stable")
    sami.release_answers()
    expect(sami.room("Scullery")).to_be_visible()
    sami.is_in("Welcome")
    expect(dialog.get_by_label("Name")).to_have_value("Stable")
    dialog.get_by_role("button", name="Create").click()
    sami.is_in("Stable")

    page.keyboard.press("Control+k")
    page.keyboard.type("tove")
    expect(page.get_by_role("option", name=re.compile("^tove"))).to_be_visible()
    sami.hold_answers()
    page.keyboard.press("Enter")
    sami.room("Welcome").click()
    sami.release_answers()
    expect(sami.room("tove")).to_be_visible()
    sami.is_in("Welcome")


def test_who_writes_before_the_room_is_there_stays_where_the_words_are(arrive: Arrive) -> None:
    ursa, _vito = arrive("ursa"), arrive("vito")
    ursa.listen_between()
    page = ursa.page
    page.keyboard.press("Control+k")
    page.keyboard.type("vito")
    expect(page.get_by_role("option", name=re.compile("^vito"))).to_be_visible()
    ursa.hold_answers()
    page.keyboard.press("Enter")
    ursa.composer.press_sequentially("For everybody")
    ursa.release_answers()
    expect(ursa.room("vito")).to_be_visible()
    ursa.composer.press("Enter")
    expect(ursa.message("For everybody")).to_be_visible()
    ursa.is_in("Welcome")


def test_a_late_answer_takes_nobody_from_an_edit_that_was_begun(arrive: Arrive) -> None:
    rhea, _silas = arrive("rhea"), arrive("silas")
    rhea.listen_between()
    page = rhea.page
    rhea.say("First thought")
    expect(page.locator(".pending")).to_have_count(0)
    page.keyboard.press("Control+k")
    page.keyboard.type("silas")
    option = page.get_by_role("option", name=re.compile("^silas"))
    expect(option).to_be_visible()
    rhea.hold_answers()
    option.click()
    rhea.composer.press("ArrowUp")
    expect(rhea.composer).to_have_value("First thought")
    rhea.release_answers()
    expect(rhea.room("silas")).to_be_visible()
    rhea.is_in("Welcome")
    rhea.composer.press_sequentially(", mended")
    rhea.composer.press("Enter")
    expect(rhea.message("First thought, mended")).to_contain_text("(edited)")
