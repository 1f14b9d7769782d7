"""Messages as one line of plain text: for replies, notifications and search results."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate

from markdown_it.token import Token

from chat.text.code import language
from chat.text.folding import letters
from chat.text.markup import CONTROLS, may_be_markup, parse
from chat.text.search import search_words

HIDDEN = "▒▒▒"
"""Stands for a spoiler."""


def plain(body: str) -> str:
    """The text of a message on one line, without its marks and control characters; spoilers are hidden.

    It is text: whoever puts it into HTML escapes it.
    """
    text = "".join(_pieces(parse(body))) if may_be_markup(body) else body
    return " ".join(CONTROLS.sub(lambda found: found[1] or "", text).split())


def excerpt(body: str, width: int = 160) -> str:
    """The beginning of `plain`, at most `width` characters with the "…" where it was cut."""
    return _cut(plain(body), 0, width)


def snippet(body: str, words: Iterable[str], width: int = 160) -> str:
    """The part of `plain` round the first of `words`, at most `width` characters with its "…".

    Compared as `search_words` does; whole words before parts of words, the beginning if there is neither.
    """
    text = plain(body)
    return _cut(text, _first(text, words) if len(text) > width else 0, width)


def _pieces(tokens: list[Token]) -> Iterator[str]:
    hidden = 0
    for token in tokens:
        hidden += {"spoiler_open": 1, "spoiler_close": -1}.get(token.type, 0)
        if token.type == "spoiler_open" and hidden == 1:
            yield HIDDEN
        elif token.type == "inline":
            yield from _pieces(token.children or [])
            yield "\n"
        elif token.type == "fence":
            yield token.content if language(token.info) else f"{token.info} {token.content}"
        elif not hidden:
            yield "\n" if token.type in {"softbreak", "hardbreak"} else token.content


def _cut(text: str, hit: int, width: int) -> str:
    """At most `width` characters of `text` round the one at `hit`, cut between words where there are any."""
    if len(text) <= width:
        return text
    start = max(0, min(hit - width // 3, len(text) - width + 1))
    if start:
        space = text.find(" ", start, hit)
        start = space + 1 if space >= 0 else start
    room = width - (start > 0)
    if len(text) - start <= room:
        return f"…{text[start:]}"
    end = start + room - 1
    space = text.rfind(" ", max(start, hit) + 1, end + 1)
    end = space if space - start > room // 2 else end
    return f"{'…' if start else ''}{text[start:end]}…"


def _first(text: str, words: Iterable[str]) -> int:
    forms = [letters(char) for char in text]
    folded = "".join(forms)
    parts = filter(None, (search_words(word).split() for word in words))
    wanted = "|".join(r"[\W_]*".join(map(re.escape, part)) for part in parts)
    if not wanted:
        return 0
    found = re.search(rf"(?<![^\W_])(?:{wanted})(?![^\W_])", folded) or re.search(wanted, folded)
    return bisect_right(list(accumulate(map(len, forms))), found.start()) if found else 0
