"""What scripts/screenshots does: fills a real site with talk, and takes pictures of it (`states.py`)."""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import shutil
import tempfile
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright
from playwright.async_api import Error as PlaywrightError

from scripts.local.services import Postgres, Redis, throw_away
from tests.browser.states import PASSWORD, README, ROOM, STATES, State
from tests.support.client import Client
from tests.support.server import Site, running

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
LARGEST = 150 * 1024
LANGUAGES, THEMES = ("en", "es"), ("light", "dark")
Cast = dict[str, dict[str, str]]
"""Who plays which part in which language: reader, newcomer, admin; and the address of the empty room."""
SIZES = {"wide": (1280, 800), "narrow": (360, 740), "form": (720, 740)}


def main() -> None:
    parser = argparse.ArgumentParser(description="Takes the pictures that README shows.")
    parser.add_argument("--all", metavar="FOLDER", type=Path, help="every state, language, theme and size")
    parser.add_argument("--only", metavar="NAME", help="only states whose name begins so")
    given = parser.parse_args()
    if given.all:
        given.all.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as var, throw_away((Postgres, Redis)) as (postgres, redis):
        os.environ |= {
            "CHAT_VAR": var,
            "DATABASE_URL": postgres.url,
            "REDIS_URL": redis.url,
            "SECRET_KEY": "only-for-pictures-" * 4,
        }
        with running(limits="off") as site:
            sizes = ("--users", "24", "--rooms", "40", "--messages", "8000")
            site.manage("seed_demo", "--no-input", "--password", PASSWORD, *sizes)
            told = site.manage("shell", "-v0", "-c", "from tests.browser.prepared import main; main()")
            asyncio.run(take_pictures(site, json.loads(told), given.all, given.only or ""))


async def take_pictures(site: Site, cast: Cast, folder: Path | None, only: str) -> None:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        camera = Camera(browser, site, cast)
        if folder:
            for state, language in itertools.product(STATES, LANGUAGES):
                for theme, size in itertools.product(THEMES, ("wide", "narrow")):
                    if state.name.startswith(only):
                        file = folder / f"{state.name}-{language}-{theme}-{size}.png"
                        await camera.take(file, state, language, theme, size)
        else:
            states = {state.name: state for state in STATES}
            for name, (state_name, *look) in README.items():
                picture = FOLDER / f"{name}.png"
                await camera.take(picture, states[state_name], *look)
                found = picture.stat().st_size
                assert found <= LARGEST, f"{picture} has {found} bytes"
        await browser.close()
    if camera.missed:
        raise SystemExit("\n".join(["Not as they should be:", *camera.missed]))


class Camera:
    """Takes pictures of a site, signed in as whoever a state asks for."""

    def __init__(self, browser: Browser, site: Site, cast: Cast) -> None:
        self.browser = browser
        self.site = site
        self.cast = cast
        self.cookies: dict[str, str] = {}
        self.missed: list[str] = []
        """Pictures that do not show what they should."""

    async def take(self, file: Path, state: State, language: str, theme: str, size: str) -> None:
        width, height = SIZES[size]
        context = await self.browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if theme == "dark" else "light",
            locale=language,
            reduced_motion="reduce",
        )
        if state.who != "nobody":
            part = self.cast[state.who]
            name = part.get(language) or part["en"]
            cookie = await self._signed_in(name)
            await context.add_cookies([{"url": self.site.url, "name": "sessionid", "value": cookie}])
            await self._mark(cookie, ROOM[language], state)
        page = await context.new_page()
        try:
            await self._reach(page, state, language)
        except PlaywrightError as error:
            self.missed.append(f"{file.name}: {error.message.splitlines()[0]}")
        await page.screenshot(path=file, caret="hide")
        await context.close()

    async def _reach(self, page: Page, state: State, language: str) -> None:
        path = state.path.format(room=ROOM[language], empty=self.cast["empty"][language])
        await page.goto(f"{self.site.url}{path}")
        if state.who in ("reader", "newcomer") and state.path.startswith("/r/{"):
            await page.wait_for_selector("message-list:not([hidden])")
        for field, value in state.fill:
            await page.locator(field).first.fill(value)
        for selector in state.click:
            await page.locator(selector).first.dispatch_event("click")
        for key in state.press:
            await page.keyboard.press(key)
        await page.locator(state.ready).first.wait_for(timeout=10_000)
        await page.evaluate("document.fonts.ready")

    async def _signed_in(self, name: str) -> str:
        """The cookie of somebody's session, through the form the first time."""
        if name not in self.cookies:
            context = await self.browser.new_context()
            page = await context.new_page()
            await page.goto(f"{self.site.url}/accounts/login/")
            await page.locator("[name=login]").fill(name)
            await page.locator("[name=password]").fill(PASSWORD)
            await page.locator("main button[type=submit]").click()
            await page.wait_for_url(lambda url: "/accounts/login/" not in url)
            (cookie,) = [c["value"] for c in await context.cookies() if c["name"] == "sessionid"]
            self.cookies[name] = cookie
            await context.close()
        return self.cookies[name]

    async def _mark(self, cookie: str, slug: str, state: State) -> None:
        """Makes the room of the pictures read but for the last messages that the state wants unread."""
        if state.who != "reader":
            return
        async with Client(self.site.ws_url(), cookie=cookie, origin=self.site.url) as client:
            await client.wait_for("welcome")
            (room,) = [room for room in client.rooms.values() if room["slug"] == slug]
            seq = max(room["head"] - state.unread, 0)
            await client.ask("read", room=room["id"], seq=seq, back=True)


if __name__ == "__main__":
    main()
