"""What happens at the same moment, or while somebody waits for a lock: the order decides, and nobody is
accepted after the commit of what forbids it."""

from __future__ import annotations

import contextlib
import random
import uuid
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from accounts.models import User
from chat import frames, publish
from chat.access import Actor
from chat.models import Membership, Message, Reaction, Room, RoomCursor
from chat.services import messages, moderation, reading, rooms
from tests.support import people
from tests.support.people import say
from tests.support.state import State, read
from tests.support.threads import at_once, code, lock_room, lock_user, overtaken, rounds
from tests.support.wire import Recorder

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 50


@pytest.fixture
def root() -> User:
    return people.user(people.person("root", is_staff=True, is_superuser=True))


def check_positions(room: Room, wire: Recorder, start: State) -> None:
    """Nobody's change made a hole, none came twice, and together they are what the room is now."""
    frames_ = sorted(wire.changes(room), key=lambda frame: frame["from"])
    assert start.after(*frames_) == read(room)


# --- Many at once --------------------------------------------------------------------------------


def test_fifty_who_write_at_once_get_fifty_places_without_a_hole(
    garden: Room, ana: Actor, bo: Actor, mo: Actor, wire: Recorder
) -> None:
    start = read(garden)
    wire.clear()
    drafts = [
        messages.draft(
            random.Random(number).choice([ana, bo, mo]), garden.public_id, str(uuid.uuid4()), "Hello"
        )
        for number in range(50)
    ]
    stored = at_once(*(partial(messages.post, draft) for draft in drafts))
    assert sorted(message.seq for message in stored) == list(range(start.position + 1, start.position + 51))
    check_positions(garden, wire, start)


def test_times_never_run_backwards_within_a_room(garden: Room, bo: Actor) -> None:
    def write() -> None:
        for _ in range(10):
            say(bo, garden)

    at_once(*[write] * 8)
    times = list(Message.objects.order_by("seq").values_list("at", flat=True))
    assert len(times) == 80
    assert times == sorted(times)


def test_a_message_that_waited_has_the_time_at_which_its_turn_came(
    garden: Room, ana: Actor, bo: Actor
) -> None:
    turns = []
    overtaken(
        partial(say, bo, garden),
        by=lambda: turns.append(timezone.now()),
        holding=partial(lock_room, garden),
    )
    assert Message.objects.get().at > turns[0]


def test_a_clock_that_is_put_back_does_not_put_messages_before_others(garden: Room, bo: Actor) -> None:
    last = timezone.now() + timedelta(hours=1)
    RoomCursor.objects.update(last_at=last)
    say(bo, garden)
    assert Message.objects.get().at == last


def test_a_write_that_is_rolled_back_leaves_no_hole(
    garden: Room, bo: Actor, monkeypatch: pytest.MonkeyPatch, wire: Recorder
) -> None:
    start = read(garden)
    wire.clear()
    publish_change = publish.changed

    def fails_for_some(room: int, frame: frames.ChangesFrame) -> None:
        publish_change(room, frame)
        if frame.messages[0].body == "bad":
            raise OSError("the connection broke")

    monkeypatch.setattr(publish, "changed", fails_for_some)

    def write(body: str) -> None:
        with contextlib.suppress(OSError):
            say(bo, garden, body)

    at_once(*(partial(write, body) for body in ["good", "bad", "good", "bad", "good", "bad"]))
    assert read(garden).position == start.position + 3
    check_positions(garden, wire, start)


def test_one_key_sent_at_once_is_one_message(garden: Room, bo: Actor) -> None:
    key = str(uuid.uuid4())
    answers = at_once(*[partial(say, bo, garden, key=key)] * 8)
    assert all(answer == answers[0] for answer in answers)
    assert Message.objects.count() == 1


def test_one_key_sent_to_two_rooms_at_once_is_one_message_and_a_conflict(
    garden: Room, cellar: Room, bo: Actor, wire: Recorder
) -> None:
    starts = {room: read(room) for room in (garden, cellar)}
    wire.clear()

    def prepare(_round: int) -> list[Callable[[], object]]:
        key = str(uuid.uuid4())
        return [partial(say, bo, room, key=key) for room in (garden, cellar)]

    for outcomes in rounds(ROUNDS, prepare):
        assert sorted(map(code, outcomes)) == ["key_conflict", "ok"]
    assert Message.objects.count() == ROUNDS
    for room, start in starts.items():
        check_positions(room, wire, start)


def test_a_batch_that_meets_a_key_of_another_room_still_stores_its_others(
    garden: Room, cellar: Room, ana: Actor, bo: Actor
) -> None:
    key = str(uuid.uuid4())
    batch = [
        messages.draft(ana, garden.public_id, str(uuid.uuid4()), "First"),
        messages.draft(bo, garden.public_id, key, "Twice"),
        messages.draft(ana, garden.public_id, str(uuid.uuid4()), "Last"),
    ]
    taken = Message(
        room=cellar,
        seq=1000,
        pos=1000,
        author_id=bo.id,
        key=uuid.UUID(key),
        digest=b"",
        at="2030-01-01T00:00:00Z",
    )
    # It is not committed when the batch looks for its keys, and is when the batch writes them.
    outcomes = overtaken(partial(messages.post_many, batch), by=lambda: None, holding=taken.save)
    assert [code(outcome) for outcome in outcomes] == ["ok", "key_conflict", "ok"]
    assert [message.seq for message in outcomes if isinstance(message, frames.Message)] == [4, 5]
    assert read(garden).position == 5


def test_a_direct_room_opened_by_both_at_once_is_one(wire: Recorder) -> None:
    def prepare(number: int) -> list[Callable[[], object]]:
        first, second = people.person(f"first{number}"), people.person(f"second{number}")
        return [partial(rooms.direct, first, second.name), partial(rooms.direct, second, first.name)]

    for one, other in rounds(10, prepare):
        assert one.id == other.id
    assert Room.objects.count() == 10
    assert Membership.objects.count() == 20


def test_rooms_of_one_name_made_at_once_are_all_made(ana: Actor) -> None:
    made = at_once(*[partial(rooms.create, ana, "Garden", "public")] * 8)
    assert {code(room) for room in made} == {"ok"}
    assert len({room.slug for room in made}) == 8


def test_joining_at_once_is_joining_once(garden: Room, eve: Actor, wire: Recorder) -> None:
    start = read(garden)
    wire.clear()
    joined = at_once(*[partial(rooms.join, eve, garden.public_id)] * 4)
    assert {code(room) for room in joined} == {"ok"}
    assert read(garden).position == start.position + 1
    check_positions(garden, wire, start)


def test_two_owners_who_leave_at_once_do_not_leave_the_room_without_one(
    garden: Room, ana: Actor, bo: Actor
) -> None:
    def prepare(_round: int) -> list[Callable[[], object]]:
        Membership.objects.filter(user__in=[ana.id, bo.id]).update(role="owner", left_at=None, left_how="")
        return [partial(rooms.leave, actor, garden.public_id) for actor in (ana, bo)]

    for outcomes in rounds(20, prepare):
        assert sorted(map(code, outcomes)) == ["last_owner", "ok"]


# --- Overtaken while waiting for the lock ---------------------------------------------------------


def acts(actor: Actor, room: Room, message: str) -> dict[str, Callable[[], object]]:
    """All that somebody does in a room."""
    id_ = room.public_id
    return {
        "post": lambda: say(actor, room),
        "edit": lambda: messages.edit(actor, message, "Other"),
        "delete": lambda: messages.delete(actor, message),
        "react": lambda: messages.react(actor, message, "👍", True),
        "update": lambda: rooms.update(actor, id_, name="Other"),
        "leave": lambda: rooms.leave(actor, id_),
        "invite": lambda: rooms.invite(actor, id_, "eve"),
        "remove": lambda: rooms.remove(actor, id_, "bo"),
        "role": lambda: rooms.set_role(actor, id_, "mo", "moderator"),
        "join": lambda: rooms.join(actor, id_),
    }


def come_back(room: Room, actor: Actor, role: str = "member") -> None:
    """Undoes a removal, as if there had been none."""
    Membership.objects.filter(room=room, user=actor.id).update(left_at=None, left_how="", role=role)


def test_who_is_removed_while_waiting_does_nothing(
    cellar: Room, ana: Actor, bo: Actor, mo: Actor, eve: Actor
) -> None:
    message = say(mo, cellar)
    outcomes = {}
    for act, do in acts(mo, cellar, message.id).items():
        come_back(cellar, mo, "moderator")
        outcome = overtaken(
            do, by=partial(rooms.remove, ana, cellar.public_id, "mo"), holding=partial(lock_room, cellar)
        )
        outcomes[act] = code(outcome)
    assert set(outcomes.values()) == {"not_found"}, outcomes
    assert read(cellar).position == message.pos + len(outcomes)


def test_who_is_suspended_while_waiting_does_nothing(
    garden: Room, ana: Actor, eve: Actor, root: User
) -> None:
    message = say(ana, garden)
    outcomes = {}
    for act, do in acts(ana, garden, message.id).items():
        people.user(ana).sanctions.all().delete()
        outcome = overtaken(
            do,
            by=partial(moderation.suspend, root, people.user(ana), reason="noise"),
            holding=partial(lock_room, garden),
        )
        outcomes[act] = code(outcome)
    assert set(outcomes.values()) == {"suspended"}, outcomes
    assert read(garden).position == message.pos


def test_who_is_suspended_while_entering_a_room_does_not(
    garden: Room, ana: Actor, eve: Actor, root: User
) -> None:
    rooms.create(eve, "Mine", "public")
    enter: dict[str, Callable[[], object]] = {
        "create": lambda: rooms.create(eve, "Another", "public"),
        "direct": lambda: rooms.direct(eve, "ana"),
        "join": lambda: rooms.join(eve, garden.public_id),
    }
    before = Membership.objects.count()
    for do in enter.values():
        people.user(eve).sanctions.all().delete()
        outcome = overtaken(
            do,
            by=partial(moderation.suspend, root, people.user(eve), reason="noise"),
            holding=partial(lock_user, eve.id),
        )
        assert code(outcome) == "suspended"
        assert Membership.objects.count() == before


def test_a_room_that_closes_while_waiting_is_not_written_to(garden: Room, ana: Actor, bo: Actor) -> None:
    message = say(bo, garden)
    for act in ("post", "edit", "react"):
        Room.objects.update(closed_at=None)
        outcome = overtaken(
            acts(bo, garden, message.id)[act],
            by=partial(rooms.update, ana, garden.public_id, closed=True),
            holding=partial(lock_room, garden),
        )
        assert code(outcome) == "read_only"


def test_a_sanction_waits_for_the_send_that_came_first(garden: Room, bo: Actor, root: User) -> None:
    outcome = overtaken(
        lambda: moderation.suspend(root, people.user(bo), reason="noise"),
        lambda: say(bo, garden),
        holding=partial(lock_room, garden),
    )
    assert code(outcome) == "ok"
    assert Message.objects.count() == 1


def test_a_mark_moved_while_leaving_is_not_found(garden: Room, bo: Actor) -> None:
    membership = Membership.objects.get(user=bo.id)
    outcome = overtaken(
        lambda: reading.mark(bo, garden.public_id, 1),
        lambda: rooms.leave(bo, garden.public_id),
        holding=partial(Membership.objects.select_for_update().get, pk=membership.pk),
    )
    assert code(outcome) == "not_found"


# --- Races: fifty rounds with a barrier each ------------------------------------------------------


def test_suspending_and_sending_at_once_never_accepts_a_later_message(
    garden: Room, bo: Actor, root: User
) -> None:
    def prepare(_round: int) -> list[Callable[[], object]]:
        people.user(bo).sanctions.all().delete()
        return [
            lambda: moderation.suspend(root, people.user(bo), reason="noise"),
            lambda: say(bo, garden),
        ]

    for suspended, sent in rounds(ROUNDS, prepare):
        if code(sent) == "ok":
            # Both times are taken under the room's lock.
            assert Message.objects.get(seq=sent.seq).at <= suspended.at
        else:
            assert code(sent) == "suspended"


def test_removing_and_sending_at_once_never_accepts_a_later_message(
    garden: Room, ana: Actor, bo: Actor
) -> None:
    def prepare(_round: int) -> list[Callable[[], object]]:
        come_back(garden, bo)
        return [lambda: rooms.remove(ana, garden.public_id, "bo"), lambda: say(bo, garden)]

    for removed, sent in rounds(ROUNDS, prepare):
        assert code(removed) == "ok"
        if code(sent) == "ok":
            assert sent.seq < removed.pos
        else:
            assert code(sent) == "not_found"


def test_deleting_and_editing_at_once_never_leaves_text_behind(garden: Room, bo: Actor, mo: Actor) -> None:
    def prepare(_round: int) -> list[Callable[[], object]]:
        message = say(bo, garden)
        return [
            lambda: messages.delete(mo, message.id),
            lambda: messages.edit(bo, message.id, "Other"),
        ]

    for deleted, edited in rounds(ROUNDS, prepare):
        if code(edited) == "ok":
            assert edited.pos < deleted.pos
        else:
            assert code(edited) == "conflict"
            assert edited.message == deleted
    assert not Message.objects.exclude(body="").exists()
    assert not Message.objects.exclude(versions=None).exists()


def test_leaving_and_reacting_at_once_never_accepts_a_later_reaction(
    garden: Room, ana: Actor, bo: Actor
) -> None:
    message = say(ana, garden)

    def leave() -> int:
        rooms.leave(bo, garden.public_id)
        return Membership.objects.get(user=bo.id).pos

    def prepare(_round: int) -> list[Callable[[], object]]:
        come_back(garden, bo)
        Reaction.objects.all().delete()
        return [leave, lambda: messages.react(bo, message.id, "👍", True)]

    for left_at, reacted in rounds(ROUNDS, prepare):
        if code(reacted) == "ok":
            assert reacted.pos < left_at
        else:
            assert code(reacted) == "not_found"
