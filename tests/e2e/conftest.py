"""Fixtures of the end-to-end tests. Each module starts the site that it needs, once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

Figures = Callable[..., None]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture
def figures(record_property: Callable[[str, object], None]) -> Figures:
    """Keeps what was measured, for the report of the run (JUnit's, or `-s`)."""

    def keep(**values: float) -> None:
        for name, value in values.items():
            record_property(name, round(value, 4))
        print("figures:", ", ".join(f"{name} {value:.4g}" for name, value in values.items()))

    return keep
