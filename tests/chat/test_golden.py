"""The server's own frames for the stories of `tests/golden`, which the page's store is tested with.

Ids, keys and times are made up there, and so is how a text is rendered; all else must be the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chat import hints, queries, text
from chat.access import Actor
from chat.errors import Refused
from chat.models import Message
from chat.services import messages, moderation, reading, rooms
from tests.support import people
from tests.support.people import say
from tests.support.state import caught_up, plain, read
from tests.support.wire import Recorder

GOLDEN = Path(__file__).parents[1] / "golden" / "changes"
TIME = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d\d\dZ")


class Stage:
    """The garden of the golden files: ana's room, bo in it, who said good morning at position 3."""

    def __init__(self, wire: Recorder) -> None:
        self.wire = wire
        self.ana, self.bo, self.cy = (people.person(name) for name in ("ana", "bo", "cy"))
        self.room = people.room(self.ana, self.bo)
        self.say(self.bo, "Good morning")
        reading.mark(self.ana, self.room.public_id, 2)
        self.third = f"{self.room.public_id}.3"
        wire.clear()

    def say(self, actor: Actor, body: str, reply_to: str | None = None) -> str:
        seq = read(self.room).position + 1
        return say(actor, self.room, body, reply_to, key=f"00000000-0000-4000-8000-{seq:012}").id

    def edit(self, message: str, body: str) -> None:
        author = Message.objects.select_related("author").get(seq=message.rpartition(".")[2]).author
        messages.edit({"ana": self.ana, "bo": self.bo}[author.username], message, body)

    def changes(self) -> list[dict[str, Any]]:
        return self.wire.changes(self.room)

    def shown(self, value: Any) -> Any:
        """A value of the wire with the golden files' ids in it."""
        written = json.dumps(value)
        names = {actor.public_id: f"{actor.name}-id" for actor in (self.ana, self.bo, self.cy)}
        for real, golden in (names | {self.room.public_id: "room-a"}).items():
            written = written.replace(real, golden)
        return comparable(json.loads(written))

    def state(self) -> dict[str, Any]:
        """What ana knows, as the golden files write it; nothing for a room that she is not in."""
        mine = queries.rooms_of(self.ana, [self.room.pk]).get(self.room.pk)
        if mine is None:
            return {"rooms": {}}
        now = read(self.room)
        info = plain(mine)
        del info["id"]
        held = {
            "position": now.position,
            "info": info,
            "messages": [now.messages[seq] for seq in sorted(now.messages)],
            "members": list(now.members.values()),
        }
        return {"rooms": {self.room.public_id: held}}


def comparable(value: Any) -> Any:
    """Without what is made up: the times, and how a text is rendered."""
    match value:
        case dict():
            shown = {key: comparable(item) for key, item in value.items()}
            if "html" in shown:
                shown["html"] = text.render(shown["body"])
            if "position" in shown:  # the state of a room: who became known first does not matter here
                shown["members"].sort(key=lambda member: member["user"]["name"])
            return shown
        case list():
            return [comparable(item) for item in value]
        case str():
            return TIME.sub("at some time", value)
        case _:
            return value


def golden(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((GOLDEN / f"{name}.json").read_text())
    return found


# --- What happens in each story -------------------------------------------------------------------


def close(stage: Stage) -> None:
    rooms.update(stage.ana, stage.room.public_id, closed=True)


def delete(stage: Stage) -> None:
    messages.delete(stage.bo, stage.third)


def edit(stage: Stage) -> None:
    stage.edit(stage.third, "Good evening")


def edit_adds_mention(stage: Stage) -> None:
    stage.edit(stage.third, "Good evening @ana")


def hide(stage: Stage) -> None:
    moderation.hide(
        people.user(people.person("root", is_staff=True, is_superuser=True)), Message.objects.get()
    )


def restore(stage: Stage) -> None:
    root = people.user(people.person("root", is_staff=True, is_superuser=True))
    moderation.hide(root, Message.objects.get())
    moderation.unhide(root, Message.objects.get())


def join(stage: Stage) -> None:
    rooms.join(stage.cy, stage.room.public_id)


def leave(stage: Stage) -> None:
    rooms.leave(stage.bo, stage.room.public_id)


def react(stage: Stage) -> None:
    messages.react(stage.ana, stage.third, "👍", True)


def react_off(stage: Stage) -> None:
    messages.react(stage.ana, stage.third, "👍", True)
    messages.react(stage.ana, stage.third, "👍", False)


def reply(stage: Stage) -> None:
    stage.say(stage.ana, "Good morning to you", reply_to=stage.third)


def role(stage: Stage) -> None:
    rooms.set_role(stage.ana, stage.room.public_id, "bo", "owner")
    rooms.set_role(stage.ana, stage.room.public_id, "ana", "moderator")


def send(stage: Stage) -> None:
    stage.say(stage.bo, "How is the garden, @ana?")


def send_own(stage: Stage) -> None:
    stage.say(stage.ana, "Fine")


def update(stage: Stage) -> None:
    rooms.update(stage.ana, stage.room.public_id, name="Kitchen garden", topic="What grows")


STORIES: dict[str, Callable[[Stage], None]] = {
    story.__name__: story
    for story in (
        close,
        delete,
        edit,
        edit_adds_mention,
        hide,
        join,
        leave,
        react,
        react_off,
        reply,
        restore,
        role,
        send,
        send_own,
        update,
    )
}

ALSO_TESTED = {"conflict", "pos_beyond_to", "read_elsewhere", "state_not_history"}
# Frames lost, doubled, late or out of order, and those of the hub: tests/chat/realtime has the server's side.
THE_STORE_ALONE = {
    "empty",
    "hole",
    "hole_healed",
    "invited",
    "late_answer",
    "removed",
    "reset",
    "send_answered_first",
    "twice",
}


@pytest.fixture
def stage(db: None, wire: Recorder) -> Stage:
    return Stage(wire)


def test_every_golden_file_is_told_by_the_server_or_concerns_the_store_alone() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == STORIES.keys() | ALSO_TESTED | THE_STORE_ALONE


@pytest.mark.parametrize("name", STORIES)
def test_the_server_says_what_the_golden_file_says(stage: Stage, name: str) -> None:
    story = golden(name)
    assert stage.shown(stage.state()) == comparable(story["before"])
    STORIES[name](stage)
    assert stage.shown(stage.changes()) == comparable(story["frames"])
    assert stage.shown(stage.state()) == comparable(story["after"])


def test_a_conflict_carries_the_message_as_it_is(stage: Stage) -> None:
    (frame,) = golden("conflict")["frames"]
    stage.edit(stage.third, "Good evening")
    with pytest.raises(Refused) as refused:
        messages.edit(stage.bo, stage.third, "Good night", pos=3)
    assert refused.value.code == frame["code"]
    assert stage.shown(plain(refused.value.message)) == comparable(frame["message"])


def test_another_sockets_read_mark(stage: Stage) -> None:
    reading.mark(stage.ana, stage.room.public_id, 3)
    frames = [json.loads(hint.frame) for hint in stage.wire.of(hints.Read)]
    assert stage.shown(frames) == golden("read_elsewhere")["frames"]
    assert stage.shown(stage.state()) == comparable(golden("read_elsewhere")["after"])


def test_a_message_further_on_than_its_frame(stage: Stage) -> None:
    """Caught up to 5 when the room is at 6 already."""
    story = golden("pos_beyond_to")
    fourth = stage.say(stage.bo, "Fuor")
    stage.edit(fourth, "For")
    stage.edit(fourth, "Four")
    told = [plain(queries.changes_of(stage.room.pk, *span)[0]) for span in ((3, 5), (5, 6))]
    assert stage.shown(told) == comparable(story["frames"])
    assert stage.shown(stage.state()) == comparable(story["after"])


def test_catching_up_brings_state_not_history(stage: Stage) -> None:
    """As the golden file tells it: 4, 5 and 6 are written, then 4 changes, and 5 is gone."""
    (frame,) = golden("state_not_history")["frames"]
    before = read(stage.room)
    fourth = stage.say(stage.bo, "Fuor")
    fifth = stage.say(stage.bo, "Five")
    stage.say(stage.ana, "I see", reply_to=fourth)
    messages.react(stage.ana, fifth, "👍", True)
    stage.edit(fourth, "Four")
    messages.delete(stage.bo, fifth)
    told = plain(queries.changes_of(stage.room.pk, 3, 9)[0])
    assert stage.shown(told) == comparable(frame)
    assert caught_up(before, stage.room, 6) == read(stage.room)
    assert stage.shown(stage.state()) == comparable(golden("state_not_history")["after"])
