"""What scripts/screenshots does: fills a real site with talk, and takes pictures of it (`states.py`)."""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import shutil
import tempfile
from pathlib import Path

from playwright.async_api import Browser, async_playwright
from playwright.async_api import Error as PlaywrightError

from scripts.local.services import Postgres, Redis, throw_away
from tests.browser.states import README, STATES, State
from tests.browser.visitor import Cast, Visitor, furnish
from tests.support.server import Site, running

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
LARGEST = 150 * 1024
PEOPLE_HERE = 3
LANGUAGES, THEMES = ("en", "es"), ("light", "dark")
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
            cast = furnish(site, users=24, rooms=40, messages=8000)
            asyncio.run(take_pictures(site, cast, given.all, given.only or ""))


async def take_pictures(site: Site, cast: Cast, folder: Path | None, only: str) -> None:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        camera = Camera(browser, site, cast)
        async with camera.in_company(PEOPLE_HERE):
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


class Camera(Visitor):
    """Takes pictures of a site."""

    def __init__(self, browser: Browser, site: Site, cast: Cast) -> None:
        super().__init__(browser, site, cast)
        self.missed: list[str] = []
        """Pictures that do not show what they should."""

    async def take(self, file: Path, state: State, language: str, theme: str, size: str) -> None:
        page = await self.page_for(state, language, theme, SIZES[size])
        try:
            await self.reach(page, state, language)
        except PlaywrightError as error:
            self.missed.append(f"{file.name}: {error.message.splitlines()[0]}")
        await page.screenshot(path=file, caret="hide")
        await page.context.close()


if __name__ == "__main__":
    main()
