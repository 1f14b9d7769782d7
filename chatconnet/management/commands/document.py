"""Keeps the generated parts of docs/ in step with the code."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from chatconnet import documentation


class Command(BaseCommand):
    help = "Writes the generated parts of docs/ anew; with --check it only says which are out of date."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing, fail if anything is old")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        try:
            paths = documentation.outdated(settings.BASE_DIR, write=not check)
        except (documentation.BadDocument, OSError) as error:
            raise CommandError(str(error)) from error
        if check and paths:
            raise CommandError(f"out of date: {', '.join(map(str, paths))}; run manage.py document")
        for path in paths:
            self.stdout.write(f"{path} written")
