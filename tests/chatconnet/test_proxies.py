"""Whom a request comes from: only listed proxies are believed, and only their own word."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest

from chatconnet.serving.proxies import look_through

PROXIES = [ip_network("10.0.0.0/8"), ip_network("::1")]
ME = "203.0.113.9"


def seen(
    peer: str | None, *forwarded: str, proto: str | None = None, kind: str = "http"
) -> tuple[str | None, str]:
    """Address and scheme that the application is told."""
    headers = [(b"x-forwarded-for", value.encode("latin-1")) for value in forwarded]
    if proto is not None:
        headers.append((b"X-Forwarded-Proto", proto.encode()))
    plain = {"http": "http", "websocket": "ws"}[kind]
    scope: dict[str, Any] = {
        "type": kind,
        "client": peer and [peer, 4711],
        "scheme": plain,
        "headers": headers,
    }
    look_through(PROXIES, scope)
    return scope["client"] and scope["client"][0], scope["scheme"]


@pytest.mark.parametrize("peer", ["192.0.2.1", "127.0.0.1", "not an address", None])
def test_nobody_else_is_believed(peer: str | None) -> None:
    assert seen(peer, ME, proto="https") == (peer, "http")


@pytest.mark.parametrize(
    "forwarded",
    [
        [ME],
        [f"6.6.6.6, {ME}"],
        [f"6.6.6.6,{ME} , 10.1.2.3"],
        ["6.6.6.6", ME, "10.1.2.3"],
        [f"nonsense, {ME}"],
    ],
)
@pytest.mark.parametrize("peer", ["10.0.0.7", "::1"])
def test_the_last_that_is_no_proxy_is_the_client(peer: str, forwarded: list[str]) -> None:
    assert seen(peer, *forwarded)[0] == ME


@pytest.mark.parametrize("forwarded", [[], [""], ["unknown"], [f"{ME}, é"]])
def test_a_proxy_that_does_not_say_stands_for_its_client(forwarded: list[str]) -> None:
    assert seen("10.0.0.7", *forwarded)[0] == "10.0.0.7"


def test_where_all_are_proxies_the_farthest_is_taken() -> None:
    assert seen("10.0.0.7", "10.0.0.9, 10.0.0.8")[0] == "10.0.0.9"


@pytest.mark.parametrize(
    ("kind", "proto", "scheme"),
    [
        ("http", "https", "https"),
        ("http", "http", "http"),
        ("http", "http, HTTPS", "https"),
        ("websocket", "https", "wss"),
        ("websocket", "gopher", "ws"),
        ("http", None, "http"),
    ],
)
def test_the_scheme_is_what_the_proxy_was_reached_by(kind: str, proto: str | None, scheme: str) -> None:
    assert seen("10.0.0.7", ME, proto=proto, kind=kind)[1] == scheme
