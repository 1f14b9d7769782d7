"""Whom an address stands for where things are counted by it."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

HOME_BITS = 64
"""What a home or a server gets of IPv6: each of its addresses is the same client (RFC 6177)."""


def counted_as(address: str | None) -> str:
    """One name for all addresses of a client; "local" over a unix socket, where there is none."""
    if not address:
        return "local"
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ip_network((parsed, HOME_BITS), strict=False))
