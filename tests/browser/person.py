"""Somebody at a browser, who does what people do and notices what people notice."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect

from tests.support.client import Client

PATIENCE_SECONDS = 15
AHEAD = 16
"""So many messages may wait for their answers; a client that is further ahead is not read from."""
PASSWORD = "plum-otter-violin-9"

HOLDING = """
window.WebSocket = class extends WebSocket {
  constructor(...address) {
    super(...address);
    this.addEventListener("message", (event) => {
      if (!window.held) return;
      event.stopImmediatePropagation();
      window.held.push([this, event.data]);
    });
  }
};
"""
"""A listener before all of the page's: what comes while something is `held` is for later."""


class Person:
    """One browser profile of its own. `problems` are the errors and warnings that the console has shown."""

    def __init__(self, browser: Browser, origin: str, name: str) -> None:
        self.origin = origin
        self.name = name
        self.problems: list[str] = []
        self.context = browser.new_context(locale="en", permissions=["clipboard-read", "clipboard-write"])
        self.page = self.open_tab()

    def open_tab(self) -> Page:
        """A further tab of the same profile."""
        tab = self.context.new_page()
        tab.on("console", self._hear)
        tab.on("pageerror", lambda error: self.problems.append(str(error)))
        return tab

    def sign_up(self) -> None:
        """Fills in the form as it stands, and comes to the chat."""
        self.page.goto(f"{self.origin}/accounts/signup/")
        self.page.locator("[name=username]").fill(self.name)
        self.page.locator("[name=email]").fill(f"{self.name}@example.org")
        for field in ("password1", "password2"):
            self.page.locator(f"[name={field}]").fill(PASSWORD)
        self.page.get_by_role("button", name="Create account").click()
        self.wait_connected()

    def wait_connected(self) -> None:
        expect(self.page.locator("room-header h1")).not_to_be_empty()

    @property
    def composer(self) -> Locator:
        return self.page.get_by_role("textbox", name="Message", exact=True)

    def say(self, body: str) -> None:
        self.composer.fill(body)
        self.composer.press("Enter")

    def say_fast(self, room: str, bodies: Iterable[str], **fields: Any) -> list[str]:
        """Says all of it through a socket of its own, faster than hands could; returns the messages' ids."""
        (cookie,) = [c["value"] for c in self.context.cookies() if c["name"] == "sessionid"]
        url = self.origin.replace("http", "ws", 1) + "/ws/"

        async def talk() -> list[str]:
            async with Client(url, cookie=cookie, origin=self.origin) as client:
                await client.open()
                id = next(it["id"] for it in client.welcome["rooms"] if it["name"] == room)
                sends: list[asyncio.Future[dict[str, Any]]] = []
                for body in bodies:
                    send = {"room": id, "key": str(uuid.uuid4()), "body": body} | fields
                    sends.append(await client.start("send", **send))
                    await sends[max(0, len(sends) - AHEAD)]
                return [(await send)["message"]["id"] for send in sends]

        with ThreadPoolExecutor(1) as pool:  # this thread has a loop already: the browser's
            return pool.submit(asyncio.run, talk()).result()

    def texts(self) -> list[str]:
        """The messages on the page, from the top."""
        return self.page.locator(".message .text").all_inner_texts()

    def message(self, body: str) -> Locator:
        """The row of the message with exactly this text."""
        text = self.page.locator(".text").get_by_text(body, exact=True)
        return self.page.locator("li.message").filter(has=text)

    def act(self, body: str, action: str) -> None:
        """Chooses an action of a message with the pointer."""
        row = self.message(body)
        row.hover()
        row.locator(".tools").get_by_label(action, exact=True).click()

    def room(self, name: str) -> Locator:
        """The line of a room in the sidebar."""
        return self.page.locator("room-list a").filter(has=self.page.get_by_text(name, exact=True))

    def create_room(self, name: str) -> None:
        self.page.get_by_role("button", name="New room").click()
        dialog = self.page.get_by_role("dialog", name="New room")
        dialog.get_by_label("Name").fill(name)
        dialog.get_by_role("button", name="Create").click()
        self.is_in(name)

    def choose(self, action: str) -> None:
        """Chooses from the menu of the open room."""
        self.page.get_by_role("button", name="Room menu").click()
        self.page.locator("#room-menu").get_by_role("button", name=action, exact=True).click()

    def is_in(self, name: str) -> None:
        """The room of this name is the one that is open."""
        expect(self.page.get_by_role("heading", name=name, level=1, exact=True)).to_be_visible()

    def listen_between(self) -> None:
        """Loads the page anew, so that what the server says can be held."""
        self.page.add_init_script(HOLDING)
        self.page.reload()
        self.wait_connected()

    def hold_answers(self) -> None:
        """What the server says waits until `release_answers`."""
        self.page.evaluate("window.held = []")

    def release_answers(self) -> None:
        self.page.evaluate("""() => {
            const said = window.held;
            window.held = null;
            for (const [socket, data] of said) socket.dispatchEvent(new MessageEvent("message", { data }));
        }""")

    def until(self, condition: str) -> None:
        """Waits until this JavaScript is true. `wait_for_function` does what the page's policy forbids."""
        end = time.monotonic() + PATIENCE_SECONDS
        while not self.page.evaluate(condition):
            assert time.monotonic() < end, condition
            self.page.wait_for_timeout(20)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.problems.append(message.text)
