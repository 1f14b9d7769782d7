"""Who is named in a message. Only members of its room can be."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from accounts.names import skeleton
from chat import text
from chat.trips import Statement, document


class Named(NamedTuple):
    """A member who is named: `user` is the key, `public_id` what others know."""

    user: int
    public_id: str


Members = dict[tuple[str, str], Named]
"""By the room's public id and the folded name."""

# Names are looked up by what they look like, which has an index, and compared as `text` folds them:
# PostgreSQL folds fewer letters.
_MEMBERS = """
SELECT p.room, u.username, u.id, u.public_id
FROM json_to_recordset(%(places)s) AS p(room text, look text),
LATERAL (SELECT id FROM chat_room WHERE public_id = p.room LIMIT 1) r,
LATERAL (SELECT id, username, public_id FROM accounts_user WHERE skeleton = p.look LIMIT 1) u,
LATERAL (SELECT FROM chat_membership m
  WHERE m.room_id = r.id AND m.user_id = u.id AND m.left_at IS NULL LIMIT 1) m
"""


def members_statement(names: Iterable[tuple[str, str]]) -> Statement:
    """Asks who may be meant by these names: each the public id of a room, and a folded name in it."""
    places = {(room, skeleton(name)) for room, name in names}
    return Statement(_MEMBERS, {"places": document({"room": room, "look": look} for room, look in places)})


def members_from(rows: Iterable[tuple[Any, ...]] = ()) -> Members:
    return {(room, text.fold_name(name)): Named(user, public_id) for room, name, user, public_id in rows}


def mark(html: str, names: Collection[str], room: str, members: Members) -> tuple[str, list[Named]]:
    """`html` with what only looks like a mention turned into text, and who is named."""
    if not names:
        return html, []
    known = [name for name in names if (room, name) in members]
    return text.unmarked(html, known), [members[room, name] for name in known]
