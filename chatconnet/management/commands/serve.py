"""Serves pages and sockets through daphne."""

from __future__ import annotations

import argparse
import asyncio
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from chatconnet.fleet import Fleet, listening, state_file


class Command(BaseCommand):
    help = "Serves pages and sockets through daphne."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
        parser.add_argument("--port", type=int, default=8000, help="port to listen on")
        parser.add_argument(
            "--processes",
            type=int,
            help="so many on this port, replaced one after the other by `restart_web` (IPv4 only)",
        )
        parser.add_argument("--fd", type=int, help=argparse.SUPPRESS)
        parser.add_argument("--leash", type=int, help=argparse.SUPPRESS)

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        if options["processes"] is not None:
            sys.exit(asyncio.run(_fleet(host, port, options["processes"])))
        from chatconnet.serving import server  # installs Twisted's reactor

        if not settings.CHAT_ORIGINS:
            settings.CHAT_ORIGINS = own_origins(port)
        if options["fd"] is None:
            server.serve(host, port)
        else:
            server.serve_as_member(options["fd"], options["leash"])


async def _fleet(host: str, port: int, size: int) -> int:
    if size < 1:
        raise CommandError("--processes is at least 1.")
    try:
        listener = listening(host, port)
    except OSError as error:
        raise CommandError(f"{host}:{port} cannot be listened on: {error.strerror}.") from error
    with listener:
        return await Fleet(listener, size, state_file(settings.VAR, listener.getsockname()[1])).run()


def own_origins(port: int) -> list[str]:
    """The addresses that this process is reached at, as browsers name them."""
    scheme = "https" if settings.HTTPS else "http"
    hosts = [host for host in settings.ALLOWED_HOSTS if not host.startswith((".", "*"))]
    default = {"http": 80, "https": 443}[scheme]
    return [f"{scheme}://{host}" + ("" if port == default else f":{port}") for host in hosts]
