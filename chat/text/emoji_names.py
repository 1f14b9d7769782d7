"""The names of all emoji in the languages of the page, for its search."""

from __future__ import annotations

import json
from functools import lru_cache

import emoji

VERSION: str = emoji.__version__
_TONES = range(0x1F3FB, 0x1F400)


@lru_cache(maxsize=1)
def as_json() -> bytes:
    """[[emoji, [English name, aliases …], [Spanish name]], …]; shades of skin are left out."""
    emoji.config.load_language("es")
    rows = [
        [char, [_plain(name) for name in (data["en"], *data.get("alias", ()))], [_plain(data.get("es", ""))]]
        for char, data in emoji.EMOJI_DATA.items()
        if data["status"] == emoji.STATUS["fully_qualified"] and not any(ord(c) in _TONES for c in char)
    ]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()


def _plain(name: str) -> str:
    return name.strip(":").replace("_", " ")
