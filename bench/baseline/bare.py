"""The limit: a loop of epoll and send(2) that gives each text frame to everybody on the same path.

`python -m bench.baseline.bare PORT`. Nothing is checked, stored or rendered; a frame becomes bytes once.
"""

from __future__ import annotations

import base64
import hashlib
import select
import socket
import sys
from collections import defaultdict

MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, 1.3


class Peer:
    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.read = b""
        self.room = ""
        self.unsent = b""


def main(port: int) -> None:
    listener = socket.create_server(("127.0.0.1", port), backlog=1024)
    listener.setblocking(False)
    poll = select.epoll()
    poll.register(listener, select.EPOLLIN)
    peers: dict[int, Peer] = {}
    rooms: defaultdict[str, set[Peer]] = defaultdict(set)
    while True:
        for number, events in poll.poll():
            if number == listener.fileno():
                _accept(listener, poll, peers)
                continue
            peer = peers[number]
            if events & select.EPOLLOUT:
                _write(poll, peer, b"")
            if events & ~select.EPOLLOUT and not _read(poll, peer, rooms):
                poll.unregister(number)
                rooms[peer.room].discard(peers.pop(number))
                peer.connection.close()


def _read(poll: select.epoll, peer: Peer, rooms: dict[str, set[Peer]]) -> bool:
    """Takes what has come and gives it to the room; False at the end of the connection."""
    try:
        data = peer.connection.recv(1 << 16)
    except BlockingIOError:
        return True
    except ConnectionError:
        return False
    peer.read += data
    if not peer.room:
        _shake_hands(peer, rooms)
    while peer.room and (payload := _frame(peer)) is not None:
        ready = _ready(payload)
        for other in rooms[peer.room]:
            _write(poll, other, ready)
    return bool(data)


def _accept(listener: socket.socket, poll: select.epoll, peers: dict[int, Peer]) -> None:
    while True:
        try:
            connection, _address = listener.accept()
        except BlockingIOError:
            return
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        peers[connection.fileno()] = Peer(connection)
        poll.register(connection, select.EPOLLIN)


def _shake_hands(peer: Peer, rooms: dict[str, set[Peer]]) -> None:
    head, end, rest = peer.read.partition(b"\r\n\r\n")
    if not end:
        return
    first, *headers = head.split(b"\r\n")
    key = next(line.split(b": ")[1] for line in headers if line.lower().startswith(b"sec-websocket-key"))
    accept = base64.b64encode(hashlib.sha1(key + MAGIC, usedforsecurity=False).digest())
    peer.connection.send(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
    )
    peer.read = rest
    peer.room = first.split()[1].decode()
    rooms[peer.room].add(peer)


def _frame(peer: Peer) -> bytes | None:
    """The next masked frame that has come as a whole; frames of 64 KiB and more do not come."""
    data = peer.read
    if len(data) < 2:
        return None
    size, start = data[1] & 0x7F, 2
    if size == 126:
        size, start = int.from_bytes(data[2:4], "big"), 4
    end = start + 4 + size
    if len(data) < end:
        return None
    mask, payload = data[start : start + 4], data[start + 4 : end]
    peer.read = data[end:]
    if mask == b"\0\0\0\0":
        return payload
    return bytes(byte ^ mask[place % 4] for place, byte in enumerate(payload))


def _ready(payload: bytes) -> bytes:
    size = len(payload)
    head = bytes([size]) if size < 126 else b"\x7e" + size.to_bytes(2, "big")
    return b"\x81" + head + payload


def _write(poll: select.epoll, peer: Peer, data: bytes) -> None:
    if peer.unsent:
        data = peer.unsent + data
    try:
        sent = peer.connection.send(data)
    except BlockingIOError:
        sent = 0
    except ConnectionError:
        return
    waits = bool(peer.unsent)
    peer.unsent = data[sent:]
    if bool(peer.unsent) != waits:
        poll.modify(peer.connection, select.EPOLLIN | (select.EPOLLOUT if peer.unsent else 0))


if __name__ == "__main__":
    main(int(sys.argv[1]))
