"""Who somebody is: the card that opens from the name and the picture of whoever wrote a message."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.person import Person
from tests.support.server import Site

pytestmark = pytest.mark.e2e
Arrive = Callable[[str], Person]


def test_a_name_opens_a_card_to_name_somebody_or_to_write_to_them(arrive: Arrive) -> None:
    wanda, wim = arrive("wanda"), arrive("wim")
    wim.say("Windmills turn")
    wim.say("and turn")
    page, card = wanda.page, wanda.page.get_by_role("dialog", name="wim")
    row = wanda.message("Windmills turn")
    row.get_by_role("button", name="wim").click()
    expect(card).to_contain_text(re.compile(r"@wim\s+online"))
    expect(card.get_by_text("bot", exact=True)).to_be_hidden()
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    expect(row.get_by_role("button", name="wim")).to_be_focused()

    wanda.composer.fill("Hello")
    row.locator(".avatar").click()
    card.get_by_role("button", name="Mention").click()
    expect(card).to_be_hidden()
    expect(wanda.composer).to_have_value("Hello @wim ")
    expect(wanda.composer).to_be_focused()
    wanda.composer.fill("")

    row.get_by_role("button", name="wim").click()
    card.get_by_role("button", name="Send a message").click()
    wanda.is_in("wim")


def test_enter_on_a_message_opens_the_card_of_its_author(arrive: Arrive, site: Site) -> None:
    xara, xeno = arrive("xara"), arrive("xeno")
    site.manage("shell", "-v0", "-c", "from accounts.models import User; "
                "User.objects.filter(username='xeno').update(is_bot=True)")  # fmt: skip
    xeno.say("Beep")
    xeno.say("boop")
    page = xara.page
    expect(xara.message("boop")).to_be_visible()
    xara.say("Stop it")
    expect(page.locator(".pending")).to_have_count(0)
    xara.message("boop").focus()
    page.keyboard.press("Enter")
    card = page.get_by_role("dialog", name="xeno")
    expect(card.get_by_role("button", name="Send a message")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(card.get_by_role("button", name="Mention")).to_be_focused()
    page.keyboard.press("Escape")
    expect(xara.message("boop")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    expect(xara.message("Stop it").get_by_role("button", name="xara")).to_be_focused()
    page.keyboard.press("Enter")
    card = page.get_by_role("dialog", name="xara")
    expect(card).to_be_visible()
    expect(card.get_by_role("button")).to_have_count(0)
