from __future__ import annotations

import unicodedata

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from accounts import names

LETTERS = st.characters(categories=["Lu", "Ll", "Lo", "Nd"])
NAMES = st.text(LETTERS, min_size=2, max_size=40).map(names.normalize_username)


def code_of(name: str, check=names.check_username) -> str:
    with pytest.raises(ValidationError) as caught:
        check(names.normalize_username(name))
    return str(caught.value.code)


@pytest.mark.parametrize(
    "name", ["ana", "Ana-María_2", "7up", "Ñandú", "Вася", "김철수", "山田たろう", "ab", "x" * 40]
)
def test_letters_and_digits_of_one_script_make_a_name(name: str) -> None:
    names.check_username(name)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("a", "username_length"),
        ("x" * 41, "username_length"),
        ("", "username_length"),
        ("a.b", "username_characters"),
        ("a b", "username_characters"),
        ("a@b", "username_characters"),
        ("a\u202eb", "username_characters"),
        ("a\u200bb", "username_characters"),
        ("a\x00b", "username_characters"),
        ("\u3164\u3164", "username_characters"),
        ("aʼb", "username_characters"),
        ("🙂🙂", "username_characters"),
        ("-ana", "username_start"),
        ("_ana", "username_start"),
        ("аna", "username_scripts"),
        ("anaνικη", "username_scripts"),
    ],
)
def test_a_refused_name_says_which_rule_it_breaks(name: str, code: str) -> None:
    assert code_of(name) == code


def test_compatibility_forms_are_folded_before_a_name_is_stored() -> None:
    assert names.normalize_username(" Ａｎａ① ") == "Ana1"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Alice", "AIice"),
        ("alice", "a1ice"),
        ("bob", "b0b"),
        ("bob", "ВОВ"),  # Cyrillic
        ("coco", "сосо"),
        ("nina", "ΝΙΝΑ"),  # Greek
        ("modern", "modem"),
        ("will", "vvill"),
        ("jose", "José"),
        ("łukasz", "lukasz"),
        ("user1", "user١"),
        ("Straße", "strasse"),
    ],
)
def test_look_alikes_share_a_skeleton(one: str, other: str) -> None:
    assert names.skeleton(one) == names.skeleton(other)


@pytest.mark.parametrize(
    ("one", "other"), [("ana", "anna"), ("user1", "user2"), ("a-b", "ab"), ("がく", "かく")]
)
def test_names_that_differ_to_the_eye_do_not(one: str, other: str) -> None:
    assert names.skeleton(one) != names.skeleton(other)


@given(NAMES)
def test_the_skeleton_of_a_skeleton_is_itself_and_fits_its_column(name: str) -> None:
    skeleton = names.skeleton(name)
    assert names.skeleton(skeleton) == skeleton
    assert 0 < len(skeleton) <= 255


@given(st.text("abcdefghijklmnopqrstuvwxyz0123456789_-", min_size=2, max_size=40))
def test_letter_case_does_not_change_a_plain_skeleton(name: str) -> None:
    assert names.skeleton(name.upper()) == names.skeleton(name)


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_numbered_names_never_look_alike(one: int, other: int) -> None:
    assert (names.skeleton(f"bot-{one}") == names.skeleton(f"bot-{other}")) == (one == other)


@pytest.mark.parametrize(
    "name", ["admin", "Admin", "ADMIN", "adm1n", "аdmin", "sistema", "everyone", "room", "Moderador"]
)
def test_nobody_may_take_a_reserved_name_or_what_looks_like_one(name: str) -> None:
    assert code_of(name, names.check_not_reserved) == "username_reserved"


@pytest.mark.parametrize("name", ["Ali", "ana", "moderna", "adminton", "roomy"])
def test_other_names_are_not_reserved(name: str) -> None:
    names.check_not_reserved(name)


@given(st.text(max_size=100))
def test_an_accepted_display_name_shows_something_and_hides_nothing(text: str) -> None:
    try:
        name = names.clean_display_name(text)
    except ValidationError:
        return
    assert 1 <= len(name) <= 80
    assert not any(
        unicodedata.category(char) in {"Cc", "Zl", "Zp"} or char in "\u202e\u2066\u200b" for char in name
    )
    assert names.clean_display_name(name) == name


@pytest.mark.parametrize("name", ["Ana  María ", "👩‍👩‍👧 family", "علی‌رضا", "O'Brien, Jr."])
def test_people_write_their_display_name_as_they_like(name: str) -> None:
    assert names.clean_display_name(name) == " ".join(name.split())


@pytest.mark.parametrize("name", ["", "  ", "\u200d", "x" * 81, "a\u202eb", "a\nb", "a\x00b", "a\ufeffb"])
def test_a_display_name_is_neither_empty_nor_deceiving(name: str) -> None:
    with pytest.raises(ValidationError):
        names.clean_display_name(name)
