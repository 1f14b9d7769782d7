from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from django.utils import timezone

from accounts.models import User
from chat import frames, hints
from chat.access import Actor
from chat.errors import Refused
from chat.models import Block, Message, Room, Sanction
from chat.services import live, messages, reading, rooms
from chat.services.people import block
from tests.support import people
from tests.support.people import say
from tests.support.state import Witness, plain, refuses
from tests.support.wire import Recorder

Watch = Callable[[Room], Witness]
GONE = "x" * 22


def mark(actor: Actor, room: Room, seq: int, **more: object) -> int:
    return reading.mark(actor, room.public_id, seq, **more).read  # type: ignore[arg-type]


def bodies(page: list[frames.Message]) -> list[object]:
    return [message.body for message in page]


# --- Read marks ----------------------------------------------------------------------------------


def test_a_read_mark_goes_forward_and_back_only_when_told_and_never_past_the_head(
    garden: Room, ana: Actor, bo: Actor, watch: Watch
) -> None:
    first, second = say(bo, garden), say(bo, garden)
    with watch(garden).takes(0):
        assert mark(ana, garden, first.seq) == first.seq
        assert mark(ana, garden, second.seq) == second.seq
        assert mark(ana, garden, first.seq) == second.seq
        assert mark(ana, garden, first.seq, back=True) == first.seq
        assert mark(ana, garden, 2**53) == second.seq
        assert mark(ana, garden, 2**53, back=True) == second.seq
        assert mark(ana, garden, 0, back=True) == 0


def test_a_mark_answers_with_the_counts_and_tells_the_other_sockets(
    garden: Room, ana: Actor, bo: Actor, wire: Recorder
) -> None:
    first = say(bo, garden, "@ana one")
    say(bo, garden, "@ana two")
    wire.clear()
    counts = reading.mark(ana, garden.public_id, first.seq, origin="socket")
    assert counts == frames.Counts(read=first.seq, unread=1, mentions=1)
    (told,) = wire.of(hints.Read)
    assert (told.user, told.origin) == (ana.id, "socket")
    assert frames.ReadFrame(
        room=garden.public_id, read=first.seq, unread=1, mentions=1
    ) == msgspec.json.decode(told.frame, type=frames.ReadFrame)


def test_counts_name_only_rooms_one_is_in(garden: Room, cellar: Room, bo: Actor, eve: Actor) -> None:
    rooms.join(eve, garden.public_id)
    asked = [garden.public_id, cellar.public_id, GONE]
    assert reading.counts(eve, asked).keys() == {garden.public_id}
    assert reading.counts(bo, asked).keys() == {garden.public_id, cellar.public_id}


# --- History -------------------------------------------------------------------------------------


@pytest.fixture
def written(garden: Room, bo: Actor) -> list[int]:
    """The places of nine messages, the fifth a tombstone, with other changes between them."""
    places = []
    for number in range(9):
        message = say(bo, garden, str(number))
        places.append(message.seq)
        messages.react(bo, message.id, "👍", True)
    messages.delete(bo, f"{garden.public_id}.{places[4]}")
    return places


def test_history_is_paged_in_both_directions_and_round_a_place(
    garden: Room, bo: Actor, written: list[int]
) -> None:
    def page(**where: int) -> tuple[list[int], bool, bool | None]:
        found, more, newer = reading.history(bo, garden.public_id, **where)
        return [written.index(message.seq) for message in found], more, newer

    assert page() == (list(range(9)), False, None)
    assert page(limit=3) == ([6, 7, 8], True, None)
    assert page(before=written[3], limit=2) == ([1, 2], True, None)
    assert page(before=written[2], limit=2) == ([0, 1], False, None)
    assert page(before=0) == ([], False, None)
    assert page(after=written[3], limit=2) == ([4, 5], True, None)
    assert page(after=written[6], limit=2) == ([7, 8], False, None)
    assert page(after=2**53) == ([], False, None)
    assert page(around=written[4], limit=4) == ([2, 3, 4, 5], True, True)
    assert page(around=written[4], limit=1) == ([4], True, True)
    assert page(around=written[0], limit=4) == ([0, 1], False, True)
    assert page(around=written[8], limit=4) == ([6, 7, 8], True, False)
    assert page(around=written[4] + 1, limit=2) == ([4, 5], True, True)
    assert page(around=written[4], limit=100) == (list(range(9)), False, False)


def test_every_page_size_walks_through_the_whole_history(garden: Room, bo: Actor, written: list[int]) -> None:
    for limit in (1, 2, 4, 9, 100):
        seen: list[int] = []
        more, before = True, None
        while more:
            page, more, _newer = reading.history(bo, garden.public_id, before=before, limit=limit)
            seen = [message.seq for message in page] + seen
            before = seen[0]
        assert seen == written


def test_tombstones_are_part_of_the_history(garden: Room, bo: Actor, written: list[int]) -> None:
    page, _more, _newer = reading.history(bo, garden.public_id)
    assert [plain(message).get("deleted") for message in page] == [None] * 4 + [True] + [None] * 4


@pytest.mark.parametrize(
    ("where", "field"),
    [
        ({"before": 1, "after": 1}, "after"),
        ({"after": 1, "around": 1}, "around"),
        ({"before": 1, "around": 0}, "around"),
    ],
)
def test_history_has_one_place(
    garden: Room, bo: Actor, wire: Recorder, where: dict[str, int], field: str
) -> None:
    with refuses(wire, "bad_field", field):
        reading.history(bo, garden.public_id, **where)


# --- Members and rooms ---------------------------------------------------------------------------


def test_members_are_listed_by_name_and_found_by_either_name(
    garden: Room, ana: Actor, bo: Actor, mo: Actor, eve: Actor
) -> None:
    User.objects.filter(pk=bo.id).update(display_name="Zorro")
    names = [member.user.name for member in reading.members(ana, garden.public_id)[0]]
    assert names == ["ana", "bo", "mo"]
    assert [m.user.name for m in reading.members(ana, garden.public_id, " ORR ")[0]] == ["bo"]
    assert reading.members(ana, garden.public_id, "%")[0] == []
    rooms.leave(bo, garden.public_id)
    assert [m.user.name for m in reading.members(ana, garden.public_id)[0]] == ["ana", "mo"]


def test_members_come_in_pages_after_an_id_or_a_name(garden: Room, ana: Actor) -> None:
    crowd = User.objects.create_bots(f"Crowd-{number:03}" for number in range(60))
    for one in crowd:
        rooms.invite(ana, garden.public_id, one.username)
    seen: list[str] = []
    more, after = True, None
    while more:
        page, more = reading.members(ana, garden.public_id, after=after)
        seen += [member.user.name for member in page]
        after = page[-1].user.id
    assert seen == ["ana", "bo", *(one.username for one in crowd), "mo"]
    assert [m.user.name for m in reading.members(ana, garden.public_id, after="crowd-059")[0]] == ["mo"]


def test_browsing_shows_public_rooms_alone(
    garden: Room, cellar: Room, ana: Actor, bo: Actor, eve: Actor
) -> None:
    rooms.direct(ana, "bo")
    for actor in (eve, bo):
        page, more = reading.browse(actor)
        assert ([room.id for room in page], more) == ([garden.public_id], False)
    (outside,), _more = reading.browse(eve, "GARD")
    assert (outside.role, outside.read, outside.unread, outside.mentions) == (None, 0, 0, 0)
    (inside,), _more = reading.browse(bo, "gard")
    assert inside.role == "member"
    for q in ("cellar", "%", "_"):
        assert reading.browse(bo, q) == ([], False)


def test_browsing_goes_through_rooms_of_one_name_in_pages(wire: Recorder, ana: Actor, eve: Actor) -> None:
    made = [rooms.create(ana, "Same", "public").id for _ in range(52)]
    first, more = reading.browse(eve)
    assert more
    second, more = reading.browse(eve, after=first[-1].id)
    assert not more
    assert [room.id for room in first + second] == made


def test_a_private_room_and_no_room_are_the_same_to_browse_after(
    cellar: Room, ana: Actor, wire: Recorder
) -> None:
    for after in (cellar.public_id, GONE):
        with refuses(wire, "bad_field", "after"):
            reading.browse(ana, after=after)


# --- People --------------------------------------------------------------------------------------


def found(actor: Actor, q: str) -> list[str]:
    return [user.name for user in reading.people(actor, q)[0]]


def test_people_are_found_by_the_starts_of_words_of_either_name(bo: Actor, eve: Actor) -> None:
    User.objects.filter(pk=eve.id).update(display_name="María-José Ångström")
    for q in ("eve", "@Eve", "mari", "JOSE", "maria-j", "ang mar", "Ångström", "José Å", "%", ""):
        assert found(bo, q) == ["eve"], q
    for q in ("ve", "ose", "maria x", "e%e", "e_e"):
        assert found(bo, q) == [], q


def test_people_of_ones_rooms_come_first_then_by_name(garden: Room, bo: Actor, eve: Actor) -> None:
    User.objects.create_user("aaron")
    assert found(bo, "") == ["ana", "mo", "aaron", "eve"]
    rooms.join(eve, garden.public_id)
    assert found(bo, "") == ["ana", "eve", "mo", "aaron"]
    rooms.leave(eve, garden.public_id)
    assert found(bo, "") == ["ana", "mo", "aaron", "eve"]


def test_neither_oneself_nor_the_inactive_are_found_but_bots_and_blocked_people_are(
    ana: Actor, bo: Actor, eve: Actor
) -> None:
    User.objects.create_bots(["helper"])
    block(ana, "eve")
    User.objects.filter(pk=bo.id).update(is_active=False)
    assert found(ana, "") == ["eve", "helper"]


def test_people_come_in_pages(garden: Room, bo: Actor) -> None:
    crowd = [one.username for one in User.objects.create_bots(f"crowd-{number:03}" for number in range(45))]
    first, more = reading.people(bo, "")
    second, more_still = reading.people(bo, "", first[-1].id)
    third, more_at_last = reading.people(bo, "", second[-1].id)
    assert [user.name for user in first + second + third] == ["ana", "mo", *crowd]
    assert (more, more_still, more_at_last) == (True, True, False)


def test_nobody_is_found_after_somebody_who_is_not_there(bo: Actor, wire: Recorder) -> None:
    with refuses(wire, "bad_field", "after"):
        reading.people(bo, "", GONE)


# --- Search --------------------------------------------------------------------------------------


def test_search_finds_whole_words_of_all_ones_rooms_newest_first(
    garden: Room, cellar: Room, ana: Actor, bo: Actor, eve: Actor
) -> None:
    say(bo, garden, "the red rose")
    say(ana, cellar, "a Red wine")
    say(bo, garden, "reddish")
    assert bodies(reading.search(bo, "red")[0]) == ["a Red wine", "the red rose"]
    assert bodies(reading.search(bo, "red rose")[0]) == ["the red rose"]
    assert bodies(reading.search(bo, "red from:ana")[0]) == ["a Red wine"]
    assert bodies(reading.search(bo, f"red in:{garden.slug}")[0]) == ["the red rose"]
    assert bodies(reading.search(bo, f"red in:{cellar.public_id}")[0]) == ["a Red wine"]
    assert all(hit.snippet for hit in reading.search(bo, "red")[0])


def test_search_never_finds_what_the_searcher_may_not_open(
    garden: Room, cellar: Room, ana: Actor, eve: Actor
) -> None:
    say(ana, cellar, "treasure")
    rooms.join(eve, garden.public_id)
    for q in ("treasure", f"treasure in:{cellar.slug}", f"in:{cellar.public_id}", "from:ana"):
        assert reading.search(eve, q) == ([], False)


def test_search_does_not_find_deleted_hidden_held_old_or_blocked_text(
    garden: Room, ana: Actor, bo: Actor, wire: Recorder
) -> None:
    deleted, edited = say(bo, garden, "needle deleted"), say(bo, garden, "needle edited")
    hidden, held = say(bo, garden, "needle hidden"), say(bo, garden, "needle held")
    messages.delete(bo, deleted.id)
    messages.edit(bo, edited.id, "haystack")
    Message.objects.filter(seq=hidden.seq).update(hidden_at=timezone.now())
    Message.objects.filter(seq=held.seq).update(held_at=timezone.now())
    assert reading.search(ana, "needle")[0] == []
    assert bodies(reading.search(ana, "haystack")[0]) == ["haystack"]
    Block.objects.create(blocker_id=ana.id, blocked_id=bo.id)
    assert reading.search(ana, "haystack")[0] == []
    assert bodies(reading.search(bo, "haystack")[0]) == ["haystack"]


def test_search_comes_in_pages(garden: Room, bo: Actor) -> None:
    for number in range(53):
        say(bo, garden, f"needle {number}")
    first, more = reading.search(bo, "needle")
    assert (len(first), more) == (50, True)
    second, more = reading.search(bo, "needle", first[-1].id)
    assert bodies(second) == ["needle 2", "needle 1", "needle 0"]
    assert not more


@pytest.mark.parametrize("q", ["", "  ", "x" * 201, "colour:red"])
def test_a_search_that_cannot_be_is_refused(garden: Room, bo: Actor, wire: Recorder, q: str) -> None:
    with refuses(wire, "bad_field", "q"):
        reading.search(bo, q)


@pytest.mark.parametrize("q", ["!!!", "'", "a & b | !c", ":*", "\\", "<->", "🙂", "in:", "from:@"])
def test_any_other_search_is_answered(garden: Room, bo: Actor, q: str) -> None:
    say(bo, garden, "Something")
    try:
        reading.search(bo, q)
    except Refused as refused:
        assert (refused.code, refused.field) == ("bad_field", "q")  # noqa: PT017 (either is an answer)


def test_searching_on_from_a_message_elsewhere_is_not_found(
    garden: Room, cellar: Room, ana: Actor, eve: Actor, wire: Recorder
) -> None:
    rooms.join(eve, garden.public_id)
    secret = say(ana, cellar)
    for before in (secret.id, f"{garden.public_id}.999", f"{GONE}.1", "nonsense"):
        with refuses(wire, "not_found"):
            reading.search(eve, "x", before)


# --- Who may -------------------------------------------------------------------------------------

READS: dict[str, Callable[[Actor, str], object]] = {
    "mark": lambda actor, room: reading.mark(actor, room, 1),
    "history": reading.history,
    "members": reading.members,
    "typing": live.typing,
}


@pytest.mark.parametrize("how", READS)
def test_outsiders_find_no_room_to_read(
    garden: Room, cellar: Room, ana: Actor, bo: Actor, eve: Actor, wire: Recorder, how: str
) -> None:
    for room_id in (garden.public_id, cellar.public_id, GONE):
        with refuses(wire, "not_found"):
            READS[how](eve, room_id)
    rooms.remove(ana, garden.public_id, "bo")
    with refuses(wire, "not_found"):
        READS[how](bo, garden.public_id)


@pytest.mark.parametrize("how", READS)
def test_the_suspended_read_nothing(garden: Room, bo: Actor, wire: Recorder, how: str) -> None:
    people.sanction(bo, Sanction.Kind.SUSPEND)
    with refuses(wire, "suspended"):
        READS[how](bo, garden.public_id)


@pytest.mark.parametrize(
    "look",
    [reading.browse, lambda actor: reading.search(actor, "x"), lambda actor: reading.people(actor, "")],
)
def test_the_suspended_neither_browse_nor_search(
    garden: Room, bo: Actor, wire: Recorder, look: Callable[[Actor], object]
) -> None:
    people.sanction(bo, Sanction.Kind.SUSPEND)
    with refuses(wire, "suspended"):
        look(bo)


# --- Typing --------------------------------------------------------------------------------------


def test_typing_is_shown_and_never_stored(garden: Room, bo: Actor, wire: Recorder, watch: Watch) -> None:
    with watch(garden).takes(0):
        live.typing(bo, garden.public_id)
        (told,) = wire.of(hints.Typing)
        assert (told.room, told.user) == (garden.pk, bo.id)


def test_who_may_not_write_is_not_shown_typing(garden: Room, ana: Actor, bo: Actor, watch: Watch) -> None:
    people.sanction(bo, place=garden)
    with watch(garden).refuses("muted"):
        live.typing(bo, garden.public_id)
    rooms.update(ana, garden.public_id, closed=True)
    with watch(garden).refuses("read_only"):
        live.typing(ana, garden.public_id)
