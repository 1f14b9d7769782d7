from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pytest_django import Settings

from chat import errors, frames
from chat.errors import Refused
from chat.limits import BadFrames

ROOM = "r" * 22
MESSAGE = f"{ROOM}.7"
KEY = "0d9f7ac2-5c1e-4d0b-9f8e-1a2b3c4d5e6f"
LONG = "x" * (64 * 1024 + 1)

# Of each command: a form with all its fields, those it can go without, and values that it refuses.
ID = ["", "x" * 65, 1, True, [], {}]
REF = ["", "x" * 65, 1, None, []]
NAME = ["", "x" * 151, 1, None, []]
PLACE = [-1, 2**53 + 1, 10**400, 1.5, "1", True, []]
TEXT: list[Any] = [1, None, [], "\x00", "a\ud800b", LONG]
REASON = ["x" * 501, 1, [], "\x00"]
QUERY = ["x" * 201, 1, [], "\x00"]
POSITIONS: list[Any] = [
    [],
    1,
    {ROOM: -1},
    {ROOM: "1"},
    {ROOM: 1.5},
    {ROOM: None},
    {"": 1},
    {"x" * 65: 1},
    {"\x00": 1},
]

COMMANDS: dict[str, tuple[dict[str, Any], set[str], dict[str, list[Any]]]] = {
    "sync": (
        {"epoch": "e", "rooms": {ROOM: 0}},
        set(),
        {"epoch": [1, None, "x" * 65], "rooms": [*POSITIONS, None]},
    ),
    "send": (
        {"room": ROOM, "key": KEY, "body": "Hello", "reply_to": MESSAGE, "files": ["f"]},
        {"reply_to", "files"},
        {
            "room": REF,
            "key": [
                "",
                "x",
                KEY[1:],
                f"{KEY}\n",
                f"{{{KEY}}}",
                KEY.replace("-", ""),
                f"urn:uuid:{KEY}",
                1,
                None,
            ],
            "body": TEXT,
            "reply_to": ["", "x" * 65, 1, []],
            "files": ["f", [1], [""], ["f"] * 101],
        },
    ),
    "edit": (
        {"message": MESSAGE, "body": "Hello", "pos": 7},
        {"pos"},
        {"message": REF, "body": TEXT, "pos": PLACE},
    ),
    "delete": ({"message": MESSAGE}, set(), {"message": REF}),
    "react": (
        {"message": MESSAGE, "emoji": "👍", "on": True},
        set(),
        {"message": REF, "emoji": ["", "x" * 33, 1, None], "on": [1, 0, "true", None, []]},
    ),
    "read": (
        {"room": ROOM, "seq": 7, "back": True},
        {"back"},
        {"room": REF, "seq": [*PLACE, None], "back": [1, "true", []]},
    ),
    "typing": ({"room": ROOM}, set(), {"room": REF}),
    "history": (
        {"room": ROOM, "before": 1, "after": 1, "around": 1, "limit": 100},
        {"before", "after", "around", "limit"},
        {
            "room": REF,
            "before": PLACE,
            "after": PLACE,
            "around": PLACE,
            "limit": [0, 101, -1, "1", 1.5, None, True],
        },
    ),
    "create": (
        {"name": "Garden", "kind": "private", "topic": ""},
        {"topic"},
        {"name": TEXT, "kind": ["direct", "", "Public", 1, None], "topic": [1, [], LONG]},
    ),
    "update": (
        {"room": ROOM, "name": "Garden", "topic": "", "closed": False},
        {"name", "topic", "closed"},
        {"room": REF, "name": [1, [], LONG], "topic": [1, [], LONG], "closed": [0, "false", []]},
    ),
    "direct": ({"user": "ana"}, set(), {"user": NAME}),
    "browse": ({"q": "", "after": ROOM}, {"q", "after"}, {"q": QUERY, "after": ["", "x" * 65, 1]}),
    "people": ({"q": "", "after": ROOM}, {"after"}, {"q": ["x" * 81, 1, None], "after": ["", "x" * 65, 1]}),
    "join": ({"room": ROOM}, set(), {"room": REF}),
    "leave": ({"room": ROOM}, set(), {"room": REF}),
    "invite": (
        {"room": ROOM, "user": "ana", "reason": "x" * 500},
        {"reason"},
        {"room": REF, "user": NAME, "reason": REASON},
    ),
    "remove": (
        {"room": ROOM, "user": "ana", "reason": ""},
        {"reason"},
        {"room": REF, "user": NAME, "reason": REASON},
    ),
    "role": (
        {"room": ROOM, "user": "ana", "role": "owner"},
        set(),
        {"room": REF, "user": NAME, "role": ["", "admin", "Owner", 1, None]},
    ),
    "members": (
        {"room": ROOM, "q": "", "after": "ana"},
        {"q", "after"},
        {"room": REF, "q": QUERY, "after": ["", "x" * 151, 1]},
    ),
    "search": ({"q": "red", "before": MESSAGE}, {"before"}, {"q": TEXT, "before": ["", "x" * 65, 1]}),
    "ping": ({"rooms": {ROOM: 2**53}}, {"rooms"}, {"rooms": POSITIONS}),
}


def refused(text: str) -> tuple[str, str | None, str | None]:
    """Why a text is no command: the code, the field and the id that the answer names."""
    with pytest.raises(frames.BadCommand) as bad:
        frames.decode(text)
    return bad.value.refused.code, bad.value.refused.field, bad.value.re


def command(kind: str, /, **more: Any) -> dict[str, Any]:
    return {"type": kind, "id": "1", **COMMANDS[kind][0], **more}


# --- The forms of each command ---------------------------------------------------------------------


def test_every_command_stands_in_the_table_here() -> None:
    assert COMMANDS.keys() == frames.COMMANDS.keys()
    for kind, (whole, optional, bad) in COMMANDS.items():
        fields = {field.name for field in msgspec.structs.fields(frames.COMMANDS[kind])} - {"id"}
        assert whole.keys() == bad.keys() == fields, kind
        assert optional <= fields, kind


@pytest.mark.parametrize("kind", COMMANDS)
def test_a_command_is_read_with_all_its_fields_and_without_those_it_can_do_without(kind: str) -> None:
    whole, optional, _bad = COMMANDS[kind]
    read = frames.decode(json.dumps(command(kind)))
    assert type(read) is frames.COMMANDS[kind]
    assert msgspec.to_builtins(read) == command(kind)
    needed = {name: value for name, value in whole.items() if name not in optional}
    shortest = frames.decode(json.dumps({"type": kind, **needed}))
    assert shortest.id is None
    for name, value in needed.items():
        assert getattr(shortest, name) == value


@pytest.mark.parametrize("kind", COMMANDS)
def test_a_field_that_is_missing_wrong_or_unknown_is_named(kind: str) -> None:
    whole, optional, bad = COMMANDS[kind]
    for name in whole.keys() - optional:
        without = command(kind)
        del without[name]
        assert refused(json.dumps(without)) == ("bad_field", name, "1")
    for name, values in bad.items():
        for value in values:
            assert refused(json.dumps(command(kind, **{name: value}))) == ("bad_field", name, "1"), value
    for name in ("seq_", "sender", "at", "is_staff", "Room"):
        assert refused(json.dumps(command(kind, **{name: 1}))) == ("bad_field", name, "1")


@pytest.mark.parametrize("kind", COMMANDS)
def test_an_answer_names_the_command_only_by_an_id_that_can_be(kind: str) -> None:
    for value in ["", "x" * 65, 1, True, [], {}, "\x00", "\ud800"]:
        assert refused(json.dumps(command(kind, id=value))) == ("bad_field", "id", None)
    for value in ["x", "x" * 64, "日本", "\u202e", "\\", '"']:
        assert frames.decode(json.dumps(command(kind, id=value))).id == value
        assert refused(json.dumps(command(kind, id=value, unknown=1))) == ("bad_field", "unknown", value)


def test_null_is_as_good_as_absent_where_a_field_may_be() -> None:
    assert frames.decode('{"type":"ping","id":null,"rooms":null}') == frames.PingCommand()


# --- What is no frame -----------------------------------------------------------------------------

BAD_FRAMES = [
    "",
    " ",
    "x",
    "nul",
    "null",
    "1",
    '"ping"',
    "[]",
    '[{"type":"ping"}]',
    "{}",
    '{"id":"1"}',
    '{"type":"ping"',
    '{"type":"ping"}}',
    '{"type":"ping"} x',
    '{"type":"ping",}',
    "{'type':'ping'}",
    '\ufeff{"type":"ping"}',
    '{"type":"ping","id":NaN}',
    '{"type":"ping","rooms":{"r":Infinity}}',
    '{"type":"ping","rooms":{"r":-Infinity}}',
    '{"type":"ping","id":"\x00"}',
    '{"type":"ping","id":"\n"}',
    '{"type":"ping","id":"\\x"}',
    '{"type":"ping","id":01}',
    '{"type":"ping","x":' + "[" * 16 + "]" * 16 + "}",
    "[" * 40_000,
    '{"a":' * 10_000,
    "[" * 17 + '"' + '\\"' * 32_000,
    "{" * 17 + '"' + "\\" * 65_000,
    '"' * 65_000 + "[" * 17,
]


@pytest.mark.parametrize("text", BAD_FRAMES, ids=lambda text: text[:20])
def test_a_text_that_is_no_frame_is_a_bad_one_without_an_id(text: str) -> None:
    begun = time.process_time()
    assert refused(text) == ("bad_frame", None, None)
    assert time.process_time() - begun < 0.5, "64 KiB must not hold up the others"


def test_nesting_is_counted_outside_of_strings() -> None:
    assert refused('{"type":"ping","x":' + "[" * 15 + "]" * 15 + "}") == ("bad_field", "x", None)
    brackets = '\\"' + "[{" * 30
    read = frames.decode(json.dumps({"type": "search", "q": brackets}))
    assert isinstance(read, frames.SearchCommand)
    assert read.q == brackets


@pytest.mark.parametrize("kind", ['"Ping"', '""', '"welcome"', '"__init__"', "1", "null", "[]", "{}", "true"])
def test_an_unknown_type_is_answered_with_the_id(kind: str) -> None:
    assert refused(f'{{"type":{kind},"id":"7"}}') == ("unknown_type", None, "7")
    assert refused(f'{{"type":{kind}}}') == ("unknown_type", None, None)


def test_of_duplicate_keys_the_last_counts() -> None:
    assert frames.decode('{"type":"ping","id":"1","id":"2"}').id == "2"
    assert frames.decode('{"type":"ping","id":5,"id":"2"}').id == "2"
    assert refused('{"type":"ping","id":"2","id":5}') == ("bad_field", "id", None)
    assert frames.decode('{"type":"send","type":"leave","room":"a","room":"b"}') == frames.LeaveCommand(
        room="b"
    )
    assert frames.decode('{"type":"ping","rooms":{"a":-1,"a":1}}') == frames.PingCommand(rooms={"a": 1})


def test_a_field_is_named_in_a_form_that_every_answer_can_carry() -> None:
    code, field, _re = refused('{"type":"ping","a\\u0000b\\ud800":1}')
    assert (code, field) == ("bad_field", "a?b?")
    _code, field, _re = refused(json.dumps({"type": "ping", "x" * 1000: "\x00"}))
    assert field == "x" * 64


def test_characters_are_refused_at_any_depth() -> None:
    for value in ('"\\u0000"', '"\\ud800"', '"\\udfff\\ud800"'):
        assert refused(f'{{"type":"ping","rooms":{{{value}:1}}}}') == ("bad_field", "rooms", None)
        assert refused(f'{{"type":"send","files":[{value}]}}')[:2] == ("bad_field", "files")
    assert frames.decode('{"type":"ping","id":"\\ud83d\\ude42"}').id == "🙂"


@pytest.mark.parametrize("digits", ["9007199254740993", "1" * 25, "1" * 5000, "-" + "9" * 60_000])
def test_an_integer_past_2_to_the_53rd_is_refused_at_once(digits: str) -> None:
    begun = time.process_time()
    assert refused(f'{{"type":"read","room":"r","seq":{digits}}}') == ("bad_field", "seq", None)
    assert refused(f'{{"type":"ping","rooms":{{"r":{digits}}}}}') == ("bad_field", "rooms", None)
    assert time.process_time() - begun < 0.5


# --- Any text at all ------------------------------------------------------------------------------

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@st.composite
def nearly_commands(draw: st.DrawFn) -> str:
    """A good command in which some fields were replaced, dropped or added."""
    kind = draw(st.sampled_from(sorted(COMMANDS)))
    frame: dict[str, Any] = command(kind)
    for name in draw(st.lists(st.sampled_from(sorted(frame)), max_size=2, unique=True)):
        if draw(st.booleans()):
            frame[name] = draw(anything | st.sampled_from([MESSAGE, KEY, 2**53, 2**53 + 1]))
        else:
            del frame[name]
    frame |= draw(st.dictionaries(st.sampled_from(["x", "", "type", "\x00", "at"]), anything, max_size=1))
    return json.dumps(frame, ensure_ascii=draw(st.booleans()))


def outcome(text: str, decode: Any = frames.decode) -> object:
    try:
        return decode(text)
    except frames.BadCommand as bad:
        frame = frames.ErrorFrame(code=bad.refused.code, detail="", field=bad.refused.field or "")
        if bad.re is not None:
            frame.re = bad.re
        return frames.encode(frame)


@given(st.text(st.characters(exclude_categories=())) | anything.map(json.dumps) | nearly_commands())
@example('{"type":"ping","id":"\\u0000"}')
@example('{"type":"create","name":"a","kind":"public\\n"}')
def test_any_text_is_a_command_or_a_bad_one(text: str) -> None:
    """And what is quickly read is just what the slow way, which looks for everything, makes of it."""
    assert outcome(text) == outcome(text, frames._decode_slowly)


# --- What the server says -------------------------------------------------------------------------


def examples(kind: Any) -> st.SearchStrategy[Any]:
    """Any value of a type of the wire."""
    if kind is msgspec.UnsetType:
        return st.just(msgspec.UNSET)
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        fields = {field.name: examples(field.type) for field in msgspec.structs.fields(kind)}
        return st.builds(kind, **fields)
    plain: dict[Any, st.SearchStrategy[Any]] = {
        str: st.text(st.characters(codec="utf-8"), max_size=8),
        int: st.integers(0, 2**53),
        bool: st.booleans(),
        float: st.floats(0, 1e6),
        type(None): st.none(),
    }
    if kind in plain:
        return plain[kind]
    arguments = get_args(kind)
    if getattr(kind, "__origin__", None) is list:
        return st.lists(examples(arguments[0]), max_size=2)
    if getattr(kind, "__origin__", None) is dict:
        return st.dictionaries(plain[str], examples(arguments[1]), max_size=2)
    return st.one_of(*map(examples, arguments))


@pytest.mark.parametrize("kind", frames.FRAMES, ids=lambda kind: kind.__name__)
def test_every_frame_is_an_object_of_json_with_its_type_and_nothing_unset(kind: type[frames.Frame]) -> None:
    @given(examples(kind))
    def check(frame: frames.Frame) -> None:
        told = json.loads(frames.encode(frame))
        assert told.pop("type") == kind.__name__.removesuffix("Frame").lower()
        names = {field.name: field.encode_name for field in msgspec.structs.fields(kind)}
        there = {names[name] for name in names if getattr(frame, name) is not msgspec.UNSET}
        assert told.keys() == there

    check()


def test_changes_say_from_and_to() -> None:
    told = json.loads(frames.encode(frames.ChangesFrame(room=ROOM, from_=3, to=4, messages=[])))
    assert told == {"type": "changes", "room": ROOM, "from": 3, "to": 4, "messages": []}


def test_times_are_utc_with_milliseconds() -> None:
    there = datetime(2030, 1, 2, 3, 4, 5, 678_999, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    assert frames.rfc3339(there) == "2030-01-01T21:34:05.678Z"
    assert frames.rfc3339(datetime(2030, 1, 1, tzinfo=UTC)) == "2030-01-01T00:00:00.000Z"


CODES = """
    bad_frame unknown_type bad_field not_found forbidden muted suspended slow_mode rate_limited
    blocked_content key_conflict conflict too_late last_owner read_only busy unavailable internal
"""


def test_every_code_has_a_sentence() -> None:
    assert list(errors.SENTENCES) == CODES.split()
    for code in errors.SENTENCES:
        assert str(Refused(code).detail).endswith(".")


# --- Bad frames are counted -----------------------------------------------------------------------


@pytest.fixture
def bad_frames(settings: Settings) -> BadFrames:
    assert settings.CHAT_BAD_FRAMES == 20
    return BadFrames()


def test_the_twentieth_bad_frame_within_a_minute_is_the_last(bad_frames: BadFrames) -> None:
    assert [bad_frames.is_last(now) for now in range(19)] == [False] * 19
    assert bad_frames.is_last(60)


def test_bad_frames_of_more_than_a_minute_ago_are_forgotten(bad_frames: BadFrames) -> None:
    assert not any(bad_frames.is_last(now * 3.2) for now in range(200))
    assert [bad_frames.is_last(1000 + now) for now in range(20)] == [False] * 19 + [True]
