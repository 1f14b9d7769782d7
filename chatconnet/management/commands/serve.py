"""Serves pages and sockets through daphne."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser


class Command(BaseCommand):
    help = "Serves pages and sockets through daphne."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
        parser.add_argument("--port", type=int, default=8000, help="port to listen on")

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        from chatconnet.serving import serve

        if not settings.CHAT_ORIGINS:
            settings.CHAT_ORIGINS = own_origins(port)
        serve(host, port)


def own_origins(port: int) -> list[str]:
    """The addresses that this process is reached at, as browsers name them."""
    scheme = "https" if settings.HTTPS else "http"
    hosts = [host for host in settings.ALLOWED_HOSTS if not host.startswith((".", "*"))]
    default = {"http": 80, "https": 443}[scheme]
    return [f"{scheme}://{host}" + ("" if port == default else f":{port}") for host in hosts]
