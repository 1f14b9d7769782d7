"""The refusals of ChatConnet: a stable code, a sentence in the reader's language, perhaps a wait.

A service raises `Refused`; each entrance translates it for its own clients. Sentences are lazy, so
they are read in the language that is active when the answer is written.
"""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, str | Promise] = {
    "bad_frame": _("That was not a frame this server can read."),
    "unknown_type": _("This server does not know that command."),
    "bad_field": _("A field is missing, unknown or not acceptable."),
    "not_found": _("There is nothing here, or it is not open to you."),
    "forbidden": _("You may not do that here."),
    "muted": _("You cannot write here for now."),
    "suspended": _("Your account is suspended."),
    "slow_mode": _("This room is in slow mode. Wait a moment before you write again."),
    "rate_limited": _("That was too much at once. Wait a moment and try again."),
    "blocked_content": _("This server does not accept that text."),
    "key_conflict": _("Another message was already sent with this key."),
    "conflict": _("Somebody changed this in the meantime."),
    "too_late": _("The time for changing this has passed."),
    "last_owner": _("You are the only owner. Make somebody else an owner first."),
    "read_only": _("This room is closed. You can read it, but not write."),
    "busy": _("The server is busy. Try again in a moment."),
    "unavailable": _("The server cannot store anything right now. Try again in a moment."),
    "internal": _("Something went wrong on the server. Try again in a moment."),
}


class Refused(Exception):
    """Nothing was stored. `code` is one of `SENTENCES`; `retry_after` is in seconds.

    `message` carries the present state of a message, for `conflict`.
    """

    def __init__(
        self,
        code: str,
        detail: str | Promise | None = None,
        *,
        field: str | None = None,
        retry_after: float | None = None,
        message: Any = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail or SENTENCES[code]
        self.field = field
        self.retry_after = retry_after
        self.message = message


class SignedOut(Exception):
    """The session or token that this actor came with is no longer good. Sockets close with 4401."""


def not_found() -> Refused:
    """The one answer for "missing" and "not yours"."""
    return Refused("not_found")


def bad_field(field: str, detail: str | Promise | None = None) -> Refused:
    return Refused("bad_field", detail, field=field)
