"""Static files straight from the event loop: Django's way to one takes a thread, and all its middleware."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Application = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]


class StaticFirst:
    """An ASGI application: static files as WhiteNoise serves them, and `application` for all else."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._files: dict[str, StaticFile] = WhiteNoiseMiddleware().files

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        file = self._files.get(scope["path"])
        if file is None:
            await self._application(scope, receive, send)
        else:
            await _serve(file, scope, send)


async def _serve(file: StaticFile, scope: dict[str, Any], send: Send) -> None:
    response = file.get_response(scope["method"], _as_in_wsgi(scope["headers"]))
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in response.headers]
    body = b""
    if response.file:
        with response.file:
            body = response.file.read()  # small, and in the system's cache
    await send(
        {
            "type": "http.response.start",
            "status": int(response.status),
            "headers": [*headers, (b"X-Content-Type-Options", b"nosniff")],
        }
    )
    await send({"type": "http.response.body", "body": body})


def _as_in_wsgi(headers: list[tuple[bytes, bytes]]) -> dict[str, str]:
    return {
        f"HTTP_{name.decode('latin-1').upper().replace('-', '_')}": value.decode("latin-1")
        for name, value in headers
    }
