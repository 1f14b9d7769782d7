"""The composer, by keyboard and by pointer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.person import Person
from tests.support.server import Site

pytestmark = pytest.mark.e2e
Arrive = Callable[[str], Person]


@pytest.fixture(scope="module")
def iris(chromium: Browser, shared_site: Site) -> Iterator[Person]:
    """Writes, in rooms of hers."""
    person = Person(chromium, shared_site.url, "iris")
    person.sign_up()
    yield person
    person.context.close()
    assert not person.problems


def suggestions(person: Person) -> Locator:
    return person.page.get_by_role("listbox", name="Suggestions").get_by_role("option")


def write(person: Person, text: str) -> None:
    person.composer.fill("")
    person.composer.press_sequentially(text)


def test_enter_sends_and_shift_enter_breaks_the_line(iris: Person) -> None:
    iris.create_room("Keys")
    write(iris, "one")
    iris.composer.press("Shift+Enter")
    iris.composer.press_sequentially("two")
    expect(iris.composer).to_have_value("one\ntwo")
    composing = (
        "field => field.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', isComposing: true}))"
    )
    iris.composer.evaluate(composing)
    expect(iris.composer).to_have_value("one\ntwo")
    iris.composer.press("Enter")
    expect(iris.composer).to_have_value("")
    iris.composer.fill("by pointer")
    iris.page.get_by_role("button", name="Send", exact=True).click()
    expect(iris.message("by pointer")).to_be_visible()
    expect(iris.page.locator(".pending")).to_have_count(0)


def test_who_wants_enter_to_break_the_line_sends_with_ctrl_enter(iris: Person, site: Site) -> None:
    iris.create_room("Lines")
    site.manage("shell", "-v0", "-c", prefer(enter_sends=False))
    iris.page.reload()
    iris.is_in("Lines")
    write(iris, "first")
    iris.composer.press("Enter")
    iris.composer.press_sequentially("second")
    expect(iris.composer).to_have_value("first\nsecond")
    iris.composer.press("Control+Enter")
    expect(iris.page.locator(".message .text")).to_contain_text("second")
    expect(iris.composer).to_have_value("")
    site.manage("shell", "-v0", "-c", prefer(enter_sends=True))
    iris.page.reload()
    iris.is_in("Lines")


def test_up_and_down_walk_through_own_messages_and_escape_goes_back_to_the_draft(iris: Person) -> None:
    iris.create_room("Walks")
    for text in ("red", "green", "blue"):
        iris.say(text)
    expect(iris.page.locator(".pending")).to_have_count(0)
    iris.composer.press("ArrowUp")
    expect(iris.composer).to_have_value("blue")
    iris.composer.press("ArrowUp")
    expect(iris.composer).to_have_value("green")
    iris.composer.press("ArrowDown")
    iris.composer.press("ArrowDown")
    expect(iris.composer).to_have_value("")
    expect(iris.page.get_by_text("Edit your message")).to_be_hidden()

    write(iris, "half")
    iris.act("red", "Edit")
    expect(iris.composer).to_have_value("red")
    iris.composer.press("End")
    iris.composer.press_sequentially(" #wal")
    iris.composer.press("Escape")
    expect(iris.composer).to_have_value("red #wal")
    iris.composer.press("Escape")
    expect(iris.composer).to_have_value("half")

    iris.composer.press("Escape")
    expect(iris.composer).to_have_value("half")
    iris.composer.fill("")
    iris.composer.press("ArrowUp")
    iris.say("indigo")
    expect(iris.message("indigo").get_by_text("(edited)")).to_be_visible()


def test_people_are_completed_by_keys_and_by_pointer(iris: Person, chromium: Browser, site: Site) -> None:
    jo = Person(chromium, site.url, "jojo")
    jo.sign_up()
    jo.context.close()
    iris.room("Welcome").click()
    iris.is_in("Welcome")
    write(iris, "Hi @joj")
    expect(suggestions(iris)).to_contain_text(["@jojo"])
    expect(iris.composer).to_have_attribute("aria-activedescendant", "completion-0")
    iris.composer.press("Tab")
    expect(iris.composer).to_have_value("Hi @jojo ")
    expect(suggestions(iris)).to_have_count(0)
    iris.composer.press_sequentially("or @jo")
    suggestions(iris).first.click()
    expect(iris.composer).to_have_value("Hi @jojo or @jojo ")
    iris.composer.press("Control+z")
    expect(iris.composer).to_have_value("Hi @jojo or @jo")
    write(iris, "mail@joj")
    expect(suggestions(iris)).to_have_count(0)
    write(iris, "Tea, @jojo")
    expect(suggestions(iris)).to_contain_text(["@jojo"])
    iris.composer.press("Enter")
    expect(iris.message("Tea, @jojo")).to_be_visible()


def test_a_completed_room_is_a_link_to_it(iris: Person) -> None:
    iris.create_room("Lantern [north]")
    write(iris, "see #lant")
    iris.composer.press("Enter")
    iris.composer.press("Enter")
    link = iris.page.locator(".message .text a", has_text="#Lantern [north]")
    expect(link).to_have_attribute("href", re.compile(r"/r/lantern-north/$"))


def test_emoji_are_found_in_both_languages_and_in_the_picker(iris: Person) -> None:
    write(iris, ":tangerine")
    expect(suggestions(iris)).to_contain_text(["🍊"])
    iris.composer.press("Enter")
    expect(iris.composer).to_have_value("🍊 ")
    write(iris, ":mandarin")
    expect(suggestions(iris)).to_contain_text(["tangerine"])
    iris.composer.press("Escape")
    iris.composer.fill("")

    iris.page.get_by_role("button", name="Emoji", exact=True).click()
    picker = iris.page.get_by_label("Choose an emoji")
    expect(picker.get_by_role("button").first).to_have_text("🍊")
    picker.get_by_role("searchbox").fill("cohete")
    expect(picker.get_by_role("button")).to_have_text(["🚀"])
    picker.get_by_role("searchbox").press("ArrowDown")
    iris.page.keyboard.press("Enter")
    expect(iris.composer).to_have_value("🚀")
    expect(iris.composer).to_be_focused()
    iris.page.get_by_role("button", name="Emoji", exact=True).click()
    picker.get_by_text("🎉").click()
    expect(iris.composer).to_have_value("🚀🎉")
    iris.composer.fill("")


def test_commands_are_listed_and_run(iris: Person) -> None:
    iris.create_room("Orders")
    write(iris, "/")
    expect(suggestions(iris)).to_contain_text(["/me", "/shrug", "/topic", "/invite", "/help"])
    iris.composer.press_sequentially("to")
    iris.composer.press("Enter")
    iris.composer.press_sequentially("Tea and cake")
    iris.composer.press("Enter")
    expect(iris.page.locator("room-header")).to_contain_text("Tea and cake")
    expect(iris.composer).to_have_value("")
    iris.say("/shrug who knows")
    expect(iris.message(r"who knows ¯\_(ツ)_/¯")).to_be_visible()
    write(iris, "/m")
    suggestions(iris).filter(has_text="/me").click()
    iris.composer.press_sequentially("waves")
    iris.composer.press("Enter")
    expect(iris.page.locator(".text em", has_text="waves")).to_be_visible()
    iris.say("/invite nobody-at-all")
    expect(iris.composer).to_have_value("/invite nobody-at-all")
    expect(iris.page.locator("message-composer").get_by_role("alert")).to_be_visible()
    iris.say("/foo")
    expect(iris.page.get_by_text("There is no command /foo. Write //foo to send it as text.")).to_be_visible()
    expect(iris.composer).to_have_value("/foo")
    iris.say("/help")
    expect(iris.page.get_by_role("dialog")).to_be_visible()
    iris.page.keyboard.press("Escape")
    iris.say("//foo")
    expect(iris.message("/foo")).to_be_visible()


def test_a_draft_stays_in_its_room_outlives_a_reload_and_is_marked(iris: Person) -> None:
    iris.create_room("Desk")
    write(iris, "not yet")
    iris.room("Welcome").click()
    iris.is_in("Welcome")
    expect(iris.composer).to_have_value("")
    expect(iris.room("Desk").get_by_text("Draft")).to_be_attached()
    expect(iris.room("Desk").locator(".draft")).to_be_visible()
    iris.page.reload()
    iris.room("Desk").click()
    expect(iris.composer).to_have_value("not yet")
    iris.composer.press("Enter")
    expect(iris.message("not yet")).to_be_visible()
    iris.page.reload()
    iris.is_in("Desk")
    expect(iris.composer).to_have_value("")


def test_a_draft_outlives_another_tab_that_sends_something_else(iris: Person) -> None:
    write(iris, "kept here")
    tab = iris.open_tab()
    tab.goto(iris.page.url)
    field = tab.get_by_role("textbox", name="Message", exact=True)
    expect(field).to_have_value("kept here")
    field.fill("sent from there")
    field.press("Enter")
    expect(tab.locator("li.message:not(.pending)").get_by_text("sent from there")).to_be_visible()
    tab.close()
    iris.page.reload()
    expect(iris.composer).to_have_value("kept here")


def test_formatting_by_keys_and_by_its_menu_marks_the_selection(iris: Person) -> None:
    write(iris, "tea")
    iris.composer.press("Control+a")
    for key, value in (("b", "**tea**"), ("i", "***tea***"), ("b", "*tea*"), ("i", "tea"), ("e", "`tea`")):
        iris.composer.press(f"Control+{key}")
        expect(iris.composer).to_have_value(value)
    iris.composer.press("Control+z")
    expect(iris.composer).to_have_value("tea")
    iris.composer.press("Control+a")
    iris.composer.press("Control+Shift+l")
    expect(iris.composer).to_have_value("[tea](https://)")
    write(iris, "tea")
    iris.composer.press("Control+a")
    for name, value in (("struck", "~~tea~~"), ("struck", "tea"), ("bold", "**tea**")):
        iris.page.get_by_role("button", name="Formatting").click()
        iris.page.get_by_role("button", name=re.compile(f"^{name}")).click()
        expect(iris.composer).to_have_value(value)
    expect(iris.composer).to_be_focused()
    iris.composer.fill("")


def test_a_text_that_is_too_long_is_counted_and_can_still_be_written(iris: Person) -> None:
    send = iris.page.get_by_role("button", name="Send", exact=True)
    iris.composer.fill("x" * 3800)
    expect(iris.page.get_by_text("characters left")).to_be_hidden()
    iris.composer.fill("🍊" + "x" * 3989)
    expect(iris.page.get_by_text("10 characters left")).to_be_visible()
    expect(send).to_be_enabled()
    iris.composer.press_sequentially("and more of it")
    expect(iris.page.get_by_text("4 characters too many")).to_be_visible()
    expect(iris.page.get_by_text("A message has at most 4000 characters.")).to_be_visible()
    expect(send).to_be_disabled()
    iris.composer.press("Enter")
    iris.composer.press("End")
    iris.composer.press("Backspace")
    expect(iris.page.get_by_text("3 characters too many")).to_be_visible()
    iris.composer.fill("")


def prefer(*, enter_sends: bool) -> str:
    return (
        "from accounts.models import User; "
        f"User.objects.filter(username='iris').update(enter_sends={enter_sends})"
    )


def test_the_name_of_an_emoji_between_colons_becomes_the_emoji(iris: Person) -> None:
    iris.create_room("Names")
    write(iris, "well done :tada:")
    expect(iris.composer).to_have_value("well done 🎉")
    write(iris, "at 10:30: tea `:tada:")
    expect(iris.composer).to_have_value("at 10:30: tea `:tada:")
    write(iris, "")


def test_in_an_open_block_of_code_enter_breaks_the_line(iris: Person) -> None:
    iris.create_room("Blocks")
    write(iris, "```")
    iris.composer.press("Enter")
    iris.composer.press_sequentially("x = 1")
    iris.composer.press("Enter")
    iris.composer.press_sequentially("```")
    iris.composer.press("Enter")
    expect(iris.page.locator(".message pre")).to_have_text("x = 1\n")
    expect(iris.composer).to_have_value("")


def test_a_message_that_is_edited_is_marked_and_an_emptied_one_is_to_be_deleted(iris: Person) -> None:
    iris.create_room("Erasers")
    iris.say("a mistake")
    expect(iris.page.locator(".pending")).to_have_count(0)
    iris.composer.press("ArrowUp")
    expect(iris.page.locator("li.subject")).to_contain_text("a mistake")
    iris.composer.fill("")
    iris.composer.press("Enter")
    expect(iris.page.locator("li.subject")).to_have_count(0)
    dialog = iris.page.get_by_role("dialog", name="Delete this message?")
    dialog.get_by_role("button", name="Delete").click()
    expect(iris.page.locator("li.deleted")).to_have_count(1)


def test_an_edit_or_an_answer_that_was_begun_waits_in_its_room(iris: Person) -> None:
    iris.create_room("Origins")
    iris.say("a beginning")
    expect(iris.page.locator(".pending")).to_have_count(0)
    iris.composer.press("ArrowUp")
    iris.composer.fill("another beginning")
    iris.room("Welcome").click()
    expect(iris.composer).to_have_value("")
    iris.room("Origins").click()
    expect(iris.composer).to_have_value("another beginning")
    expect(iris.page.locator("li.subject")).to_contain_text("a beginning")
    iris.composer.press("Enter")
    expect(iris.message("another beginning")).to_be_visible()


def test_an_edit_that_was_begun_outlives_a_reload_and_the_message(arrive: Arrive) -> None:
    maud = arrive("maud")
    maud.create_room("Second thoughts")
    maud.say("a first thought")
    expect(maud.page.locator(".pending")).to_have_count(0)
    maud.composer.press("ArrowUp")
    maud.composer.press("End")
    maud.composer.press_sequentially(", and more")
    maud.page.reload()
    expect(maud.composer).to_have_value("a first thought, and more")
    expect(maud.page.locator("li.subject")).to_contain_text("a first thought")
    elsewhere = maud.open_tab()
    elsewhere.goto(maud.page.url)
    row = elsewhere.locator("li.message").filter(has_text="a first thought")
    row.hover()
    row.get_by_label("Delete", exact=True).click()
    elsewhere.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(maud.page.get_by_role("alert").filter(has_text="was deleted meanwhile")).to_be_visible()
    expect(maud.page.locator("message-composer .about")).to_be_hidden()
    expect(maud.composer).to_have_value("a first thought, and more")
    maud.composer.press("Enter")
    expect(maud.message("a first thought, and more")).to_be_visible()


def test_several_people_are_invited_by_one_command(arrive: Arrive) -> None:
    for guest in ("guesta", "guestb"):
        arrive(guest)
    host = arrive("hostess")
    host.create_room("Salon")
    host.composer.press_sequentially("/invite guesta")
    expect(suggestions(host)).to_contain_text(["guesta"])
    host.composer.press("Tab")
    host.composer.press_sequentially("nobody @guestb")
    expect(suggestions(host)).to_contain_text(["guestb"])
    host.composer.press("Enter")
    expect(host.page.locator("notice-line")).to_have_text("guesta and guestb are in this room now.")
    expect(
        host.page.get_by_role("alert").filter(has_text="nobody: Nobody here has this user name.")
    ).to_be_visible()
    expect(host.composer).to_have_value("/invite nobody")


def test_what_is_sent_in_one_tab_is_no_draft_in_the_other(iris: Person) -> None:
    iris.create_room("Twins")
    write(iris, "once")
    other = iris.context.new_page()
    other.goto(iris.page.url)
    field = other.get_by_role("textbox", name="Message", exact=True)
    expect(field).to_have_value("once")
    iris.composer.press("Enter")
    expect(iris.message("once")).to_be_visible()
    expect(field).to_have_value("")
    other.close()


def test_what_a_draft_answers_outlives_a_reload(iris: Person) -> None:
    iris.create_room("Replies")
    iris.say_fast("Replies", ["the question", *(f"aside {n}" for n in range(60))])
    expect(iris.message("aside 59")).to_be_visible()
    iris.page.locator(".scroller").evaluate("box => { box.scrollTop = 0; }")
    expect(iris.message("the question")).to_be_visible()
    iris.act("the question", "Reply")
    iris.composer.press_sequentially("the ans")
    iris.page.reload()
    about = iris.page.locator("message-composer .about")
    expect(about).to_contain_text("Reply to iris the question")
    expect(iris.composer).to_have_value("the ans")
    expect(iris.message("aside 59")).to_be_in_viewport()
    iris.composer.press("End")
    iris.composer.press_sequentially("wer")
    iris.composer.press("Enter")
    expect(iris.message("the answer").locator("[data-part=quoted-text]")).to_have_text("the question")
    expect(iris.page.locator(".pending")).to_have_count(0)
    iris.page.reload()
    expect(iris.message("the answer")).to_be_visible()
    expect(about).to_be_hidden()


def test_of_an_answer_to_what_was_deleted_the_text_stays(iris: Person) -> None:
    iris.create_room("Ghosts")
    iris.say_fast("Ghosts", ["here and gone"])
    iris.act("here and gone", "Reply")
    iris.composer.press_sequentially("who is there")
    other = iris.open_tab()
    other.goto(iris.page.url)
    iris.page.goto("about:blank")
    row = other.locator("li.message")
    row.focus()
    row.press("Delete")
    other.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(other.locator("li.deleted")).to_have_count(1)
    other.close()
    iris.page.go_back()
    expect(iris.page.locator("li.deleted")).to_have_count(1)
    expect(iris.composer).to_have_value("who is there")
    expect(iris.page.locator("message-composer .about")).to_be_hidden()
    iris.composer.press("Enter")
    expect(iris.message("who is there")).to_be_visible()
    expect(iris.message("who is there").locator(".quote")).to_be_hidden()


def test_tabs_share_a_draft_but_nobody_is_interrupted(iris: Person) -> None:
    iris.create_room("Mirrors")
    iris.say_fast("Mirrors", ["a wall"])
    other = iris.open_tab()
    other.goto(iris.page.url)
    field = other.get_by_role("textbox", name="Message", exact=True)
    expect(field).to_have_value("")
    iris.act("a wall", "Reply")
    write(iris, "from the left")
    expect(field).to_have_value("from the left")
    expect(other.locator("message-composer .about")).to_contain_text("a wall")
    field.fill("from the right")
    iris.page.wait_for_timeout(200)
    expect(iris.composer).to_have_value("from the left")
    iris.composer.blur()
    field.press("End")
    field.press_sequentially("!")
    expect(iris.composer).to_have_value("from the right!")
    field.press("Enter")
    expect(iris.message("from the right!")).to_be_visible()
    expect(iris.composer).to_have_value("")
    expect(iris.page.locator("message-composer .about")).to_be_hidden()
    other.close()
