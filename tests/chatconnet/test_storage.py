"""Our scripts and styles are stored small, and mean the same."""

import re
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.management import call_command
from pytest_django import Settings

from chatconnet.storage import minified

SCRIPT = """
// Why this is so.
import { a } from "./a.js";

/** Says hello. */
export function hello(name) {
  const slash = /[/*]+/.test(name);
  return name ? `Hello ${slash ? `(// ${name}) ` : " / "}` : "";
}
"""
STYLE = """
/* The page. */
.page > a:hover { width: calc(100% - 2px); }
"""


def stored(name: str, text: str) -> str:
    return str(minified(name, ContentFile(text.encode())).read().decode())


def test_a_script_loses_comments_and_spaces_but_nothing_inside_of_its_literals():
    script = stored("js/ui/hello.js", SCRIPT)
    assert "Why" not in script
    assert "Says" not in script
    assert script.startswith('import{a}from"./a.js"')
    assert "/[/*]+/.test(" in script
    assert re.search(r"`Hello \$\{\w\?`\(// \$\{\w\}\) `:", script)


def test_a_style_loses_comments_and_spaces_but_not_those_of_calc():
    assert stored("css/page.css", STYLE) == ".page>a:hover{width:calc(100% - 2px)}"


def test_what_is_served_is_small_and_names_the_other_scripts_as_they_are_served(
    tmp_path: Path, settings: Settings
):
    settings.STATIC_ROOT = tmp_path
    call_command("collectstatic", interactive=False, verbosity=0)
    (served,) = (tmp_path / "js").glob("app.????????????.js")
    assert served.read_text().startswith("import{Chat}from")
    imported = re.findall(r'from ?"\./([^"]+)"', served.read_text())
    assert imported
    assert all((tmp_path / "js" / name).stat().st_size for name in imported)
    assert all(re.search(r"\.[0-9a-f]{12}\.js$", name) for name in imported)


def test_other_files_stay_as_they_are():
    for name in ("admin/js/core.js", "img/icon.svg", "robots.txt"):
        assert stored(name, SCRIPT) == SCRIPT
