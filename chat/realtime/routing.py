from __future__ import annotations

from typing import Any

from chat.realtime.consumer import ChatConsumer, nowhere

PATH = "/ws/"
_chat = ChatConsumer.as_asgi()


async def sockets(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """The ASGI application of all WebSockets: there is one address for them."""
    await (_chat if scope["path"] == PATH else nowhere)(scope, receive, send)
