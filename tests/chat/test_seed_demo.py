"""seed_demo leaves what the services would have left."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from io import StringIO
from typing import Any

import msgspec
import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import User
from chat import access, queries, text
from chat.access import Actor
from chat.models import (
    Membership,
    Mention,
    Message,
    MessageSearch,
    MessageVersion,
    PendingCheck,
    Reaction,
    Room,
    RoomCursor,
    UserCursor,
    WordRule,
)
from chat.services import demo, reading, rooms
from tests.support import people
from tests.support.people import say
from tests.support.wire import Recorder

USERS, ROOMS, MESSAGES = 25, 11, 900
PASSWORD = "plum-otter-violin-9"


def seed(**options: Any) -> dict[str, Any]:
    """Runs the command; returns what it printed."""
    out = StringIO()
    given = {"users": USERS, "rooms": ROOMS, "messages": MESSAGES, "no_input": True, "json": True}
    call_command("seed_demo", **given | options, stdout=out)
    return json.loads(out.getvalue())


@pytest.fixture
def made(db: None, wire: Recorder) -> dict[str, Any]:
    return seed()


def somebody(made: dict[str, Any]) -> list[Actor]:
    return [access.actor_for(user) for user in User.objects.filter(memberships__isnull=False).distinct()]


def test_it_makes_what_it_was_asked_for_and_says_so(made: dict[str, Any]) -> None:
    tables: dict[str, Any] = {
        "users": User,
        "rooms": Room,
        "memberships": Membership,
        "messages": Message,
        "mentions": Mention,
        "reactions": Reaction,
        "edits": MessageVersion,
    }
    assert made["schema"] == "seed_demo-1"
    assert {name: made[name] for name in tables} == {name: m.objects.count() for name, m in tables.items()}
    assert (made["users"], made["rooms"], made["messages"]) == (USERS, ROOMS, MESSAGES)
    assert made["deletions"] == Message.objects.filter(deleted_at__isnull=False).count()
    assert all(made[name] for name in ("mentions", "reactions", "edits", "deletions"))
    assert set(Room.objects.values_list("kind", flat=True)) == {"public", "private", "direct"}


def test_every_position_of_a_room_was_taken_by_one_change(made: dict[str, Any]) -> None:
    """One for each arrival, message, reaction, edit and deletion: none twice, and none left out."""
    for room in Room.objects.select_related("cursor"):
        messages = list(Message.objects.filter(room=room))
        memberships = Membership.objects.filter(room=room)
        changes = (
            len(messages)
            + memberships.count()
            + Reaction.objects.filter(message__room=room).count()
            + MessageVersion.objects.filter(message__room=room).count()
            + sum(message.deleted_at is not None for message in messages)
        )
        assert room.cursor.head == changes
        taken = Counter(memberships.values_list("pos", flat=True))
        taken.update(one for message in messages for one in {message.seq, message.pos})
        assert set(taken.values()) <= {1}
        assert max(taken) <= room.cursor.head
        assert all(message.pos >= message.seq for message in messages)


def test_time_rises_in_each_room_and_ends_by_now(made: dict[str, Any]) -> None:
    for room in Room.objects.select_related("cursor"):
        times = list(Message.objects.filter(room=room).order_by("seq").values_list("at", flat=True))
        assert times == sorted(times)
        assert room.cursor.last_at == (times[-1] if times else None)
    everywhere = Message.objects.order_by("pk").values_list("at", flat=True)
    assert list(everywhere) == sorted(everywhere), "keys follow the time"


def test_badges_are_what_one_counts(made: dict[str, Any]) -> None:
    readers = somebody(made)
    assert len(readers) == USERS
    for actor in readers:
        marks = dict(Membership.objects.filter(user=actor.id).values_list("room_id", "read_seq"))
        for room, counts in queries.counts(actor.id, marks.keys()).items():
            unread = Message.objects.filter(room=room, seq__gt=marks[room], deleted_at=None)
            unread = unread.exclude(author=actor.id)
            mentions = Mention.objects.filter(message__in=unread, user=actor.id)
            assert (counts.unread, counts.mentions) == (unread.count(), mentions.count())
            assert counts.read <= RoomCursor.objects.get(room=room).head
            own = Message.objects.filter(room=room, author=actor.id).order_by("-seq").first()
            assert own is None or own.seq <= counts.read, "nobody has not read what they answered"


def test_history_and_catching_up_read_it(made: dict[str, Any]) -> None:
    room = Room.objects.filter(kind="public").order_by("pk")[0]
    reader = access.actor_for(User.objects.filter(memberships__room=room)[0])
    seen: list[int] = []
    more = True
    while more:
        page, more, _newer = reading.history(reader, room.public_id, before=seen[0] if seen else None)
        seen = [message.seq for message in page] + seen
    assert seen == list(Message.objects.filter(room=room).order_by("seq").values_list("seq", flat=True))
    head = queries.heads([room.pk])[room.pk]
    frame = queries.changes(room, 0, head)
    assert len(frame.messages) == len(seen)
    assert frame.members
    assert len(frame.members) == Membership.objects.filter(room=room).count()


def test_a_message_is_as_if_it_was_sent(made: dict[str, Any]) -> None:
    """Rendered by the server's renderer, digested as first sent, its mentions those members who are named."""
    for row in Message.objects.select_related("room").filter(deleted_at=None)[:300]:
        shown = text.rendered(row.body)
        assert row.html == shown.html
        first = row.versions.get(number=1).body if row.edited_at else row.body
        reply = f"{row.room.public_id}.{row.reply_to}" if row.reply_to else None
        sent = msgspec.json.encode([row.room.public_id, first, reply, []])
        assert bytes(row.digest) == hashlib.sha256(sent).digest()
        assert row.reply_to is None or Message.objects.filter(room=row.room, seq=row.reply_to).exists()
        named = set(row.mentions.values_list("user__username", flat=True))
        assert named == set(shown.mentions)


def test_a_deleted_message_keeps_nothing(made: dict[str, Any]) -> None:
    gone = Message.objects.filter(deleted_at__isnull=False)
    assert set(gone.values_list("body", "html")) == {("", "")}
    for model in (Mention, MessageVersion, Reaction, MessageSearch):
        assert not model.objects.filter(message__in=gone).exists()


def test_search_finds_it(made: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM chat_messagesearch s JOIN chat_message m ON m.id = s.message_id"
            " WHERE m.deleted_at IS NULL"
        )
        assert cursor.fetchone() == (MESSAGES - made["deletions"],)
    found = Message.objects.filter(deleted_at=None, body__contains=" the ").order_by("-pk")[0]
    reader = access.actor_for(found.author)
    word = max(text.search_words(found.body).split(), key=len)
    hits, _more = reading.search(reader, f"{word} from:{found.author.username}")
    assert found.seq in {hit.seq for hit in hits}


def test_members_have_versions_that_processes_compare(made: dict[str, Any]) -> None:
    assert set(UserCursor.objects.filter(version__gt=0).values_list("user_id", flat=True)) == set(
        Membership.objects.values_list("user_id", flat=True)
    )


def test_one_room_has_everybody_and_rooms_are_owned(made: dict[str, Any]) -> None:
    assert User.objects.filter(memberships__room__is_default=True).distinct().count() == USERS
    for room in Room.objects.exclude(kind="direct"):
        assert Membership.objects.filter(room=room, role="owner").count() == 1
    for room in Room.objects.filter(kind="direct"):
        pair = sorted(Membership.objects.filter(room=room).values_list("user_id", flat=True))
        assert room.direct_key == ":".join(map(str, pair))


def test_people_go_on_where_the_talk_ended(made: dict[str, Any]) -> None:
    room = Room.objects.get(is_default=True)
    author = access.actor_for(User.objects.filter(memberships__room=room)[0])
    head = room.cursor.head
    assert say(author, room, "And now?").seq == head + 1
    newcomer = people.person("newcomer")
    rooms.join(newcomer, room.public_id)
    assert queries.counts(newcomer.id, [room.pk])[room.pk].unread == 0


@time_machine.travel("2026-11-24 18:00:00+00:00", tick=False)
def test_the_same_seed_gives_the_same_talk(made: dict[str, Any]) -> None:
    def talk() -> list[Any]:
        rows = Message.objects.filter(pk__gt=before).order_by("pk")
        return list(rows.values_list("author__display_name", "body", "at", "reply_to"))

    talks = []
    for number in (7, 7, 8):
        for model in (MessageSearch, Mention, MessageVersion, Reaction, Message, Membership, UserCursor):
            model.objects.all().delete()
        RoomCursor.objects.all().delete()
        Room.objects.all().delete()
        User.objects.all().delete()
        before = 0
        seed(seed=number)
        talks.append(talk())
    assert talks[0] == talks[1]
    assert talks[0] != talks[2]


# --- Beside others -----------------------------------------------------------------------------------


def test_it_does_not_mix_with_what_people_wrote_unless_asked_to(
    ana: Actor, garden: Room, wire: Recorder
) -> None:
    say(ana, garden, "Is it working?")
    with pytest.raises(CommandError, match="--add") as refused:
        seed()
    assert refused.value.returncode == 2
    assert not Message.objects.exclude(author=ana.id).exists()
    seed(add=True, messages=50)
    assert Message.objects.filter(room=garden).count() == 1, "no words are put into a room of theirs"
    assert queries.heads([garden.pk])[garden.pk] == 4
    seed(add=True, messages=50)
    assert Message.objects.count() == 101


def test_the_room_that_everybody_joins_gets_the_talk_while_it_is_silent(ana: Actor, wire: Recorder) -> None:
    welcome = Room.objects.get(public_id=rooms.create(ana, "Welcome", "public", is_default=True).id)
    seed(messages=100)
    assert Membership.objects.filter(room=welcome).count() == USERS + 1
    assert Membership.objects.get(room=welcome, role="owner").user_id == ana.id
    assert Message.objects.filter(room=welcome).count() > 20
    assert Room.objects.filter(is_default=True).count() == 1


def test_word_rules_see_the_talk(db: None, wire: Recorder) -> None:
    WordRule.objects.create(phrase="bad")
    seed(messages=100)
    waiting = [range(check.first_pos, check.last_pos + 1) for check in PendingCheck.objects.all()]
    assert sum(map(len, waiting)) >= 100


def test_people_sign_in_only_with_the_password_given(db: None, wire: Recorder) -> None:
    seed(messages=10)
    assert not any(user.has_usable_password() for user in User.objects.all())
    seed(messages=10, add=True, password=PASSWORD)
    assert sum(user.check_password(PASSWORD) for user in User.objects.order_by("-pk")[:2]) == 2
    with pytest.raises(CommandError, match="too short") as refused:
        seed(messages=10, add=True, password="short")
    assert refused.value.returncode == 2


def test_it_asks_first_and_a_rehearsal_writes_nothing(db: None) -> None:
    with pytest.raises(CommandError, match="--no-input") as refused:
        seed(no_input=False)
    assert refused.value.returncode == 2
    assert seed(dry_run=True)["messages"] == MESSAGES
    assert not User.objects.exists()


def test_told_to_end_it_finishes_the_day_and_says_what_is_left(
    db: None, wire: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os
    import signal

    write = demo.Demo._write

    def write_and_be_told(self: demo.Demo, planned: Any) -> None:
        write(self, planned)
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(demo.Demo, "_write", write_and_be_told)
    with pytest.raises(CommandError, match="messages are left") as ended:
        seed()
    assert ended.value.returncode == 3
    assert 0 < Message.objects.count() < MESSAGES
