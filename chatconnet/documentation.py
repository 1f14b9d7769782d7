"""The parts of docs/ that are made from the code, so that they cannot say anything else.

A document holds blocks: `<!-- generated: NAME -->`, what `BLOCKS[NAME]` returns, `<!-- end -->`. What stands
between blocks is written by hand and left alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, cast

import msgspec
from django.conf import settings
from django.core.management import get_commands, load_command_class
from django.utils import translation
from msgspec import inspect

from chat import errors, frames
from chatconnet import env

DOCS = Path("docs")
PROTOCOL = DOCS / "protocol.md"
SCHEMA = DOCS / "protocol.schema.json"
OPERATIONS = DOCS / "operations.md"
OUR_APPS = ("accounts", "chat", "chatconnet")
STRUCTURES: tuple[type[msgspec.Struct], ...] = (
    frames.User,
    frames.Room,
    frames.Member,
    frames.Message,
    frames.File,
    frames.Counts,
)

_BLOCK = re.compile(r"(<!-- generated: (?P<name>[^>]+) -->\n).*?(<!-- end -->)", re.DOTALL)
_CHOICE = re.compile(r"\^\(([\w|]+)\)\$")
_PLAIN: dict[type, str] = {
    inspect.BoolType: "true or false",
    inspect.FloatType: "number",
    inspect.NoneType: "null",
}
_WIDEST = 64 * 1024  # a bound this wide only says that a frame is no larger


class BadDocument(Exception):
    """A document lacks a block that it must have, or has one that there is not."""


def outdated(root: Path, *, write: bool = False) -> list[Path]:
    """The documents under `root` whose generated parts are not what the code says; `write` mends them.

    Raises `BadDocument`, and `OSError` where a document is missing.
    """
    with translation.override("en"):
        wanted = {path: _filled(path, (root / path).read_text(), blocks) for path, blocks in BLOCKS.items()}
        wanted[SCHEMA] = json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"
    found = [path for path, text in wanted.items() if _text(root / path) != text]
    if write:
        for path in found:
            (root / path).write_text(wanted[path])
    return found


def _text(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def _filled(path: Path, text: str, blocks: dict[str, Callable[[], str]]) -> str:
    names = [block["name"] for block in _BLOCK.finditer(text)]
    if sorted(names) != sorted(blocks):
        wrong = sorted(set(blocks) ^ set(names)) or sorted({name for name in names if names.count(name) > 1})
        raise BadDocument(f"{path}: missing, unknown or doubled blocks: {', '.join(wrong)}")
    return _BLOCK.sub(lambda block: f"{block[1]}{blocks[block['name']]()}{block[3]}", text)


# --- The wire ------------------------------------------------------------------------------------


def schema() -> dict[str, Any]:
    """JSON Schema of all that crosses the socket: `Command` from clients, `Frame` from the server."""
    commands, spoken = tuple(frames.COMMANDS.values()), frames.FRAMES
    references, definitions = msgspec.json.schema_components(
        [*commands, *spoken], ref_template="#/$defs/{name}"
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"{frames.SUBPROTOCOL}: the frames of ChatConnet's WebSocket",
        "anyOf": [{"$ref": "#/$defs/Command"}, {"$ref": "#/$defs/Frame"}],
        "$defs": {
            "Command": {"description": "What a client may say.", "anyOf": list(references[: len(commands)])},
            "Frame": {
                "description": "What the server says. Clients ignore types and fields they do not know.",
                "anyOf": list(references[len(commands) :]),
            },
            **definitions,
        },
    }


def command(kind: type[frames.Command]) -> str:
    """A command: what it does, its fields but `type` and `id`, and what its answer carries."""
    if kind.results:
        answer = f"`{kind.answer}` with {', '.join(f'`{field}`' for field in kind.results)}"
    else:
        answer = f"`{kind.answer}`, with nothing more"
    return f"{_words(kind)}\n\n{_fields(kind, leave_out='id')}\nAnswer: {answer}.\n"


def structure(kind: type[msgspec.Struct]) -> str:
    """A frame of the server or a part of one: what it says, and its fields."""
    return f"{_words(kind)}\n\n{_fields(kind)}"


def _words(kind: type) -> str:
    return " ".join((kind.__dict__.get("__doc__") or "").split())


def _fields(kind: type[msgspec.Struct], leave_out: str = "") -> str:
    described = cast(inspect.StructType, inspect.type_info(kind))
    fields = [field for field in described.fields if field.encode_name != leave_out]
    return _table(
        ("field", "value"),
        [(f"`{field.encode_name}`{'' if field.required else '?'}", _value(field)) for field in fields],
    )


def _value(field: inspect.Field) -> str:
    """What a field holds. That `null` is as good as leaving it out is said once, not with each field."""
    words = _type(field.type)
    if field.default is None:
        return words.removesuffix(" or null")
    return words if field.default in (msgspec.NODEFAULT, msgspec.UNSET) else f"{words}; else {field.default}"


def _type(described: inspect.Type) -> str:
    """A type in words, with its bounds."""
    match described:
        case inspect.Metadata(type=inner, extra_json_schema={"description": words}):
            return _type(inner).replace("text", words, 1)
        case inspect.UnionType(types=types):
            return " or ".join(map(_type, types))
        case inspect.ListType(item_type=item, max_length=most):
            return f"list of {_type(item)}" + (f"; at most {most}" if most else "")
        case inspect.DictType(key_type=key, value_type=value):
            return f"object: {_type(key)} → {_type(value)}"
        case inspect.StructType(cls=kind):
            name = kind.__name__.lower()
            return f"[{name}](#{name})"
        case inspect.StrType() | inspect.IntType():
            return _bounded(described)
        case _:
            return _PLAIN[type(described)]


def _bounded(described: inspect.StrType | inspect.IntType) -> str:
    match described:
        case inspect.StrType(pattern=str(pattern)) if choice := _CHOICE.fullmatch(pattern):
            return " or ".join(f"`{word}`" for word in choice[1].split("|"))
        case inspect.StrType(min_length=least, max_length=int(most), pattern=None) if most < _WIDEST:
            return f"text, {_range(least, most)} characters"
        case inspect.IntType(ge=least, le=int(most)):
            return f"integer, {_range(least, '2^53' if most == frames.MAX_INTEGER else most)}"
        case inspect.IntType():
            return "integer"
        case _:
            return "text"


def _range(least: int | None, most: int | str) -> str:
    return f"at most {most}" if least is None else f"{least} to {most}"


def error_codes() -> str:
    """Every code of an `error`, with its sentence."""
    return _table(
        ("code", "sentence"), [(f"`{code}`", str(sentence)) for code, sentence in errors.SENTENCES.items()]
    )


def close_codes() -> str:
    """Every code that the server closes a socket with."""
    return _table(("code", "why"), [(str(code), words) for code, words in frames.CLOSE_CODES.items()])


# --- Running it ----------------------------------------------------------------------------------


def variables() -> str:
    """Every variable of the environment that the settings read."""
    rows = [
        (f"`{variable.name}`", variable.kind, _default_of(variable), variable.purpose)
        for variable in env.VARIABLES.values()
    ]
    return _table(("variable", "value", "default", "what it does"), rows)


def _default_of(variable: env.Variable) -> str:
    match variable.default:
        case bool(on):
            return "`on`" if on else "`off`"
        case list(items):
            return f"`{','.join(items)}`" if items else ""
        case str(text):
            # A path in the project's folder is another one on each machine.
            text = text.replace(str(settings.BASE_DIR), ".")
            return f"`{text}`" if text else ""
        case number:
            return f"`{number}`"


def commands() -> dict[str, str]:
    """The `manage.py` commands of our own apps, each with its sentence."""
    ours = {name: app for name, app in sorted(get_commands().items()) if app in OUR_APPS}
    return {name: load_command_class(app, name).help for name, app in ours.items()}


def command_table() -> str:
    return _table(
        ("command", "what it does"), [(f"`manage.py {name}`", words) for name, words in commands().items()]
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown; nothing where it would have no rows."""
    lines = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    if not lines:
        return ""
    return "".join(f"| {' | '.join(line)} |\n" for line in [list(head), ["---"] * len(head), *lines])


BLOCKS: dict[Path, dict[str, Callable[[], str]]] = {
    PROTOCOL: {
        **{f"command {name}": partial(command, kind) for name, kind in frames.COMMANDS.items()},
        **{f"frame {kind.__struct_config__.tag}": partial(structure, kind) for kind in frames.FRAMES},
        **{f"structure {kind.__name__.lower()}": partial(structure, kind) for kind in STRUCTURES},
        "error codes": error_codes,
        "close codes": close_codes,
    },
    OPERATIONS: {"settings": variables, "commands": command_table},
}
