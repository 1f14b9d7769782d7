"""The server: one process."""

from __future__ import annotations

import asyncio
import gc
import os
import resource
import signal
from functools import partial
from typing import Any

import daphne.server
from daphne.endpoints import build_endpoint_description_strings
from daphne.server import Server
from django.conf import settings
from twisted.internet import defer, reactor

from chat.realtime.consumer import writer
from chat.realtime.hub import get_hub
from chatconnet import health
from chatconnet.asgi import application
from chatconnet.fleet import BACKLOG
from chatconnet.serving.proxies import look_through
from chatconnet.serving.requests import ChatFactory
from chatconnet.serving.sockets import DENIAL, Inbox, SocketFactory, SocketOutlet

GOODBYE_SECONDS = 0.3
"""At least: whoever was taken just before the end has not said yet what it wants."""
DRAIN_SECONDS = 4
FILES = 65_536
"""Each connection is one; the usual soft limit is 1,024."""
GARBAGE_EVERY = (50_000, 20, 50)


class ChatServer(Server):
    """daphne's server with `ChatProtocol` for sockets and `ChatRequest` for pages."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.ports: list[Any] = []

    def listen_success(self, port: Any) -> None:
        """Keeps Twisted's port, of which daphne only tells the address."""
        self.ports.append(port)
        super().listen_success(port)

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> Any:
        """As daphne's, for a socket with a bounded inbox and with an outlet of its own."""
        scope["root_path"] = ""  # daphne believes any client's Daphne-Root-Path header
        look_through(settings.CHAT_PROXIES, scope)
        if scope["type"] != "websocket":
            return super().create_application(protocol, scope)
        protocol.inbox = Inbox(protocol)
        scope |= {
            "asgi": {"version": "3.0"},
            "extensions": {DENIAL: {}},
            "outlet": SocketOutlet(protocol),
        }
        running = self.application(
            scope=scope, receive=protocol.inbox.get, send=partial(self.handle_reply, protocol)
        )
        self.connections[protocol]["application_instance"] = asyncio.ensure_future(running)
        return protocol.inbox

    def kill_all_applications(self) -> defer.Deferred[None]:
        """Before the reactor stops: takes nobody new, says goodbye to every socket, and lets requests and
        what is being stored be finished; after `DRAIN_SECONDS` ends what still runs. What came too late to be
        stored is not acknowledged.

        The stock method raises KeyError where an application ended before its connection.
        """
        return defer.Deferred.fromFuture(asyncio.ensure_future(self._end_applications()))

    async def _end_applications(self) -> None:
        health.ending.set()
        for port in self.ports:
            port.stopListening()
        get_hub().close_all()
        await asyncio.sleep(GOODBYE_SECONDS)
        running = [
            details["application_instance"]
            for details in self.connections.values()
            if "application_instance" in details
        ]
        await asyncio.wait([*running, asyncio.ensure_future(writer.finished())], timeout=DRAIN_SECONDS)
        for instance in running:
            instance.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def serve(host: str, port: int) -> None:
    """Serves on a port of its own until the process is told to stop."""
    endpoints = build_endpoint_description_strings(host=host, port=port)
    _serve([f"{endpoint}:backlog={BACKLOG}" for endpoint in endpoints])


def serve_as_member(listener: int, leash: int) -> None:
    """Serves on a fleet's socket until told to stop, or until the leash breaks; both are descriptors."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # of a terminal that closes; the fleet is told to stop then
    reactor.callWhenRunning(_hold_leash, leash)
    _serve([f"fd:fileno={listener}"])


def _hold_leash(leash: int) -> None:
    os.write(leash, b"\0")
    loop = asyncio.get_event_loop()

    def broke() -> None:
        loop.remove_reader(leash)
        reactor.stop()  # type: ignore[misc] # Twisted's interfaces have no self

    loop.add_reader(leash, broke)


def _serve(endpoints: list[str]) -> None:
    _allow_many_files()
    daphne.server.WebSocketFactory = SocketFactory
    daphne.server.HTTPFactory = ChatFactory
    server = ChatServer(
        application,
        endpoints=endpoints,
        ping_interval=15,
        ping_timeout=15,
        server_name="chatconnet",
    )
    reactor.callWhenRunning(get_hub)
    reactor.callWhenRunning(_collect_less_garbage)
    server.run()


def _allow_many_files() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))


def _collect_less_garbage() -> None:
    """What is there at the start stays, and is not looked through again; sockets come and go by the thousand,
    and as Python comes each thousand would have it look through all the others."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE_EVERY)
