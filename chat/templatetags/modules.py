"""JavaScript modules in templates: `{% module "js/app.js" %}`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from posixpath import dirname, join, normpath

from django import template
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

IMPORT = re.compile(r'^(?:import|export)\b[^;]*?"(\.[^"]+)";', re.MULTILINE)

register = template.Library()


@register.simple_tag
def module(name: str) -> SafeString:
    """Loads a module, and at the same time all that it imports: a browser would learn of that step by step,
    with a way to the server and back for each."""
    imported = format_html_join(
        "", '<link rel="modulepreload" href="{}">', ((static(one),) for one in _imports(name))
    )
    return format_html('{}<script type="module" src="{}"></script>', imported, static(name))


@cache
def _imports(name: str) -> tuple[str, ...]:
    """What a module imports, directly or not, the nearest first; itself left out."""
    found = [name]
    for one in found:
        found += [other for other in dict.fromkeys(_named_in(one)) if other not in found]
    return tuple(found[1:])


def _named_in(name: str) -> Iterator[str]:
    path = finders.find(name)
    if not path:
        raise FileNotFoundError(name)
    for other in IMPORT.findall(Path(path).read_text()):
        yield normpath(join(dirname(name), other))
