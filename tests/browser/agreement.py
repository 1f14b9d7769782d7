"""What a page holds and draws, against what PostgreSQL holds; counted here, not by the site's queries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import psycopg
from psycopg.rows import dict_row

Row = dict[str, Any]

ROOMS = """
SELECT r.id, r.public_id, r.slug, r.name, r.topic, r.kind, r.closed_at IS NOT NULL AS closed, c.head,
    m.role, m.read_seq,
    (SELECT u.display_name FROM chat_membership o JOIN accounts_user u ON u.id = o.user_id
     WHERE o.room_id = r.id AND o.user_id <> m.user_id AND r.kind = 'direct') AS other
FROM chat_membership m JOIN chat_room r ON r.id = m.room_id JOIN chat_roomcursor c ON c.room_id = r.id
JOIN accounts_user u ON u.id = m.user_id
WHERE u.username = %s AND m.left_at IS NULL
"""
MEMBERS = """
SELECT u.username, m.role FROM chat_membership m JOIN accounts_user u ON u.id = m.user_id
WHERE m.room_id = %s AND m.left_at IS NULL
"""
MESSAGES = """
SELECT x.seq, x.pos, x.key::text, u.username, u.display_name, x.body, x.html, x.reply_to,
    x.edited_at IS NOT NULL AS edited, x.deleted_at IS NOT NULL AS deleted,
    ARRAY(SELECT ARRAY[e.emoji, p.username] FROM chat_reaction e JOIN accounts_user p ON p.id = e.user_id
          WHERE e.message_id = x.id ORDER BY e.id) AS reacted,
    ARRAY(SELECT p.username FROM chat_mention t JOIN accounts_user p ON p.id = t.user_id
          WHERE t.message_id = x.id ORDER BY p.username) AS mentions,
    ARRAY(SELECT v.body FROM chat_messageversion v WHERE v.message_id = x.id) AS versions
FROM chat_message x JOIN accounts_user u ON u.id = x.author_id WHERE x.room_id = %s ORDER BY x.seq
"""
FIRST_TEXTS = """
SELECT coalesce(v.body, x.body) AS body FROM chat_message x JOIN accounts_user u ON u.id = x.author_id
LEFT JOIN chat_messageversion v ON v.message_id = x.id AND v.number = 1 WHERE u.username = %s ORDER BY x.id
"""
SHOWN_AT_MOST = 99
NO_TEXT = "This message has no text any more."
EARLIER = "An earlier message"
STATES = ("online", "away", "offline")
"""Where the topic stands in other rooms, a direct room says whether the other person is here."""


@dataclass
class Place:
    """A room as one person should see it, with all its messages."""

    facts: Row
    messages: list[Row]
    members: list[tuple[str, str]]
    unread: int
    mentions: int

    @property
    def name(self) -> str:
        return self.facts["other"] or self.facts["name"]


@dataclass
class Truth:
    """PostgreSQL, read at one moment."""

    database_url: str
    names: dict[str, str] = field(default_factory=dict)
    """User names by public id."""

    def ask(self, statement: str, *values: Any) -> list[Row]:
        with psycopg.connect(self.database_url, row_factory=dict_row) as connection:
            return connection.execute(statement, values).fetchall()

    def places(self, person: str) -> dict[str, Place]:
        """The rooms that somebody is in, by address."""
        users = self.ask("SELECT public_id, username FROM accounts_user")
        self.names = {user["public_id"]: user["username"] for user in users}
        return {facts["slug"]: self._place(facts, person) for facts in self.ask(ROOMS, person)}

    def role(self, slug: str, person: str) -> str | None:
        """What somebody is in a room, if anything."""
        (id,) = self.ask("SELECT id FROM chat_room WHERE slug = %s", slug)
        return {row["username"]: row["role"] for row in self.ask(MEMBERS, id["id"])}.get(person)

    def heads(self, person: str) -> dict[str, int]:
        """Where each room of somebody stands, by address."""
        return {facts["slug"]: facts["head"] for facts in self.ask(ROOMS, person)}

    def written_by(self, person: str) -> list[str]:
        """The messages of somebody, as they were first sent; deleted ones have no text any more."""
        return [row["body"] for row in self.ask(FIRST_TEXTS, person)]

    def _place(self, facts: Row, person: str) -> Place:
        messages = self.ask(MESSAGES, facts["id"])
        unread = [
            one
            for one in messages
            if one["seq"] > facts["read_seq"] and one["username"] != person and not one["deleted"]
        ]
        return Place(
            facts,
            messages,
            sorted((row["username"], row["role"]) for row in self.ask(MEMBERS, facts["id"])),
            unread=len(unread),
            mentions=sum(person in one["mentions"] for one in unread),
        )


def reactions_of(message: Row) -> dict[str, list[str]]:
    """Who reacted with what, in the order of the reactions."""
    found: dict[str, list[str]] = {}
    for emoji, name in message["reacted"]:
        found.setdefault(emoji, []).append(name)
    return found


# --- What the page knows -----------------------------------------------------------------------------


def store_differences(places: dict[str, Place], held: list[Row], names: dict[str, str]) -> Iterator[str]:
    known = {room["info"]["slug"]: room for room in held}
    yield from unlike("rooms known", sorted(known), sorted(places))
    for slug in sorted(known.keys() & places.keys()):
        for difference in _room_differences(places[slug], known[slug], names):
            yield f"{slug}: {difference}"


def _room_differences(place: Place, room: Row, names: dict[str, str]) -> Iterator[str]:
    info, facts = room["info"], place.facts
    for fact in ("name", "topic", "kind", "closed", "role", "head"):
        yield from unlike(fact, info[fact], facts[fact])
    yield from unlike("position", room["position"], facts["head"])
    yield from unlike(
        "read, unread, mentions", _counts(info), (facts["read_seq"], place.unread, place.mentions)
    )
    if room["members"] is not None:
        yield from unlike("members", sorted(map(tuple, room["members"])), place.members)
    held = {message["seq"]: _plain(message, names) for message in room["messages"]}
    expected = {message["seq"]: _expected(message) for message in place.messages}
    if room["loaded"]:
        missing = {seq for seq in expected if seq >= room["liveFrom"]} - held.keys()
        yield from unlike("missing", sorted(missing), [])
    for seq, message in held.items():
        yield from unlike(f"message {seq}", message, expected.get(seq))
    for entry in room["pending"]:
        if entry["state"] == "waiting":
            yield f"still waits: {entry['body']}"


def _counts(info: Row) -> tuple[int, int, int]:
    return info["read"], info["unread"], info["mentions"]


def _plain(message: Row, names: dict[str, str]) -> Row:
    """A message of the page, in the words of the database."""
    deleted = bool(message.get("deleted"))
    return {
        "pos": message["pos"],
        "key": message["key"],
        "author": message["user"]["name"],
        "deleted": deleted,
        "body": message.get("body"),
        "html": message.get("html"),
        "edited": "edited" in message,
        "reply_to": int(message["reply_to"].rsplit(".")[-1]) if "reply_to" in message else None,
        "reactions": [
            (emoji, [names[id] for id in people]) for emoji, people in message.get("reactions", {}).items()
        ],
        "mentions": sorted(names[id] for id in message.get("mentions", [])),
    }


def _expected(message: Row) -> Row:
    deleted = message["deleted"]
    return {
        "pos": message["pos"],
        "key": message["key"],
        "author": message["username"],
        "deleted": deleted,
        "body": None if deleted else message["body"],
        "html": None if deleted else message["html"],
        "edited": message["edited"] and not deleted,
        "reply_to": None if deleted else message["reply_to"],
        "reactions": list(reactions_of(message).items()),
        "mentions": message["mentions"],
    }


# --- What the page shows -----------------------------------------------------------------------------


def drawn_differences(
    places: dict[str, Place], drawn: Row, held: list[Row], me: str, drafts: dict[str, str]
) -> Iterator[str]:
    """`drafts` are the texts that were begun, by address of their room."""
    yield from unlike("connection", drawn["connection"], "open")
    open_rooms = [row["slug"] for section in drawn["sections"] for row in section if row["open"]]
    yield from _sidebar_differences(places, drawn["sections"], open_rooms, drafts)
    if not open_rooms and drawn["noRoom"] and drawn["slug"] not in places:
        return  # one was removed from the room that was open
    if len(open_rooms) != 1 or open_rooms[0] not in places:
        yield from unlike("rooms open", open_rooms, "one of one's own")
        return
    place = places[open_rooms[0]]
    yield from unlike("title", drawn["title"], _title(places, place))
    yield from unlike("header", drawn["name"], place.name)
    if not place.facts["other"]:
        yield from unlike("topic", drawn["topic"], place.facts["topic"])
    elif drawn["topic"] not in STATES:
        yield f"state: is {drawn['topic']!r}, should be one of {STATES}"
    if drawn["draft"] is not None and not place.facts["closed"]:
        yield from unlike("draft", drawn["draft"], drafts.get(open_rooms[0], ""))
    (room,) = (room for room in held if room["info"]["slug"] == open_rooms[0])
    for difference in _row_differences(place, room, drawn, me):
        yield f"drawn in {open_rooms[0]}: {difference}"


def _sidebar_differences(
    places: dict[str, Place], sections: list[list[Row]], open_rooms: list[str], drafts: dict[str, str]
) -> Iterator[str]:
    for section, direct in zip(sections, (False, True), strict=True):
        rooms = [place for place in places.values() if (place.facts["kind"] == "direct") == direct]
        rooms.sort(key=lambda place: (place.unread == 0, place.name.casefold()))
        expected = [
            {
                "slug": place.facts["slug"],
                "name": place.name,
                "unread": _badge(place.unread),
                "mentions": _badge(place.mentions),
                "news": place.unread > 0,
                "draft": bool(drafts.get(place.facts["slug"])) and place.facts["slug"] not in open_rooms,
            }
            for place in rooms
        ]
        shown = [{key: value for key, value in row.items() if key != "open"} for row in section]
        yield from unlike("sidebar", [row["slug"] for row in shown], [row["slug"] for row in expected])
        for is_, should in zip(shown, expected, strict=False):
            yield from unlike(f"line of {should['slug']}", is_, should)


def _title(places: dict[str, Place], open_: Place) -> str:
    for_me = sum(
        place.unread if place.facts["kind"] == "direct" else place.mentions for place in places.values()
    )
    news = any(place.unread for place in places.values())
    return f"{f'({for_me}) ' if for_me else '• ' if news else ''}{open_.name} · ChatConnet"


def _badge(n: int) -> str:
    return "" if n == 0 else f"{SHOWN_AT_MOST}+" if n > SHOWN_AT_MOST else str(n)


def _row_differences(place: Place, room: Row, drawn: Row, me: str) -> Iterator[str]:
    rows = [row for row in drawn["rows"] if not row["pending"]]
    seqs = [row["seq"] for row in rows]
    if not seqs:
        yield from unlike("no rows", len(place.messages), 0)
        return
    held = {message["seq"] for message in room["messages"]}
    expected = [one for one in place.messages if seqs[0] <= one["seq"] <= seqs[-1]]
    yield from unlike("order", seqs, [one["seq"] for one in expected])
    if drawn["atNewest"]:
        yield from unlike("last row", seqs[-1], place.messages[-1]["seq"])
    by_seq = {one["seq"]: one for one in place.messages}
    for row in rows:
        if row["seq"] in by_seq:
            shown = {key: value for key, value in row.items() if key not in ("seq", "pending")}
            yield from unlike(f"row {row['seq']}", shown, _expected_row(by_seq[row["seq"]], by_seq, held, me))


def _expected_row(message: Row, by_seq: dict[int, Row], held: set[int], me: str) -> Row:
    deleted = message["deleted"]
    quote = None
    if message["reply_to"] and not deleted:
        answered = by_seq[message["reply_to"]]
        told = NO_TEXT if answered["deleted"] else line_of(answered["html"])
        quote = told if answered["seq"] in held else EARLIER
    return {
        "author": message["display_name"],
        "text": None if deleted else text_of(message["html"]),
        "deleted": deleted,
        "edited": message["edited"] and not deleted,
        "quote": quote,
        "reactions": [[emoji, len(people), me in people] for emoji, people in reactions_of(message).items()],
    }


def unlike(what: str, is_: object, should: object) -> Iterable[str]:
    """One sentence where they differ; of two messages or rows, only what differs."""
    if is_ == should:
        return
    if isinstance(is_, dict) and isinstance(should, dict):
        different = [key for key in is_ if is_[key] != should.get(key)]
        is_, should = {key: is_[key] for key in different}, {key: should.get(key) for key in different}
    yield f"{what}: is {is_!r}, should be {should!r}"


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found.append(data)


class _Line(_Text):
    """Where a line ends there is a space."""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.found.append(" " if tag == "br" else "")

    def handle_endtag(self, tag: str) -> None:
        self.found.append(" " if tag in ("p", "li", "pre") else "")


def text_of(html: str) -> str:
    """The text of a message's markup."""
    return _read(_Text(), html)


def line_of(html: str) -> str:
    """The same on one line."""
    return " ".join(_read(_Line(), html).split())


def _read(parser: _Text, html: str) -> str:
    parser.feed(html)
    parser.close()
    return "".join(parser.found)
