import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.text import SearchQuery, parse_search, search_words

texts = st.text(st.characters(exclude_categories=["Cs"]))


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("El CAMIÓN, señor", "el camion senor"),
        ("snake_case-word.py", "snake case word py"),
        ("Straße ﬁne ＡＢＣ", "strasse fine abc"),
        ("東京都 に", "東 京 都 に"),
        ("한국어", "한 국 어"),
        ("हिन्दी", "हिन्दी"),
        ("שָׁלוֹם مُحَمَّد", "שלום محمد"),
        ("٣٤ ４", "34 4"),
        ("so\u00adft zero\u200bwidth", "soft zerowidth"),
        ("Ёлка Йод", "елка иод"),
        ("👍 !?", ""),
    ],
)
def test_words_are_folded(typed: str, words: str) -> None:
    assert search_words(typed) == words


@given(texts)
def test_words_are_letters_digits_and_single_spaces(typed: str) -> None:
    words = search_words(typed)
    assert words == " ".join(words.split())
    assert "_" not in words
    assert search_words(words) == words


@given(texts, texts)
def test_what_is_searched_for_is_folded_like_what_is_stored(before: str, word: str) -> None:
    assert search_words(f"{before}. {word}").endswith(search_words(word))


@pytest.mark.parametrize(
    ("q", "query"),
    [
        ("", SearchQuery()),
        ("Camión rojo camion", SearchQuery(words=("camion", "rojo"))),
        ('"el Camión" ya', SearchQuery(words=("ya",), phrases=("el camion",))),
        ("from:@Ana in:#general hola", SearchQuery(words=("hola",), senders=("ana",), rooms=("general",))),
        ('FROM:ana from:bob in:"the room"', SearchQuery(senders=("ana", "bob"), rooms=("the room",))),
        ("has:link before:2024-01-01 x", SearchQuery(words=("x",), unknown_filters=("has", "before"))),
        ("http://example.com", SearchQuery(words=("http example com",))),
        ("at 12:30", SearchQuery(words=("at", "12 30"))),
        ("note: milk", SearchQuery(words=("note", "milk"))),
        ('"unclosed phrase', SearchQuery(words=("unclosed", "phrase"))),
        ("from: in:", SearchQuery(words=("from", "in"))),
        ('from:"" ""', SearchQuery()),
    ],
)
def test_a_query_is_read(q: str, query: SearchQuery) -> None:
    assert parse_search(q) == query


@given(texts)
def test_any_query_can_be_read(q: str) -> None:
    query = parse_search(q)
    assert all(search_words(words) == words != "" for words in (*query.words, *query.phrases))
