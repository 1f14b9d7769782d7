"""People's own settings, and the switches of language and theme that strangers have too."""

from __future__ import annotations

from typing import cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import services
from accounts.browsers import browser_name
from accounts.context import THEME_COOKIE
from accounts.models import User, check_language, check_theme
from accounts.settings_forms import SettingsForm

A_YEAR = 365 * 86400


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def page(request: HttpRequest, form_class: type[SettingsForm], template: str) -> HttpResponse:
    """A form about oneself: shown, or stored and shown again."""
    form = form_class(cast(User, request.user), request.POST if request.method == "POST" else None)
    if form.is_valid() and form.save():
        with translation.override(form.user.language or translation.get_language()):
            messages.success(request, _("Saved."))
        return redirect(request.path)
    return render(request, template, {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def sessions(request: HttpRequest) -> HttpResponse:
    """Where one is signed in; ends one session, or all but this."""
    user = cast(User, request.user)
    this = request.session.session_key
    if request.method == "POST":
        if "others" in request.POST:
            services.end_other_sessions(user, keep=this)
        else:
            services.end_own_session(user, request.POST.get("session", ""))
        messages.success(request, _("Signed out there."))
        return redirect(request.path)
    rows = [
        {"row": row, "browser": browser_name(row.user_agent), "is_this": row.session_key == this}
        for row in user.sessions.filter(expire_date__gt=timezone.now()).order_by("-created_at")
    ]
    rows.sort(key=lambda row: not row["is_this"])
    return render(request, "settings/sessions.html", {"sessions": rows})


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    return _chosen(request, "language", settings.LANGUAGE_COOKIE_NAME)


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    return _chosen(request, "theme", THEME_COOKIE)


def _chosen(request: HttpRequest, field: str, cookie: str) -> HttpResponse:
    """Keeps a choice, for the signed-in with their account, and goes back to where it was made."""
    value = request.POST.get(field, "")
    try:
        {"language": check_language, "theme": check_theme}[field](value)
    except ValidationError as error:
        return HttpResponseBadRequest(" ".join(error.messages))
    if isinstance(request.user, User):
        services.change_profile(request.user, **{field: value})
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = "/"
    response = HttpResponseRedirect(target)
    response.set_cookie(cookie, value, max_age=A_YEAR, secure=settings.HTTPS, httponly=True, samesite="Lax")
    return response
