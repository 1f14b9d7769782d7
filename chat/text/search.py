"""Words for full-text search, and the language of the search field."""

import re
from dataclasses import dataclass
from unicodedata import category, decimal

from chat.text.folding import fold_name, letters

# Scripts written without spaces, and Hangul, whose particles stick to the word: each sign is a word.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u3007\u3040-\u312f\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\U0001b000-\U0001b16f\U00020000-\U0003ffff]"
)
_ASCII_SEPARATORS = re.compile(r"[^0-9a-z]+")
_TERM = re.compile(
    r'(?P<filter>[^\W\d_]+):(?:"(?P<quoted>[^"]*)"|(?P<value>[^\s"/]\S*))|"(?P<phrase>[^"]*)"|(?P<word>\S+)'
)


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What a search asks for. All of it must hold; of several senders, or several rooms, any one."""

    words: tuple[str, ...] = ()
    """As `search_words` gives them; one that holds spaces is to be found as a phrase."""
    phrases: tuple[str, ...] = ()
    senders: tuple[str, ...] = ()
    """User names, case folded, without "@"."""
    rooms: tuple[str, ...] = ()
    """Slugs or ids of rooms as typed, without "#"."""
    unknown_filters: tuple[str, ...] = ()


class _Forms(dict[int, str]):
    """What each character is in an index: itself, an ASCII digit, itself as a word, or a space."""

    def __missing__(self, point: int) -> str:
        char = chr(point)
        form = " "
        if category(char) == "Nd":
            form = str(decimal(char))
        elif category(char)[0] in "LNM":
            form = f" {char} " if _UNSPACED.match(char) else char
        if point < 0x10000:  # a bound on what strange texts can make us keep
            self[point] = form
        return form


_forms = _Forms()


def search_words(text: str) -> str:
    """`text` as words with spaces between, for PostgreSQL's `to_tsvector('simple', …)`.

    Case, accents ("camión", "ñ"), compatibility forms, digits and zero-width signs are folded; all but
    letters, digits and their marks separates words. Of Chinese, Japanese, Korean, Thai, Lao, Khmer and
    Burmese text each sign is a word. So look for what `search_words` makes of a word as a phrase
    (`phraseto_tsquery`): it is found wherever it stands.
    """
    folded = letters(text)
    if folded.isascii():
        return _ASCII_SEPARATORS.sub(" ", folded).strip()
    return " ".join(folded.translate(_forms).split())


def parse_search(q: str) -> SearchQuery:
    """The words, "phrases" and filters (`from:ana`, `in:room`, `in:"the room"`) of what somebody typed.

    Another filter is no word; it is named in `unknown_filters`. An address ("http://…") is words.
    """
    words: list[str] = []
    phrases: list[str] = []
    senders: list[str] = []
    rooms: list[str] = []
    unknown: list[str] = []
    for term in _TERM.finditer(q):
        value = term["quoted"] or term["value"] or ""
        match (term["filter"] or "").casefold():
            case "":
                (words if term["phrase"] is None else phrases).append(
                    search_words(term["word"] or term["phrase"] or "")
                )
            case "from":
                senders.append(fold_name(value.removeprefix("@")))
            case "in":
                rooms.append(value.removeprefix("#"))
            case name:
                unknown.append(name)
    return SearchQuery(*map(_once, (words, phrases, senders, rooms, unknown)))


def _once(values: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, values)))
