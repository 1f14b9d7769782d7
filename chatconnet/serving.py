"""daphne, with what the chat needs of it: HTTP answers to refused handshakes, and no path from strangers."""

from __future__ import annotations

import asyncio
from typing import Any

from autobahn.websocket.types import ConnectionDeny
from twisted.internet import asyncioreactor

asyncioreactor.install(asyncio.new_event_loop())

from daphne.endpoints import build_endpoint_description_strings  # noqa: E402  (needs the reactor)
from daphne.server import Server  # noqa: E402
from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol  # noqa: E402
from twisted.internet import defer, reactor  # noqa: E402

from chat.realtime.hub import get_hub  # noqa: E402
from chatconnet.asgi import application  # noqa: E402

GOODBYE_SECONDS = 0.3
CLOSE_SECONDS = 10
DENIAL = "websocket.http.response"


class ChatProtocol(WebSocketProtocol):
    """Knows the ASGI extension for answering a handshake with an HTTP status.

    A client has `CLOSE_SECONDS` to answer a close: where autobahn gives up after its one second, the reset
    that follows takes the close code from a client that is busy, and it comes back when it should not.
    """

    closeHandshakeTimeout = CLOSE_SECONDS  # noqa: N815 (autobahn's)

    def handle_reply(self, message: dict[str, Any]) -> None:
        if message["type"] == f"{DENIAL}.start":
            self._denial = message
        elif message["type"] == f"{DENIAL}.body":
            self._deny(self._denial["status"], self._denial["headers"])
        else:
            super().handle_reply(message)

    def _deny(self, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        self._denial_headers = [(name.decode(), value.decode()) for name, value in headers]
        self.handshake_deferred.errback(ConnectionDeny(code=status, reason="Refused"))
        del self.handshake_deferred
        self.server.protocol_disconnected(self)

    def failHandshake(self, reason: str, code: int = 400, responseHeaders: Any = None) -> None:  # noqa: N802, N803
        """An Origin that autobahn cannot read is like any other that is not on the list."""
        super().failHandshake(reason, 403 if "Origin" in reason else code, responseHeaders)

    def sendHttpErrorResponse(self, code: int, reason: str, headers: Any = None) -> None:  # noqa: N802 (autobahn's)
        super().sendHttpErrorResponse(code, reason, headers or getattr(self, "_denial_headers", ()))


class ChatServer(Server):
    """daphne's server with `ChatProtocol` for sockets."""

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> Any:
        scope["root_path"] = ""  # daphne believes any client's Daphne-Root-Path header
        if scope["type"] == "websocket":
            scope["extensions"] = {DENIAL: {}}
        return super().create_application(protocol, scope)

    def kill_all_applications(self) -> defer.Deferred[None]:
        """Before the reactor stops: says goodbye to every socket, then ends what still runs.

        The stock method raises KeyError where an application ended before its connection.
        """
        return defer.Deferred.fromFuture(asyncio.ensure_future(self._end_applications()))

    async def _end_applications(self) -> None:
        get_hub().close_all()
        await asyncio.sleep(GOODBYE_SECONDS)
        running = [
            details["application_instance"]
            for details in self.connections.values()
            if "application_instance" in details
        ]
        for instance in running:
            instance.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def serve(host: str, port: int) -> None:
    """Serves until the process is told to stop."""
    WebSocketFactory.protocol = ChatProtocol
    server = ChatServer(
        application,
        endpoints=build_endpoint_description_strings(host=host, port=port),
        ping_interval=15,
        ping_timeout=15,
        server_name="chatconnet",
    )
    reactor.callWhenRunning(get_hub)
    server.run()
