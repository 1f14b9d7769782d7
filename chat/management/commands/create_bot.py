"""Makes bots and prints their tokens, which are shown only once."""

from __future__ import annotations

import json
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandParser

from chat.errors import Refused
from chat.management.terminal import refuse
from chat.services import bots


class Command(BaseCommand):
    help = "Makes bots and prints a token for each, one a line."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="user name; with --count above 1 the names are NAME-1, NAME-2 …")
        parser.add_argument("--count", type=int, default=1, help="how many bots (default 1)")
        parser.add_argument("--room", help="slug of a room that the bots become members of")
        parser.add_argument("--json", action="store_true", help="print a list of {name, token}")

    def handle(self, *args: Any, name: str, count: int, room: str | None, json: bool, **options: Any) -> None:
        if count < 1:
            raise refuse("--count is at least 1.")
        names = [name] if count == 1 else [f"{name}-{number}" for number in range(1, count + 1)]
        try:
            tokens = bots.create(names, room)
        except Refused as refused:
            raise refuse(f"There is no room with the slug {room!r}, or it is a direct one.") from refused
        except ValidationError as error:
            raise refuse(
                f"{', '.join(names[:3])}{' …' if names[3:] else ''}: {' '.join(error.messages)}"
            ) from error
        self.stdout.write(_as_json(names, tokens) if json else "\n".join(tokens))


def _as_json(names: list[str], tokens: list[str]) -> str:
    return json.dumps([{"name": n, "token": t} for n, t in zip(names, tokens, strict=True)], indent=1)
