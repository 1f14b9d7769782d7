"""The rules for user names and display names. Pure: no database, no settings."""

from __future__ import annotations

import unicodedata
from functools import cache

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

USERNAME_MIN, USERNAME_MAX = 2, 40
DISPLAY_NAME_MAX = 80

RESERVED = """
    admin administrator administrador administradora root system sistema server servidor staff
    moderator moderators moderador moderadora moderadores mod mods owner operator operador
    support soporte help ayuda security seguridad official oficial chatconnet
    everyone everybody todos here aqui channel canal room sala
    anonymous anonimo nobody deleted webmaster postmaster abuse
"""

# Letters that are drawn as nothing: a name made of them cannot be seen.
_INVISIBLE_LETTERS = frozenset("\u115f\u1160\u3164\uffa0")
# Scripts that are written together.
_TOGETHER = (
    {"HAN", "HIRAGANA", "KATAKANA"},
    {"HAN", "HANGUL"},
    {"HAN", "BOPOMOFO"},
)
_NO_SCRIPT = {"COMMON", "INHERITED"}
# ASCII look-alikes, after case folding. `i` and `l` share a shape through the capital I.
_ASCII_LOOK_ALIKES = str.maketrans({"0": "o", "1": "l", "i": "l", "m": "rn", "w": "vv"})


def normalize_username(name: str) -> str:
    """`name` as it is stored: compatibility forms folded (NFKC), spaces around it dropped, case kept."""
    return unicodedata.normalize("NFKC", name).strip()


def check_username(name: str) -> None:
    """Raises ValidationError, which says the rule, unless the normalised `name` may be a user name.

    Reserved names pass: see `check_not_reserved`.
    """
    if not USERNAME_MIN <= len(name) <= USERNAME_MAX:
        raise ValidationError(
            _("A user name has %(min)d to %(max)d characters."),
            code="username_length",
            params={"min": USERNAME_MIN, "max": USERNAME_MAX},
        )
    if not all(char in "_-" or _is_letter_or_digit(char) for char in name):
        raise ValidationError(
            _("A user name is made of letters, digits, “_” and “-”."), code="username_characters"
        )
    if name[0] in "_-":
        raise ValidationError(_("A user name begins with a letter or a digit."), code="username_start")
    scripts = set() if name.isascii() else _scripts(name)
    if len(scripts) > 1 and not any(scripts <= together for together in _TOGETHER):
        raise ValidationError(
            _("A user name cannot mix letters of different scripts."), code="username_scripts"
        )


def check_not_reserved(name: str) -> None:
    """Raises ValidationError where `name` is, or looks like, a name that nobody may take at sign-up."""
    if skeleton(name) in _reserved_skeletons():
        raise ValidationError(_("This user name is reserved. Choose another one."), code="username_reserved")


def skeleton(name: str) -> str:
    """What `name` looks like: two names that a reader could mix up have the same skeleton.

    After Unicode's UTS 39, and wider: letter case, Latin accents, 0/o, 1/i/l, rn/m and vv/w are folded too.
    """
    shape = unicodedata.normalize("NFKC", name)
    if not shape.isascii():
        shape = _fold_letters(shape)
    return shape.casefold().translate(_ASCII_LOOK_ALIKES)


def _fold_letters(shape: str) -> str:
    for _round in range(3):  # case folding may bring forth letters that are confusable again
        shape = unicodedata.normalize("NFD", shape).translate(_look_alikes())
        shape = "".join(
            _fold_digit(char) for char in unicodedata.normalize("NFD", shape) if not _is_accent(char)
        )
        shape = shape.casefold()
    return unicodedata.normalize("NFC", shape)


def _fold_digit(char: str) -> str:
    return str(unicodedata.decimal(char)) if unicodedata.category(char) == "Nd" else char


def clean_display_name(name: str) -> str:
    """`name` in NFC with single spaces.

    Raises ValidationError where it shows nothing, is too long, or holds what cannot be seen.
    """
    name = " ".join(part for part in unicodedata.normalize("NFC", name).split(" ") if part)
    if not any(unicodedata.category(char)[0] in "LNPS" for char in name):
        raise ValidationError(_("A display name cannot be empty."), code="display_name_empty")
    if len(name) > DISPLAY_NAME_MAX:
        raise ValidationError(
            _("A display name has at most %(max)d characters."),
            code="display_name_length",
            params={"max": DISPLAY_NAME_MAX},
        )
    if any(is_hidden(char) for char in name):
        raise ValidationError(
            _("A display name cannot contain control or invisible characters."),
            code="display_name_characters",
        )
    return name


def check_display_name(name: str) -> None:
    """Raises as `clean_display_name` does."""
    clean_display_name(name)


def _is_letter_or_digit(char: str) -> bool:
    if char in _INVISIBLE_LETTERS or "\u02b0" <= char <= "\u02ff":  # the latter: apostrophes and the like
        return False
    category = unicodedata.category(char)
    return category[0] == "L" or category == "Nd"


def _is_accent(char: str) -> bool:
    return "\u0300" <= char <= "\u036f"


def is_hidden(char: str) -> bool:
    """Whether nobody could see `char`, or tell what it does to the text around it."""
    # The joiners are part of emoji and of Persian and Indic writing.
    if char in "\u200c\u200d":
        return False
    return char in _INVISIBLE_LETTERS or unicodedata.category(char) in {
        "Cc",
        "Cf",
        "Cs",
        "Co",
        "Cn",
        "Zl",
        "Zp",
    }


def _scripts(name: str) -> set[str]:
    from confusable_homoglyphs.categories import unique_aliases

    return set(unique_aliases(name)) - _NO_SCRIPT


@cache
def _reserved_skeletons() -> frozenset[str]:
    return frozenset(skeleton(name) for name in RESERVED.split())


@cache
def _look_alikes() -> dict[int, str]:
    """Letters outside ASCII → what they look like, from Unicode's confusables.

    The package lists each pair in both directions. A letter stands for itself unless it looks like
    something in ASCII, or has exactly one look-alike, whose group it then joins.
    """
    # Imported here: reading the tables takes 0.1 s and some memory, and only new names need them.
    from confusable_homoglyphs.confusables import confusables_data

    pairs: dict[str, list[str]] = {
        source: [pair["c"].strip("\u200e") for pair in targets]
        for source, targets in confusables_data.items()
    }
    table = {}
    for source, targets in pairs.items():
        if len(source) != 1 or source.isascii() or not source.isalnum():
            continue
        plain = next((target for target in targets if target.isascii()), None)
        if plain is not None:
            table[ord(source)] = plain
        elif len(targets) == 1:
            (target,) = targets
            alone = len(pairs.get(target, ())) == 1
            table[ord(source)] = min(source, target) if alone else target
    return table
