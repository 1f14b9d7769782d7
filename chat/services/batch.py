"""Sends that are stored together: one transaction of three trips to PostgreSQL, whatever their number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from chat import access, frames, publish, queries
from chat.access import Actor, Place
from chat.errors import Refused, SignedOut, not_found
from chat.models import Message
from chat.services.mentions import Named, mark, members_from, members_statement
from chat.services.timeline import Cursor, cursors_from, lock_statement
from chat.services.words import note_for_rules
from chat.trips import Statement, ask, document, tell


class Draft(msgspec.Struct, frozen=True):
    """A message to be posted: checked and rendered, which needs no database and no lock."""

    actor: Actor
    room: str
    key: UUID
    body: str
    html: str
    reply_to: int | None
    reply_room: str | None
    digest: bytes
    mentions: tuple[str, ...]
    words: str


Outcome = frames.Message | Exception

# Under the locks: the time, which rooms are closed, what the keys name already, which of the messages
# answered are there (room and place), and whether anybody has to look at what is stored.
_FACTS = """
SELECT
    clock_timestamp(),
    ARRAY(SELECT public_id FROM chat_room WHERE public_id = ANY(%(rooms)s::text[]) AND closed_at IS NOT NULL),
    ARRAY(SELECT m.id FROM json_to_recordset(%(keys)s) AS k(author bigint, key uuid),
      LATERAL (SELECT id FROM chat_message WHERE author_id = k.author AND key = k.key LIMIT 1) m),
    (SELECT json_agg(json_build_array(p.room, p.seq))
      FROM json_to_recordset(%(places)s) AS p(room text, seq bigint),
      LATERAL (SELECT id FROM chat_room WHERE public_id = p.room LIMIT 1) r,
      LATERAL (SELECT FROM chat_message WHERE room_id = r.id AND seq = p.seq LIMIT 1) m),
    EXISTS (SELECT 1 FROM chat_wordrule WHERE is_active)
"""

_INSERT = """
WITH sent AS (
    SELECT * FROM json_to_recordset(%(rows)s) AS r(room_id bigint, seq bigint, author bigint, key uuid,
      digest text, body text, html text, at timestamptz, reply_to bigint, words text)
), stored AS (
    INSERT INTO chat_message (room_id, seq, pos, author_id, key, digest, body, html, at, reply_to)
    SELECT room_id, seq, seq, author, key, decode(digest, 'hex'), body, html, at, reply_to FROM sent
    RETURNING id, room_id, seq
), words AS (
    INSERT INTO chat_messagesearch (message_id, vector)
    SELECT stored.id, to_tsvector('simple', sent.words)
    FROM stored JOIN sent USING (room_id, seq)
), mentions AS (
    INSERT INTO chat_mention (message_id, user_id, room_id, seq)
    SELECT stored.id, m.user_id, room_id, seq
    FROM json_to_recordset(%(mentions)s) AS m(room_id bigint, seq bigint, user_id bigint)
    JOIN stored USING (room_id, seq)
)
UPDATE chat_roomcursor c SET head = h.head, last_at = h.last_at
FROM json_to_recordset(%(heads)s) AS h(room_id bigint, head bigint, last_at timestamptz)
WHERE c.room_id = h.room_id
"""


class _Row(msgspec.Struct):
    """A message that is to be stored, as `_INSERT` takes it."""

    room_id: int
    seq: int
    author: int
    key: UUID
    digest: str
    body: str
    html: str
    at: datetime
    reply_to: int | None
    words: str


class _New(NamedTuple):
    row: _Row
    draft: Draft
    named: list[Named]


class Batch:
    """The order matters: lock, then read what decides, then write. Inside a transaction."""

    def __init__(self, drafts: Sequence[Draft]) -> None:
        self.drafts = drafts
        self.new: dict[tuple[int, UUID], _New] = {}
        rooms = list({draft.room for draft in drafts})
        actors = {draft.actor for draft in drafts}
        members = {(draft.room, draft.actor.id) for draft in drafts}
        names = [(draft.room, name) for draft in drafts for name in draft.mentions]
        locked, stood, facts, *named = ask(
            lock_statement(rooms),
            access.standing_statement(actors, members),
            self._facts(rooms),
            *([members_statement(names)] if names else []),
        )
        self.cursors = cursors_from(locked)
        self.since = {room: cursor.head for room, cursor in self.cursors.items()}
        self.standing = access.standing_from(stood, actors, [c.room_id for c in self.cursors.values()])
        self.now, closed, repeated, found, self.is_checked = facts[0]
        self.closed = set(closed)
        self.places: set[Place] = set(map(tuple, found or ()))
        self.known = _known(repeated)
        self.members = members_from(*named)

    def _facts(self, rooms: list[str]) -> Statement:
        keys = [{"author": draft.actor.id, "key": draft.key} for draft in self.drafts]
        places = [
            {"room": draft.room, "seq": draft.reply_to}
            for draft in self.drafts
            if draft.reply_to and draft.reply_room == draft.room
        ]
        return Statement(_FACTS, {"rooms": rooms, "keys": document(keys), "places": document(places)})

    def store(self) -> list[Outcome]:
        """To each draft its own outcome."""
        decided = [self._decide(draft) for draft in self.drafts]
        shown = self._insert() if self.new else {}
        return [shown[row.author, row.key] if isinstance(row, _Row) else row for row in decided]

    def _decide(self, draft: Draft) -> _Row | Outcome:
        """A new row, the message that the key names already, or why not."""
        try:
            if draft.actor in self.standing.refused:
                raise self.standing.refused[draft.actor]
            cursor = self.cursors.get(draft.room)
            if cursor is None or (draft.room, draft.actor.id) not in self.standing.members:
                raise not_found()
            name = (draft.actor.id, draft.key)
            if name in self.new:
                first = self.new[name]
                return first.row if first.draft.digest == draft.digest else Refused("key_conflict")
            if name in self.known:
                return _repeated(self.known[name], draft)
            held_against = self.standing.held_against.get((cursor.room_id, draft.actor.id), ())
            access.check_may_write(draft.room in self.closed, held_against)
            if draft.reply_to and (
                draft.reply_room != draft.room or (draft.room, draft.reply_to) not in self.places
            ):
                raise not_found()
            return self._create(cursor, draft)
        except (Refused, SignedOut) as refusal:
            return refusal

    def _create(self, cursor: Cursor, draft: Draft) -> _Row:
        cursor.head += 1
        cursor.last_at = max(self.now, cursor.last_at or self.now)
        html, named = mark(draft.html, draft.mentions, draft.room, self.members)
        row = _Row(
            room_id=cursor.room_id,
            seq=cursor.head,
            author=draft.actor.id,
            key=draft.key,
            digest=draft.digest.hex(),
            body=draft.body,
            html=html,
            at=cursor.last_at,
            reply_to=draft.reply_to,
            words=draft.words,
        )
        self.new[row.author, row.key] = _New(row, draft, named)
        self.places.add((draft.room, row.seq))
        return row

    def _insert(self) -> dict[tuple[int, UUID], frames.Message]:
        """Writes the new rows and all that hangs on them; publishes one change a room."""
        changed = [cursor for room, cursor in self.cursors.items() if cursor.head != self.since[room]]
        rows = {
            "rows": document(new.row for new in self.new.values()),
            "mentions": document(_mentions(self.new.values())),
            "heads": document(changed),
        }
        tell(Statement(_INSERT, rows))
        shown = {name: self._shown(new) for name, new in self.new.items()}
        said: dict[str, list[frames.Message]] = {cursor.public_id: [] for cursor in changed}
        for message in shown.values():
            said[message.room].append(message)
        for cursor in changed:
            self._publish(cursor, said[cursor.public_id])
        return shown

    def _publish(self, cursor: Cursor, said: list[frames.Message]) -> None:
        since = self.since[cursor.public_id]
        frame = frames.ChangesFrame(room=cursor.public_id, from_=since, to=cursor.head, messages=said)
        publish.changed(cursor.room_id, frame)
        if self.is_checked:
            note_for_rules(cursor.room_id, since, cursor.head)

    def _shown(self, new: _New) -> frames.Message:
        """The new message as everybody sees it: like `queries.message`, of what is known already."""
        row, room = new.row, new.draft.room
        message = frames.Message(
            id=f"{room}.{row.seq}",
            room=room,
            seq=row.seq,
            pos=row.seq,
            key=str(row.key),
            user=self.standing.users[row.author],
            at=frames.rfc3339(row.at),
            body=row.body,
            html=row.html,
            reactions={},
            files=[],
            mentions=[member.public_id for member in new.named],
        )
        if row.reply_to:
            message.reply_to = f"{room}.{row.reply_to}"
        return message


def _mentions(new: Iterable[_New]) -> Iterator[dict[str, int]]:
    for one in new:
        for member in one.named:
            yield {"room_id": one.row.room_id, "seq": one.row.seq, "user_id": member.user}


def _known(repeated: Sequence[int]) -> dict[tuple[int, UUID], Message]:
    """The messages with these ids, by what names them."""
    rows = Message.objects.select_related("author", "room").filter(pk__in=repeated) if repeated else ()
    return {(row.author_id, row.key): row for row in rows}


def _repeated(row: Message, draft: Draft) -> Outcome:
    """The message that the key names, as it is now; `key_conflict` if something else was first sent."""
    if bytes(row.digest) != draft.digest:
        return Refused("key_conflict")
    (message,) = queries.messages(row.room, [row])
    return message
