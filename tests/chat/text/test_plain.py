import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat.text import excerpt, plain, snippet

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
LONG = "one two three four five six seven eight nine ten"


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("**a** _b_\n> c\n- d", "a b c d"),
        ("see [the site](http://example.com) and http://a.example", "see the site and http://a.example"),
        ("who? ||the *butler*|| did", "who? ▒▒▒ did"),
        ("`x` \n```py\na = 1\n```", "x a = 1"),
        ("```odd\na\n```", "odd a"),
        ("<b>x</b> & y", "<b>x</b> & y"),
        ("a\u202eb\u0007c", "abc"),
        ("@ana: hola", "@ana: hola"),
        ("  one\n\n two ", "one two"),
    ],
)
def test_a_message_is_one_plain_line(body: str, line: str) -> None:
    assert plain(body) == line


def test_an_excerpt_is_cut_between_words() -> None:
    assert excerpt(LONG, 20) == "one two three four…"
    assert excerpt("x" * 30, 20) == "x" * 19 + "…"
    assert excerpt("short", 20) == "short"


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["six"], "…five six seven…"),
        (["Fíve"], "…four five six…"),
        (["nothing"], "one two three four…"),
        ([], "one two three four…"),
        (["ten"], "…eight nine ten"),
        (["seve"], "…six seven eight…"),
        (["six seven"], "…five six seven…"),
    ],
)
def test_a_snippet_shows_the_first_hit(words: list[str], part: str) -> None:
    assert snippet(LONG, words, 20) == part


def test_a_snippet_finds_signs_without_spaces_and_prefers_whole_words() -> None:
    assert "京都" in snippet("あ" * 50 + "東京都", ["京 都"], 20)
    assert snippet("catalogue " * 5 + "cat sat", ["cat"], 20) == "…catalogue cat sat"


def test_a_snippet_keeps_a_spoiler() -> None:
    assert "butler" not in snippet(f"{LONG} ||the butler|| {LONG}", ["butler"], 40)


@given(texts, st.lists(texts, max_size=3), st.integers(10, 60))
@settings(deadline=None)
def test_no_excerpt_is_wider_than_asked(body: str, words: list[str], width: int) -> None:
    assert len(snippet(body, words, width)) <= width
    assert len(excerpt(body, width)) <= width
