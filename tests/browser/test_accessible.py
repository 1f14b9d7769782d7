"""Every page, menu and dialog (`states.py`): axe finds nothing serious, light and dark, narrow and wide."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, async_playwright

from tests.browser.states import STATES, State
from tests.browser.visitor import Visitor, furnish
from tests.support.server import ROOT, running

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

Survey = Callable[[State], list[str]]
PATIENCE_SECONDS = 120
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
def survey() -> Iterator[Survey]:
    """What is wrong with a state. Its browser has a loop of its own, in a thread: this one may have one."""
    with (
        running(limits="off") as site,
        asyncio.Runner() as runner,
        ThreadPoolExecutor(1) as pool,
    ):
        cast = furnish(site, users=24, rooms=30, messages=900)
        playwright = pool.submit(runner.run, async_playwright().start()).result()
        path = shutil.which("chromium") or shutil.which("chromium-browser")
        launch = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        browser = pool.submit(runner.run, launch).result()
        visitor = Visitor(browser, site, cast)
        yield lambda state: pool.submit(runner.run, problems(visitor, state)).result()
        pool.submit(runner.run, browser.close()).result()
        pool.submit(runner.run, playwright.stop()).result()


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)
def test_no_page_or_dialog_shuts_anybody_out(survey: Survey, state: State) -> None:
    assert not survey(state)


def test_each_dialog_and_menu_of_the_chat_has_a_state() -> None:
    """A page that axe never saw cannot be known to be accessible."""
    opened = " ".join(state.ready for state in STATES)
    parts = (ROOT / "templates" / "chat" / "dialogs").glob("*.html")
    names = {part.stem.replace("_", "-") for part in parts} - {"buttons", "people-picker"}
    assert {name for name in names if name not in opened} == set()


async def problems(visitor: Visitor, state: State) -> list[str]:
    """What is wrong with one state, at both widths and in both themes."""
    touch = state.who != "admin"  # Django draws its admin for the pointer
    # axe is put into the page as a script, which the page's own policy would refuse.
    page = await visitor.page_for(state, "en", "light", NARROW, bypass_csp=True, has_touch=touch)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):  # playwright sets scripts no limit
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
