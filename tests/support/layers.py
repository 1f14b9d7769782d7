"""Channel layers that misbehave, for `CHANNEL_LAYER` of a site under test."""

from __future__ import annotations

import asyncio
import os
import random
from typing import Any

from channels_redis.pubsub import RedisPubSubChannelLayer

LOSS = "TESTS_LAYER_LOSS"
"""The environment variable with the share of messages, 0 to 1, that `LossyLayer` drops."""

SHUFFLE_SECONDS = 0.1


class LossyLayer(RedisPubSubChannelLayer):  # type: ignore[misc]
    """Reports success for every message to a group and drops a share of them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._loss = float(os.environ[LOSS])
        self._random = random.Random(self._loss)

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        if self._random.random() >= self._loss:
            await self._get_layer().group_send(group, message)


class ShufflingLayer(RedisPubSubChannelLayer):  # type: ignore[misc]
    """Delivers messages to a group late, in another order, and every third one again."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._random = random.Random(7)
        self._under_way: set[asyncio.Task[None]] = set()

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        for _ in range(2 if self._random.random() < 1 / 3 else 1):
            task = asyncio.create_task(self._send_late(group, message))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def _send_late(self, group: str, message: dict[str, Any]) -> None:
        await asyncio.sleep(self._random.uniform(0, SHUFFLE_SECONDS))
        await self._get_layer().group_send(group, message)
