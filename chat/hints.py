"""What processes tell each other through the channel layer. Any of it may be lost, late or doubled:
PostgreSQL is the truth, and each process compares itself with it."""

from __future__ import annotations

from msgspec import Struct, msgpack


class Changed(Struct, tag="changed", frozen=True, kw_only=True):
    """Room `room` moved from one position to another; `frame` is the encoded `changes`.

    `left` maps the ids of users who are out since then to how (`left`, `removed`).
    """

    room: int
    from_: int
    to: int
    frame: bytes
    left: dict[int, str]


class People(Struct, tag="people", frozen=True):
    """The memberships of these users changed."""

    users: list[int]


class Rights(Struct, tag="rights", frozen=True):
    """Sessions, tokens, activity or suspensions of these users changed."""

    users: list[int]


class Read(Struct, tag="read", frozen=True):
    """A user's read mark moved; for the user's sockets other than `origin`."""

    user: int
    origin: str
    frame: bytes


class Typing(Struct, tag="typing", frozen=True):
    """A user writes in a room."""

    room: int
    user: int
    frame: bytes


class Present(Struct, tag="present", frozen=True):
    """People of a process by user id, and in which `presence.State` they are: all of them where it is
    `whole`. A process that has just begun `asks` the others for theirs."""

    process: str
    people: dict[int, int]
    whole: bool
    asks: bool


class Appearance(Struct, tag="appearance", frozen=True):
    """Others see these users differently: another name, or they hide that they are here, or no longer."""

    users: list[int]


Hint = Changed | People | Rights | Read | Typing | Present | Appearance

_encoder = msgpack.Encoder()
_decoder = msgpack.Decoder(list[Hint])


def encode(hints: list[Hint]) -> bytes:
    return _encoder.encode(hints)


def decode(data: bytes) -> list[Hint]:
    """Raises `msgspec.MsgspecError` for what another version of this program may have sent."""
    return _decoder.decode(data)
