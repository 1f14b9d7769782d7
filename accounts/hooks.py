"""What others may hang onto accounts, which knows none of them.

- `signed_up(user)` is sent inside the transaction that stores a new person. A receiver that raises undoes it.
- `access_changed(user_ids)` is sent after the commit of anything that may have ended sessions: sign-out, a
  password, deactivation, reactivation. It is a hint to look again; receivers that raise are logged, no more.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from django.db import transaction
from django.dispatch import Signal

signed_up = Signal()
access_changed = Signal()


def announce_access_changed(user_ids: Collection[int]) -> None:
    """Sends `access_changed` after the commit of the transaction at hand, if it concerns anybody."""
    if user_ids:
        send = partial(access_changed.send_robust, sender=None, user_ids=sorted(user_ids))
        transaction.on_commit(send, robust=True)
