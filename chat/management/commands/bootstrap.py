"""The first administrator and the welcome room. Safe to run again: what is there stays."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from chat.management.terminal import refuse
from chat.services import server


class Command(BaseCommand):
    help = "Makes the first administrator and the welcome room, where there is none."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--username", default="admin", help="user name of the first administrator")

    def handle(self, *args: Any, username: str, **options: Any) -> None:
        try:
            password = server.first_administrator(username)
        except ValidationError as error:
            raise refuse(f"{username}: {' '.join(error.messages)}") from error
        if password:
            self.stdout.write(f"First administrator: {username}  password: {password}")
        server.welcome_room(_("Welcome"), _("Say hello. Everybody is here."))
