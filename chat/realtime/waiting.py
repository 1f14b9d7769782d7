"""Waiting for what may not come."""

import asyncio


async def either(event: asyncio.Event, seconds: float) -> None:
    """Returns when the event is set, at the latest after so many seconds."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        pass
