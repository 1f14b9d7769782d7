"""A wire that keeps what is published, in place of the channel layer."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from django.db import connection

from chat import hints
from chat.models import Room

T = TypeVar("T")


class Recorder:
    """A `publish.Wire`. In a test that runs inside one transaction, what waits for the commit is handed out
    when it is asked for; what a savepoint rolled back never comes, as after a real commit."""

    def __init__(self) -> None:
        self._hints: list[hints.Hint] = []

    def put(self, hint: hints.Hint) -> None:
        self._hints.append(hint)

    @property
    def hints(self) -> list[hints.Hint]:
        waiting, connection.run_on_commit = connection.run_on_commit, []
        for entry in waiting:
            entry[1]()
        return self._hints

    def clear(self) -> None:
        self.hints.clear()

    def of(self, kind: type[T]) -> list[T]:
        return [hint for hint in self.hints if isinstance(hint, kind)]

    def changes(self, room: Room) -> list[dict[str, Any]]:
        """The `changes` frames of a room, as clients get them."""
        return [json.loads(hint.frame) for hint in self.of(hints.Changed) if hint.room == room.pk]
