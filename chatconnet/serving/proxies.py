"""Whom a request comes from where proxies stand before the server."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any

Networks = Sequence[IPv4Network | IPv6Network]
SCHEMES = {"http": ("http", "https"), "websocket": ("ws", "wss")}


def look_through(proxies: Networks, scope: dict[str, Any]) -> None:
    """Puts the client's own address and scheme into the ASGI `scope` of a connection from one of `proxies`.

    Of X-Forwarded-For the last address that is no proxy's is taken, as the client may have written those
    before it; of X-Forwarded-Proto the last word. Nobody else's headers are believed.
    """
    client = scope.get("client")
    if not client or not _is_among(proxies, client[0]):
        return
    address = client[0]
    for hop in reversed(_listed(scope, b"x-forwarded-for")):
        if not _is_address(hop):
            break
        address = hop
        if not _is_among(proxies, hop):
            break
    if address != client[0]:
        scope["client"] = [address, 0]
    for word in _listed(scope, b"x-forwarded-proto")[-1:]:
        if word in SCHEMES["http"]:
            scope["scheme"] = SCHEMES[scope["type"]][SCHEMES["http"].index(word)]


def _listed(scope: dict[str, Any], name: bytes) -> list[str]:
    """The values of a header that may come several times, and hold several each."""
    values = [value.decode("latin-1") for header, value in scope["headers"] if header.lower() == name]
    return [one.strip().lower() for one in ",".join(values).split(",") if one.strip()]


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _is_among(networks: Networks, address: str) -> bool:
    return _is_address(address) and any(ip_address(address) in network for network in networks)
