"""allauth's questions, answered by our names, services and limits."""

from __future__ import annotations

import logging
import math
import time
from smtplib import SMTPException
from typing import Any, NoReturn

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal import ratelimit
from django.conf import settings
from django.core.cache import cache
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts import hooks, names, services
from accounts.addresses import counted_as
from accounts.context import theme_of
from accounts.models import User
from accounts.views import too_many_requests

logger = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages = DefaultAccountAdapter.error_messages | {
        f"{method}_password_mismatch": _("The name, the address or the password is not right.")
        for method in ("username", "email")
    }

    def clean_username(self, username: str, shallow: bool = False) -> str:
        username = names.normalize_username(username)
        names.check_username(username)
        names.check_not_reserved(username)
        if not shallow:
            services.check_name_free(username)
        return username

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        super().save_user(request, user, form, commit=False)
        # What was chosen with the switches comes along; what the browser only asks for is not pinned.
        language = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        user.language = language if language in dict(settings.LANGUAGES) else ""
        user.theme = theme_of(request)
        return services.sign_up(user) if commit else user

    def is_open_for_signup(self, _request: HttpRequest) -> bool:
        return hooks.server_facts().is_open

    def format_email_subject(self, subject: str) -> str:
        return f"{hooks.server_facts().name}: {subject}"

    def login(self, request: HttpRequest, user: User) -> None:
        super().login(request, user)
        request.session.came_from(  # type: ignore[attr-defined]
            request.META.get("REMOTE_ADDR") or None, request.headers.get("User-Agent", "")
        )

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Counts this try as a failure, which `authenticate` takes back if it is none.

        Counted by account and address, so that nobody can lock others out; ten in 15 minutes, five where the
        count is kept by this process alone.
        """
        config = dict(app_settings.RATE_LIMITS)
        if config.get("login_failed") and getattr(cache, "degraded", False):
            rate = ratelimit.parse_rate(config["login_failed"])
            config["login_failed"] = f"{max(1, rate.amount // 2)}/{rate.duration}s/key"
        key = self._get_login_attempts_cache_key(request, **credentials)
        self._login_failed_rl_usage = ratelimit.consume(
            request, app="allauth.account", action="login_failed", key=key, config=config
        )
        if not self._login_failed_rl_usage:
            self._refuse_login(request, config, key)

    def _refuse_login(self, request: HttpRequest, config: dict[str, str], key: str) -> NoReturn:
        (rate,) = ratelimit.get_rates(app="allauth.account", action="login_failed", config=config)
        failures = cache.get(
            ratelimit.get_cache_key(request, app="allauth.account", action="login_failed", rate=rate, key=key)
        )
        oldest = failures[-1] if failures else time.time()
        wait = math.ceil(oldest + rate.duration - time.time())
        raise ImmediateHttpResponse(too_many_requests(request, retry_after=max(1, wait)))

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        login = credentials.get("email") or credentials.get("username") or ""
        return f"{ratelimit.get_ip(request)} {login.casefold()}"

    def get_client_ip(self, request: HttpRequest) -> str:
        return counted_as(request.META.get("REMOTE_ADDR"))

    def render_mail(self, *args: Any, **kwargs: Any) -> EmailMessage:
        """The text of the template, and beside it the same text as a plain page."""
        mail: EmailMessage = super().render_mail(*args, **kwargs)
        if isinstance(mail, EmailMultiAlternatives):
            page = render_to_string(
                "account/email/message.html", {"subject": mail.subject, "text": mail.body}
            )
            mail.attach_alternative(page, "text/html")
        return mail

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """In the language that the person has chosen. A mail server that is down is logged and holds up
        nobody: mails can be asked for again."""
        language = getattr(context.get("user"), "language", "") or translation.get_language()
        try:
            with translation.override(language):
                super().send_mail(template_prefix, email, context)
        except (OSError, SMTPException):
            logger.exception("A mail could not be sent (%s)", template_prefix)
