"""Messages as HTML, and whom they mention."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from html import escape

import nh3
from markdown_it.token import Token

from chat.text import code
from chat.text.folding import fold_name
from chat.text.markdown import HOST_AND_PATH, MAX_NESTING, MessageMarkdown

NAME_MIN, NAME_MAX = 2, 40

_parser = MessageMarkdown()

# What a reader cannot see but a browser or compiler obeys: controls, overrides and isolates of the direction
# (CVE-2021-42574), line and paragraph separators, annotations, and tags but for those of flag emoji.
CONTROLS = re.compile(
    "(\U0001f3f4[\U000e0030-\U000e007a]{2,6}\U000e007f)"
    "|([\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufff9-\ufffb\U000e0000-\U000e007f])\\2*"
)
# A text without any of this needs no parser. The slow way gives the same.
MARKUP = re.compile(r"[\\`*_~|\[<@\r\n\x00]|://|www\.|mailto:|^\s*(?:>|[-+]\s|\d{1,9}[.)]\s)", re.IGNORECASE)
# What `MARKUP` finds in a text holds one of these signs, "www." in any case, or begins like a block.
_SIGNS = re.compile(r"[\\`*_~|\[<@\r\n\x00:]")
_BLOCK = re.compile(r"\s*[>+\d-]")
_IN_TEXT = re.compile(
    r"(?<![\w.+%/:-])(?:mailto:)?(?P<mail>[\w.+%-]{1,64}@(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_]{2,})"
    rf"|(?<![\w./:@-])(?P<www>www\.{HOST_AND_PATH})"
    r"|(?<![\w\-\u0300-\u036f])@(?P<name>[^\W_][\w\-\u0300-\u036f]*)",
    re.IGNORECASE,
)
_NAME = re.compile(rf"[^\W_][\w-]{{{NAME_MIN - 1},{NAME_MAX - 1}}}")

_MENTION = re.compile(r'<span class="mention" data-name="([^"]*)">([^<]*)</span>')

_cleaner = nh3.Cleaner(
    tags={"p", "br", "em", "strong", "s", "ul", "ol", "li", "blockquote", "a", "pre", "code", "span"},
    clean_content_tags=set(),
    attributes={"a": {"href"}, "ol": {"start"}, "span": {"data-name"}},
    tag_attribute_values={"p": {"dir": {"auto"}}, "li": {"dir": {"auto"}}, "pre": {"dir": {"ltr"}}},
    set_tag_attribute_values={"a": {"target": "_blank"}},
    allowed_classes={
        "span": {"mention", "spoiler", *code.CLASSES},
        "code": {f"language-{name}" for name in code.LANGUAGES},
    },
    link_rel="noopener noreferrer nofollow",
    url_schemes={"http", "https", "mailto"},
    url_relative="deny",
)

_MARKS = {
    "em_open": "<em>",
    "em_close": "</em>",
    "strong_open": "<strong>",
    "strong_close": "</strong>",
    "s_open": "<s>",
    "s_close": "</s>",
    "spoiler_open": '<span class="spoiler">',
    "spoiler_close": "</span>",
}
_TAGS = {
    "softbreak": "<br>",
    "hardbreak": "<br>",
    "link_close": "</a>",
    "blockquote_open": "<blockquote>",
    "blockquote_close": "</blockquote>",
    "bullet_list_open": "<ul>",
    "bullet_list_close": "</ul>",
    "ordered_list_close": "</ol>",
    "list_item_open": '<li dir="auto">',
    "list_item_close": "</li>",
}


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message's HTML and the names in it, from one parsing."""

    html: str
    mentions: tuple[str, ...]


def render(body: str) -> str:
    """`body` as safe HTML.

    Tags: p, br, em, strong, s, ul, ol, li, blockquote, a, pre, code, span. Links open apart and tell nothing
    (`rel`). Paragraphs and list items take the direction of their text (`dir="auto"`), code is left to right.
    `span` classes: `mention` (with `data-name`, the folded name), `spoiler`, `ctrl` (an invisible control
    character, spelled out as "U+202E"), and those of highlighted code. HTML in `body` is shown as text.
    """
    return rendered(body).html


def mentions(body: str) -> list[str]:
    """The names after an `@`, folded (NFKC, case), each once, in order; those in code and links do not count.

    A name has 2–40 letters, digits, `_` or `-`, begins with a letter or digit, and ends where such characters
    end. Before the `@` stands no such character, so an e-mail address mentions nobody.
    """
    return list(rendered(body).mentions) if "@" in body else []


def rendered(body: str) -> Rendered:
    """`render` and `mentions` at the price of one."""
    if may_be_markup(body):
        names: dict[str, None] = {}
        html = _cleaner.clean("".join(_blocks(parse(body), names)))
    else:
        names, html = {}, f'<p dir="auto">{_escape(body.strip())}</p>'
    return Rendered(html if html.isprintable() else CONTROLS.sub(_box, html), tuple(names))


def may_be_markup(body: str) -> bool:
    """Whether the parser has to see this text. Cheap for one that is only letters, spaces and full stops, as
    most are: looking for all of `MARKUP` costs as much as all else that is done with it."""
    if _SIGNS.search(body) or "www." in body.lower() or _BLOCK.match(body):
        return MARKUP.search(body) is not None
    return False


def unmarked(html: str, known: Collection[str]) -> str:
    """What `render` made, where mentions whose folded name is not among `known` are text again."""
    return _MENTION.sub(lambda found: found[0] if found[1] in known else found[2], html)


def parse(body: str) -> list[Token]:
    """The block tokens of a message; those of type "inline" have the tokens of its text as children."""
    return _parser.parse(body)


def _escape(text: str) -> str:
    return escape(text, quote=False).replace("\xa0", "&nbsp;")


def _box(found: re.Match[str]) -> str:
    if found[1]:
        return found[1]
    times = f" ×{len(found[0])}" if len(found[0]) > 1 else ""
    return f'<span class="ctrl">U+{ord(found[2]):04X}{times}</span>'


def _blocks(tokens: list[Token], names: dict[str, None]) -> Iterator[str]:
    for token in tokens:
        if token.type == "inline":
            yield from _inline(token.children or [], names)
        elif token.type == "paragraph_open":
            yield "" if token.hidden else '<p dir="auto">'
        elif token.type == "paragraph_close":
            yield "" if token.hidden else "</p>"
        elif token.type == "fence":
            yield _fence(token)
        elif token.type == "ordered_list_open":
            start = token.attrs.get("start", 1)
            yield "<ol>" if start == 1 else f'<ol start="{start}">'
        else:
            yield _TAGS[token.type]


def _fence(token: Token) -> str:
    """A code block. What its first line says belongs to the code unless it names a language."""
    name = code.language(token.info)
    text = token.content if name or not token.info.strip() else f"{token.info.strip()}\n{token.content}"
    if not text.strip():
        return f'<p dir="auto">{token.markup}{_escape(token.info)}</p>'
    shown = code.highlight(text, name) if name else _escape(text)
    language = f' class="language-{name}"' if name else ""
    return f'<pre dir="ltr"><code{language}>{shown}</code></pre>'


def _inline(tokens: list[Token], names: dict[str, None]) -> Iterator[str]:
    in_link, before = False, ""
    for token in tokens:
        if token.type == "text":
            yield _escape(token.content) if in_link else "".join(_text(before, token.content, names))
        elif token.type == "text_special":
            yield _escape(token.content)
        elif token.type == "code_inline":
            yield f"<code>{_escape(token.content)}</code>"
        elif token.type == "link_open":
            in_link = True
            yield f'<a href="{escape(str(token.attrs["href"]))}">'
        elif token.type in _MARKS:
            yield _MARKS[token.type] if token.level < MAX_NESTING else token.markup
        else:
            in_link = in_link and token.type != "link_close"
            yield _TAGS[token.type]
        before = token.content[-1:]


def _text(before: str, text: str, names: dict[str, None]) -> Iterator[str]:
    """Text with its addresses and mentions marked, these noted in `names`; `before` is what stands before."""
    done = 0
    for found in _IN_TEXT.finditer(before + text, len(before)):
        start, end = found.start() - len(before), found.end() - len(before)
        shown, name = _escape(text[start:end]), fold_name(found["name"] or "")
        if not found["name"]:
            marked = f'<a href="{escape(_url(found))}">{shown}</a>'
        elif _NAME.fullmatch(name):
            names[name] = None
            marked = f'<span class="mention" data-name="{name}">{shown}</span>'
        else:
            continue
        yield _escape(text[done:start])
        yield marked
        done = end
    yield _escape(text[done:])


def _url(found: re.Match[str]) -> str:
    return _parser.normalizeLink(f"mailto:{found['mail']}" if found["mail"] else f"https://{found['www']}")
