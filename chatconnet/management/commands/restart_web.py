"""Replaces the processes of a running `serve --processes` one after the other."""

from __future__ import annotations

import json
import os
import signal
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from chatconnet.fleet import END_SECONDS, READY_SECONDS, is_held, state_file

LOOK_SECONDS = 0.1


class Command(BaseCommand):
    help = (
        "Replaces the processes of a running `serve --processes` one after the other, as after a change of "
        "the code. Each new one serves before an old one leaves; people's pages come back by themselves."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="port that is served on")

    def handle(self, *args: Any, port: int, **options: Any) -> None:
        state = state_file(settings.VAR, port)

        def facts() -> dict[str, Any]:
            if not is_held(state):
                raise CommandError(f"No `serve --processes` runs on port {port} over {settings.VAR}.")
            try:
                found: dict[str, Any] = json.loads(state.read_text())
            except FileNotFoundError:
                raise CommandError("The processes are just being started or stopped.") from None
            return found

        before = facts()
        os.kill(before["pid"], signal.SIGHUP)
        end = time.monotonic() + len(before["members"]) * (READY_SECONDS + END_SECONDS)
        while (after := facts())["renewals"] == before["renewals"]:
            if time.monotonic() > end:
                raise CommandError("The processes have not been replaced: see the log of `serve`.")
            time.sleep(LOOK_SECONDS)
        if set(after["members"]) & set(before["members"]):
            raise CommandError("A new process did not start, and the old ones go on: see the log of `serve`.")
        self.stdout.write(f"{len(after['members'])} processes replaced.")
