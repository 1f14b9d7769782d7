"""Every frame that crosses the WebSocket: the source of docs/protocol.md and its JSON Schema.

`decode` turns a client's text into one command or says why not; `encode` turns a server frame into
bytes. Nothing here knows of rooms or people.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, NoReturn

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from chat.errors import Refused, bad_field

PROTOCOL = 1
SUBPROTOCOL = "chatconnet.v1"
MAX_DEPTH = 16
MAX_INTEGER = 2**53

# Close codes: daphne can send only 1000 and 3000–4999.
RESTART = 4012
BROKEN = 4400
SIGNED_OUT = 4401
SUSPENDED = 4403
TOO_SLOW = 4408
TOO_MANY_SOCKETS = 4409
TOO_LARGE = 4413
TOO_FAST = 4429
CLOSE_CODES = {
    RESTART: "the server restarts; come back, spread over `retry_after`",
    BROKEN: "broken client: no `sync` in time, silent for three heartbeats, or too many bad frames",
    SIGNED_OUT: "not signed in, or signed out",
    SUSPENDED: "suspended",
    TOO_SLOW: "too slow a reader",
    TOO_MANY_SOCKETS: "too many sockets of one user; the new one is closed",
    TOO_LARGE: "frame too large",
    TOO_FAST: "too many frames",
}

Id = Annotated[str, Meta(min_length=1, max_length=64, description="the client's own name for the command")]
Ref = Annotated[str, Meta(min_length=1, max_length=64, description="an id made by the server")]
Name = Annotated[str, Meta(min_length=1, max_length=150, description="a user name")]
Text = Annotated[str, Meta(max_length=64 * 1024)]
Place = Annotated[int, Meta(ge=0, le=MAX_INTEGER)]
Key = Annotated[
    str,
    Meta(
        pattern="^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$",
        max_length=36,
        description="a UUID made by the client",
    ),
]


def tag(name: str) -> str:
    """`SendCommand` is `send` on the wire."""
    return name.removesuffix("Command").removesuffix("Frame").lower()


class Command(Struct, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag=tag):
    """What a client may say. With an `id` it is answered, without one it is not.

    `answer` is the frame that answers it, `results` are the fields that frame then carries beside `re`.
    """

    answer: ClassVar[str] = "ok"
    results: ClassVar[tuple[str, ...]] = ()

    id: Id | None = None


class SyncCommand(Command):
    """Catch up from these positions, then live."""

    epoch: Annotated[str, Meta(max_length=64)]
    rooms: dict[Ref, Place]


class SendCommand(Command):
    """Store a message, then share it. The same user and `key` always name the same message."""

    results = ("message",)

    room: Ref
    key: Key
    body: Text
    reply_to: Ref | None = None
    files: Annotated[list[Ref], Meta(max_length=100)] | None = None


class EditCommand(Command):
    """Change the text; with `pos` only if that is still the message's."""

    results = ("message",)

    message: Ref
    body: Text
    pos: Place | None = None


class DeleteCommand(Command):
    """Leave a tombstone. Twice is once."""

    results = ("message",)

    message: Ref


class ReactCommand(Command):
    """Set or take back a reaction."""

    results = ("message",)

    message: Ref
    emoji: Annotated[str, Meta(min_length=1, max_length=32)]
    on: bool


class ReadCommand(Command):
    """Move the read mark; only with `back` may it go back."""

    results = ("read", "unread", "mentions")

    room: Ref
    seq: Place
    back: bool | None = None


class TypingCommand(Command):
    """Ephemeral; the server passes one on every few seconds."""

    room: Ref


class HistoryCommand(Command):
    """A page of messages before, after or around a place; the newest if none is given."""

    results = ("messages", "more", "more_after")

    room: Ref
    before: Place | None = None
    after: Place | None = None
    around: Place | None = None
    limit: Annotated[int, Meta(ge=1, le=100)] = 50


class CreateCommand(Command):
    """Make a room and own it."""

    results = ("room",)

    name: Text
    kind: Annotated[str, Meta(pattern="^(public|private)$")]
    topic: Text | None = None


class UpdateCommand(Command):
    """Rename a room, change its topic, close or reopen it."""

    results = ("room",)

    room: Ref
    name: Text | None = None
    topic: Text | None = None
    closed: bool | None = None


class DirectCommand(Command):
    """The one direct room with another person, made if there is none."""

    results = ("room",)

    user: Name


class BrowseCommand(Command):
    """Public rooms by name; `after` is the id of the last room seen."""

    results = ("rooms", "more")

    q: Annotated[str, Meta(max_length=200)] | None = None
    after: Ref | None = None


class PeopleCommand(Command):
    """People and bots by the starts of their names, first those one shares a room with; `after` is the id of
    the last one seen."""

    results = ("users", "more")

    q: Annotated[str, Meta(max_length=80)]
    after: Ref | None = None


class JoinCommand(Command):
    """Become a member of a public room."""

    results = ("room",)

    room: Ref


class LeaveCommand(Command):
    """Stop being a member, of any room but a direct one."""

    room: Ref


class InviteCommand(Command):
    """Make somebody a member at once."""

    results = ("member",)

    room: Ref
    user: Name
    reason: Annotated[str, Meta(max_length=500)] | None = None


class RemoveCommand(Command):
    """Take somebody out of a room."""

    results = ("member",)

    room: Ref
    user: Name
    reason: Annotated[str, Meta(max_length=500)] | None = None


class RoleCommand(Command):
    """Give a member another role."""

    results = ("member",)

    room: Ref
    user: Name
    role: Annotated[str, Meta(pattern="^(owner|moderator|member)$")]


class MembersCommand(Command):
    """Members by user name; `after` is the id of the last user seen."""

    results = ("members", "more")

    room: Ref
    q: Annotated[str, Meta(max_length=200)] | None = None
    after: Name | None = None


class SearchCommand(Command):
    """Whole words over one's own rooms, newest first; `before` is the id of the last message seen."""

    results = ("messages", "more")

    q: Text
    before: Ref | None = None


class PingCommand(Command):
    """Still here. Rooms named are compared with their heads, and their counts come back."""

    answer = "pong"
    results = ("rooms",)

    rooms: dict[Ref, Place] | None = None


AnyCommand = (
    SyncCommand
    | SendCommand
    | EditCommand
    | DeleteCommand
    | ReactCommand
    | ReadCommand
    | TypingCommand
    | HistoryCommand
    | CreateCommand
    | UpdateCommand
    | DirectCommand
    | BrowseCommand
    | PeopleCommand
    | JoinCommand
    | LeaveCommand
    | InviteCommand
    | RemoveCommand
    | RoleCommand
    | MembersCommand
    | SearchCommand
    | PingCommand
)
COMMANDS: dict[str, type[Command]] = {
    str(command.__struct_config__.tag): command for command in AnyCommand.__args__
}


class User(Struct, kw_only=True):
    """A person or a bot; `name` is the unique user name."""

    id: str
    name: str
    display: str
    bot: bool


class Room(Struct, kw_only=True):
    """A room. What belongs to the reader (`role`, `read`, `unread`, `mentions`) is absent in `changes`,
    which are the same for every member."""

    id: str
    slug: str
    name: str
    topic: str
    kind: str
    closed: bool
    head: int
    role: str | UnsetType | None = UNSET
    read: int | UnsetType = UNSET
    unread: int | UnsetType = UNSET
    mentions: int | UnsetType = UNSET
    users: list[User] | UnsetType = UNSET


class Member(Struct, kw_only=True):
    """A member, or with `left` somebody who was one."""

    user: User
    role: str
    pos: int
    left: bool | UnsetType = UNSET


class File(Struct, kw_only=True):
    """A file of a message."""

    id: str
    name: str
    type: str
    size: int
    width: int | UnsetType = UNSET
    height: int | UnsetType = UNSET


class Message(Struct, kw_only=True):
    """A message as it is now; a tombstone keeps only the first seven fields and `deleted`."""

    id: str
    room: str
    seq: int
    pos: int
    key: str
    user: User
    at: str
    body: str | UnsetType = UNSET
    html: str | UnsetType = UNSET
    edited: str | UnsetType = UNSET
    deleted: bool | UnsetType = UNSET
    hidden: bool | UnsetType = UNSET
    held: bool | UnsetType = UNSET
    reply_to: str | UnsetType = UNSET
    reactions: dict[str, list[str]] | UnsetType = UNSET
    counts: dict[str, int] | UnsetType = UNSET
    files: list[File] | UnsetType = UNSET
    mentions: list[str] | UnsetType = UNSET
    snippet: str | UnsetType = UNSET


class Counts(Struct, kw_only=True):
    """A reader's place in a room; counted exactly up to 999."""

    read: int
    unread: int
    mentions: int


class Frame(Struct, kw_only=True, tag_field="type", tag=tag):
    """What the server says."""


class WelcomeFrame(Frame):
    """The first frame: who you are, your rooms with their heads, the limits."""

    protocol: int
    epoch: str
    user: User
    rooms: list[Room]
    limits: dict[str, int]
    heartbeat: int


class OkFrame(Frame):
    """The answer to a command, after its transaction has committed."""

    re: str
    message: Message | UnsetType = UNSET
    room: Room | UnsetType = UNSET
    rooms: list[Room] | UnsetType = UNSET
    member: Member | UnsetType = UNSET
    members: list[Member] | UnsetType = UNSET
    messages: list[Message] | UnsetType = UNSET
    users: list[User] | UnsetType = UNSET
    more: bool | UnsetType = UNSET
    more_after: bool | UnsetType = UNSET
    read: int | UnsetType = UNSET
    unread: int | UnsetType = UNSET
    mentions: int | UnsetType = UNSET


class ErrorFrame(Frame):
    """A refusal; `retry_after` in seconds where time mends it."""

    code: str
    detail: str
    re: str | UnsetType = UNSET
    retry_after: float | UnsetType = UNSET
    field: str | UnsetType = UNSET
    message: Message | UnsetType = UNSET


class ChangesFrame(Frame, rename={"from_": "from"}):
    """All that took a position in (`from`, `to`], each once, as it is now. `info`, where the room itself
    changed, is the room as it is for everybody: what is one's own (role, read, unread, mentions) stays."""

    room: str
    from_: int
    to: int
    messages: list[Message]
    members: list[Member] | UnsetType = UNSET
    info: Room | UnsetType = UNSET


class ResetFrame(Frame):
    """Drop what is cached of the room, take a history page, go on from `head`."""

    room: str
    head: int


class RoomFrame(Frame):
    """A room one has just become a member of, live from its `head`."""

    room: Room


class ReadFrame(Frame):
    """One's read mark was moved on another socket."""

    room: str
    read: int
    unread: int
    mentions: int


class TypingFrame(Frame):
    """Somebody writes; good for 6 seconds."""

    room: str
    user: User


class PresenceFrame(Frame):
    """Who is here; may be lost. Either somebody with whom one shares a room of at most 200, by `user` and
    `state` (`online`; `away`: did nothing for ten minutes; `offline`), or of a larger `room` how many.
    It is told again when the person's name has changed."""

    user: User | UnsetType = UNSET
    state: str | UnsetType = UNSET
    room: str | UnsetType = UNSET
    online: int | UnsetType = UNSET


class RevokedFrame(Frame):
    """Out of the room; nothing of it follows."""

    room: str
    reason: str


class PongFrame(Frame):
    """The answer to `ping`."""

    re: str | UnsetType = UNSET
    rooms: dict[str, Counts] | UnsetType = UNSET


class ByeFrame(Frame):
    """The server is about to close this socket."""

    reason: str
    retry_after: float


FRAMES: tuple[type[Frame], ...] = (
    WelcomeFrame,
    OkFrame,
    ErrorFrame,
    ChangesFrame,
    ResetFrame,
    RoomFrame,
    ReadFrame,
    TypingFrame,
    PresenceFrame,
    RevokedFrame,
    PongFrame,
    ByeFrame,
)

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(AnyCommand)
# A string that is never closed goes on to the end, so that no character is looked at twice.
_STRINGS_AND_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)
_FIELD = re.compile(r"(?:`\$\.(\w+)|field `(\w+)`)")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def encode(frame: Frame) -> bytes:
    """JSON in UTF-8."""
    return _encoder.encode(frame)


def rfc3339(time: datetime) -> str:
    """UTC with milliseconds, as every time on the wire."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class BadCommand(Exception):
    """What a client said is no command: `refused` says why, `re` names it where it can be named."""

    def __init__(self, refused: Refused, re: str | None) -> None:
        super().__init__(refused.code)
        self.refused = refused
        self.re = re


def decode(text: str) -> Command:
    """The command in `text`; raises `BadCommand`. Duplicate keys in an object: the last counts."""
    if "\\u0000" not in text:
        try:
            command: Command = _decoder.decode(text)
            return command
        except (msgspec.MsgspecError, UnicodeEncodeError, RecursionError):
            pass
    return _decode_slowly(text)


def _decode_slowly(text: str) -> Command:
    """What the fast way does not take: find out exactly why, for the answer."""
    frame = _parse(text)
    re_ = _answerable(frame.get("id"))
    kind = frame.get("type", None)
    if "type" not in frame:
        raise BadCommand(Refused("bad_frame"), None)
    if not isinstance(kind, str) or kind not in COMMANDS:
        raise BadCommand(Refused("unknown_type"), re_)
    for field, value in frame.items():
        if _unacceptable(field) or _unacceptable(value):
            raise BadCommand(bad_field(_shown(field)), re_)
    try:
        return msgspec.convert(frame, COMMANDS[kind])
    except msgspec.ValidationError as error:
        found = _FIELD.search(str(error))
        raise BadCommand(bad_field(found[1] or found[2] if found else "type"), re_) from None


def _parse(text: str) -> dict[str, Any]:
    try:
        if _depth(text) <= MAX_DEPTH:
            frame = json.loads(text, parse_constant=_refuse_constant, parse_int=_bounded_integer)
            if isinstance(frame, dict):
                return frame
    except ValueError:
        pass
    raise BadCommand(Refused("bad_frame"), None)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _bounded_integer(digits: str) -> int:
    """Numbers of thousands of digits are costly to read: past any use, one stands for all."""
    return int(digits) if len(digits) < 20 else MAX_INTEGER + 1


def _depth(text: str) -> int:
    """How deep the brackets outside of strings are nested."""
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return 0
    depth = deepest = 0
    for token in _STRINGS_AND_BRACKETS.finditer(text):
        if token[0] in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif token[0] in "]}":
            depth -= 1
    return deepest


def _unacceptable(value: Any) -> bool:
    """NUL, a lone surrogate or an integer past 2^53, at any depth."""
    match value:
        case str():
            return _UNSTORABLE.search(value) is not None
        case int():
            return abs(value) > MAX_INTEGER
        case list():
            return any(map(_unacceptable, value))
        case dict():
            return any(map(_unacceptable, value)) or any(map(_unacceptable, value.values()))
        case _:
            return False


def _answerable(name: Any) -> str | None:
    return name if isinstance(name, str) and 1 <= len(name) <= 64 and not _unacceptable(name) else None


def _shown(field: str) -> str:
    """A client's field name, in a form that any answer can carry."""
    return re.sub(r"[^\w.-]", "?", field, flags=re.ASCII)[:64]
