"""The pages of the chat: one document, which the browser's own code fills from the socket."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from chat import access
from chat.errors import Refused
from chat.forms import SetUpForm
from chat.models import Membership
from chat.services import server
from chat.text import emoji_names

View = Callable[..., HttpResponse]


def _of_the_chat(view: View) -> View:
    """A page for the signed-in; whoever is suspended gets one that says why and until when."""

    @require_safe
    @never_cache
    @login_required
    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        suspension = access.suspension(_actor(request))
        if suspension:
            return render(request, "chat/suspended.html", {"suspension": suspension}, status=403)
        return view(request, *args, **kwargs)

    return page


@_of_the_chat
def home(request: HttpRequest) -> HttpResponse:
    return _page(request)


@_of_the_chat
def room(request: HttpRequest, slug: str) -> HttpResponse:
    """The chat opened at a room; 404 for those who are not in it, whether it exists or not."""
    _membership(request, slug)
    return _page(request, slug)


@_of_the_chat
def message(request: HttpRequest, slug: str, seq: int) -> HttpResponse:
    """A message's permalink: the chat opened in its context."""
    place = _membership(request, slug)
    try:
        access.message_in(place.room, seq)
    except Refused:
        raise Http404 from None
    return _page(request, slug, seq)


@require_safe
@gzip_page
@cache_control(public=True, max_age=365 * 24 * 3600, immutable=True)
def emoji(_request: HttpRequest, version: str) -> HttpResponse:  # noqa: ARG001 - an old page gets today's names too
    """The names of emoji. The address carries the version, so browsers may keep it for ever."""
    return HttpResponse(emoji_names.as_json(), content_type="application/json")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def set_up(request: HttpRequest) -> HttpResponse:
    """The administrator's first steps; 404 for everybody else."""
    user = _superuser(request)
    form = SetUpForm(
        request.POST if request.method == "POST" else None, initial=server.present(), label_suffix=""
    )
    if form.is_valid() and form.save(user):
        return redirect("chat:home")
    address = request.build_absolute_uri(reverse("account_signup"))
    return render(request, "chat/set_up.html", {"form": form, "address": address})


@require_POST
@login_required
def set_up_later(request: HttpRequest) -> HttpResponse:
    """Puts the guide away; its page stays."""
    server.finish_set_up(_superuser(request))
    return redirect("chat:home")


def _superuser(request: HttpRequest) -> User:
    user = cast(User, request.user)
    if not user.is_superuser:
        raise Http404
    return user


def _membership(request: HttpRequest, slug: str) -> Membership:
    try:
        return access.membership_by_slug(_actor(request), slug)
    except Refused:
        raise Http404 from None


def _actor(request: HttpRequest) -> access.Actor:
    return access.actor_for(cast(User, request.user))


def _page(request: HttpRequest, slug: str | None = None, seq: int | None = None) -> HttpResponse:
    user = cast(User, request.user)
    actor = _actor(request)
    facts = server.facts()
    page = {
        "user": {"id": actor.public_id, "name": actor.name, "display": actor.display},
        "staff": user.is_staff,
        "server": {"name": facts.name, "description": facts.description},
        "ws": "/ws/",
        "room": slug,
        "seq": seq,
        "language": get_language(),
        "emoji": reverse("chat:emoji", args=[emoji_names.VERSION]),
        "preferences": {"enterSends": user.enter_sends, "singleKeys": user.single_keys},
    }
    return render(request, "chat/home.html", {"page": page, "set_up": server.waits_for_set_up(user)})
