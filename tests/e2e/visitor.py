"""Somebody with a browser that knows forms and cookies, and no scripts."""

from __future__ import annotations

import asyncio
import http.client
import urllib.error
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar

from tests.support.oracle import Listener
from tests.support.server import Site

PATIENCE_SECONDS = 15


class Visitor:
    """Gets pages and posts forms of one web process; its cookies count for all of them."""

    def __init__(self, site: Site, process: int = 0) -> None:
        self.site, self.process = site, process
        self.cookies = CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    @property
    def session(self) -> str | None:
        return self._cookie("sessionid")

    async def get(self, path: str) -> tuple[int, str]:
        """The status and the text of a page, redirects followed."""
        return await asyncio.to_thread(self._open, path, None)

    async def post(self, path: str, **fields: str) -> tuple[int, str]:
        """The same for a form, sent as its page would."""
        if self._cookie("csrftoken") is None:
            await self.get("/accounts/login/")
        fields["csrfmiddlewaretoken"] = self._cookie("csrftoken") or ""
        return await asyncio.to_thread(self._open, path, urllib.parse.urlencode(fields).encode())

    async def sign_in(self, name: str, password: str) -> None:
        _status, page = await self.post("/accounts/login/", login=name, password=password)
        assert self.session, page

    async def sign_out(self) -> None:
        status, page = await self.post("/accounts/logout/")
        assert status == 200, page

    def socket(self, process: int = 0) -> Listener:
        """A socket with this browser's session."""
        origin = self.site.origin(process)
        return Listener(self.site.ws_url(process), cookie=self.session, origin=origin)

    def _cookie(self, name: str) -> str | None:
        return next((cookie.value for cookie in self.cookies if cookie.name == name), None)

    def _open(self, path: str, data: bytes | None) -> tuple[int, str]:
        origin = self.site.origin(self.process)
        request = urllib.request.Request(origin + path, data, {"Origin": origin, "Referer": origin + path})
        try:
            answer: http.client.HTTPResponse = self._opener.open(request, timeout=PATIENCE_SECONDS)
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        with answer:
            return answer.status, answer.read().decode()
