"""Static files are served before Django; everything else comes to it."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from chatconnet.statics import StaticFirst

SCRIPT = b"export const answer = 42;\n" * 40


@pytest.fixture
def application(tmp_path: Path, settings: Settings) -> StaticFirst:
    (tmp_path / "a.js").write_bytes(SCRIPT)
    (tmp_path / "a.js.gz").write_bytes(gzip.compress(SCRIPT))
    settings.STATIC_ROOT = tmp_path

    async def pages(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"by", b"Django")]})
        await send({"type": "http.response.body", "body": b"a page"})

    return StaticFirst(pages)


async def asked(
    application: StaticFirst, path: str, method: str = "GET", **headers: str
) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of the answer."""
    sent: list[dict[str, Any]] = []

    async def send(event: dict[str, Any]) -> None:
        sent.append(event)

    given = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    await application({"path": path, "method": method, "headers": given}, None, send)  # type: ignore[arg-type]
    start, body = sent
    told = {name.decode().lower(): value.decode() for name, value in start["headers"]}
    return start["status"], told, body["body"]


async def test_a_file_comes_compressed_where_the_browser_takes_it(application: StaticFirst) -> None:
    status, headers, body = await asked(application, "/static/a.js")
    assert (status, body) == (200, SCRIPT)
    assert headers["content-type"].startswith("text/javascript")
    assert headers["x-content-type-options"] == "nosniff"
    status, headers, body = await asked(application, "/static/a.js", accept_encoding="gzip, br")
    assert (status, gzip.decompress(body)) == (200, SCRIPT)
    assert headers["content-encoding"] == "gzip"
    assert headers["content-length"] == str(len(body))


async def test_a_file_that_the_browser_has_is_not_sent_again(application: StaticFirst) -> None:
    _status, headers, _body = await asked(application, "/static/a.js")
    status, _headers, body = await asked(application, "/static/a.js", if_none_match=headers["etag"])
    assert (status, body) == (304, b"")


async def test_files_are_read_and_never_changed(application: StaticFirst) -> None:
    assert (await asked(application, "/static/a.js", "HEAD"))[::2] == (200, b"")
    assert (await asked(application, "/static/a.js", "POST"))[0] == 405


@pytest.mark.parametrize("path", ["/", "/static/", "/static/b.js", "/static/../a.js", "/static/a.js.gz/"])
async def test_all_else_is_for_the_pages(application: StaticFirst, path: str) -> None:
    _status, headers, body = await asked(application, path)
    assert (headers["by"], body) == ("Django", b"a page")
