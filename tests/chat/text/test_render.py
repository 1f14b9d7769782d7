import json
import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chat import text
from chat.text import markup
from chat.text.code import CLASSES, LANGUAGES

GOLDEN = Path(__file__).parents[2] / "golden"
CASES = [case for file in sorted((GOLDEN / "text").glob("*.json")) for case in json.loads(file.read_text())]
# One a line; ⏎ stands for a line end. Not splitlines(): some hold separators that are not "\n".
XSS = [line.replace("⏎", "\n") for line in (GOLDEN / "xss_corpus.txt").read_text().split("\n") if line]

ALLOWED: dict[str, dict[str, set[str] | None]] = {
    "p": {"dir": {"auto"}},
    "li": {"dir": {"auto"}},
    "pre": {"dir": {"ltr"}},
    "ol": {"start": None},
    "a": {"href": None, "target": {"_blank"}, "rel": {"noopener noreferrer nofollow"}},
    "code": {"class": {f"language-{name}" for name in LANGUAGES}},
    "span": {"class": {"mention", "spoiler", "ctrl", *CLASSES}, "data-name": None},
    **{tag: {} for tag in ("br", "em", "strong", "s", "ul", "blockquote")},
}
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=120)
MARKS = r"* ** _ ~~ || ` ``` [ ] ( ) ](http://a.b/ < > \\ & @ana @ - 1. http://a.b www.a.b a@b.cc x ' \""
marks = st.sampled_from([*MARKS.split(), " ", "\n", "> ", "- ", "  ", "```py\n", "\u202e", "\r\n", "\x00"])
marked = st.one_of(texts, st.lists(marks, max_size=60).map("".join))


class Page(HTMLParser):
    """Reads HTML as a browser would, and refuses what a message may not hold."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text, self.open, self.links = "", list[str](), list[str]()
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            values = ALLOWED[tag][name]
            assert value is not None
            assert values is None or value in values
        if tag == "a":
            assert "a" not in self.open
            self.links.append(dict(attrs).get("href") or "http://none.example")
            assert re.match(r"https?://[^/@]+(?:/|$)|mailto:", self.links[-1], re.IGNORECASE)
        if tag != "br":
            self.open.append(tag)
        else:
            self.text += "\n"
        assert tag in ALLOWED

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(decl)

    def handle_pi(self, data: str) -> None:
        raise AssertionError(data)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_golden(case: dict[str, Any]) -> None:
    assert text.rendered(case["body"]) == text.Rendered(case["html"], tuple(case["mentions"]))
    Page(case["html"])


def test_the_corpus_is_large() -> None:
    assert len(set(XSS)) >= 200


@pytest.mark.parametrize("payload", XSS)
def test_no_payload_becomes_a_node_and_none_is_dropped(payload: str) -> None:
    for body in (payload, f"hola {payload} *x* @ana", f"> {payload}", f"- {payload}", f"||{payload}||"):
        page = Page(text.render(body))
        seen = re.sub(r"[^a-z]", "", page.text.lower())
        assert "alert" not in payload or "alert" in seen or any("alert" in link for link in page.links)
        assert "<" not in payload or "<" in page.text or page.links


@given(marked)
@settings(deadline=None, max_examples=400)
@example("`a\n```\nb")
def test_any_text_gives_allowed_html_only(body: str) -> None:
    Page(text.render(body))


@given(st.text("xyzéשا漢 \n*_~|`<>[]()\\!&\"'#-+.:>", max_size=80))
@settings(deadline=None, max_examples=400)
def test_no_letter_is_lost_or_moved(body: str) -> None:
    shown = Page(text.render(body)).text
    assert [char for char in shown if char.isalpha()] == [char for char in body if char.isalpha()]


@given(texts.map(text.clean).filter(bool))
@settings(deadline=None, max_examples=400)
def test_the_quick_way_gives_what_the_parser_gives(body: str) -> None:
    quick = text.rendered(body)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(markup, "may_be_markup", lambda _body: True)
        assert text.rendered(body) == quick


@given(st.one_of(marked, st.from_regex(markup.MARKUP)))
@example("WWW.a")
@example("MailTo:a")
@example("\n \u0661. a")
@settings(deadline=None, max_examples=400)
def test_the_quick_look_for_markup_misses_none(body: str) -> None:
    assert markup.may_be_markup(body) == (markup.MARKUP.search(body) is not None)


def test_a_printable_text_has_no_control_character_to_be_shown() -> None:
    printable = "".join(filter(str.isprintable, map(chr, range(sys.maxunicode + 1))))
    assert not markup.CONTROLS.search(printable)


@given(marked)
@settings(deadline=None, max_examples=200)
def test_mentions_are_those_that_are_shown(body: str) -> None:
    names = text.mentions(body)
    assert names == list(dict.fromkeys(re.findall(r'data-name="([^"]+)"', text.render(body))))
    assert all(re.fullmatch(r"[^\W_][\w-]{1,39}", name) and name == name.casefold() for name in names)


@given(st.text(st.characters(categories=["L", "Nd"]), min_size=2, max_size=40))
def test_a_name_is_mentioned_however_it_is_cased(name: str) -> None:
    folded = text.mentions(f"({name})@{name}: hola")
    assert folded in ([], text.mentions(f"@{name.upper()}"), text.mentions(f"@{name.lower()}"))


def test_a_text_is_stored_as_typed_without_white_space_round_it() -> None:
    assert text.clean("\u3000\n a\r\n  b\t\u00a0") == "a\r\n  b"
    assert text.clean(" \u2003\n") == ""
