"""The front page of the administration: `{% desk %}`."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import RequestContext

from chat.admin.base import staff
from chat.admin.overview import overview

register = template.Library()


@register.inclusion_tag("admin/chat/desk.html", takes_context=True)
def desk(context: RequestContext) -> dict[str, Any]:
    """What is going on, as far as the person who looks may see it."""
    request = context["request"]
    return {"overview": overview(staff(request)), "user": request.user}
