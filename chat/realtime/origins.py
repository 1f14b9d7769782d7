"""Which pages may open sockets: scheme, host and port must all be on the list."""

from __future__ import annotations

from django.conf import settings


def is_allowed(origin: str) -> bool:
    """Exactly as a browser writes it: `null`, other ports, upper case and trailing dots are not."""
    return origin in settings.CHAT_ORIGINS
