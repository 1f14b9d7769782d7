"""The modules of the page are asked for at once."""

import re

from django.contrib.staticfiles import finders
from django.template import Context, Template

from tests.support.server import ROOT


def rendered(name: str) -> list[str]:
    """The files that `{% module %}` names, the module itself last, without the hashes of collected files."""
    html = Template(f'{{% load modules %}}{{% module "{name}" %}}').render(Context())
    names: list[str] = re.findall(r'(?:href|src)="/static/([^"]+)"', html)
    return [re.sub(r"\.[0-9a-f]{12}\.js$", ".js", one) for one in names]


def test_all_modules_of_the_chat_are_named_once_and_exist() -> None:
    *imported, app = rendered("js/app.js")
    assert app == "js/app.js"
    assert len(imported) == len(set(imported))
    assert all(finders.find(name) for name in imported)
    others = {"js/account.js", "js/admin.js", app}
    there = {str(file.relative_to(ROOT / "static")) for file in (ROOT / "static" / "js").rglob("*.js")}
    assert set(imported) == there - others


def test_a_module_that_imports_nothing_is_only_loaded() -> None:
    assert rendered("js/account.js") == ["js/account.js"]
