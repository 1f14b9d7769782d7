"""A real site and a real browser: Debian's chromium."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.person import Person
from tests.support.server import Site, running

expect.set_options(timeout=20_000)


@pytest.fixture(scope="package")  # its event loop must not be left running for the tests that follow
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    assert path, "chromium is not installed: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def shared_site() -> Iterator[Site]:
    with running(limits="off") as site:
        yield site


@contextlib.contextmanager
def new_when_repeated(request: pytest.FixtureRequest, shared: Site) -> Iterator[Site]:
    """The site that tests share; for a test that is run once more (`tests.once_more`), a new one."""
    if getattr(request.node, "execution_count", 1) == 1:
        yield shared
    else:
        with running(limits="off") as site:
            yield site


@pytest.fixture
def site(request: pytest.FixtureRequest, shared_site: Site) -> Iterator[Site]:
    with new_when_repeated(request, shared_site) as site:
        yield site


@contextlib.contextmanager
def arriving(chromium: Browser, site: Site, people: list[Person]) -> Iterator[Callable[[str], Person]]:
    """Signs up somebody new, who is one of `people` from then on, and opens the chat."""

    def arrive(name: str) -> Person:
        people.append(Person(chromium, site.url, name))
        people[-1].sign_up()
        return people[-1]

    yield arrive
    for person in people:
        person.context.close()


@pytest.fixture
def arrive(chromium: Browser, site: Site) -> Iterator[Callable[[str], Person]]:
    """Afterwards nobody's console may have shown a problem."""
    people: list[Person] = []
    with arriving(chromium, site, people) as arrive:
        yield arrive
        problems = {person.name: list(person.problems) for person in people}
    assert not any(problems.values()), problems
