"""Fixtures for every test. The servers themselves are started by `tests.plugin`."""

from collections.abc import Iterator

import pytest
from django.utils import timezone, translation


@pytest.fixture(autouse=True)
def nobodys_language_or_time_zone() -> Iterator[None]:
    """Django leaves both active for whatever runs next in the thread that answered somebody's request."""
    yield
    translation.deactivate()
    timezone.deactivate()
