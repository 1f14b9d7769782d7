"""What every template may ask for: the theme to draw in, and what the server is called."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.hooks import server_facts
from accounts.models import Theme

THEME_COOKIE = "theme"


def page(request: HttpRequest) -> dict[str, Any]:
    """The server's facts are read only where a template names them."""
    return {
        "server": SimpleLazyObject(server_facts),
        "theme": theme_of(request),
        "site_languages": settings.LANGUAGES,
    }


def theme_of(request: HttpRequest) -> str:
    """The signed-in have stored theirs; others keep it in a cookie. Empty is what the system says."""
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        return str(user.theme)
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return theme if theme in Theme.values else ""
