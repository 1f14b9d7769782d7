"""Somebody who comes to each page and state of a furnished site, for its picture or to measure it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from playwright.async_api import Browser, Page

from tests.browser.states import PASSWORD, ROOM, State
from tests.support.client import Client
from tests.support.server import Site

ALIVE_EVERY_SECONDS = 20

Cast = dict[str, dict[str, str]]
"""Who plays which part in which language: reader, newcomer, admin; and the address of the empty room."""


def furnish(site: Site, *, users: int, rooms: int, messages: int) -> Cast:
    """Fills a new site with talk, and says who is who there."""
    sizes = (f"--users={users}", f"--rooms={rooms}", f"--messages={messages}")
    site.manage("seed_demo", "--no-input", "--password", PASSWORD, *sizes)
    told = site.manage("shell", "-v0", "-c", "from tests.browser.prepared import main; main()")
    return json.loads(told)


class Visitor:
    """Opens pages of a site, signed in as whoever a state asks for."""

    def __init__(self, browser: Browser, site: Site, cast: Cast) -> None:
        self.browser = browser
        self.site = site
        self.cast = cast
        self._cookies: dict[str, str] = {}

    async def page_for(
        self, state: State, language: str, theme: str, size: tuple[int, int], **options: Any
    ) -> Page:
        """An empty page of a new profile, its owner signed in and as much unread as the state wants."""
        width, height = size
        context = await self.browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if theme == "dark" else "light",
            locale=language,
            reduced_motion="reduce",
            **options,
        )
        if state.who != "nobody":
            cookie = await self._signed_in(self._name(state, language))
            await context.add_cookies([{"url": self.site.url, "name": "sessionid", "value": cookie}])
            if state.who == "reader":
                await self._mark(cookie, ROOM[language], state)
        return await context.new_page()

    async def reach(self, page: Page, state: State, language: str) -> None:
        """Brings the page into the state; raises TimeoutError of playwright where it does not come."""
        path = state.path.format(room=ROOM[language], empty=self.cast["empty"][language])
        await page.goto(f"{self.site.url}{path}")
        if state.who in ("reader", "newcomer") and state.path.startswith("/r/{"):
            await page.wait_for_selector("message-list:not([hidden])")
        for field, value in state.fill:
            await page.locator(field).first.fill(value)
        if state.focus:
            focus = state.focus.format(me=self._name(state, language))
            await page.locator(focus).last.focus()
        for selector in state.click:
            await page.locator(selector).first.dispatch_event("click")
        for key in state.press:
            await page.keyboard.press(key)
        await page.locator(state.ready).first.wait_for(timeout=10_000)
        await page.evaluate("document.fonts.ready")

    @asynccontextmanager
    async def in_company(self, most: int) -> AsyncIterator[None]:
        """Meanwhile so many others of the pictures' room are here."""
        async with AsyncExitStack() as stack:
            cookie = await self._signed_in(self.cast["reader"]["en"])
            reader = await stack.enter_async_context(self._socket(cookie))
            (room,) = [room for room in reader.rooms.values() if room["slug"] == ROOM["en"]]
            members = (await reader.ask("members", room=room["id"]))["members"]
            names = [it["user"]["name"] for it in members if it["user"]["id"] != reader.welcome["user"]["id"]]
            for name in names[:most]:
                await stack.enter_async_context(self._socket(await self._signed_in(name)))
            yield

    @asynccontextmanager
    async def _socket(self, cookie: str) -> AsyncIterator[Client]:
        """A socket that stays open, however long nothing is said."""

        async def go_on_living() -> None:
            while True:
                await asyncio.sleep(ALIVE_EVERY_SECONDS)
                await client.ask("ping")

        async with Client(self.site.ws_url(), cookie=cookie, origin=self.site.url) as client:
            await client.open()
            living = asyncio.create_task(go_on_living())
            yield client
            living.cancel()

    def _name(self, state: State, language: str) -> str:
        part = self.cast[state.who]
        return part.get(language) or part["en"]

    async def _signed_in(self, name: str) -> str:
        """The cookie of somebody's session, through the form the first time."""
        if name not in self._cookies:
            context = await self.browser.new_context()
            page = await context.new_page()
            await page.goto(f"{self.site.url}/accounts/login/")
            await page.locator("[name=login]").fill(name)
            await page.locator("[name=password]").fill(PASSWORD)
            await page.locator("main button[type=submit]").click()
            await page.wait_for_url(lambda url: "/accounts/login/" not in url)
            (cookie,) = [c["value"] for c in await context.cookies() if c["name"] == "sessionid"]
            self._cookies[name] = cookie
            await context.close()
        return self._cookies[name]

    async def _mark(self, cookie: str, slug: str, state: State) -> None:
        """Makes the room of the pictures read but for the last messages that the state wants unread."""
        async with Client(self.site.ws_url(), cookie=cookie, origin=self.site.url) as client:
            await client.wait_for("welcome")
            (room,) = [room for room in client.rooms.values() if room["slug"] == slug]
            seq = max(room["head"] - state.unread, 0)
            await client.ask("read", room=room["id"], seq=seq, back=True)
