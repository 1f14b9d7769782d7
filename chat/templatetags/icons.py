"""The line icons of static/img/icons.svg in templates: `{% icon "reply" %}`, and buttons of one icon."""

from django import template
from django.forms.utils import flatatt
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """A picture beside or instead of words. Its button says what it means: readers are not told of it."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>', static("img/icons.svg"), name
    )


@register.simple_tag
def icon_button(name: str, label: str, **attributes: str | bool) -> SafeString:
    """A button with an icon alone: `label` is what readers are told, and what the pointer is shown.

    An underscore in an attribute's name stands for "-"; an attribute that is true has no value.
    """
    given = {"type": "button"} | {key.replace("_", "-"): value for key, value in attributes.items()}
    return format_html(
        "<button{}>{}</button>", flatatt(given | {"title": label, "aria-label": label}), icon(name)
    )
