"""Every page, menu and dialog (`states.py`): axe finds nothing serious, light and dark, narrow and wide."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page, async_playwright

from tests.browser.states import STATES, State
from tests.browser.visitor import Cast, Visitor, furnish
from tests.support.server import ROOT, Site, running

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

NARROW, WIDE = (320, 740), (1280, 800)
OVER = "dialog[open], :popover-open"
SURVEY = Path(__file__).with_name("survey.js").read_text()
CONTRAST = ["color-contrast"]
LOOKS: tuple[tuple[Literal["light", "dark"], tuple[int, int], list[str]], ...] = (
    ("light", NARROW, []),
    ("dark", NARROW, CONTRAST),
    ("dark", WIDE, CONTRAST),
    ("light", WIDE, []),
)
"""Theme, size and rules (none: all). A theme changes colours and nothing else, so the second needs fewer."""


@pytest.fixture(scope="module")
def furnished() -> Iterator[tuple[Site, Cast]]:
    with running(limits="off") as site:
        yield site, furnish(site, users=24, rooms=30, messages=900)


def test_no_page_or_dialog_shuts_anybody_out(furnished: tuple[Site, Cast]) -> None:
    with ThreadPoolExecutor(1) as pool:  # this thread may have a loop already: the browser's
        found = pool.submit(asyncio.run, survey(*furnished)).result()
    assert not found, "\n".join(found)


def test_each_dialog_and_menu_of_the_chat_has_a_state() -> None:
    """A page that axe never saw cannot be known to be accessible."""
    opened = " ".join(state.ready for state in STATES)
    parts = (ROOT / "templates" / "chat" / "dialogs").glob("*.html")
    names = {part.stem.replace("_", "-") for part in parts} - {"buttons", "people-picker"}
    assert {name for name in names if name not in opened} == set()


async def survey(site: Site, cast: Cast) -> list[str]:
    """What is wrong anywhere, a sentence each."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        visitor = Visitor(browser, site, cast)
        found = []
        for state in STATES:
            found += [f"{state.name}: {problem}" for problem in await problems(visitor, state)]
        await browser.close()
    return found


async def problems(visitor: Visitor, state: State) -> list[str]:
    """What is wrong with one state, at both widths and in both themes."""
    touch = state.who != "admin"  # Django draws its admin for the pointer
    # axe is put into the page as a script, which the page's own policy would refuse.
    page = await visitor.page_for(state, "en", "light", NARROW, bypass_csp=True, has_touch=touch)
    try:
        await visitor.reach(page, state, "en")
        await page.evaluate(Axe().axe_script)
        # Without this, colours would be read while they fade from one theme to the other.
        await page.add_style_tag(content="* { transition: none !important }")
        found = await page.evaluate(SURVEY, touch)
        for theme, size, rules in LOOKS:
            await page.set_viewport_size({"width": size[0], "height": size[1]})
            await page.emulate_media(color_scheme=theme)
            found += [f"{theme}, {size[0]} px: {problem}" for problem in await serious(page, rules)]
        return found
    except PlaywrightError as error:
        return [error.message]
    finally:
        await page.context.close()


async def serious(page: Page, rules: list[str]) -> list[str]:
    """What axe finds that is serious or critical: in what lies open over the page, else on all of it."""
    options: dict[str, object] = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = rules
    found = await page.evaluate(
        "([over, options]) => axe.run(document.querySelector(over) ?? document, options)", [OVER, options]
    )
    return [
        f"{rule['id']}: {node['html'][:160]}"
        for rule in found["violations"]
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]
