"""Fixtures of the fault suite: one site for all of it, as each test leaves it whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import figures
from tests.faults.stage import Stage, a_stage

__all__ = ["figures"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def broken_site() -> Iterator[Stage]:
    with a_stage() as stage:
        yield stage
        assert stage.complaints() == []


@pytest.fixture
def stage(broken_site: Stage) -> Stage:
    """The site, after a look whether the test before left it whole."""
    for index in range(len(broken_site.site.web)):
        broken_site.site.wait_ready(index)
    return broken_site
