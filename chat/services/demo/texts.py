"""What is made of a text once, however often it is said: its HTML, who is named, its search words."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from chat import text


@dataclass(slots=True)
class Text:
    body: str
    html: str
    mentions: tuple[str, ...]
    vector: str = ""


class Texts:
    """Every distinct text so far."""

    def __init__(self) -> None:
        self._known: dict[str, Text] = {}
        self._new: list[Text] = []

    def of(self, body: str) -> Text:
        """`vector` is there after the next `index`."""
        found = self._known.get(body)
        if found is None:
            shown = text.rendered(body)
            found = self._known[body] = Text(body, shown.html, shown.mentions)
            self._new.append(found)
        return found

    def index(self) -> None:
        """Has PostgreSQL make the search vectors of the texts that are new."""
        if not self._new:
            return
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT to_tsvector('simple', words)::text"
                " FROM unnest(%s::text[]) WITH ORDINALITY AS t(words, place) ORDER BY place",
                [[text.search_words(new.body) for new in self._new]],
            )
            for new, (vector,) in zip(self._new, cursor.fetchall(), strict=True):
                new.vector = vector
        self._new = []
