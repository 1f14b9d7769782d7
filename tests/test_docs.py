"""What the documents say is what there is."""

import json
import re
import shutil
import tomllib
from itertools import chain
from pathlib import Path

import msgspec
import pytest
from django.core.management import CommandError, call_command
from msgspec import Struct

from chat import errors, frames
from chatconnet import documentation, env
from tests.support.client import Client
from tests.support.server import running

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def ids(path):
    return str(path.relative_to(ROOT))


# --- Generated parts -----------------------------------------------------------------------------


def test_generated_parts_are_what_the_code_says():
    assert documentation.outdated(ROOT) == [], "run manage.py document"


@pytest.fixture
def copy(tmp_path, settings):
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    settings.BASE_DIR = tmp_path
    return tmp_path / documentation.OPERATIONS


def test_an_old_part_is_reported_and_written_anew(copy, capsys):
    copy.write_text(copy.read_text().replace("`CHAT_BODY_MAX`", "`CHAT_BODY_MIN`"))
    with pytest.raises(CommandError, match=r"out of date: docs/operations\.md"):
        call_command("document", check=True)
    call_command("document")
    assert "docs/operations.md written" in capsys.readouterr().out
    call_command("document", check=True)


def test_a_block_that_is_missing_unknown_or_doubled_is_an_error(copy):
    fine = copy.read_text()
    for wrong in (
        fine.replace("<!-- generated: settings -->", ""),
        fine + "<!-- generated: weather -->\n<!-- end -->\n",
        fine + "<!-- generated: settings -->\n<!-- end -->\n",
    ):
        copy.write_text(wrong)
        with pytest.raises(CommandError, match=r"settings|weather"):
            call_command("document", check=True)


# --- Nothing without a description ---------------------------------------------------------------


@pytest.mark.parametrize("variable", env.VARIABLES.values(), ids=lambda variable: variable.name)
def test_every_setting_has_a_sentence(variable):
    assert variable.purpose.endswith(".") or "://" in variable.purpose


@pytest.mark.parametrize(("name", "words"), documentation.commands().items())
def test_every_command_line_command_has_a_sentence(name, words):
    assert words.endswith(".")


@pytest.mark.parametrize(
    "kind",
    [*frames.COMMANDS.values(), *frames.FRAMES, *documentation.STRUCTURES],
    ids=lambda kind: kind.__name__,
)
def test_every_frame_and_part_of_one_has_a_sentence(kind):
    assert kind.__dict__["__doc__"].endswith(".")


def test_every_type_of_the_frames_module_is_documented():
    bases = {frames.Command, frames.Frame}
    types = {t for t in vars(frames).values() if isinstance(t, type) and issubclass(t, Struct)} - {Struct}
    assert types - bases == {*frames.COMMANDS.values(), *frames.FRAMES, *documentation.STRUCTURES}


def test_every_error_code_that_is_used_has_a_sentence():
    source = "".join(path.read_text() for path in (ROOT / "chat").rglob("*.py"))
    used = set(re.findall(r'Refused\(\s*"(\w+)"', source))
    assert len(used) > 10
    assert used <= errors.SENTENCES.keys()


def test_every_close_code_has_a_reason():
    assert {code for code in vars(frames).values() if isinstance(code, int) and 4000 <= code < 5000} == set(
        frames.CLOSE_CODES
    )


# --- The schema and the frames -------------------------------------------------------------------


def test_the_schema_has_every_frame_and_every_reference_leads_somewhere():
    schema = json.loads((ROOT / documentation.SCHEMA).read_text())
    references = {name.removeprefix("#/$defs/") for name in re.findall(r"#/\$defs/\w+", json.dumps(schema))}
    assert references <= schema["$defs"].keys()
    tags = {
        definition["properties"]["type"]["enum"][0]
        for name, definition in schema["$defs"].items()
        if name.endswith(("Command", "Frame")) and "properties" in definition
    }
    assert tags == {*frames.COMMANDS, *(frame.__struct_config__.tag for frame in frames.FRAMES)}


@pytest.mark.parametrize("path", sorted((ROOT / "tests/golden/changes").glob("*.json")), ids=lambda p: p.stem)
def test_golden_frames_are_frames_of_the_protocol(path):
    kinds = {frame.__struct_config__.tag: frame for frame in frames.FRAMES}
    for frame in json.loads(path.read_text())["frames"]:
        assert msgspec.to_builtins(msgspec.convert(frame, kinds[frame["type"]])) == frame


@pytest.mark.parametrize("kind", frames.COMMANDS.values(), ids=frames.COMMANDS)
def test_what_an_answer_carries_are_fields_of_its_frame(kind):
    answers = {"ok": frames.OkFrame, "pong": frames.PongFrame}
    assert set(kind.results) <= set(answers[kind.answer].__struct_fields__) - {"re"}


@pytest.mark.e2e
async def test_answers_carry_what_the_protocol_says():
    with running(limits="off") as site:
        site.manage("create_bot", "other")
        token = site.manage("create_bot", "asker", "--room", "welcome").strip()
        answered: dict[str, set[str]] = {}
        async with Client(site.ws_url(), token=token) as asker:

            async def ask(name, /, **fields):
                answer = await asker.ask(name, **fields)
                assert answer["type"] == frames.COMMANDS[name].answer
                answered.setdefault(name, set()).update(answer.keys() - {"type", "re"})
                return answer

            await asker.wait_for("welcome")
            await ask("sync", epoch=asker.welcome["epoch"], rooms={})
            room = (await ask("create", name="Garden", kind="public"))["room"]["id"]
            key = "00000000-0000-4000-8000-000000000001"
            message = (await ask("send", room=room, key=key, body="Good morning"))["message"]["id"]
            await ask("edit", message=message, body="Good evening")
            await ask("react", message=message, emoji="👍", on=True)
            await ask("read", room=room, seq=1)
            await ask("typing", room=room)
            await ask("history", room=room)
            await ask("history", room=room, around=1)
            await ask("search", q="evening")
            await ask("delete", message=message)
            await ask("update", room=room, topic="Roses")
            await ask("direct", user="other")
            await ask("browse")
            await ask("people", q="oth")
            await ask("join", room=asker.welcome["rooms"][0]["id"])
            await ask("invite", room=room, user="other")
            await ask("role", room=room, user="other", role="owner")
            await ask("role", room=room, user="asker", role="member")
            await ask("members", room=room)
            await ask("leave", room=room)
            other = (await ask("create", name="Shed", kind="private"))["room"]["id"]
            await ask("invite", room=other, user="other")
            await ask("remove", room=other, user="other")
            await ask("ping", rooms={other: 1})
    assert answered == {name: set(kind.results) for name, kind in frames.COMMANDS.items()}


# --- Written by hand -----------------------------------------------------------------------------


@pytest.mark.parametrize("document", DOCUMENTS, ids=ids)
def test_links_lead_somewhere(document):
    for target, anchor in re.findall(r"\]\((?!https?:)([^)#\s]*)#?([^)\s]*)\)", document.read_text()):
        linked = document.parent / target if target else document
        assert linked.exists(), target
        if anchor:
            assert anchor in anchors(linked), f"{target}#{anchor}"


def anchors(document):
    headings = re.findall(r"^#+ (.+)$", document.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=ids)
def test_paths_that_are_named_exist(document):
    tops = "accounts|chat|chatconnet|docs|locale|scripts|static|templates|tests"
    for path in re.findall(rf"`((?:{tops})/[\w./-]+)`", document.read_text()):
        assert (ROOT / path).exists(), path


def test_every_direct_dependency_has_a_reason():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = chain(project["project"]["dependencies"], *project["dependency-groups"].values())
    names = {re.split(r"[^\w.-]", requirement)[0] for requirement in wanted}
    page = (ROOT / "docs/decisions/dependencies.md").read_text()
    listed = dict(re.findall(r"^\| `([^`]+)` \| (.+) \|$", page, re.MULTILINE))
    assert listed.keys() == names
    assert all(listed.values())


def test_every_decision_is_in_the_list():
    folder = ROOT / "docs/decisions"
    listed = set(re.findall(r"\]\(([\w-]+\.md)\)", (folder / "README.md").read_text()))
    assert listed == {path.name for path in folder.glob("*.md")} - {"README.md"}
