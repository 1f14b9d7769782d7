"""Django's `clearsessions`, which comes with an app whose session table we do not use."""

from django.contrib.sessions.management.commands.clearsessions import Command

__all__ = ["Command"]
