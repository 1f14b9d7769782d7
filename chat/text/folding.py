"""Folding: strings that a reader takes for the same made the same string."""

import re
from string import ascii_lowercase
from unicodedata import category, normalize

SLUG_MAX = 60

# Accents and vowel points. Vowel signs of Indic and other scripts are letters to their readers, and stay.
_ACCENTS = re.compile(
    "[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670]+"
)
_ZERO_WIDTH = re.compile(
    "[\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]+"
)

_CYRILLIC = ("авекмнорстухіјѕԁԛԝһӏгь", "abekmhopctyxijsdqwhlrb")
_GREEK = ("αβγεζηικνορτυχω", "abyeznikvoptuxw")
_OTHER = ("ıłøđħŧɑɡɩʟʀɪʙɢʜɴʏꜱᴀᴄᴅᴇᴊᴋᴍᴏᴘᴛᴜᴠᴡᴢօս", "ilodhtagilribghnysacdejkmoptuvwzou")
# Letters in black circles and squares, and those that make flags. White ones are compatibility forms.
_ENCLOSED = (
    "".join(chr(first + n) for first in (0x1F150, 0x1F170, 0x1F1E6) for n in range(26)),
    ascii_lowercase * 3,
)
_LOOK_ALIKES = {
    point: plain
    for alike, ascii_ in (_CYRILLIC, _GREEK, _OTHER, _ENCLOSED)
    for point, plain in str.maketrans(alike, ascii_).items()
}
_LEET = str.maketrans("01345789@$!|l", "oieastbgasiii")

_WORD = re.compile(r"[\w@$]+(?:[!|]+[\w@$]+)*")
_LETTER = re.compile(r"[^\W\d]")
_SPACED = re.compile(r"(?<![\w@$])[\w@$]([^\w@$]{1,3})[\w@$](?:\1[\w@$])+(?![\w@$])")


def letters(text: str) -> str:
    """`text` without what a search overlooks: compatibility forms, case, accents, zero-width signs."""
    if text.isascii():
        return text.lower()
    text = normalize("NFKC", normalize("NFKC", text).casefold())
    return normalize("NFC", _ACCENTS.sub("", normalize("NFD", _ZERO_WIDTH.sub("", text))))


def fold_name(name: str) -> str:
    """A user name as it is compared: compatibility forms and case folded."""
    return normalize("NFKC", normalize("NFKC", name).casefold())


def fold(text: str) -> str:
    """The words of `text` for word rules, with one space between them.

    Two words fold to the same where they differ only in case, accents, compatibility forms (full width,
    mathematical, circled), zero-width signs, look-alikes of Latin letters (Cyrillic, Greek and others), or
    signs for letters: 0 1 3 4 5 7 8 9 @ $ everywhere in a word that has a letter, ! and | inside it. Fold the
    rule too, and look for f" {fold(rule)} " in f" {fold(text)} ". Folding twice is folding once.

    What it gets wrong: i, l and 1 are one letter, so "hall" is "hail"; a Cyrillic or Greek word made of
    look-alikes alone is taken for a Latin one ("сор" for "cop"); "@ana" is "aana". Repeated letters, other
    signs for letters, and a word without any letter ("455", "@$$") are not seen through.
    """
    return _words(_shapes(text))


def fold_spaced(text: str) -> str:
    """`fold` after joining what is spelled out: three or more single letters with the same 1–3 signs between.

    "b a d" and "b.a.d" are "bad". A second form to look in, never instead of `fold`. Another single letter,
    spaced alike, joins the word and hides it ("a b a d"); a list of letters may spell a word by chance.
    """
    return _words(_SPACED.sub(lambda run: run[0].replace(run[1], ""), _shapes(text)))


def _shapes(text: str) -> str:
    return letters(text).translate(_LOOK_ALIKES).replace("_", " ")


def _words(shapes: str) -> str:
    return " ".join(
        word.translate(_LEET) if _LETTER.search(word) else word.strip("@$")
        for word in _WORD.findall(shapes)
        if word.strip("@$")
    )


def slugify(name: str) -> str:
    """`name` for an address: letters of any script, digits and "-", lower case, 1–60 characters.

    "room" if nothing is left of it. Slugs are not unique, nor ASCII.
    """
    name = normalize("NFKC", normalize("NFKC", name).lower())
    kept = "".join(char if category(char)[0] in "LNM" else " " for char in name)
    return "-".join(kept.split())[:SLUG_MAX].rstrip("-") or "room"
