"""Runs a failed test of whole processes once more in a run of all tests: docs/decisions/unsteady-tests.md."""

import pytest

PROMISES = "BrokenPromise"
"""What `tests.support.oracle` raises for a message lost, doubled or out of order: one time is enough."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("e2e"):
            item.add_marker(pytest.mark.flaky(reruns=1, rerun_except=[PROMISES]))
