"""Many WebSockets in one loop, cheap enough not to be what is measured.

What comes is counted by a mark that stands once in every delivered message; only some sockets, the sampled
ones, have their messages read. Frames go out with a mask of zeros, which costs nothing to apply.
"""

from __future__ import annotations

import json
import os
import re
import select
import socket
import struct
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

CONNECTING_AT_ONCE = 64
STILL_SECONDS = 0.5
PATIENCE_SECONDS = 60
TALK = "The quick brown fox says that the meeting moves to Thursday at ten."

# What a browser says beside.
BROWSER = (
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/140.0.0.0 Safari/537.36\r\n"
    "Accept-Encoding: gzip, deflate, br, zstd\r\nAccept-Language: en-GB,en;q=0.9,es;q=0.8\r\n"
    "Cache-Control: no-cache\r\nPragma: no-cache\r\n"
    "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
)

_TIME = re.compile(rb'[ "]*t(\d{10,})')


@dataclass(frozen=True)
class Dialect:
    """How a server is spoken to. `mark` stands once in each delivered message, before its text."""

    mark: bytes
    signs_in: bool
    say: Callable[[str, str], dict[str, object]]


def _ours(room: str, text: str) -> dict[str, object]:
    return {"type": "send", "room": room, "key": new_key(), "body": text}


OURS = Dialect(b'"body":"', signs_in=True, say=_ours)
PLAIN = Dialect(b'"message":', signs_in=False, say=lambda _room, text: {"message": text})


def new_key() -> str:
    digits = os.urandom(16).hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


@dataclass(eq=False)
class Peer:
    """One socket: `room` is what it says things to, `heard` counts the messages it was given. It signs in by
    `token` or as a browser does, by the cookie of a `session`."""

    url: str
    room: str = ""
    token: str = ""
    session: str = ""
    sampled: bool = False
    heard: int = 0
    answered: int = 0
    state: str = "shaking hands"
    tail: bytes = b""
    delays: list[float] = field(default_factory=list)
    socket: socket.socket = field(init=False)

    def say(self, frame: dict[str, object]) -> None:
        self.socket.sendall(masked(json.dumps(frame, separators=(",", ":")).encode()))


class Crowd:
    """The sockets of one measurement, all on one server; `closed` counts those that the server ended."""

    def __init__(self, dialect: Dialect, peers: Sequence[Peer]) -> None:
        self.dialect = dialect
        self.peers = list(peers)
        self.on_heard: Callable[[Peer, int], None] | None = None
        self.on_answered: Callable[[Peer, int], None] | None = None
        self.heard = 0
        self.closed = 0
        self._poll = select.epoll()
        self._by_number: dict[int, Peer] = {}

    def connect(self, at_once: int = CONNECTING_AT_ONCE) -> float:
        """Opens all, signed in, welcomed and caught up where there is such a thing; returns the seconds."""
        began = time.monotonic()
        waiting = list(reversed(self.peers))
        under_way: set[Peer] = set()
        while waiting or under_way:
            while waiting and len(under_way) < at_once:
                peer = waiting.pop()
                self._open(peer)
                under_way.add(peer)
            for number, _events in self._poll.poll(1):
                peer = self._by_number[number]
                self._step(peer)
                if peer.state == "live":
                    under_way.discard(peer)
            if time.monotonic() - began > PATIENCE_SECONDS * 3:
                raise TimeoutError(f"{len(waiting) + len(under_way)} sockets never came up")
        return time.monotonic() - began

    def _open(self, peer: Peer) -> None:
        place = urlsplit(peer.url)
        peer.socket = socket.create_connection((place.hostname, place.port))
        peer.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        protocol = "Sec-WebSocket-Protocol: chatconnet.v1\r\n" if self.dialect.signs_in else ""
        peer.socket.sendall(
            (
                f"GET {place.path} HTTP/1.1\r\nHost: {place.netloc}\r\nUpgrade: websocket\r\n"
                f"Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                f"Sec-WebSocket-Version: 13\r\n{protocol}{_signature(peer, place.netloc)}\r\n"
            ).encode()
        )
        self._by_number[peer.socket.fileno()] = peer
        self._poll.register(peer.socket, select.EPOLLIN)

    def _step(self, peer: Peer) -> None:
        data = peer.socket.recv(1 << 16)
        if not data:
            raise ConnectionError(f"closed while {peer.state}: {peer.tail[-200:]!r}")
        peer.tail += data
        if peer.state == "shaking hands" and b"\r\n\r\n" in peer.tail:
            head, _, peer.tail = peer.tail.partition(b"\r\n\r\n")
            if b" 101 " not in head:
                raise ConnectionError(head.decode(errors="replace"))
            peer.state = "welcomed" if self.dialect.signs_in else "live"
        if peer.state == "welcomed" and (welcome := _whole_frame(peer)) is not None:
            facts = json.loads(welcome)
            peer.say({"type": "sync", "id": "sync", "epoch": facts["epoch"], "rooms": {}})
            peer.room = peer.room or facts["rooms"][0]["id"]
            peer.state = "catching up"
        if peer.state == "catching up" and b'"re":"sync"' in peer.tail:
            peer.state = "live"
        if peer.state == "live":
            peer.tail = b""
            peer.socket.setblocking(False)

    def close(self) -> None:
        self._poll.close()
        for peer in self.peers:
            peer.socket.close()

    def listen(self, seconds: float) -> None:
        """Takes what comes for so long."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._take(left)

    def until(self, done: Callable[[], bool]) -> None:
        """Takes what comes until `done`."""
        end = time.monotonic() + PATIENCE_SECONDS
        while not done():
            if time.monotonic() > end:
                raise TimeoutError("what was waited for never came")
            self._take(0.1)

    def until_still(self) -> None:
        """Takes what comes until nothing more does."""
        while True:
            before = self.heard
            self.listen(STILL_SECONDS)
            if self.heard == before:
                return

    def _take(self, most: float) -> None:
        for number, _events in self._poll.poll(most):
            peer = self._by_number[number]
            data = self._received(peer)
            if not data:
                continue
            if count := data.count(self.dialect.mark):
                self.heard += count
                peer.heard += count
                if peer.sampled:
                    now = time.monotonic_ns()
                    peer.delays += [(now - int(t)) / 1e6 for t in _times(data, self.dialect.mark)]
                if self.on_heard:
                    self.on_heard(peer, count)
            if self.on_answered and (answers := data.count(b'"type":"ok"')):
                peer.answered += answers
                self.on_answered(peer, answers)

    def _received(self, peer: Peer) -> bytes:
        """What has come, up to the last end of an object; the rest is kept for the next time."""
        try:
            data = peer.socket.recv(1 << 18)
        except BlockingIOError:
            return b""
        except ConnectionError:
            data = b""
        if not data:
            self.closed += 1
            self._poll.unregister(peer.socket)
            return b""
        if 0x89 in data:
            _answer_pings(peer, data)
        data = peer.tail + data
        end = data.rfind(b"}") + 1
        peer.tail = data[end:]
        return data[:end]


def _signature(peer: Peer, host: str) -> str:
    """The headers that say who it is."""
    if peer.token:
        return f"Authorization: Bearer {peer.token}\r\n"
    if peer.session:
        return f"Cookie: csrftoken={'c' * 32}; sessionid={peer.session}\r\nOrigin: http://{host}\r\n{BROWSER}"
    return ""


def _answer_pings(peer: Peer, data: bytes) -> None:
    """The server hears that somebody is there. JSON has no byte 0x89, and ends in a brace."""
    at = data.find(0x89)
    while at >= 0:
        if at == 0 or data[at - 1] == 0x7D:
            payload = data[at + 2 : at + 2 + data[at + 1]]
            peer.socket.sendall(b"\x8a" + bytes([0x80 | len(payload)]) + b"\0\0\0\0" + payload)
        at = data.find(0x89, at + 1)


def _times(data: bytes, mark: bytes) -> list[bytes]:
    return [found[1] for part in data.split(mark)[1:] if (found := _TIME.match(part))]


def _whole_frame(peer: Peer) -> bytes | None:
    data = peer.tail
    if len(data) < 10:
        return None
    size, start = data[1], 2
    if size >= 126:
        width = 2 if size == 126 else 8
        size, start = int.from_bytes(data[2 : 2 + width], "big"), 2 + width
    if len(data) < start + size:
        return None
    peer.tail = data[start + size :]
    return data[start : start + size]


def masked(payload: bytes) -> bytes:
    """A client's text frame with a mask of zeros."""
    size = len(payload)
    head = bytes([0x80 | size]) if size < 126 else b"\xfe" + struct.pack("!H", size)
    return b"\x81" + head + b"\0\0\0\0" + payload


def timed(text: str = TALK) -> str:
    """A text that says when it was sent."""
    return f"t{time.monotonic_ns()} {text}"
