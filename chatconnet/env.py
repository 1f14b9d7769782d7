"""Every environment variable that ChatConnet reads, with its type, its default and what it is for.

This is the only module of the Django code that touches `os.environ`; the table of settings in
docs/operations.md is made from `VARIABLES`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from environ.environ import FileAwareEnv

_env = FileAwareEnv()


@dataclass(frozen=True)
class Variable:
    """One variable: `kind` says how its text is read, `purpose` is the sentence in the operators' table."""

    name: str
    kind: str
    default: Any
    purpose: str


VARIABLES: dict[str, Variable] = {}

_READERS: dict[str, Callable[[str, Any], Any]] = {
    "text": lambda name, default: _env.str(name, default=default),
    "list": lambda name, default: _env.list(name, default=default),
    "integer": lambda name, default: _env.int(name, default=default),
    "number": lambda name, default: _env.float(name, default=default),
    "switch": lambda name, default: (
        _env.str(name, default="on" if default else "off").lower() in {"on", "1", "true", "yes"}
    ),
}


def read(name: str, kind: str, default: Any, purpose: str) -> Any:
    """The value of `name`, or `default`. `NAME_FILE` may name a file that holds the value (secrets)."""
    VARIABLES[name] = Variable(name, kind, default, purpose)
    return _READERS[kind](name, default)


def text(name: str, default: str, purpose: str) -> str:
    return str(read(name, "text", default, purpose))


def items(name: str, default: list[str], purpose: str) -> list[str]:
    return [item.strip() for item in read(name, "list", default, purpose) if item.strip()]


def networks(name: str, default: list[str], purpose: str) -> list[IPv4Network | IPv6Network]:
    try:
        return [ip_network(item) for item in items(name, default, purpose)]
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: {error}.") from None


def integer(name: str, default: int, purpose: str) -> int:
    return int(read(name, "integer", default, purpose))


def number(name: str, default: float, purpose: str) -> float:
    return float(read(name, "number", default, purpose))


def switch(name: str, default: bool, purpose: str) -> bool:
    return bool(read(name, "switch", default, purpose))


def site_here(var: Path) -> dict[str, str]:
    """What scripts/run runs on this data folder, so that commands given beside it need no variables."""
    try:
        run = json.loads((var / "run.json").read_text())
        secrets = json.loads((var / "secrets.json").read_text())
        return {
            "DATABASE_URL": run["database_url"],
            "REDIS_URL": run["redis_url"],
            "SECRET_KEY": secrets["secret_key"],
        }
    except (OSError, ValueError, KeyError):
        return {}


def use_settings_module() -> None:
    """Names the settings for the entry points (asgi, celery, manage.py), unless the caller named others."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatconnet.settings")
