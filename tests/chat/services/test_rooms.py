from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from msgspec import UNSET

from accounts.models import User
from chat import frames, hints, publish, queries
from chat.access import Actor
from chat.errors import Refused
from chat.models import Block, Membership, Room, Sanction, UserCursor
from chat.services import rooms
from tests.support import people
from tests.support.people import say
from tests.support.state import Witness, read, refuses
from tests.support.wire import Recorder

Watch = Callable[[Room], Witness]
GONE = "x" * 22


def role(room: Room, actor: Actor) -> str | None:
    membership = Membership.objects.filter(room=room, user=actor.id, left_at=None).first()
    return membership.role if membership else None


def version(actor: Actor) -> int:
    return queries.versions([actor.id]).get(actor.id, 0)


# --- Making rooms --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["public", "private"])
def test_who_makes_a_room_owns_it_from_position_one(wire: Recorder, ana: Actor, kind: str) -> None:
    made = rooms.create(ana, "  The  Garden ", kind, " What  grows ")
    assert (made.name, made.topic, made.kind) == ("The Garden", "What grows", kind)
    assert (made.role, made.head, made.read, made.unread, made.closed) == ("owner", 1, 0, 0, False)
    room = Room.objects.get()
    (frame,) = wire.changes(room)
    assert (frame["from"], frame["to"]) == (0, 1)
    assert [member["user"]["name"] for member in frame["members"]] == ["ana"]
    assert wire.of(hints.People) == [hints.People([ana.id])]
    assert version(ana) == 1


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "a\x07b", "a\u202eb", "a\u200bb"])
def test_a_room_has_a_name_that_can_be_shown(wire: Recorder, ana: Actor, name: str) -> None:
    with refuses(wire, "bad_field", "name"):
        rooms.create(ana, name, "public")


@pytest.mark.parametrize("topic", ["x" * 251, "a\x07b"])
def test_a_topic_is_one_short_line(wire: Recorder, ana: Actor, topic: str) -> None:
    with refuses(wire, "bad_field", "topic"):
        rooms.create(ana, "Garden", "public", topic)


@pytest.mark.parametrize("kind", ["direct", "", "public\n"])
def test_rooms_made_by_people_are_public_or_private(wire: Recorder, ana: Actor, kind: str) -> None:
    with refuses(wire, "bad_field", "kind"):
        rooms.create(ana, "Garden", kind)


def test_rooms_of_one_name_have_different_addresses(wire: Recorder, ana: Actor, bo: Actor) -> None:
    slugs = [rooms.create(actor, "Garden", "public").slug for actor in (ana, bo, ana)]
    assert slugs == ["garden", "garden-2", "garden-3"]


def test_no_address_tells_of_a_private_room_of_that_name(wire: Recorder, ana: Actor, bo: Actor) -> None:
    private = [rooms.create(ana, "Garden", "private").slug for _ in range(2)]
    assert all(len(slug) == len("garden-") + 10 for slug in private)
    assert rooms.create(bo, "Garden", "public").slug == "garden"


@pytest.mark.parametrize("name", ["🙂", "...", "日本", "x" * 80, "-" * 80, "Ä Ö Ü"])
def test_every_name_gives_an_address(wire: Recorder, ana: Actor, name: str) -> None:
    first, second = (rooms.create(ana, name, "public").slug for _ in range(2))
    assert first
    assert first != second


# --- Direct rooms --------------------------------------------------------------------------------


def test_a_direct_room_is_one_whoever_opens_it(wire: Recorder, ana: Actor, bo: Actor) -> None:
    made = rooms.direct(ana, "@BO")
    room = Room.objects.get()
    wire.clear()
    again = rooms.direct(bo, "ana")
    assert (made.id, made.kind, made.name, made.role) == (again.id, "direct", "", "member")
    assert made.users == again.users == [queries.user(people.user(actor)) for actor in (ana, bo)]
    assert wire.hints == []
    assert read(room).position == 2


def test_a_direct_room_needs_somebody_else_who_is_there(wire: Recorder, ana: Actor, bo: Actor) -> None:
    with refuses(wire, "bad_field", "user"):
        rooms.direct(ana, "ana")
    for name in ("nobody", "@", "b"):
        with refuses(wire, "not_found", "user"):
            rooms.direct(ana, name)
    User.objects.filter(pk=bo.id).update(is_active=False)
    with refuses(wire, "not_found", "user"):
        rooms.direct(ana, "bo")


def test_a_block_refuses_a_new_direct_room_to_both_alike(wire: Recorder, ana: Actor, bo: Actor) -> None:
    Block.objects.create(blocker_id=ana.id, blocked_id=bo.id)
    with refuses(wire, "forbidden"):
        rooms.direct(ana, "bo")
    with refuses(wire, "forbidden"):
        rooms.direct(bo, "ana")


def test_a_direct_room_keeps_its_two_people_and_its_facts(
    wire: Recorder, ana: Actor, bo: Actor, eve: Actor, watch: Watch
) -> None:
    room_id = rooms.direct(ana, "bo").id
    witness = watch(Room.objects.get())
    for refused in (
        lambda: rooms.leave(ana, room_id),
        lambda: rooms.invite(ana, room_id, "eve"),
        lambda: rooms.remove(ana, room_id, "bo"),
        lambda: rooms.set_role(ana, room_id, "bo", "owner"),
        lambda: rooms.update(ana, room_id, name="Us"),
        lambda: rooms.update(ana, room_id, closed=True),
    ):
        with witness.refuses("forbidden"):
            refused()
    with witness.refuses("not_found"):
        rooms.join(eve, room_id)


# --- Changing rooms ------------------------------------------------------------------------------


def test_moderators_rename_and_the_address_stays(garden: Room, bo: Actor, mo: Actor, watch: Watch) -> None:
    witness = watch(garden)
    with witness.takes(1):
        shown = rooms.update(mo, garden.public_id, name=" Kitchen  garden ", topic="What grows")
    assert (shown.name, shown.topic, shown.slug) == ("Kitchen garden", "What grows", "garden")
    assert shown.role == "moderator"
    with witness.takes(1):  # who catches up over this hears of the new name too
        say(bo, garden)


def test_an_update_that_changes_nothing_takes_no_position(garden: Room, ana: Actor, watch: Watch) -> None:
    with watch(garden).takes(0):
        rooms.update(ana, garden.public_id)
        rooms.update(ana, garden.public_id, name="Garden", topic="", closed=False)


def test_owners_close_and_reopen(garden: Room, ana: Actor, watch: Watch) -> None:
    witness = watch(garden)
    with witness.takes(1):
        assert rooms.update(ana, garden.public_id, closed=True).closed
    with witness.takes(0):
        rooms.update(ana, garden.public_id, closed=True)
    with witness.takes(1):
        assert not rooms.update(ana, garden.public_id, closed=False).closed


def test_members_change_nothing_and_moderators_do_not_close(
    garden: Room, bo: Actor, mo: Actor, eve: Actor, watch: Watch
) -> None:
    witness = watch(garden)
    with witness.refuses("forbidden"):
        rooms.update(bo, garden.public_id, name="Mine")
    with witness.refuses("forbidden"):
        rooms.update(mo, garden.public_id, name="Ours", closed=True)
    with witness.refuses("not_found"):
        rooms.update(eve, garden.public_id, name="Mine")
    with witness.refuses("bad_field", "name"):
        rooms.update(mo, garden.public_id, name=" ", topic="Fine")
    with witness.refuses("bad_field", "topic"):
        rooms.update(mo, garden.public_id, name="Fine", topic="x" * 251)


# --- Joining and leaving -------------------------------------------------------------------------


def test_anybody_joins_a_public_room_once(garden: Room, eve: Actor, watch: Watch) -> None:
    witness = watch(garden)
    with witness.takes(1):
        shown = rooms.join(eve, garden.public_id)
    assert (shown.role, shown.unread) == ("member", 0)
    assert version(eve) == 1
    with witness.takes(0):
        rooms.join(eve, garden.public_id)
    assert version(eve) == 1


def test_private_direct_and_unknown_rooms_are_not_found_by_who_would_join(
    cellar: Room, ana: Actor, bo: Actor, eve: Actor, wire: Recorder
) -> None:
    direct = rooms.direct(ana, "bo").id
    for room_id in (cellar.public_id, direct, GONE, ""):
        with refuses(wire, "not_found"):
            rooms.join(eve, room_id)


def test_a_closed_room_is_joined_by_nobody_new(
    garden: Room, ana: Actor, bo: Actor, eve: Actor, watch: Watch
) -> None:
    rooms.update(ana, garden.public_id, closed=True)
    witness = watch(garden)
    with witness.refuses("read_only"):
        rooms.join(eve, garden.public_id)
    with witness.refuses("read_only"):
        rooms.invite(ana, garden.public_id, "eve")
    with witness.takes(0):
        rooms.join(bo, garden.public_id)


def test_who_leaves_and_comes_back_goes_on_from_the_old_read_mark(
    garden: Room, mo: Actor, bo: Actor, watch: Watch
) -> None:
    witness = watch(garden)
    Membership.objects.filter(user=mo.id).update(read_seq=2)
    with witness.takes(1, left={mo.id: "left"}):
        rooms.leave(mo, garden.public_id)
    assert version(mo) == 1
    with witness.takes(1):
        say(bo, garden)
    with witness.takes(1):
        shown = rooms.join(mo, garden.public_id)
    assert (shown.read, shown.unread, shown.role) == (2, 1, "member")


def test_the_last_owner_hands_over_before_leaving(garden: Room, ana: Actor, bo: Actor, watch: Watch) -> None:
    witness = watch(garden)
    with witness.refuses("last_owner"):
        rooms.leave(ana, garden.public_id)
    with witness.refuses("last_owner"):
        rooms.set_role(ana, garden.public_id, "ana", "member")
    with witness.takes(1):
        rooms.set_role(ana, garden.public_id, "bo", "owner")
    with witness.takes(1, left={ana.id: "left"}):
        rooms.leave(ana, garden.public_id)
    assert role(garden, bo) == "owner"


def test_an_owner_who_left_is_not_counted_as_one(garden: Room, ana: Actor, bo: Actor, watch: Watch) -> None:
    rooms.set_role(ana, garden.public_id, "bo", "owner")
    rooms.leave(bo, garden.public_id)
    with watch(garden).refuses("last_owner"):
        rooms.leave(ana, garden.public_id)


def test_nobody_leaves_a_room_twice(garden: Room, bo: Actor, watch: Watch) -> None:
    rooms.leave(bo, garden.public_id)
    with watch(garden).refuses("not_found"):
        rooms.leave(bo, garden.public_id)


# --- Inviting and removing -----------------------------------------------------------------------


def test_who_is_invited_is_a_member_at_once(garden: Room, bo: Actor, eve: Actor, watch: Watch) -> None:
    witness = watch(garden)
    with witness.takes(1):
        member = rooms.invite(bo, garden.public_id, "@Eve")
    assert (member.user.id, member.role, member.left) == (eve.public_id, "member", UNSET)
    with witness.takes(0):
        assert rooms.invite(bo, garden.public_id, "eve") == member


def test_only_moderators_invite_into_private_rooms(
    cellar: Room, bo: Actor, mo: Actor, eve: Actor, watch: Watch
) -> None:
    witness = watch(cellar)
    with witness.refuses("forbidden"):
        rooms.invite(bo, cellar.public_id, "eve")
    with witness.refuses("not_found"):
        rooms.invite(eve, cellar.public_id, "eve")
    with witness.refuses("not_found", "user"):
        rooms.invite(mo, cellar.public_id, "nobody")
    with witness.takes(1):
        rooms.invite(mo, cellar.public_id, "eve")


def test_who_is_suspended_is_neither_invited_nor_joins(
    garden: Room, cellar: Room, mo: Actor, eve: Actor, watch: Watch
) -> None:
    until = timezone.now() + timedelta(hours=1)
    people.sanction(eve, Sanction.Kind.SUSPEND, garden, until)
    people.sanction(eve, Sanction.Kind.MUTE)
    with watch(garden).refuses("suspended") as refusal:
        rooms.join(eve, garden.public_id)
    assert 3590 < (refusal.error.retry_after or 0) <= 3600
    with watch(garden).refuses("suspended"):
        rooms.invite(mo, garden.public_id, "eve")
    with watch(cellar).takes(1):
        rooms.invite(mo, cellar.public_id, "eve")


def test_who_is_removed_is_out_and_may_join_a_public_room_again(
    garden: Room, mo: Actor, bo: Actor, watch: Watch
) -> None:
    witness = watch(garden)
    with witness.takes(1, left={bo.id: "removed"}):
        member = rooms.remove(mo, garden.public_id, "bo")
    assert member.left is True
    with witness.takes(0):
        assert rooms.remove(mo, garden.public_id, "bo") == member
    with witness.takes(1):
        rooms.join(bo, garden.public_id)


def test_a_moderator_who_comes_back_is_a_member(garden: Room, ana: Actor, mo: Actor) -> None:
    rooms.remove(ana, garden.public_id, "mo")
    rooms.join(mo, garden.public_id)
    assert role(garden, mo) == "member"


# --- Roles and ranks -----------------------------------------------------------------------------


@pytest.fixture
def ranks(ana: Actor, bo: Actor, mo: Actor, eve: Actor, garden: Room) -> dict[str, Actor]:
    """Two of each role."""
    second = {name: people.person(name) for name in ("owner2", "moderator2", "member2")}
    for name, actor in second.items():
        Membership.objects.create(
            room=garden,
            user_id=actor.id,
            role=name.removesuffix("2"),
            pos=queries.heads([garden.pk])[garden.pk],
        )
    return {"owner": ana, "moderator": mo, "member": bo, **second}


MAY_REMOVE = {
    ("owner", "moderator2"),
    ("owner", "member2"),
    ("moderator", "member2"),
}
RANKS = ["owner", "moderator", "member"]


@pytest.mark.parametrize("who", RANKS)
@pytest.mark.parametrize("whom", ["owner2", "moderator2", "member2"])
def test_nobody_removes_an_equal_or_higher_role(
    garden: Room, ranks: dict[str, Actor], watch: Watch, who: str, whom: str
) -> None:
    witness = watch(garden)
    if (who, whom) in MAY_REMOVE:
        with witness.takes(1, left={ranks[whom].id: "removed"}):
            rooms.remove(ranks[who], garden.public_id, whom)
    else:
        with witness.refuses("forbidden"):
            rooms.remove(ranks[who], garden.public_id, whom)


@pytest.mark.parametrize("who", RANKS)
@pytest.mark.parametrize("whom", ["owner2", "moderator2", "member2"])
@pytest.mark.parametrize("new", RANKS)
def test_only_owners_give_roles_and_only_to_those_below(
    garden: Room, ranks: dict[str, Actor], watch: Watch, who: str, whom: str, new: str
) -> None:
    witness = watch(garden)
    if who == "owner" and whom != "owner2":
        with witness.takes(0 if whom == f"{new}2" else 1):
            assert rooms.set_role(ranks[who], garden.public_id, whom, new).role == new
        assert role(garden, ranks[whom]) == new
    else:
        with witness.refuses("forbidden"):
            rooms.set_role(ranks[who], garden.public_id, whom, new)


def test_nobody_removes_oneself(garden: Room, ranks: dict[str, Actor], watch: Watch) -> None:
    for who in RANKS:
        with watch(garden).refuses("forbidden"):
            rooms.remove(ranks[who], garden.public_id, ranks[who].name)


def test_an_owner_steps_down_where_there_is_another(
    garden: Room, ranks: dict[str, Actor], watch: Watch
) -> None:
    with watch(garden).takes(1):
        rooms.set_role(ranks["owner"], garden.public_id, "ana", "member")
    with watch(garden).refuses("last_owner"):
        rooms.set_role(ranks["owner2"], garden.public_id, "owner2", "moderator")


def test_a_role_is_one_of_three_and_only_for_members(
    garden: Room, ana: Actor, bo: Actor, eve: Actor, watch: Watch
) -> None:
    for no_role in ("", "admin", "owner\n", "OWNER"):
        with watch(garden).refuses("bad_field", "role"):
            rooms.set_role(ana, garden.public_id, "bo", no_role)
    rooms.leave(bo, garden.public_id)
    for name in ("eve", "nobody", "bo"):
        with watch(garden).refuses("not_found"):
            rooms.set_role(ana, garden.public_id, name, "member")
    for name in ("eve", "nobody"):
        with watch(garden).refuses("not_found"):
            rooms.remove(ana, garden.public_id, name)


# --- From outside, suspended, and out in the meantime ---------------------------------------------


def changes(room_id: str) -> dict[str, Callable[[Actor], object]]:
    """Everything that changes a room for its members."""
    return {
        "update": lambda actor: rooms.update(actor, room_id, name="Other"),
        "leave": lambda actor: rooms.leave(actor, room_id),
        "invite": lambda actor: rooms.invite(actor, room_id, "ana"),
        "remove": lambda actor: rooms.remove(actor, room_id, "bo"),
        "role": lambda actor: rooms.set_role(actor, room_id, "bo", "moderator"),
    }


CHANGES = ["update", "leave", "invite", "remove", "role"]


@pytest.mark.parametrize("change", CHANGES)
def test_from_outside_a_room_and_no_room_are_the_same(
    garden: Room, cellar: Room, eve: Actor, wire: Recorder, change: str
) -> None:
    for room_id in (garden.public_id, cellar.public_id, GONE, ""):
        with refuses(wire, "not_found"):
            changes(room_id)[change](eve)


@pytest.mark.parametrize("change", CHANGES)
def test_an_owner_who_is_suspended_from_the_room_changes_nothing_in_it(
    garden: Room, ana: Actor, bo: Actor, watch: Watch, change: str
) -> None:
    people.sanction(ana, Sanction.Kind.SUSPEND, garden)
    with watch(garden).refuses("suspended"):
        changes(garden.public_id)[change](ana)


@pytest.mark.parametrize("change", ["create", "direct", "join"])
def test_the_suspended_enter_no_room(
    garden: Room, ana: Actor, eve: Actor, wire: Recorder, change: str
) -> None:
    people.sanction(eve, Sanction.Kind.SUSPEND)
    enter: dict[str, Callable[[], object]] = {
        "create": lambda: rooms.create(eve, "Mine", "public"),
        "direct": lambda: rooms.direct(eve, "ana"),
        "join": lambda: rooms.join(eve, garden.public_id),
    }
    with refuses(wire, "suspended"):
        enter[change]()


class Remover(Recorder):
    """Takes somebody out of a room as soon as it hears that something happened there."""

    def __init__(self, remove: Callable[[], object]) -> None:
        super().__init__()
        self.removals = [remove]

    def put(self, hint: hints.Hint) -> None:
        while self.removals:
            self.removals.pop()()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("change", ["join", "update"])
def test_who_is_removed_before_the_answer_gets_not_found(wire: Recorder, change: str) -> None:
    ana, eve = people.person("ana"), people.person("eve")
    room = people.room(ana, moderators=(eve,) if change == "update" else ())
    enter: dict[str, Callable[[], object]] = {
        "join": lambda: rooms.join(eve, room.public_id),
        "update": lambda: rooms.update(eve, room.public_id, name="Other"),
    }
    before = publish.use(Remover(lambda: rooms.remove(ana, room.public_id, "eve")))
    try:
        with pytest.raises(Refused, match="not_found"):
            enter[change]()
    finally:
        publish.use(before)


# --- Default rooms -------------------------------------------------------------------------------


def test_who_signs_up_joins_the_default_rooms_with_nothing_unread(
    garden: Room, cellar: Room, bo: Actor, eve: Actor, watch: Watch
) -> None:
    say(bo, garden, "@eve")
    assert rooms.set_default([garden.pk, cellar.pk], True) == 1, "private rooms cannot be default"
    witness = watch(garden)
    with witness.takes(1):
        rooms.join_defaults(eve.id)
    assert queries.counts(eve.id, [garden.pk, cellar.pk]) == {
        garden.pk: frames.Counts(read=witness.head, unread=0, mentions=0)
    }
    with witness.takes(0):
        rooms.join_defaults(eve.id)


def test_a_closed_default_room_takes_nobody_in(garden: Room, ana: Actor, eve: Actor, watch: Watch) -> None:
    rooms.set_default([garden.pk], True)
    rooms.update(ana, garden.public_id, closed=True)
    with watch(garden).takes(0):
        rooms.join_defaults(eve.id)
    assert UserCursor.objects.filter(user=eve.id).exists()


def test_default_is_switched_on_and_off(garden: Room) -> None:
    assert [rooms.set_default([garden.pk], on) for on in (True, True, False, False)] == [1, 0, 1, 0]


@pytest.mark.parametrize("name", ["nobody", "a b", ""])
def test_an_unknown_name_is_told_from_a_missing_room(garden: Room, ana: Actor, name: str) -> None:
    for ask in (lambda: rooms.invite(ana, garden.public_id, name), lambda: rooms.direct(ana, name)):
        with pytest.raises(Refused) as caught:
            ask()
        assert (caught.value.code, caught.value.field) == ("not_found", "user")
        assert str(caught.value.detail) == "Nobody here has this user name."
