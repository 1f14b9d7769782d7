"""A channel layer that misbehaves when it is told to, for sites under test."""

from __future__ import annotations

import asyncio
import json
import os
import random
from pathlib import Path
from typing import Any

from channels_redis.pubsub import RedisPubSubChannelLayer

FILE = "TESTS_HINTS"
"""The environment variable with the file in which `Hints` says what happens to messages to a group."""

SHUFFLE_SECONDS = 0.1


class Hints:
    """What happens to the hints of a site that runs with `env`; may be changed while it runs."""

    def __init__(self, file: Path) -> None:
        self.env = {"CHANNEL_LAYER": "tests.support.layers.UnreliableLayer", FILE: str(file)}
        self._file = file
        self.arrive()

    def arrive(self) -> None:
        """All of them, once and in order."""
        self._say()

    def lose(self, share: float) -> None:
        """Success is reported for every one, and this share, 0 to 1, is dropped."""
        self._say(loss=share)

    def shuffle(self) -> None:
        """They come late and in another order, and every third one comes again."""
        self._say(shuffled=True)

    def _say(self, *, loss: float = 0, shuffled: bool = False) -> None:
        fresh = self._file.with_suffix(".new")
        fresh.write_text(json.dumps({"loss": loss, "shuffled": shuffled}))
        fresh.rename(self._file)


class UnreliableLayer(RedisPubSubChannelLayer):  # type: ignore[misc]
    """Does with messages to a group what `Hints` said last."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._file = Path(os.environ[FILE])
        self._random = random.Random(7)
        self._read = 0
        self._said: dict[str, Any] = {}
        self._under_way: set[asyncio.Task[None]] = set()

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        said = self._what_was_said()
        if said["shuffled"]:
            for _ in range(2 if self._random.random() < 1 / 3 else 1):
                task = asyncio.create_task(self._send_late(group, message))
                self._under_way.add(task)
                task.add_done_callback(self._under_way.discard)
        elif self._random.random() >= said["loss"]:
            await self._get_layer().group_send(group, message)

    def _what_was_said(self) -> dict[str, Any]:
        if (version := self._file.stat().st_mtime_ns) != self._read:
            self._read, self._said = version, json.loads(self._file.read_text())
        return self._said

    async def _send_late(self, group: str, message: dict[str, Any]) -> None:
        await asyncio.sleep(self._random.uniform(0, SHUFFLE_SECONDS))
        await self._get_layer().group_send(group, message)
