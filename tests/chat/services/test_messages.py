from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import emoji
import msgspec
import pytest
import time_machine
from django.utils import timezone
from msgspec import UNSET
from pytest_django import Settings

from accounts.models import User
from chat import frames, queries
from chat.access import Actor
from chat.errors import Refused, SignedOut
from chat.models import (
    Message,
    MessageSearch,
    MessageVersion,
    PendingCheck,
    Reaction,
    Room,
    Sanction,
    WordRule,
)
from chat.services import messages, rooms
from chat.services.batch import Draft
from tests.support import people
from tests.support.people import say
from tests.support.state import Witness, plain

Watch = Callable[[Room], Witness]
KEY = "0d9f7ac2-5c1e-4d0b-9f8e-1a2b3c4d5e6f"
GONE = f"{'x' * 22}.1"


def draft(author: Actor, room: Room, body: str = "Hello", key: str = "", **more: str) -> Draft:
    return messages.draft(author, room.public_id, key or str(uuid.uuid4()), body, **more)


# --- Posting -------------------------------------------------------------------------------------


def test_a_message_takes_the_next_position_as_its_place(garden: Room, bo: Actor, watch: Watch) -> None:
    witness = watch(garden)
    with witness.takes(1):
        message = say(bo, garden, " Hello *you* ", key=KEY)
    assert message.seq == message.pos == witness.head
    assert message.id == f"{garden.public_id}.{message.seq}"
    assert (message.key, message.body) == (KEY, "Hello *you*")
    assert "Hello <em>you</em>" in str(message.html)
    assert (message.files, message.mentions, message.reactions) == ([], [], {})


def test_sends_that_wait_together_are_stored_in_their_order_in_one_change(
    garden: Room, cellar: Room, bo: Actor, ana: Actor, watch: Watch
) -> None:
    garden_witness, cellar_witness = watch(garden), watch(cellar)
    drafts = [
        draft(bo, garden, "1"),
        draft(ana, cellar, "2"),
        draft(bo, garden, "3"),
        draft(ana, garden, "4"),
    ]
    with garden_witness.takes(3), cellar_witness.takes(1):
        stored = messages.post_many(drafts)
    assert [message.body for message in stored] == ["1", "2", "3", "4"]  # type: ignore[union-attr]
    assert [m["body"] for m in garden_witness.states[-1].messages.values()] == ["1", "3", "4"]


def test_one_bad_send_does_not_refuse_those_that_wait_with_it(
    garden: Room, cellar: Room, bo: Actor, eve: Actor, watch: Watch
) -> None:
    witness = watch(garden)
    with witness.takes(1):
        good, bad = messages.post_many([draft(bo, garden), draft(eve, garden)])
    assert isinstance(good, frames.Message)
    assert isinstance(bad, Refused)
    assert bad.code == "not_found"


def test_what_postgresql_does_not_take_is_refused_alone(garden: Room, bo: Actor) -> None:
    unstorable = msgspec.structs.replace(draft(bo, garden), body="\x00")
    first, bad, last = messages.post_many([draft(bo, garden), unstorable, draft(bo, garden)])
    assert isinstance(first, frames.Message)
    assert isinstance(last, frames.Message)
    assert last.pos == first.pos + 1
    assert isinstance(bad, Refused)
    assert (bad.code, bad.field) == ("bad_field", "body")


@pytest.mark.parametrize(
    "body", ["", "   \n ", "x" * 4001, "a\x00b", "\ud800", "\u2003\u00a0", "\ufeff \u200b\u200d"]
)
def test_a_text_that_cannot_be_is_refused(garden: Room, bo: Actor, watch: Watch, body: str) -> None:
    with watch(garden).refuses("bad_field", "body"):
        say(bo, garden, body)


def test_length_is_counted_in_code_points_after_trimming(garden: Room, bo: Actor, watch: Watch) -> None:
    with watch(garden).takes(1):
        assert len(str(say(bo, garden, f"  {'🙂' * 4000}  ").body)) == 4000


@pytest.mark.parametrize("key", ["", "no", "0d9f7ac2-5c1e-4d0b-9f8e-1a2b3c4d5e6"])
def test_a_key_that_is_no_uuid_is_refused(garden: Room, bo: Actor, watch: Watch, key: str) -> None:
    with watch(garden).refuses("bad_field", "key"):
        messages.draft(bo, garden.public_id, key, "Hello")


def test_files_are_not_found_as_there_are_none(garden: Room, bo: Actor, watch: Watch) -> None:
    with watch(garden).refuses("not_found"):
        messages.draft(bo, garden.public_id, KEY, "Hello", files=["a"])


# --- Keys ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("again", [KEY, KEY.upper()])
def test_a_repeat_of_a_key_answers_with_the_message_and_creates_nothing(
    garden: Room, bo: Actor, watch: Watch, again: str
) -> None:
    first = say(bo, garden, key=KEY)
    with watch(garden).takes(0):
        assert say(bo, garden, key=again) == first
        assert say(bo, garden, " Good morning ", key=again) == first


def test_a_key_belongs_to_its_sender(garden: Room, bo: Actor, ana: Actor, watch: Watch) -> None:
    say(bo, garden, key=KEY)
    with watch(garden).takes(1):
        say(ana, garden, "Something else", key=KEY)


def test_a_repeat_in_the_same_batch_is_one_message(garden: Room, bo: Actor, watch: Watch) -> None:
    witness = watch(garden)
    with witness.takes(1):
        first, again, other = messages.post_many(
            [draft(bo, garden, key=KEY), draft(bo, garden, key=KEY), draft(bo, garden, "Other", key=KEY)]
        )
    assert first == again
    assert isinstance(other, Refused)
    assert other.code == "key_conflict"


def test_another_text_room_or_reply_with_the_same_key_is_a_conflict(
    garden: Room, cellar: Room, bo: Actor, watch: Watch
) -> None:
    answered = say(bo, garden)
    say(bo, garden, key=KEY)
    with watch(garden).refuses("key_conflict"):
        say(bo, garden, "Something else", key=KEY)
    with watch(cellar).refuses("key_conflict"):
        say(bo, cellar, key=KEY)
    with watch(garden).refuses("key_conflict"):
        say(bo, garden, key=KEY, reply_to=answered.id)


def test_a_repeat_after_an_edit_answers_with_the_message_as_it_is_now(
    garden: Room, bo: Actor, watch: Watch
) -> None:
    first = say(bo, garden, key=KEY)
    edited = messages.edit(bo, first.id, "Good evening")
    witness = watch(garden)
    with witness.takes(0):
        assert say(bo, garden, key=KEY) == edited
    with witness.refuses("key_conflict"):
        say(bo, garden, "Good evening", key=KEY)


def test_a_repeat_after_a_deletion_answers_with_the_tombstone(garden: Room, bo: Actor, watch: Watch) -> None:
    tombstone = messages.delete(bo, say(bo, garden, key=KEY).id)
    witness = watch(garden)
    with witness.takes(0):
        assert say(bo, garden, key=KEY) == tombstone
    with witness.refuses("key_conflict"):
        say(bo, garden, "Something else", key=KEY)


def test_a_repeat_is_answered_even_where_one_may_not_write_any_more(
    garden: Room, bo: Actor, ana: Actor, watch: Watch
) -> None:
    first = say(bo, garden, key=KEY)
    rooms.update(ana, garden.public_id, closed=True)
    people.sanction(bo)
    with watch(garden).takes(0):
        assert say(bo, garden, key=KEY) == first


def test_a_repeat_from_outside_is_not_found(garden: Room, bo: Actor, watch: Watch) -> None:
    say(bo, garden, key=KEY)
    rooms.leave(bo, garden.public_id)
    with watch(garden).refuses("not_found"):
        say(bo, garden, key=KEY)


# --- Replies -------------------------------------------------------------------------------------


def test_a_reply_names_a_message_of_its_room(garden: Room, bo: Actor, ana: Actor, watch: Watch) -> None:
    asked = say(bo, garden)
    with watch(garden).takes(1):
        assert say(ana, garden, reply_to=asked.id).reply_to == asked.id


def test_a_reply_may_answer_a_tombstone_or_a_message_of_its_own_batch(
    garden: Room, bo: Actor, watch: Watch
) -> None:
    asked = messages.delete(bo, say(bo, garden).id)
    witness = watch(garden)
    following = f"{garden.public_id}.{witness.head + 1}"
    with witness.takes(2):
        first, second = messages.post_many(
            [draft(bo, garden, reply_to=asked.id), draft(bo, garden, reply_to=following)]
        )
    assert (first.reply_to, second.reply_to) == (asked.id, following)  # type: ignore[union-attr]


def test_a_reply_to_an_unknown_message_and_to_one_elsewhere_is_not_found(
    garden: Room, cellar: Room, bo: Actor, eve: Actor, watch: Watch
) -> None:
    elsewhere = say(bo, cellar)
    witness = watch(garden)
    unknown = [
        elsewhere.id,
        GONE,
        f"{garden.public_id}.999",
        f"{garden.public_id}.0",
        f"{cellar.public_id}.0",
        f"{garden.public_id}.-1",
        f"{garden.public_id}.01",
        f"{garden.public_id}.{'9' * 30}",
        garden.public_id,
        "nonsense",
    ]
    for reply_to in unknown:
        with witness.refuses("not_found"):
            say(bo, garden, reply_to=reply_to)


# --- Who may -------------------------------------------------------------------------------------


def actions(room: Room, message: str) -> dict[str, Callable[[Actor], object]]:
    """Everything that one does with messages."""
    return {
        "post": lambda actor: say(actor, room),
        "edit": lambda actor: messages.edit(actor, message, "Other"),
        "delete": lambda actor: messages.delete(actor, message),
        "react": lambda actor: messages.react(actor, message, "👍", True),
    }


ACTIONS = ["post", "edit", "delete", "react"]


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("place", ["garden", "cellar"])
def test_outsiders_and_those_who_are_out_find_nothing(
    request: pytest.FixtureRequest, bo: Actor, ana: Actor, eve: Actor, watch: Watch, place: str, action: str
) -> None:
    room = request.getfixturevalue(place)
    act = actions(room, say(bo, room).id)[action]
    with watch(room).refuses("not_found"):
        act(eve)
    rooms.remove(ana, room.public_id, "bo")
    with watch(room).refuses("not_found"):
        act(bo)


@pytest.mark.parametrize("action", ["edit", "delete", "react"])
def test_an_unknown_message_is_not_found(garden: Room, bo: Actor, watch: Watch, action: str) -> None:
    witness = watch(garden)
    for unknown in (
        GONE,
        f"{garden.public_id}.999",
        f"{garden.public_id}.0",
        "nonsense",
        f"{garden.public_id}.²",
    ):
        with witness.refuses("not_found"):
            actions(garden, unknown)[action](bo)


@pytest.mark.parametrize("action", ["post", "edit", "react"])
def test_a_closed_room_is_read_only(garden: Room, ana: Actor, watch: Watch, action: str) -> None:
    message = say(ana, garden)
    rooms.update(ana, garden.public_id, closed=True)
    with watch(garden).refuses("read_only"):
        actions(garden, message.id)[action](ana)


@pytest.mark.parametrize("everywhere", [True, False])
@pytest.mark.parametrize("action", ["post", "edit", "react"])
def test_the_muted_do_not_write_and_are_told_for_how_long(
    garden: Room, bo: Actor, watch: Watch, action: str, everywhere: bool
) -> None:
    message = say(bo, garden)
    until = timezone.now() + timedelta(hours=1)
    people.sanction(bo, place=None if everywhere else garden, until=until)
    with watch(garden).refuses("muted") as refusal:
        actions(garden, message.id)[action](bo)
    assert 3590 < (refusal.error.retry_after or 0) <= 3600
    with time_machine.travel(until + timedelta(seconds=1), tick=False):
        actions(garden, message.id)[action](bo)


@pytest.mark.parametrize("everywhere", [True, False])
@pytest.mark.parametrize("action", ACTIONS)
def test_the_suspended_do_nothing(
    garden: Room, bo: Actor, watch: Watch, action: str, everywhere: bool
) -> None:
    message = say(bo, garden)
    people.sanction(bo, Sanction.Kind.SUSPEND, None if everywhere else garden)
    with watch(garden).refuses("suspended") as refusal:
        actions(garden, message.id)[action](bo)
    assert refusal.error.retry_after is None


@pytest.mark.parametrize("action", ACTIONS)
def test_a_sanction_of_another_room_does_not_count(
    garden: Room, cellar: Room, bo: Actor, watch: Watch, action: str
) -> None:
    message = say(bo, garden)
    people.sanction(bo, Sanction.Kind.SUSPEND, cellar)
    people.sanction(bo, Sanction.Kind.MUTE, cellar)
    with watch(garden).takes(1):
        actions(garden, message.id)[action](bo)


@pytest.mark.parametrize("action", ACTIONS)
def test_the_deactivated_are_signed_out(garden: Room, bo: Actor, watch: Watch, action: str) -> None:
    message = say(bo, garden)
    User.objects.filter(pk=bo.id).update(is_active=False)
    with watch(garden).takes(0), pytest.raises(SignedOut):
        actions(garden, message.id)[action](bo)


# --- Editing -------------------------------------------------------------------------------------


def test_an_edit_moves_pos_keeps_the_place_and_the_old_text_as_a_version(
    garden: Room, bo: Actor, watch: Watch
) -> None:
    first = say(bo, garden)
    witness = watch(garden)
    with witness.takes(1):
        second = messages.edit(bo, first.id, " Good evening ", pos=first.pos)
    with witness.takes(1):
        messages.edit(bo, first.id, "Good night")
    assert (second.seq, second.pos, second.body) == (first.seq, first.seq + 1, "Good evening")
    assert (second.at, second.key) == (first.at, first.key)
    assert second.edited
    versions = MessageVersion.objects.order_by("number").values_list("number", "body", "editor")
    assert list(versions) == [(1, "Good morning", bo.id), (2, "Good evening", bo.id)]


def test_an_edit_that_changes_nothing_takes_no_position(garden: Room, bo: Actor, watch: Watch) -> None:
    first = say(bo, garden)
    with watch(garden).takes(0):
        assert messages.edit(bo, first.id, " Good morning", pos=first.pos) == first
    assert not MessageVersion.objects.exists()


def test_an_edit_of_a_version_that_is_no_more_is_a_conflict_with_the_message_as_it_is(
    garden: Room, bo: Actor, watch: Watch
) -> None:
    first = say(bo, garden)
    now = messages.edit(bo, first.id, "Good evening")
    with watch(garden).refuses("conflict") as refusal:
        messages.edit(bo, first.id, "Good night", pos=first.pos)
    assert refusal.error.message == now


def test_an_edit_of_a_tombstone_is_a_conflict(garden: Room, bo: Actor, watch: Watch) -> None:
    tombstone = messages.delete(bo, say(bo, garden).id)
    with watch(garden).refuses("conflict") as refusal:
        messages.edit(bo, tombstone.id, "Good night")
    assert refusal.error.message == tombstone


def test_nobody_edits_the_messages_of_others(garden: Room, bo: Actor, ana: Actor, watch: Watch) -> None:
    first = say(bo, garden)
    with watch(garden).refuses("forbidden"):
        messages.edit(ana, first.id, "I am a fool")


def test_an_edit_can_be_too_late_but_not_for_moderators(
    garden: Room, bo: Actor, mo: Actor, watch: Watch, settings: Settings
) -> None:
    bos, mos = say(bo, garden), say(mo, garden)
    witness = watch(garden)
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=settings.CHAT_EDIT_SECONDS + 5)):
        with witness.refuses("too_late"):
            messages.edit(bo, bos.id, "Good evening")
        with witness.takes(1):
            messages.edit(mo, mos.id, "Good evening")


def test_an_edit_to_a_text_that_cannot_be_is_refused(garden: Room, bo: Actor, watch: Watch) -> None:
    first = say(bo, garden)
    for body in (" ", "x" * 4001, "\x00"):
        with watch(garden).refuses("bad_field", "body"):
            messages.edit(bo, first.id, body)


def test_a_hidden_message_stays_without_text_when_its_author_edits_it(
    garden: Room, bo: Actor, watch: Watch
) -> None:
    first = say(bo, garden)
    Message.objects.update(hidden_at=timezone.now())
    with watch(garden).takes(1):
        assert messages.edit(bo, first.id, "Good evening").body is UNSET


# --- Mentions ------------------------------------------------------------------------------------


def test_a_text_that_cannot_be_stored_is_told_so(garden: Room, bo: Actor) -> None:
    with pytest.raises(Refused) as caught:
        say(bo, garden, "a\x00b")
    assert (caught.value.code, caught.value.field) == ("bad_field", "body")
    assert "cannot be stored" in str(caught.value.detail)


def test_mentions_are_members_named_in_the_text_whatever_the_case(
    garden: Room, bo: Actor, ana: Actor, eve: Actor, watch: Watch
) -> None:
    with watch(garden).takes(1):
        message = say(bo, garden, "@ANA, @ana and @eve and @nobody: hello")
    assert message.mentions == [ana.public_id]


@pytest.mark.parametrize("name", ["Straße", "ǰon", "Ａｎｎｅ"])
def test_a_mention_finds_names_in_any_script(
    garden: Room, ana: Actor, bo: Actor, watch: Watch, name: str
) -> None:
    named = people.person(name)
    rooms.join(named, garden.public_id)
    with watch(garden).takes(1):
        assert say(bo, garden, f"Hello @{named.name}!").mentions == [named.public_id]


def test_mentions_follow_an_edit(garden: Room, bo: Actor, ana: Actor, mo: Actor, watch: Watch) -> None:
    first = say(bo, garden, "Hello @ana")
    with watch(garden).takes(1):
        assert messages.edit(bo, first.id, "Hello @mo").mentions == [mo.public_id]
    assert queries.counts(ana.id, [garden.pk])[garden.pk].mentions == 0
    assert queries.counts(mo.id, [garden.pk])[garden.pk].mentions == 1


def test_only_who_is_mentioned_looks_so(garden: Room, bo: Actor, ana: Actor, eve: Actor) -> None:
    marked = '<span class="mention" data-name="ana">@ana</span>'
    for body in ("@ana @nobody @eve", "**@ana** @nobody @eve"):
        shown = say(bo, garden, body)
        assert str(shown.html).replace("<strong>", "").replace("</strong>", "") == (
            f'<p dir="auto">{marked} @nobody @eve</p>'
        )
    assert messages.edit(bo, shown.id, "@eve @ana").html == f'<p dir="auto">@eve {marked}</p>'


def test_a_message_mentions_at_most_twenty(garden: Room, ana: Actor, bo: Actor) -> None:
    crowd = [people.person(f"crowd-{number}-{'x' * number}") for number in range(22)]
    for one in crowd:
        rooms.join(one, garden.public_id)
    message = say(bo, garden, " ".join(f"@{one.name}" for one in crowd))
    assert message.mentions == [one.public_id for one in crowd[:20]]


# --- Deleting ------------------------------------------------------------------------------------

TOMBSTONE = {"id", "room", "seq", "pos", "key", "user", "at", "deleted"}


def test_a_tombstone_keeps_these_fields_and_nothing_of_the_text(
    garden: Room, bo: Actor, ana: Actor, watch: Watch
) -> None:
    first = say(bo, garden, "Hello @ana")
    say(ana, garden, reply_to=first.id)
    answer = say(bo, garden, "Bye @ana", reply_to=first.id)
    messages.edit(bo, answer.id, "Bye bye @ana")
    messages.react(ana, answer.id, "👍", True)
    witness = watch(garden)
    with witness.takes(1):
        tombstone = plain(messages.delete(bo, answer.id))
    assert tombstone.keys() == TOMBSTONE
    assert tombstone["deleted"] is True
    row = Message.objects.get(seq=answer.seq)
    assert (row.body, row.html) == ("", "")
    for related in (row.versions, row.mentions, row.reactions):
        assert not related.exists()
    assert not MessageSearch.objects.filter(message=row).exists()


def test_deleting_twice_is_once(garden: Room, bo: Actor, watch: Watch) -> None:
    tombstone = messages.delete(bo, say(bo, garden).id)
    with watch(garden).takes(0):
        assert messages.delete(bo, tombstone.id) == tombstone


def test_moderators_delete_what_others_wrote_and_members_do_not(
    garden: Room, bo: Actor, mo: Actor, ana: Actor, watch: Watch
) -> None:
    bos, anas = say(bo, garden), say(ana, garden)
    witness = watch(garden)
    with witness.refuses("forbidden"):
        messages.delete(bo, anas.id)
    with witness.takes(1):
        messages.delete(mo, bos.id)


# --- Reacting ------------------------------------------------------------------------------------


def test_a_reaction_is_set_and_taken_back_and_a_repeat_takes_no_position(
    garden: Room, bo: Actor, ana: Actor, watch: Watch
) -> None:
    first = say(bo, garden)
    witness = watch(garden)
    with witness.takes(1):
        assert messages.react(ana, first.id, "👍", True).reactions == {"👍": [ana.public_id]}
    with witness.takes(0):
        messages.react(ana, first.id, "👍", True)
    with witness.takes(1):
        assert messages.react(bo, first.id, "👍", True).reactions == {"👍": [ana.public_id, bo.public_id]}
    with witness.takes(1):
        assert messages.react(ana, first.id, "👍", False).reactions == {"👍": [bo.public_id]}
    with witness.takes(0):
        messages.react(ana, first.id, "👍", False)


@pytest.mark.parametrize("no_emoji", ["a", "👍👍", " 👍", ":+1:", "", "\u200d", "1"])
def test_a_reaction_is_one_emoji(garden: Room, bo: Actor, watch: Watch, no_emoji: str) -> None:
    first = say(bo, garden)
    with watch(garden).refuses("bad_field", "emoji"):
        messages.react(bo, first.id, no_emoji, True)


def test_a_tombstone_gets_no_reaction(garden: Room, bo: Actor, watch: Watch) -> None:
    tombstone = messages.delete(bo, say(bo, garden).id)
    with watch(garden).refuses("conflict") as refusal:
        messages.react(bo, tombstone.id, "👍", True)
    assert refusal.error.message == tombstone


def test_the_51st_kind_of_emoji_is_refused_and_a_known_one_is_not(
    garden: Room, bo: Actor, ana: Actor, watch: Watch
) -> None:
    first = say(bo, garden)
    kinds = [
        name for name, data in emoji.EMOJI_DATA.items() if data["status"] == emoji.STATUS["fully_qualified"]
    ]
    row = Message.objects.get()
    Reaction.objects.bulk_create(Reaction(message=row, user_id=bo.id, emoji=kind) for kind in kinds[:50])
    witness = watch(garden)
    with witness.refuses("bad_field", "emoji"):
        messages.react(ana, first.id, kinds[50], True)
    with witness.takes(1):
        messages.react(ana, first.id, kinds[0], True)


def test_of_an_emoji_a_hundred_people_are_named_and_the_rest_counted(
    garden: Room, bo: Actor, watch: Watch
) -> None:
    first = say(bo, garden)
    crowd = User.objects.create_bots(f"crowd-{number}" for number in range(101))
    row = Message.objects.get()
    Reaction.objects.bulk_create(Reaction(message=row, user=one, emoji="👍") for one in crowd)
    with watch(garden).takes(1):
        shown = messages.react(bo, first.id, "🎉", True)
    assert isinstance(shown.reactions, dict)
    assert len(shown.reactions["👍"]) == 100
    assert shown.counts == {"👍": 101}


# --- Hidden and held -----------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["hidden", "held"])
def test_hidden_and_held_messages_come_without_their_text_for_everybody(
    garden: Room, bo: Actor, ana: Actor, how: str
) -> None:
    answered = say(ana, garden)
    first = say(bo, garden, "Bad words @ana", reply_to=answered.id)
    Message.objects.filter(seq=first.seq).update(**{f"{how}_at": timezone.now()})
    page, _more, _newer = queries.history(garden)
    shown = plain(page[-1])
    assert shown.keys() == {"id", "room", "seq", "pos", "key", "user", "at", "reply_to", "reactions", how}
    assert shown[how] is True
    assert queries.counts(ana.id, [garden.pk])[garden.pk] == frames.Counts(
        read=queries.counts(ana.id, [garden.pk])[garden.pk].read, unread=0, mentions=0
    )


# --- Word rules ----------------------------------------------------------------------------------


def test_what_the_word_rules_must_see_is_noted_in_the_same_transaction(
    garden: Room, bo: Actor, watch: Watch
) -> None:
    WordRule.objects.create(phrase="spam")
    witness = watch(garden)
    with witness.takes(2):
        messages.post_many([draft(bo, garden), draft(bo, garden)])
    with witness.takes(1):
        messages.edit(bo, f"{garden.public_id}.{witness.head}", "Other")
    noted = PendingCheck.objects.order_by("pk").values_list("room", "first_pos", "last_pos")
    head = witness.head
    assert list(noted) == [(garden.pk, head - 2, head - 1), (garden.pk, head - 1, head - 1)]


def test_without_rules_nothing_is_noted(garden: Room, bo: Actor) -> None:
    say(bo, garden)
    assert not PendingCheck.objects.exists()
