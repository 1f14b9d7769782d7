"""The Markdown subset of messages: text in, markdown-it tokens out.

CommonMark with these differences, all because a chat line is not a document:

- no headings, rules, tables, indented code, references, images, entities or raw HTML: they stay text;
- a list or quote ends with its last marked line (no lazy continuation), and needs text after its first mark,
  a quote also a space, so that `-`, `>_<` and `---` stay what they are;
- `~~struck~~` and `||spoiler||`; links only to http, https and mailto;
- bare http addresses are links (`render` adds `www.` ones and e-mail addresses);
- nesting past `MAX_NESTING` is shown as typed.

The cost is linear in the length of the text; tests/chat/text/test_cost.py holds it to that.
"""

import re
from bisect import bisect_left
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.common.utils import mdTrim, unescapeAll
from markdown_it.rules_block import StateBlock, blockquote, list_block
from markdown_it.rules_inline import StateInline, autolink
from markdown_it.rules_inline.state_inline import Delimiter
from markdown_it.token import Token

MAX_NESTING = 8
"""How many elements deep blocks may nest (a list and its item are two), and emphasis; then marks are text."""

# No user name before the host: "http://bank.example@evil.example" shows one host and opens another.
_ALLOWED_URL = re.compile(
    r"https?://(?:[a-z\d._-]+|\[[a-f\d:.]+\])(?::\d{1,5})?(?:[/?#]|$)|mailto:.", re.IGNORECASE
)
_SCHEME = re.compile(r"(?<![^\W_])https?$", re.IGNORECASE)
HOST_AND_PATH = (
    r"(?![^\s/?#]*@)\w+(?:[.-]+\w+)*(?<!_)(?::\d{1,5}(?!\d))?"
    # Without the punctuation of the sentence round it, and with brackets only in pairs.
    r"""(?:[/?#](?:[^\s<>"'`|()\[\]{}。，、；：！？）」』】》]|\([^\s<>()]*\))*(?<![.,:;!?…*_~]))?"""
)
"""What follows "http://" or "www." in text. A regular expression of linear cost."""
_ADDRESS = re.compile("://" + HOST_AND_PATH)
_QUOTE_START = re.compile(r">[> ]* [^\s>]")
_MARKS_ONLY = re.compile(r"(?:[-+*]|\d{1,9}[.)])[-+*\s]*")
_BRACKETS = re.compile(r"\\.|`+|[\[\]]", re.DOTALL)
_TARGET = re.compile(r"""\(\s*(?:<([^<>\n]*)>|((?:[^\s()<>]|\([^\s()<>]*\))+))\s*\)""")


class MessageMarkdown(MarkdownIt):
    """The parser of messages. Parsing keeps nothing on the instance, so threads may share one."""

    def __init__(self) -> None:
        super().__init__("zero", {"maxNesting": 100})
        self.enable(["fence", "blockquote", "list", "newline", "escape", "backticks", "emphasis"])
        self.enable(["strikethrough", "link", "autolink", "balance_pairs", "fragments_join"])
        # "text_join" stays off: an escaped "\@" must stay apart, or it would look like a mention.
        self.disable("text_join")
        self.block.ruler.at("paragraph", _paragraph)
        self.block.ruler.at("blockquote", _blockquote, {"alt": ["paragraph", "blockquote", "list"]})
        self.block.ruler.at("list", _list, {"alt": ["paragraph", "blockquote"]})
        self.block.ruler.before("blockquote", "quote_end", _quote_end, {"alt": ["blockquote"]})
        self.inline.ruler.after("text", "address", _address)
        self.inline.ruler.at("newline", _newline)
        self.inline.ruler.at("link", _link)
        self.inline.ruler.at("autolink", _autolink)
        self.inline.ruler.before("link", "spoiler", _spoiler_marks)
        self.inline.ruler2.before("fragments_join", "spoiler", _spoiler_pairs)
        self.inline.add_terminator_char("|")

    def validateLink(self, url: str) -> bool:  # noqa: N802 - its name there
        return _ALLOWED_URL.match(url) is not None

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802
        return link  # shown as typed: decoding would let an address hide what it is


def _paragraph(state: StateBlock, start: int, _end: int, _silent: bool) -> bool:
    """Lines up to an empty one, the mark of another block, or the end of the quote or list item."""
    line, terminators = start + 1, state.md.block.ruler.getRules("paragraph")
    parent, state.parentType = state.parentType, "paragraph"
    while (
        line < state.lineMax
        and not state.isEmpty(line)
        and state.sCount[line] >= state.blkIndent
        and not any(rule(state, line, state.lineMax, True) for rule in terminators)
    ):
        line += 1
    state.parentType, state.line = parent, line
    state.push("paragraph_open", "p", 1)
    inline = state.push("inline", "", 0)
    inline.content, inline.children = mdTrim(state.getLines(start, line, state.blkIndent, False)), []
    state.push("paragraph_close", "p", -1)
    return True


def _blockquote(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    marked = _QUOTE_START.match(state.src, state.bMarks[start] + state.tShift[start], state.eMarks[start])
    return bool(marked) and state.level < MAX_NESTING and blockquote(state, start, end, silent)


def _quote_end(_state: StateBlock, _start: int, _end: int, silent: bool) -> bool:
    """Asked silently, of a line without `>`, whether it ends the quote before it: yes. Starts nothing."""
    return silent


def _list(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    if state.level >= MAX_NESTING:
        return False
    if _MARKS_ONLY.fullmatch(state.src, state.bMarks[start] + state.tShift[start], state.eMarks[start]):
        return False
    return list_block(state, start, end, silent)


def _brackets(state: StateInline) -> dict[int, int]:
    """Where the `]` of each `[` of the text is, found once; brackets in code do not count."""
    pairs = state.cache  # ours: no enabled rule looks ahead with skipToken()
    if pairs:
        return pairs
    pairs[-1] = -1
    runs: dict[int, list[int]] = {}
    for run in re.finditer("`+", state.src):
        runs.setdefault(len(run.group()), []).append(run.start())
    opened: list[int] = []
    pos = 0
    while found := _BRACKETS.search(state.src, pos):
        pos, mark = found.end(), found.group()
        if mark == "[":
            opened.append(found.start())
        elif mark == "]" and opened:
            pairs[opened.pop()] = found.start()
        elif mark[0] == "`":
            same = runs.get(len(mark), [])
            closing = bisect_left(same, pos)
            if closing < len(same):
                pos = same[closing] + len(mark)
    return pairs


def _link(state: StateInline, _silent: bool) -> bool:
    """`[label](target)`. With a title it stays text: a tooltip is a place to lie about the target."""
    start, end = state.pos, state.posMax
    if state.src[start] != "[" or state.linkLevel:
        return False
    close = _brackets(state).get(start, end)
    target = _TARGET.match(state.src, close + 1, end) if close < end else None
    if target is None or not state.src[start + 1 : close].strip():
        return False
    url = state.md.normalizeLink(unescapeAll(target[1] or target[2] or ""))
    if not state.md.validateLink(url):
        return False
    state.push("link_open", "a", 1).attrs = {"href": url}
    state.pos, state.posMax = start + 1, close
    state.linkLevel += 1
    state.md.inline.tokenize(state)
    state.linkLevel -= 1
    state.push("link_close", "a", -1)
    state.pos, state.posMax = target.end(), end
    return True


def _address(state: StateInline, _silent: bool) -> bool:
    """A bare http address. Found here, not in the text afterwards, so that its `_` and `*` mark nothing."""
    scheme = None if state.linkLevel or state.src[state.pos] != ":" else _SCHEME.search(state.pending[-6:])
    rest = _ADDRESS.match(state.src, state.pos, state.posMax) if scheme else None
    if scheme is None or rest is None:
        return False
    shown = scheme.group() + rest.group()
    url = state.md.normalizeLink(shown)
    if not state.md.validateLink(url):
        return False
    state.pending = state.pending[: -len(scheme.group())]
    state.push("link_open", "a", 1).attrs = {"href": url}
    state.push("text", "", 0).content = shown
    state.push("link_close", "a", -1)
    state.pos = rest.end()
    return True


def _newline(state: StateInline, _silent: bool) -> bool:
    """A line ends where it was ended. Spaces at the beginning of the next one stay: people draw with them."""
    if state.src[state.pos] != "\n":
        return False
    state.pending = state.pending.rstrip(" ")
    state.push("softbreak", "br", 0)
    state.pos += 1
    return True


def _autolink(state: StateInline, silent: bool) -> bool:
    return not state.linkLevel and autolink(state, silent)


def _spoiler_marks(state: StateInline, _silent: bool) -> bool:
    if state.src[state.pos] != "|":
        return False
    run = state.scanDelims(state.pos, True)
    if run.length % 2:
        state.append_pending("|" * run.length)
    for _ in range(0 if run.length % 2 else run.length // 2):
        state.push("text", "", 0).content = "||"
        token = len(state.tokens) - 1
        state.delimiters.append(Delimiter(ord("|"), 0, token, -1, run.can_open, run.can_close))
    state.pos += run.length
    return True


def _spoiler_pairs(state: StateInline) -> None:
    inner = [meta["delimiters"] for meta in state.tokens_meta if meta and "delimiters" in meta]
    for delimiters in (state.delimiters, *inner):
        for opener in delimiters:
            if opener.marker == ord("|") and opener.end >= 0:
                _turn(state.tokens[opener.token], "spoiler_open", 1)
                _turn(state.tokens[delimiters[opener.end].token], "spoiler_close", -1)


def _turn(token: Token, type_: str, nesting: Literal[1, -1]) -> None:
    token.type, token.tag, token.nesting, token.markup, token.content = type_, "span", nesting, "||", ""
