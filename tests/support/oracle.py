"""The judge of what was delivered: compares what clients were told with what PostgreSQL holds."""

from __future__ import annotations

import json
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from tests.support.client import Client

Row = tuple[int, str, str, str]
"""`seq`, key, user name and text of a stored message."""


class BrokenPromise(AssertionError):
    """Something was lost, doubled or out of order. Never put down to a busy machine: `tests.plugin`."""


class Listener(Client):
    """A client that also notes when each message first came, by the clock of `time.monotonic`."""

    def __init__(self, url: str, **options: Any) -> None:
        super().__init__(url, **options)
        self.came: dict[str, float] = {}
        self.synced_from: dict[str, int] = {}
        self.earlier: list[dict[str, Any]] = []
        """The frames of the sockets that this one goes on from."""

    async def sync(self, positions: dict[str, int], epoch: str | None = None) -> dict[str, Any]:
        for room, position in (self.positions | positions).items():
            self.synced_from.setdefault(room, position)
        return await super().sync(positions, epoch)

    def _changes(self, frame: dict[str, Any]) -> None:
        super()._changes(frame)
        now = time.monotonic()
        for message in frame["messages"]:
            self.came.setdefault(message["id"], now)

    def go_on_from(self, other: Listener) -> None:
        """Takes over what the same person's last socket knew, before this one is opened."""
        self.positions = dict(other.positions)
        self.messages, self.order = other.messages, other.order
        self.came, self.synced_from = other.came, other.synced_from
        self.earlier = [*other.earlier, *other.frames]

    def forget(self, room: str) -> None:
        """Lets go of all that came, once it was checked: from here on it is as if the room began now."""
        self.frames[:] = [self.welcome]
        self.earlier.clear()
        self.came.clear()
        self.messages.get(room, {}).clear()
        self.order.get(room, []).clear()
        self.synced_from[room] = self.positions[room]


@dataclass
class Oracle:
    """What senders were told about one room. Messages there are only sent, never changed."""

    database_url: str
    room: str
    acknowledged: dict[tuple[str, str], str] = field(default_factory=dict)
    acknowledged_at: dict[str, float] = field(default_factory=dict)
    latencies: list[float] = field(default_factory=list)

    def sent(self, message: dict[str, Any], since: float) -> None:
        """Notes an acknowledgement that has just come, `since` the command went out; each repeat of a key
        must be answered with the same message."""
        now = time.monotonic()
        self.latencies.append(now - since)
        name = message["user"]["name"], message["key"]
        if self.acknowledged.setdefault(name, message["id"]) != message["id"]:
            raise BrokenPromise(f"B: {name} is {self.acknowledged[name]} and {message['id']}")
        self.acknowledged_at.setdefault(message["id"], now)

    def forget(self) -> None:
        """Lets go of what was checked."""
        self.acknowledged.clear()
        self.acknowledged_at.clear()
        self.latencies.clear()

    def stored(self, since: int = 0) -> list[Row]:
        """The room's messages in PostgreSQL after a position, in order."""
        with psycopg.connect(self.database_url) as connection:
            return connection.execute(
                "SELECT m.seq, m.key::text, u.username, m.body FROM chat_message m"
                " JOIN chat_room r ON r.id = m.room_id JOIN accounts_user u ON u.id = m.author_id"
                " WHERE r.public_id = %s AND m.seq > %s ORDER BY m.seq",
                [self.room, since],
            ).fetchall()

    def head(self) -> int:
        with psycopg.connect(self.database_url) as connection:
            found = connection.execute(
                "SELECT c.head FROM chat_roomcursor c JOIN chat_room r ON r.id = c.room_id"
                " WHERE r.public_id = %s",
                [self.room],
            ).fetchone()
        assert found
        return int(found[0])

    def check(self, listeners: Iterable[Listener], *, since: int) -> list[Row]:
        """Every check over the positions after `since`, from which on each listener listened. Returns the
        rows; a failure names a folder with the frames that each listener got."""
        rows = self.stored(since)
        listeners = list(listeners)
        try:
            self._check_rows(rows, since)
            for listener in listeners:
                self._check_listener(listener, rows)
        except AssertionError as failure:
            raise BrokenPromise(f"{failure}; frames: {dump(listeners)}") from failure
        return rows

    def _check_rows(self, rows: list[Row], since: int) -> None:
        ids = {(user, key): f"{self.room}.{seq}" for seq, key, user, _body in rows}
        lost = [name for name, id in self.acknowledged.items() if ids.get(name) != id]
        assert not lost, f"A: {len(lost)} acknowledged and not stored: {lost[:3]}"
        assert len(ids) == len(rows), "B: a key is stored twice"
        assert [row[0] for row in rows] == list(range(since + 1, self.head() + 1)), "E: positions have holes"

    def _check_listener(self, listener: Listener, rows: list[Row]) -> None:
        order = [seq for seq, _pos in listener.order.get(self.room, [])]
        twice = [seq for seq, times in Counter(order).items() if times > 1]
        assert not twice, f"C: shown twice: {twice[:5]}"
        got = listener.messages.get(self.room, {})
        start = listener.synced_from[self.room]
        expected = [row for row in rows if row[0] > start]
        shown = [
            (seq, got[seq]["key"], got[seq]["user"]["name"], got[seq]["body"]) for seq in order if seq > start
        ]
        missing = {row[0] for row in expected} - set(order)
        assert shown == expected, f"D: not the order of the database; missing: {sorted(missing)[:5]}"

    def delays(self, listener: Listener, senders: Collection[str]) -> list[float]:
        """Seconds from the acknowledgement of each message of `senders` until it came to this listener."""
        return [
            max(0.0, listener.came[message] - self.acknowledged_at[message])
            for (sender, _key), message in self.acknowledged.items()
            if sender in senders
        ]


def percentile(values: Iterable[float], share: float) -> float:
    """The value that `share` (0 to 1) of `values` do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def caught_up(listeners: Iterable[Listener], room: str, head: int) -> Callable[[], bool]:
    """A condition: each listener has applied everything up to `head`."""
    return lambda: all(listener.positions.get(room, 0) >= head for listener in listeners)


def dump(listeners: Iterable[Listener]) -> Path:
    """A new folder with the frames that each listener got."""
    folder = Path(tempfile.mkdtemp(prefix="chatconnet-frames-"))
    for number, listener in enumerate(listeners):
        lines = (json.dumps(frame) for frame in [*listener.earlier, *listener.frames])
        (folder / f"{number}.jsonl").write_text("\n".join(lines))
    return folder
