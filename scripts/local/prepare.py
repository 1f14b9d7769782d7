"""Brings the database and the static files up to date, in one process: starting Django is what takes time."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

from chatconnet.env import use_settings_module


def prepare() -> None:
    """Migrates, makes the first administrator and the welcome room if missing, collects static files."""
    call_command("migrate", interactive=False, verbosity=0)
    call_command("bootstrap")
    collected = Path(settings.STATIC_ROOT) / ".collected"
    state = _state_of_static_files()
    if not collected.exists() or collected.read_text() != state:
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        collected.write_text(state)


def _state_of_static_files() -> str:
    state = sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            facts = Path(storage.path(name)).stat()
            state.update(f"{name}:{facts.st_size}:{facts.st_mtime_ns}\n".encode())
    return state.hexdigest()


if __name__ == "__main__":
    use_settings_module()
    django.setup()
    prepare()
