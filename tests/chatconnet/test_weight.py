"""The page stays light: what a browser loads of script and style, as it is stored and compressed."""

import gzip
from pathlib import Path

from chatconnet.storage import lean

STATIC = Path(__file__).parents[2] / "static"
MOST = 80 * 1024
OF_OTHER_PAGES = {"account.js", "admin.css", "admin.js", "settings.css"}


def stored(file: Path) -> bytes:
    return lean(file.read_text()).encode()


def test_script_and_style_of_the_chat_are_at_most_80_kib_compressed():
    files = [file for kind in ("js", "css") for file in STATIC.rglob(f"*.{kind}")]
    sizes = {file.name: len(gzip.compress(stored(file))) for file in files}
    assert sizes.keys() > OF_OTHER_PAGES
    chat = {name: size for name, size in sizes.items() if name not in OF_OTHER_PAGES}
    assert sum(chat.values()) <= MOST, chat
