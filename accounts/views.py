"""The answer to those who come too often; allauth has the other pages."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def too_many_requests(request: HttpRequest, retry_after: int = 60) -> HttpResponse:
    """429; `retry_after` is in seconds. Also the handler that allauth looks for as `handler429`."""
    response = render(request, "429.html", {"minutes": -(-retry_after // 60)}, status=429)
    response.headers["Retry-After"] = str(retry_after)
    response.headers["Cache-Control"] = "no-store"
    return response
