"""What others may hang onto accounts, which knows none of them.

- `signed_up(user)` is sent inside the transaction that stores a new person. A receiver that raises undoes it.
- `access_changed(user_ids)` is sent after the commit of anything that may have ended sessions: sign-out, a
  password, deactivation, reactivation. It is a hint to look again; receivers that raise are logged, no more.
- `appearance_changed(user_ids)` is sent after the commit of another display name, or of somebody's choice to
  let others see that they are here, or not to. Receivers that raise are logged.
- `server_asked` is sent where a page or mail says something of this server; one receiver answers with
  `ServerFacts`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import transaction
from django.dispatch import Signal

signed_up = Signal()
access_changed = Signal()
appearance_changed = Signal()
server_asked = Signal()


@dataclass(frozen=True)
class ServerFacts:
    """What every page and mail may say about this server."""

    name: str = "ChatConnet"
    description: str = ""
    is_open: bool = True
    """Whether strangers may sign up."""


def server_facts() -> ServerFacts:
    """What the receiver of `server_asked` says, or what a server says of itself before it says anything."""
    answers: Any = server_asked.send(sender=None)
    return next((facts for _receiver, facts in answers), ServerFacts())


def announce_access_changed(user_ids: Collection[int]) -> None:
    """Sends `access_changed` after the commit of the transaction at hand, if it concerns anybody."""
    _announce(access_changed, user_ids)


def announce_appearance_changed(user_ids: Collection[int]) -> None:
    """Sends `appearance_changed` after the commit of the transaction at hand."""
    _announce(appearance_changed, user_ids)


def _announce(signal: Signal, user_ids: Collection[int]) -> None:
    if user_ids:
        send = partial(signal.send_robust, sender=None, user_ids=sorted(user_ids))
        transaction.on_commit(send, robust=True)
