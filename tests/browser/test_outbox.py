"""The outbox: what is written while the server is gone arrives once, in order."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable, Iterator

import psycopg
import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import arriving, new_when_repeated
from tests.browser.person import Person
from tests.support.server import Site, running

pytestmark = pytest.mark.e2e
Arrive = Callable[[str], Person]
PATIENCE = 40_000

REMEMBER = """
window.said = [];
const bar = document.querySelector("state-bar");
const hear = new MutationObserver(() => window.said.push(bar.textContent));
hear.observe(bar, { childList: true, subtree: true });
"""
"""What the bar says is kept: an attempt at a port where nobody listens is over at once."""


@pytest.fixture(scope="module")
def mortal_site() -> Iterator[Site]:
    """A site of its own: its server is stopped."""
    with running(limits="off") as site:
        yield site


@pytest.fixture
def site(request: pytest.FixtureRequest, mortal_site: Site) -> Iterator[Site]:
    """With a server that runs, also after a test that failed while it did not."""
    with new_when_repeated(request, mortal_site) as site:
        yield site
        if not site.web[0].child:
            start(site)


@pytest.fixture
def arrive(chromium: Browser, site: Site) -> Iterator[Arrive]:
    """That a server is gone stands in everybody's console."""
    with arriving(chromium, site, []) as arrive:
        yield arrive


def stop(site: Site) -> None:
    site.web[0].stop(signal.SIGKILL)


def start(site: Site) -> None:
    site.web[0].start()
    site.wait_ready()


def try_now(person: Person) -> None:
    """Presses the button, wherever the focus is, also where the page has come back and it is hidden."""
    person.page.locator("state-bar [data-part=now]").dispatch_event("click")


def test_what_is_written_without_a_server_arrives_once_and_in_order(arrive: Arrive, site: Site) -> None:
    ana = arrive("ana")
    ana.say("before")
    expect(ana.page.locator(".pending")).to_have_count(0)

    stop(site)
    ana.say("one")
    ana.say("two")
    bar = ana.page.get_by_role("status").filter(has_text="Your messages will be sent when it is back.")
    expect(bar).to_be_visible()
    expect(ana.message("two").get_by_text("Waiting to be sent")).to_be_visible()
    start(site)
    try_now(ana)
    expect(ana.page.locator(".pending")).to_have_count(0, timeout=PATIENCE)
    expect(bar).to_be_hidden()
    assert ana.texts() == ["before", "one", "two"]

    stop(site)
    ana.say("three")
    ana.say("four")
    expect(ana.page.locator(".pending")).to_have_count(2)
    ana.page.goto("about:blank")
    start(site)
    ana.page.goto(site.url)
    expect(ana.message("four")).to_be_visible()
    expect(ana.page.locator(".pending")).to_have_count(0)
    ana.page.reload()
    expect(ana.message("four")).to_be_visible()
    assert ana.texts() == ["before", "one", "two", "three", "four"]


def test_what_is_written_in_two_rooms_while_the_server_is_gone_arrives_in_each(
    arrive: Arrive, site: Site
) -> None:
    ana = arrive("abel")
    ana.create_room("Yard")
    ana.create_room("Shed")
    stop(site)
    bar = ana.page.get_by_role("status").filter(has_text="Your messages will be sent when it is back.")
    for text in ("rake", "spade"):
        ana.say(text)
    expect(bar).to_be_visible()
    ana.room("Yard").click()
    for text in ("hello", "is anybody", "there"):
        ana.say(text)
    expect(ana.page.locator(".pending")).to_have_count(3)
    expect(bar.get_by_text(re.compile("Next attempt"))).to_be_visible()
    ana.page.evaluate(REMEMBER)
    bar.get_by_role("button", name="Try now").press("Enter")
    ana.until("window.said.some((text) => text.includes('Connecting'))")
    ana.page.goto("about:blank")
    start(site)
    ana.page.goto(f"{site.url}/r/shed/")
    arrived = ana.page.locator(".message:not(.pending) .text")
    for room, texts in (("Shed", ["rake", "spade"]), ("Yard", ["hello", "is anybody", "there"])):
        ana.room(room).click()
        expect(arrived).to_have_text(texts, timeout=PATIENCE)
    expect(bar).to_be_hidden()


def test_a_server_that_hangs_is_noticed_by_who_waits_for_its_answer(arrive: Arrive, site: Site) -> None:
    ana = arrive("alma")
    ana.create_room("Attic")
    os.kill(site.web[0].pid, signal.SIGSTOP)
    try:
        ana.say("are you there")
        bar = ana.page.get_by_role("status").filter(has_text="The server is not answering.")
        expect(bar).to_be_visible(timeout=PATIENCE)
        lost = ana.page.get_by_role("status").filter(has_text="No connection.")
        expect(lost).to_be_visible(timeout=PATIENCE)
    finally:
        os.kill(site.web[0].pid, signal.SIGCONT)
    expect(ana.page.locator(".pending")).to_have_count(0, timeout=PATIENCE)
    expect(lost).to_be_hidden()
    expect(ana.page.locator(".message .text")).to_have_text(["are you there"])


def test_two_tabs_with_one_outbox_send_each_message_once(arrive: Arrive, site: Site) -> None:
    bo = arrive("bo")
    stop(site)
    bo.say("from bo")
    expect(bo.page.locator(".pending")).to_have_count(1)
    start(site)
    other = bo.open_tab()
    other.goto(site.url)
    expect(other.get_by_text("from bo")).to_be_visible()
    for tab in (bo.page, other):
        expect(tab.locator(".pending")).to_have_count(0, timeout=PATIENCE)
    other.reload()
    expect(other.get_by_text("from bo")).to_have_count(1)


def test_a_text_that_is_too_long_stays_with_its_writer(arrive: Arrive) -> None:
    cy = arrive("cy")
    cy.say("x" * 4001)
    expect(cy.page.get_by_role("alert").filter(has_text="4000")).to_be_visible()
    expect(cy.composer).to_have_value("x" * 4001)


def test_a_refused_message_says_why_and_is_retried_or_discarded(arrive: Arrive, site: Site) -> None:
    dora = arrive("dora")
    dora.create_room("Dairy")
    stop(site)
    dora.say("milk")
    dora.say("cheese")
    expect(dora.page.locator(".pending")).to_have_count(2)
    in_database(site, "UPDATE chat_room SET closed_at = now() WHERE name = 'Dairy'")
    start(site)
    failures = dora.page.locator(".failure").get_by_text("This room is closed")
    expect(failures).to_have_count(2, timeout=PATIENCE)

    dora.page.reload()
    expect(failures).to_have_count(2)
    dora.message("cheese").get_by_role("button", name="Discard").click()
    expect(dora.message("cheese")).to_have_count(0)
    in_database(site, "UPDATE chat_room SET closed_at = NULL WHERE name = 'Dairy'")
    dora.message("milk").get_by_role("button", name="Retry").press("Enter")
    expect(dora.page.locator(".failed, .pending")).to_have_count(0)
    dora.page.reload()
    expect(dora.message("milk")).to_be_visible()
    assert dora.texts() == ["milk"]


@pytest.mark.parametrize("language", ["en", "es"])
def test_on_a_telephone_the_bar_is_one_line_high(
    chromium: Browser, arrive: Arrive, site: Site, language: str
) -> None:
    kim = arrive(f"kim_{language}")
    in_database(site, f"UPDATE accounts_user SET language = '{language}' WHERE username = '{kim.name}'")
    phone = chromium.new_context(
        has_touch=True, viewport={"width": 360, "height": 740}, storage_state=kim.context.storage_state()
    )
    page = phone.new_page()
    page.goto(site.url)
    expect(page.locator("room-header h1")).not_to_be_empty()
    stop(site)
    bar = page.locator("state-bar")
    text, countdown, button = (bar.locator(f"[data-part={part}]") for part in ("text", "countdown", "now"))
    expect(bar).to_be_visible()
    expect(countdown).to_have_text(re.compile(r"^\d+ s$"))
    boxes = [part.bounding_box() for part in (bar, text, button)]
    start(site)
    phone.close()
    heights = [box["height"] for box in boxes if box]
    assert heights[0] <= 45
    assert heights[1] < 20
    assert heights[2] >= 43.5


def test_who_is_named_while_the_server_is_gone_is_found_when_it_is_back(arrive: Arrive, site: Site) -> None:
    site.manage("create_bot", "fern", "--room", "welcome")  # somebody of whom nothing has been told
    eve = arrive("eve")
    stop(site)
    expect(eve.page.locator("state-bar")).to_be_visible()
    eve.composer.press_sequentially("@fer")
    options = eve.page.get_by_role("listbox", name="Suggestions").get_by_role("option")
    eve.page.wait_for_timeout(500)
    expect(options).to_have_count(0)
    start(site)
    try_now(eve)
    expect(options).to_contain_text(["@fern"], timeout=PATIENCE)


def in_database(site: Site, statement: str) -> None:
    with psycopg.connect(site.database_url, autocommit=True) as connection:
        connection.execute(statement)
