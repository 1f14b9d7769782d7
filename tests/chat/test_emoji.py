"""The names of emoji, for the search of the page."""

from __future__ import annotations

import gzip
import json

from django.test import Client
from django.urls import reverse

from chat.text import emoji_names

MOST = 40 * 1024


def test_names_are_there_in_both_languages_for_everybody() -> None:
    answer = Client().get(reverse("chat:emoji", args=[emoji_names.VERSION]))
    rows = {emoji: (english, spanish) for emoji, english, spanish in json.loads(answer.content)}
    assert rows["👍"] == (["thumbs up", "thumbsup", "+1"], ["pulgar hacia arriba"])
    assert "👍🏽" not in rows


def test_names_are_small_and_kept_by_browsers() -> None:
    answer = Client().get(
        reverse("chat:emoji", args=[emoji_names.VERSION]), headers={"accept-encoding": "gzip"}
    )
    assert answer["Content-Encoding"] == "gzip"
    assert len(answer.content) < MOST
    assert json.loads(gzip.decompress(answer.content))
    assert {"public", "immutable", "max-age=31536000"} <= set(answer["Cache-Control"].split(", "))
