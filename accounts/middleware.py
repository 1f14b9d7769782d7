"""The language and the time zone of the pages."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone, translation
from django.utils.deprecation import MiddlewareMixin


class LanguageMiddleware(MiddlewareMixin):
    """The language that a signed-in person has chosen goes before what `LocaleMiddleware` found."""

    def process_request(self, request: HttpRequest) -> None:
        language = getattr(request.user, "language", "")
        if language:
            translation.activate(language)
            request.LANGUAGE_CODE = language


class TimeZoneMiddleware(MiddlewareMixin):
    """Times that the server writes are in the zone that a signed-in person has chosen."""

    def process_request(self, request: HttpRequest) -> None:
        timezone.deactivate()
        if zone := getattr(request.user, "time_zone", ""):
            timezone.activate(zone)
