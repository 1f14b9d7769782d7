"""The whole chat by keys alone: from signing up to signing out, always seeing where one is."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.person import PASSWORD, Person
from tests.support.server import Site

pytestmark = pytest.mark.e2e

MOST_TABS = 60

FOCUSED = """() => {
  const at = document.activeElement;
  const words = (element) => {
    const copy = element?.cloneNode(true);
    copy?.querySelectorAll("[aria-hidden=true], kbd").forEach((part) => part.remove());
    return copy?.textContent.trim().replaceAll(/\\s+/g, " ") ?? "";
  };
  const look = (element) => getComputedStyle(element);
  const drawn = (element) => look(element).outlineStyle !== "none" || look(element).boxShadow !== "none";
  return {
    name: at.ariaLabel || words(at.labels?.[0]) || words(at) || at.title,
    seen: at !== document.body && at.checkVisibility() && (drawn(at) || drawn(at.parentElement)),
  };
}"""
"""What has the focus: its name, and whether one sees that it has it."""


class Keyboard:
    """The keys of somebody's page. After each way through it the focus must be seen."""

    def __init__(self, person: Person) -> None:
        self.page = person.page

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, words: str) -> None:
        self.page.keyboard.type(words)

    def tab_to(self, name: str, *, back: bool = False) -> None:
        """Goes on with Tab, or back with Shift+Tab, until the focus is on what has this name."""
        passed = []
        for _ in range(MOST_TABS):
            self.press("Shift+Tab" if back else "Tab")
            focused = self.page.evaluate(FOCUSED)
            passed.append(focused["name"])
            if focused["name"] == name:
                assert focused["seen"], f"nobody sees that {name!r} has the focus"
                return
        raise AssertionError(f"no {name!r} among {passed}")


@pytest.fixture
def petra(chromium: Browser, site: Site) -> Person:
    return Person(chromium, site.url, "petra")


def test_one_can_chat_without_a_mouse(petra: Person, arrive: Callable[[str], Person]) -> None:
    host = arrive("hosta")
    host.create_room("Pottery")
    host.say("Who has clay?")
    keys, page = Keyboard(petra), petra.page

    page.goto(f"{petra.origin}/accounts/signup/")
    for field, value in (
        ("User name", "petra"),
        ("E-mail address", "petra@example.org"),
        ("Password", PASSWORD),
        ("The same password again", PASSWORD),
    ):
        if page.evaluate(FOCUSED)["name"] != field:
            keys.tab_to(field)
        keys.type(value)
    keys.press("Enter")
    petra.is_in("Welcome")

    # Into a room that somebody else made
    keys.tab_to("Browse rooms")
    keys.press("Enter")
    keys.type("pott")
    expect(page.locator("#browse li")).to_have_count(1)
    keys.press("ArrowDown", "Enter")
    petra.is_in("Pottery")

    # Send, edit, reply, react, delete
    expect(petra.composer).to_be_focused()
    keys.type("I have clai")
    keys.press("Enter")
    expect(petra.message("I have clai")).to_be_visible()
    expect(page.locator(".pending")).to_have_count(0)
    keys.press("ArrowUp", "Backspace")
    keys.type("y")
    keys.press("Enter")
    mine, theirs = petra.message("I have clay"), petra.message("Who has clay?")
    expect(mine).to_contain_text("(edited)")
    expect(petra.composer).to_be_focused()
    keys.press("Shift+F6", "End")
    expect(mine).to_be_focused()
    keys.press("ArrowUp", "r")
    expect(petra.composer).to_be_focused()
    keys.type("Red clay")
    keys.press("Enter")
    answer = petra.message("Red clay")
    expect(answer).to_contain_text("Who has clay?")
    expect(page.locator(".pending")).to_have_count(0)
    keys.press("Shift+F6", "Home", "+")
    keys.tab_to("🎉")
    keys.press("Enter")
    expect(theirs.get_by_role("button", name="🎉 by petra")).to_be_visible()
    expect(theirs).to_be_focused()
    keys.press("End", "Delete")
    dialog = page.get_by_role("dialog", name="Delete")
    expect(dialog).to_be_visible()
    keys.tab_to("Delete")
    keys.press("Enter")
    expect(answer).to_have_count(0)

    # A room of one's own, with a guest
    keys.press("Control+k")
    keys.type("Kiln")
    keys.press("ArrowUp", "Enter")
    expect(page.get_by_role("dialog", name="New room")).to_be_visible()
    keys.press("Enter")
    petra.is_in("Kiln")
    keys.tab_to("Room menu", back=True)
    keys.press("Enter", "ArrowDown", "Enter")
    expect(page.get_by_role("dialog", name="Invite")).to_be_visible()
    keys.type("hosta")
    keys.press("Enter")
    expect(page.get_by_role("button", name="Do not invite hosta")).to_be_visible()
    keys.press("Enter")
    expect(host.room("Kiln")).to_be_visible()

    # From room to room, and to what lies beside them
    keys.press("Alt+ArrowDown")
    petra.is_in("Pottery")
    keys.press("Control+/")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    keys.press("Escape")
    keys.press("F6")
    expect(petra.room("Pottery")).to_be_focused()
    keys.tab_to("petra")
    keys.press("Enter")
    keys.tab_to("Settings")
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    keys.tab_to("Appearance")
    keys.press("Enter")
    page.wait_for_url("**/settings/appearance/")

    page.goto(petra.origin)
    petra.is_in("Welcome")
    keys.press("F6")
    keys.tab_to("petra")
    keys.press("Enter")
    keys.tab_to("Sign out")
    keys.press("Enter")
    expect(page).to_have_url(re.compile("/accounts/login/"))  # the form and the closed socket both lead there
    assert petra.problems == []
    petra.context.close()
