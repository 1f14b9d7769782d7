"""Colours for code blocks: a small scanner of our own, for a fixed list of languages.

It tells comments, strings, numbers and keywords apart, which is what helps in a chat, in one pass whose cost
is linear. Pygments' lexers are better but not bounded: at 4,000 characters chosen by an attacker most of them
take over 50 ms, C#'s 4 s (docs/decisions/code-highlighting.md). The class names are Pygments' own.
"""

import re
from collections.abc import Iterator
from html import escape
from typing import NamedTuple

CLASSES = frozenset({"c", "s", "m", "k", "nt", "gi", "gd", "gh"})
"""Comment, string, number, keyword, tag; inserted, deleted and heading line of a diff."""


class _Language(NamedTuple):
    scanner: re.Pattern[str]
    keywords: frozenset[str] = frozenset()
    fold: bool = False


_SLASHES = r"//[^\n]*|/\*(?:(?!\*/).)*(?:\*/)?"
_HASH = r"\#[^\n]*"
_DASHES = r"--[^\n]*"
_DOUBLE = r'"(?:\\.|[^"\\\n])*"?'
_SINGLE = r"'(?:\\.|[^'\\\n])*'?"
_BACKTICK = r"`(?:\\.|[^`\\])*`?"
_TRIPLE = r'"""(?:(?!""").)*(?:""")?' + r"|'''(?:(?!''').)*(?:''')?"
_NUMBER = r"\b\d[\w.]*"
_WORD = r"\w+"


def _language(comment: str, string: str, keywords: str = "", fold: bool = False) -> _Language:
    pattern = f"(?P<c>{comment})|(?P<s>{string})|(?P<m>{_NUMBER})|(?P<word>{_WORD})"
    return _Language(re.compile(pattern, re.DOTALL), frozenset(keywords.split()), fold)


def _marks(pattern: str) -> _Language:
    return _Language(re.compile(pattern, re.MULTILINE | re.DOTALL))


_C = """auto bool break case char const continue default do double else enum extern false float for goto
    if inline int long return short signed sizeof static struct switch true typedef union unsigned
    void volatile while"""
_OBJECTS = """abstract catch class extends final finally implements import instanceof interface new null
    package private protected public super this throw throws try"""
_SCRIPT = """async await break case catch class const continue debugger default delete do else export extends
    false finally for from function if import in instanceof let new null of return static super
    switch this throw true try typeof undefined var void while with yield"""

_MARKUP = _marks(r'(?P<c><!--(?:(?!-->).)*(?:-->)?)|(?P<nt></?[\w:.-]+|/?>)|(?P<s>"[^"<>]*"|' + r"'[^'<>]*')")
_JAVASCRIPT = _language(_SLASHES, f"{_DOUBLE}|{_SINGLE}|{_BACKTICK}", _SCRIPT)
_TYPESCRIPT = _language(
    _SLASHES,
    f"{_DOUBLE}|{_SINGLE}|{_BACKTICK}",
    _SCRIPT
    + " any as boolean declare enum implements interface keyof namespace never number private protected"
    " public readonly string type unknown",
)
_SHELL = _language(
    _HASH,
    f"{_DOUBLE}|'[^']*'?",
    "case cd do done echo elif else esac exit export fi for function if in local read return set then until"
    " while",
)
_SETTINGS = _language(_HASH, f"{_DOUBLE}|{_SINGLE}", "true false null yes no on off True False")

_LANGUAGES = {
    "bash": _SHELL,
    "c": _language(_SLASHES, f"{_DOUBLE}|{_SINGLE}", _C),
    "cpp": _language(
        _SLASHES,
        f"{_DOUBLE}|{_SINGLE}",
        f"{_C} {_OBJECTS} constexpr delete namespace noexcept nullptr operator override template"
        " typename using virtual",
    ),
    "csharp": _language(
        _SLASHES,
        f"{_DOUBLE}|{_SINGLE}",
        f"{_C} {_OBJECTS} async await foreach get in internal is namespace object out override params"
        " readonly ref sealed set string using var virtual where yield",
    ),
    "css": _language(
        r"/\*(?:(?!\*/).)*(?:\*/)?", f"{_DOUBLE}|{_SINGLE}", "important media import supports layer"
    ),
    "diff": _marks(r"(?P<gh>^(?:@@|diff |index |\+\+\+|---)[^\n]*)|(?P<gi>^\+[^\n]*)|(?P<gd>^-[^\n]*)"),
    "go": _language(
        _SLASHES,
        f"{_DOUBLE}|{_SINGLE}|{_BACKTICK}",
        "break case chan const continue default defer else fallthrough false for func go goto if import"
        " interface map nil package range return select struct switch true type var",
    ),
    "html": _MARKUP,
    "ini": _language(r"[;\#][^\n]*", f"{_DOUBLE}|{_SINGLE}", "true false yes no on off"),
    "java": _language(_SLASHES, f"{_DOUBLE}|{_SINGLE}", f"{_C} {_OBJECTS} assert boolean byte record var"),
    "javascript": _JAVASCRIPT,
    "json": _language(r"(?!)", _DOUBLE, "true false null"),
    "kotlin": _language(
        _SLASHES,
        f"{_TRIPLE}|{_DOUBLE}|{_SINGLE}",
        _OBJECTS
        + " as break by companion continue data do else false for fun if in is object override return sealed"
        " suspend true val var when while",
    ),
    "php": _language(
        f"{_SLASHES}|{_HASH}",
        f"{_DOUBLE}|{_SINGLE}",
        f"{_C} {_OBJECTS} array as echo elseif fn foreach function match namespace php require use yield",
    ),
    "python": _language(
        _HASH,
        f"{_TRIPLE}|{_DOUBLE}|{_SINGLE}",
        "False None True and as assert async await break case class continue def del elif else except"
        " finally for from global if import in is lambda match nonlocal not or pass raise return self"
        " try while with yield",
    ),
    "ruby": _language(
        _HASH,
        f"{_DOUBLE}|{_SINGLE}|{_BACKTICK}",
        "and begin break case class def do else elsif end ensure false for if in module next nil not or"
        " require rescue return self super then true unless until when while yield",
    ),
    "rust": _language(
        _SLASHES,
        f"{_DOUBLE}|'(?:\\\\.|[^'\\\\\\n])'",
        "as async await bool break const continue crate dyn else enum extern false fn for if impl in"
        " let loop match mod move mut pub ref return self static str struct super trait true type unsafe"
        " use where while",
    ),
    "sql": _language(
        f"{_DASHES}|{_SLASHES}",
        f"{_DOUBLE}|'[^']*'?",
        "add all alter and as asc begin between by case column commit constraint create cross default"
        " delete desc distinct drop else end exists false foreign from full group having in index inner"
        " insert into is join key left like limit not null offset on or order outer primary references"
        " returning right rollback select set table then true union unique update using values view when"
        " where with",
        fold=True,
    ),
    "swift": _language(
        _SLASHES,
        f"{_TRIPLE}|{_DOUBLE}",
        "as break case catch class continue default defer do else enum extension false for func guard"
        " if import in init is let nil private protocol public return self static struct super switch"
        " throw throws true try var where while",
    ),
    "text": _marks(r"(?!)"),
    "toml": _SETTINGS,
    "typescript": _TYPESCRIPT,
    "xml": _MARKUP,
    "yaml": _SETTINGS,
}
_ALIASES = {
    "c++": "cpp",
    "cs": "csharp",
    "js": "javascript",
    "jsx": "javascript",
    "kt": "kotlin",
    "patch": "diff",
    "plain": "text",
    "py": "python",
    "rb": "ruby",
    "rs": "rust",
    "sh": "bash",
    "shell": "bash",
    "svg": "xml",
    "ts": "typescript",
    "tsx": "typescript",
    "txt": "text",
    "yml": "yaml",
    "zsh": "bash",
}
LANGUAGES = frozenset(_LANGUAGES)


def language(name: str) -> str | None:
    """The language that a code block's first line names, as one of `LANGUAGES`; None if it names none."""
    name = name.strip().lower()
    name = _ALIASES.get(name, name)
    return name if name in _LANGUAGES else None


def highlight(code: str, name: str) -> str:
    """`code` as escaped HTML, in spans of `CLASSES`; `name` is one of `LANGUAGES`."""
    return "".join(_spans(code, _LANGUAGES[name]))


def _spans(code: str, known: _Language) -> Iterator[str]:
    done = 0
    for found in known.scanner.finditer(code):
        kind = found.lastgroup
        if kind == "word":
            word = found[0].lower() if known.fold else found[0]
            if word not in known.keywords:
                continue
            kind = "k"
        yield escape(code[done : found.start()], quote=False)
        yield f'<span class="{kind}">{escape(found[0], quote=False)}</span>'
        done = found.end()
    yield escape(code[done:], quote=False)
