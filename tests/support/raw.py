"""A WebSocket by hand, for what no well-behaved client does."""

from __future__ import annotations

import os
import socket
import struct
from typing import Self
from urllib.parse import urlsplit

from chat.frames import SUBPROTOCOL

TEXT, CONTINUATION, CLOSE = 0x1, 0x0, 0x8
PATIENCE_SECONDS = 20


class RawSocket:
    """One connection, past its handshake; nothing is read that is not asked for."""

    def __init__(self, url: str, token: str, *, receive_buffer: int | None = None) -> None:
        place = urlsplit(url)
        assert place.hostname
        assert place.port
        self.socket = socket.socket()
        self.socket.settimeout(PATIENCE_SECONDS)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.connect((place.hostname, place.port))
        self.socket.sendall(
            (
                f"GET {place.path} HTTP/1.1\r\nHost: {place.netloc}\r\n"
                "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
                f"Sec-WebSocket-Protocol: {SUBPROTOCOL}\r\nAuthorization: Bearer {token}\r\n\r\n"
            ).encode()
        )
        self._read = b""
        while b"\r\n\r\n" not in self._read:
            self._read += self.socket.recv(1)
        assert self._read.startswith(b"HTTP/1.1 101 "), self._read
        self._read = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def say(self, payload: bytes, kind: int = TEXT, *, last: bool = True) -> None:
        """Sends one frame, masked as a client's must be."""
        self.socket.sendall(frame(payload, kind, last=last))

    def hear(self) -> tuple[int, bytes]:
        """The next frame, as its opcode and what it carries."""
        first, length = self._take(2)
        if length >= 126:
            length = int.from_bytes(self._take(2 if length == 126 else 8), "big")
        return first & 0x0F, self._take(length)

    def hear_close(self) -> int:
        """The code that the other end closes with; what it says before is passed over."""
        while True:
            kind, payload = self.hear()
            if kind == CLOSE:
                return int.from_bytes(payload[:2], "big")

    def _take(self, count: int) -> bytes:
        while len(self._read) < count:
            more = self.socket.recv(1 << 16)
            assert more, "closed without a word"
            self._read += more
        taken, self._read = self._read[:count], self._read[count:]
        return taken


def frame(payload: bytes, kind: int = TEXT, *, last: bool = True) -> bytes:
    """A frame as clients send it (RFC 6455, 5.2)."""
    mask = os.urandom(4)
    size = len(payload)
    head = bytes([(0x80 if last else 0) | kind])
    if size < 126:
        head += bytes([0x80 | size])
    elif size < 65_536:
        head += b"\xfe" + struct.pack("!H", size)
    else:
        head += b"\xff" + struct.pack("!Q", size)
    masked = bytes(byte ^ mask[place % 4] for place, byte in enumerate(payload))
    return head + mask + masked
