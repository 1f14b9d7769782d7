"""Brings the database and the static files up to date, in one process: starting Django is what takes time."""

from __future__ import annotations

import django
from django.core.management import call_command

from chatconnet.env import use_settings_module


def prepare() -> None:
    """Migrates, makes the first administrator and the welcome room if missing, collects static files."""
    call_command("migrate", interactive=False, verbosity=0)
    call_command("bootstrap")
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)


if __name__ == "__main__":
    use_settings_module()
    django.setup()
    prepare()
