"""What happened in a day, on its way into the tables: one transaction, and one COPY a table."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from accounts.models import User
from chat.models import Membership, Mention, Message, MessageSearch, MessageVersion, Reaction, Room
from chat.services import messages
from chat.services.demo.texts import Text
from chat.services.timeline import memberships_changed


@dataclass(slots=True)
class Said:
    """A message as it will be stored. `first` is what was first sent, if it was edited since."""

    author: User
    text: Text
    at: float
    key: uuid.UUID
    answered: Said | None = None
    first: str | None = None
    room: Room | None = None
    seq: int = 0
    pos: int = 0
    pk: int = 0
    edited_at: float | None = None
    deleted_at: float | None = None

    @property
    def is_deleted(self) -> bool:
        return self.deleted_at is not None

    def row(self) -> tuple[Any, ...]:
        assert self.room  # noqa: S101 (it has happened)
        reply_to = self.answered.seq if self.answered else None
        answered = f"{self.room.public_id}.{reply_to}" if reply_to else None
        body, html = ("", "") if self.is_deleted else (self.text.body, self.text.html)
        digest = messages.digest(self.room.public_id, self.first or self.text.body, answered)
        return (
            *(self.pk, self.room.pk, self.seq, self.pos, self.author.pk, self.key, digest, body, html),
            *(time(self.at), reply_to, time(self.edited_at), time(self.deleted_at)),
        )


@dataclass(slots=True)
class Batch:
    said: list[Said] = field(default_factory=list)
    mentions: list[tuple[Said, int]] = field(default_factory=list)
    edited: list[Said] = field(default_factory=list)
    reactions: list[tuple[Said, int, str, float]] = field(default_factory=list)
    joined: list[tuple[int, int, str, int, int, float]] = field(default_factory=list)
    """Room, user, role, read mark, position, time."""

    def store(self, heads: dict[int, tuple[int, float | None]]) -> None:
        """Writes it all, and the rooms' new heads and times; the caller holds the locks of these rooms.

        Messages get their keys in order of time, as if the server had stored them one after the other.
        """
        self.said.sort(key=lambda said: said.at)
        for said, pk in zip(self.said, _new_keys(Message, len(self.said)), strict=True):
            said.pk = pk
        self._copy()
        with connection.cursor() as cursor:
            rooms = [(room, head, time(at)) for room, (head, at) in heads.items()]
            cursor.execute(
                "UPDATE chat_roomcursor c SET head = n.head, last_at = n.last_at"
                " FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[]) AS n(room, head, last_at)"
                " WHERE c.room_id = n.room",
                [list(column) for column in zip(*rooms, strict=True)],
            )
        if self.joined:
            memberships_changed(user for _room, user, *_rest in self.joined)

    def _copy(self) -> None:
        copy(
            Message,
            [
                *("id", "room_id", "seq", "pos", "author_id", "key", "digest", "body", "html"),
                *("at", "reply_to", "edited_at", "deleted_at"),
            ],
            (said.row() for said in self.said),
        )
        copy(
            MessageSearch,
            ["message_id", "vector"],
            ((said.pk, said.text.vector) for said in self.said if not said.is_deleted),
        )
        copy(
            Mention,
            ["message_id", "user_id", "room_id", "seq"],
            ((said.pk, user, said.room and said.room.pk, said.seq) for said, user in self.mentions),
        )
        copy(
            MessageVersion,
            ["message_id", "number", "body", "at", "editor_id"],
            ((said.pk, 1, said.first, time(said.edited_at), said.author.pk) for said in self.edited),
        )
        copy(
            Reaction,
            ["message_id", "user_id", "emoji", "at"],
            ((said.pk, user, emoji, time(at)) for said, user, emoji, at in self.reactions),
        )
        copy(
            Membership,
            ["room_id", "user_id", "role", "read_seq", "pos", "joined_at", "left_how"],
            ((*start, time(at), "") for *start, at in self.joined),
        )


def copy(model: Any, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """PostgreSQL's COPY: defaults of the database, none of Django's."""
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {model._meta.db_table} ({', '.join(columns)}) FROM STDIN") as lines,
    ):
        for row in rows:
            lines.write_row(row)


def _new_keys(model: Any, number: int) -> Iterator[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, number],
        )
        yield from (key for (key,) in cursor.fetchall())


def time(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
