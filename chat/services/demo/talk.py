"""Talk made of dialogues that somebody wrote.

A dialogue is a paragraph. Each line names who speaks (A begins, B, C and D answer) and has one or more forms,
separated by " | ". `{word}` is one of the theme's words, the same through the dialogue; `{word+}` is another
one. "¶" breaks the line. What is said then depends on who is there: `chat.services.demo.place` casts it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

KEPT = 0.85
"""How probably a line after the first is spoken."""
TAILED = 0.1
CONTRACTIONS = ((" a el ", " al "), (" de el ", " del "))
"""Of Spanish; none of it is English."""

_WORD = re.compile(r"\{(\w+)(\+?)\}")


@dataclass(frozen=True, slots=True)
class Theme:
    """What a kind of room talks about. `rooms` are names with topics; `more` makes names of a place."""

    language: str
    rooms: tuple[tuple[str, str], ...]
    more: tuple[str, ...]
    tails: str
    words: dict[str, str]
    talk: str
    at_work: bool = False
    """Quiet at weekends."""


@dataclass(frozen=True, slots=True)
class Line:
    speaker: int
    forms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dialogue:
    lines: tuple[Line, ...]
    words: dict[str, tuple[str, ...]]
    tails: tuple[str, ...]


class Talk:
    """The talk of a room: its dialogues from a shuffled pile, so that none returns before all others came."""

    def __init__(self, rng: Random, themes: Sequence[Theme]) -> None:
        self._rng = rng
        self._dialogues = [dialogue for theme in themes for dialogue in _dialogues(theme)]
        self._pile: list[Dialogue] = []

    def go_on(self) -> Iterator[tuple[int, str]]:
        """The next dialogue: who speaks (0 is who began) and what is said."""
        if not self._pile:
            self._pile = self._rng.sample(self._dialogues, len(self._dialogues))
        dialogue = self._pile.pop()
        chosen: dict[str, str] = {}
        for number, line in enumerate(dialogue.lines):
            if number == 0 or self._rng.random() < KEPT:
                yield line.speaker, self._say(dialogue, line, chosen)

    def _say(self, dialogue: Dialogue, line: Line, chosen: dict[str, str]) -> str:
        def word(found: re.Match[str]) -> str:
            name, another = found.groups()
            if another or name not in chosen:
                value = self._rng.choice(dialogue.words[name])
                if another and value == chosen.get(name):
                    value = self._rng.choice(dialogue.words[name])
                chosen.setdefault(name, value)
                return value
            return chosen[name]

        body = _WORD.sub(word, self._rng.choice(line.forms)).replace("¶", "\n")
        if self._rng.random() < TAILED and "\n" not in body:
            body = f"{body} {self._rng.choice(dialogue.tails)}"
        for apart, together in CONTRACTIONS:
            body = body.replace(apart, together)
        return body[0].upper() + body[1:]


@cache
def _dialogues_of(talk: str) -> tuple[tuple[Line, ...], ...]:
    return tuple(
        tuple(
            Line(speaker="ABCD".index(line[0]), forms=tuple(line[2:].split(" | ")))
            for line in paragraph.splitlines()
        )
        for paragraph in talk.strip().split("\n\n")
    )


def _dialogues(theme: Theme) -> Iterator[Dialogue]:
    words = {name: tuple(values.split("|")) for name, values in theme.words.items()}
    for lines in _dialogues_of(theme.talk):
        yield Dialogue(lines, words, tuple(theme.tails.split("|")))
