"""Our scripts and styles are stored small, and mean the same."""

import re
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from pytest_django import Settings

from chatconnet.storage import lean, lean_file

STATIC = Path(__file__).parents[2] / "static"
SCRIPT = """
// Why this is so.
import { a } from "./a.js";

/**
 * Says hello.
 */
export function hello(name) {
  /** @type {string} */ const slashes = "// /* */"; // stays
  /* gone */
  return name ? `Hello ${slashes ? `(// ${name}) ` : " / "}` : "";
}
"""
LEAN = """import { a } from "./a.js";
export function hello(name) {
/** @type {string} */ const slashes = "// /* */"; // stays
return name ? `Hello ${slashes ? `(// ${name}) ` : " / "}` : "";
}
"""


def test_lines_that_are_comments_and_indentation_are_left_out_and_nothing_else():
    assert lean(SCRIPT) == LEAN


def test_other_packages_files_stay_as_they_are():
    for name in ("admin/js/core.js", "img/icon.svg", "robots.txt"):
        assert lean_file(name, ContentFile(SCRIPT.encode())).read().decode() == SCRIPT


SOURCES = [path for kind in ("js", "css") for path in sorted(STATIC.rglob(f"*.{kind}"))]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_no_string_of_ours_goes_over_several_lines(path: Path):
    for line in path.read_text().splitlines():
        rest = re.sub(r'"(?:[^"\\]|\\.)*"', "", line)
        assert rest.count("`") % 2 == 0, line
        assert not line.endswith("\\"), line


def test_what_is_served_is_lean_and_names_the_other_scripts_as_they_are_served(
    tmp_path: Path, settings: Settings
):
    settings.STATIC_ROOT = tmp_path
    call_command("collectstatic", interactive=False, verbosity=0)
    (served,) = (tmp_path / "js").glob("app.????????????.js")
    assert served.read_text().startswith("import { Chat } from")
    imported = re.findall(r'from ?"\./([^"]+)"', served.read_text())
    assert imported
    assert all((tmp_path / "js" / name).stat().st_size for name in imported)
    assert all(re.search(r"\.[0-9a-f]{12}\.js$", name) for name in imported)
