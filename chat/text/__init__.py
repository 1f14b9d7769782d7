"""The text of messages and names: pure functions of strings, no I/O, safe to call from any thread.

They take every string without lone surrogates and never raise. Lengths are the callers' to check: the cost
is linear, about 40 ms for the worst 4,000 characters.
"""

from chat.text.folding import fold, fold_name, fold_spaced, slugify
from chat.text.markup import Rendered, mentions, render, rendered, unmarked
from chat.text.plain import excerpt, plain, snippet
from chat.text.search import SearchQuery, parse_search, search_words

__all__ = [
    "Rendered",
    "SearchQuery",
    "clean",
    "excerpt",
    "fold",
    "fold_name",
    "fold_spaced",
    "mentions",
    "parse_search",
    "plain",
    "render",
    "rendered",
    "search_words",
    "slugify",
    "snippet",
    "unmarked",
]


def clean(body: str) -> str:
    """The text as it is stored: as typed, without the Unicode white space round it. May be empty."""
    return body.strip()
