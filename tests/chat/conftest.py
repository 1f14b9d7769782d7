from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from hypothesis import settings

from chat import publish
from chat.access import Actor
from chat.models import Room
from tests.support import people
from tests.support.state import Witness
from tests.support.wire import Recorder

# The same examples each time, and none is too slow for a busy machine.
settings.register_profile("chat", deadline=None, derandomize=True)
settings.load_profile("chat")


@pytest.fixture
def wire() -> Iterator[Recorder]:
    """Keeps what is published."""
    recorder = Recorder()
    before = publish.use(recorder)
    yield recorder
    publish.use(before)


@pytest.fixture
def ana(db: None) -> Actor:
    """Owns the rooms."""
    return people.person("ana")


@pytest.fixture
def bo(db: None) -> Actor:
    """A member."""
    return people.person("bo")


@pytest.fixture
def mo(db: None) -> Actor:
    """A moderator."""
    return people.person("mo")


@pytest.fixture
def eve(db: None) -> Actor:
    """In none of the rooms."""
    return people.person("eve")


@pytest.fixture
def garden(ana: Actor, bo: Actor, mo: Actor, wire: Recorder) -> Room:
    """A public room."""
    return people.room(ana, bo, moderators=(mo,))


@pytest.fixture
def cellar(ana: Actor, bo: Actor, mo: Actor, wire: Recorder) -> Room:
    """A private room."""
    return people.room(ana, bo, moderators=(mo,), name="Cellar", kind=Room.Kind.PRIVATE)


@pytest.fixture
def watch(wire: Recorder) -> Callable[[Room], Witness]:
    return lambda room: Witness(room, wire)
