"""Our scripts and styles are stored small, and mean the same."""

from django.core.files.base import ContentFile

from chatconnet.storage import minified

SCRIPT = """
// Why this is so.
import { a } from "./a.js";

/** Says hello. */
export function hello(name) {
  const slash = /[/*]+/.test(name);
  return `Hello  // ${ name }` + (slash ? " / " : "");
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
    assert script.startswith('import{a}from"./a.js";')
    assert "/[/*]+/.test(name)" in script
    assert "`Hello  // ${ name }`" in script


def test_a_style_loses_comments_and_spaces_but_not_those_of_calc():
    assert stored("css/page.css", STYLE) == ".page>a:hover{width:calc(100% - 2px)}"


def test_other_files_stay_as_they_are():
    for name in ("admin/js/core.js", "img/icon.svg", "robots.txt"):
        assert stored(name, SCRIPT) == SCRIPT
