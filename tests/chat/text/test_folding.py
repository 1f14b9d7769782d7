import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.text import fold, fold_spaced, slugify

texts = st.text(st.characters(exclude_categories=["Cs"]))


@pytest.mark.parametrize(
    "disguise",
    ["idiota", "IDIOTA", "ídíötã", "1d10t4", "id!ota", "іdіоtа", "ιdιοtα", "ｉｄｉｏｔａ", "𝖎𝖉𝖎𝖔𝖙𝖆",
     "i\u200bd\u00adi\u2060ota", "ldl0ta", "id|ot@", "ⓘⓓⓘⓞⓣⓐ", "🅘🅓🅘🅞🅣🅐", "🅸🅳🅸🅾🆃🅰", "🇮🇩🇮🇴🇹🇦", "ıᴅɪᴏᴛᴀ"],
)  # fmt: skip
def test_a_disguised_word_folds_to_the_word(disguise: str) -> None:
    assert f" {fold('idiota')} " in f" {fold(f'qué {disguise}, tú')} "


@pytest.mark.parametrize("innocent", ["idiotas", "patriota", "idio ta", "1984", "idiot"])
def test_other_words_do_not(innocent: str) -> None:
    assert f" {fold('idiota')} " not in f" {fold(innocent)} "


def test_numbers_and_lone_signs_stay_what_they_are() -> None:
    assert fold("455 10.50 @ $5 !") == "455 10 50 5"


def test_signs_end_a_word_unless_they_are_in_it() -> None:
    assert fold("hola! |x| ¿qué?_sí") == "hoia x que si"


@pytest.mark.parametrize(
    "spaced", ["b a d", "b.a.d", "b-a-d", "b_a_d", "b  a  d", "B . A . D", "b 4 d", "see b a d boy"]
)
def test_a_word_spelled_out_is_joined(spaced: str) -> None:
    assert " bad " in f" {fold_spaced(spaced)} "
    assert " bad " not in f" {fold(spaced)} "


@pytest.mark.parametrize("apart", ["a b", "b a. d", "be a dog", "b a dog"])
def test_what_is_not_spelled_out_is_not_joined(apart: str) -> None:
    assert fold_spaced(apart) == fold(apart)


@given(texts)
def test_folding_twice_is_folding_once(typed: str) -> None:
    once = fold(typed)
    assert fold(once) == once
    assert once == " ".join(once.split())
    fold_spaced(typed)


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("General", "general"),
        ("  Año Nuevo!! 2024 ", "año-nuevo-2024"),
        ("Кафе & чай", "кафе-чай"),
        ("部屋", "部屋"),
        ("हिन्दी", "हिन्दी"),
        ("a/b?c#d", "a-b-c-d"),
        ("¡!", "room"),
        ("", "room"),
        ("x" * 80, "x" * 60),
        ("x" * 59 + " y", "x" * 59),
    ],
)
def test_a_name_makes_a_slug(name: str, slug: str) -> None:
    assert slugify(name) == slug


@given(texts)
def test_a_slug_is_its_own_slug(name: str) -> None:
    slug = slugify(name)
    assert slugify(slug) == slug
    assert 1 <= len(slug) <= 60
    assert not set(slug) & set("/?#%&.\\ <>\"'\n")
