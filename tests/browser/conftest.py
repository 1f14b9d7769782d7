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


@pytest.fixture
def arrive(chromium: Browser, site: Site) -> Iterator[Callable[[str], Person]]:
    """Signs up somebody new and opens the chat. Afterwards nobody's console may have shown a problem."""
    people: list[Person] = []

    def arrive(name: str) -> Person:
        person = Person(chromium, site.url, name)
        people.append(person)
        person.sign_up()
        return person

    yield arrive
    problems = {person.name: person.problems for person in people}
    for person in people:
        person.context.close()
    assert not any(problems.values()), problems
