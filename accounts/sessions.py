"""The session engine (SESSION_ENGINE). A session lives as long as its row in PostgreSQL: no copy outlives it.

No cache stands in front: asking the database whether a session still lives costs as much as reading it
(docs/decisions/sessions.md).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import CreateError, UpdateError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts import services
from accounts.models import Session, User

RENEW_AFTER = timedelta(days=1)
"""A session that is used gets its full time again, but is written no more often than this."""


def signs_in(session_data: str, user: User) -> bool:
    """Whether a session that lives, with this stored data, is one of `user` with the present password: what
    Django's `get_user` asks of an active user, without a query."""
    data = SessionStore().decode(session_data)
    signed = data.get(HASH_SESSION_KEY, "")
    return (
        data.get(SESSION_KEY) == str(user.pk)
        and data.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
        and (
            constant_time_compare(signed, user.get_session_auth_hash())
            or any(constant_time_compare(signed, old) for old in user.get_session_auth_fallback_hash())
        )
    )


class SessionStore(db.SessionStore):
    """Ends SESSION_COOKIE_AGE seconds after its last use, or SESSION_ABSOLUTE_AGE after its sign-in."""

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        self.public_id: str | None = None
        """The stored session's, after `load`."""
        self._ends_by: datetime | None = None
        self._origin: dict[str, str | None] = {}

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def came_from(self, address: str | None, user_agent: str) -> None:
        """Notes where the session was signed in; stored with the next save."""
        self._origin = {"address": address, "user_agent": user_agent[:200]}

    def load(self) -> dict[str, Any]:
        row = self._get_session_from_db()  # type: ignore[attr-defined]
        if row is None:
            return {}
        data: dict[str, Any] = self.decode(row.session_data)
        self._remember(row)
        if self.get_expiry_date(expiry=data.get("_session_expiry")) - row.expire_date > RENEW_AFTER:
            self.modified = True
        return data

    def save(self, must_create: bool = False) -> None:
        """Raises CreateError where the key exists already, UpdateError where the session has ended."""
        if self.session_key is None:
            return self.create()
        data = self._get_session(no_load=must_create)  # type: ignore[attr-defined]
        values = self._origin | {
            "session_data": self.encode(data),
            "expire_date": self.get_expiry_date(expiry=data.get("_session_expiry")),
            "user_id": data.get(SESSION_KEY),
        }
        if must_create:
            try:
                with transaction.atomic():
                    self._remember(Session.objects.create(session_key=self.session_key, **values))
            except IntegrityError as error:
                raise CreateError from error
        elif not Session.objects.filter(session_key=self.session_key).update(**values):
            raise UpdateError
        return None

    def create(self) -> None:
        self._ends_by = None
        super().create()

    def cycle_key(self) -> None:
        """A new secret. Signed in, it stays the same session: its sockets outlive a change of password."""
        if SESSION_KEY not in self:
            return super().cycle_key()
        fresh = self._get_new_session_key()  # type: ignore[attr-defined]
        if not Session.objects.filter(session_key=self.session_key).update(session_key=fresh):
            raise UpdateError
        self._session_key = fresh
        self.modified = True
        return None

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key:
            services.end_session(key)

    def get_expiry_date(self, **kwargs: Any) -> datetime:
        date: datetime = super().get_expiry_date(**kwargs)
        return min(date, self._ends_by) if self._ends_by else date

    def get_expiry_age(self, **kwargs: Any) -> int:
        age: int = super().get_expiry_age(**kwargs)
        return min(age, int((self._ends_by - timezone.now()).total_seconds())) if self._ends_by else age

    async def aload(self) -> dict[str, Any]:
        return await sync_to_async(self.load)()

    async def asave(self, must_create: bool = False) -> None:
        await sync_to_async(self.save)(must_create)

    async def acreate(self) -> None:
        await sync_to_async(self.create)()

    async def acycle_key(self) -> None:
        await sync_to_async(self.cycle_key)()

    async def adelete(self, session_key: str | None = None) -> None:
        await sync_to_async(self.delete)(session_key)

    async def aget_expiry_date(self, **kwargs: Any) -> datetime:
        return await sync_to_async(self.get_expiry_date)(**kwargs)

    async def aget_expiry_age(self, **kwargs: Any) -> int:
        return await sync_to_async(self.get_expiry_age)(**kwargs)

    def _remember(self, row: Session) -> None:
        self.public_id = row.public_id
        self._ends_by = row.created_at + timedelta(seconds=settings.SESSION_ABSOLUTE_AGE)
