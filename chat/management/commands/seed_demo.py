"""Fills a server with people, rooms and talk to look at."""

from __future__ import annotations

import json
import time
from argparse import RawDescriptionHelpFormatter
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from chat.management.terminal import PARTLY_DONE, Progress, ask, refuse, stopping
from chat.services import demo


class Command(BaseCommand):
    help = "Fills a server with people, rooms and months of talk in English and Spanish, to look at."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        return super().create_parser(
            prog_name,
            subcommand,
            epilog="example: manage.py seed_demo --users 50 --rooms 12 --messages 5000 --no-input",
            formatter_class=RawDescriptionHelpFormatter,
            **kwargs,
        )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--users", type=int, default=50, help="how many people (default 50)")
        parser.add_argument("--rooms", type=int, default=12, help="how many rooms (default 12)")
        parser.add_argument("--messages", type=int, default=5000, help="how many messages (default 5000)")
        parser.add_argument("--seed", type=int, default=1, help="another number is another talk (default 1)")
        parser.add_argument("--password", help="one password for all of them; without it nobody can sign in")
        parser.add_argument("--add", action="store_true", help="also where people have written already")
        parser.add_argument("--no-input", action="store_true", help="do not ask")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be made")
        parser.add_argument("--json", action="store_true", help="print the numbers as JSON")

    def handle(
        self,
        *args: Any,
        users: int,
        rooms: int,
        messages: int,
        seed: int,
        password: str | None,
        **options: Any,
    ) -> None:
        if users < 2 or rooms < 1 or messages < 0:
            raise refuse("It takes two people and a room, and no fewer than no messages.")
        if demo.is_lived_in() and not options["add"]:
            raise refuse("People have written on this server. With --add the talk comes beside theirs.")
        _check(password)
        if options["dry_run"]:
            self._tell({"users": users, "rooms": rooms, "messages": messages}, options)
            return
        if not options["no_input"]:
            ask(f"This makes {users} people, {rooms} rooms and {messages} messages.")
        begin = time.monotonic()
        talk = demo.Demo(users, rooms, messages, seed, password)
        made, stopped = self._make(talk, messages, options["verbosity"])
        seconds = round(time.monotonic() - begin, 1)
        self._tell(made.as_dict() | {"seconds": seconds}, options)
        if stopped:
            raise CommandError(f"{messages - made.messages} messages are left.", returncode=PARTLY_DONE)

    def _make(self, talk: demo.Demo, messages: int, verbosity: int) -> tuple[demo.Made, bool]:
        progress = Progress(self.stderr, messages, "messages", verbosity)
        with stopping() as stop:
            talk.begin()
            for made in talk.go_on():
                progress.show(made.messages)
                if stop:
                    break
            talk.finish()
        progress.end()
        return talk.made, talk.made.messages < messages

    def _tell(self, numbers: dict[str, Any], options: dict[str, Any]) -> None:
        if options["json"]:
            self.stdout.write(json.dumps({"schema": "seed_demo-1", **numbers}))
        elif options["verbosity"] >= 1:
            verb = "Would make" if options["dry_run"] else "Made"
            listed = ", ".join(f"{number} {name}" for name, number in numbers.items())
            self.stdout.write(f"{verb} {listed}.")


def _check(password: str | None) -> None:
    """A password that a hundred accounts share is at least one that a person might have."""
    if password:
        try:
            validate_password(password)
        except ValidationError as error:
            raise refuse(" ".join(error.messages)) from error
