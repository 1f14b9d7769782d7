"""Who is here: what happened and what time it is, and what is named to others and told to sockets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat import hints
from chat.presence import SILENT_BEATS, TOLD_EVERY_SECONDS, Roster, State

ANA, BO = 1, 2
BEAT, AWAY = 10.0, 600.0
OFFLINE, GONE, ONLINE = State.OFFLINE, State.AWAY, State.ONLINE


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def here(clock: Clock) -> Roster:
    return Roster("here", BEAT, AWAY, clock)


@pytest.fixture
def there(clock: Clock) -> Roster:
    return Roster("there", BEAT, AWAY, clock)


def names(process: Roster, *others: Roster) -> hints.Present | None:
    """The process names what it has to; the others hear it, and so does it itself by the layer."""
    if hint := process.to_name():
        for other in others:
            other.heard(hint)
        process.layer_works()
    return hint


def test_who_comes_is_told_of_at_once_and_only_once(here: Roster):
    here.came(ANA)
    assert here.to_tell() == {ANA: ONLINE}
    assert here.to_tell() == {}


def test_who_is_gone_for_less_than_five_seconds_was_never_gone(here: Roster, clock: Clock):
    here.came(ANA)
    here.to_tell()
    clock.now += 60
    here.left(ANA)
    assert here.to_tell() == {}
    clock.now += TOLD_EVERY_SECONDS - 0.1
    here.came(ANA)
    clock.now += 60
    assert here.to_tell() == {}


def test_who_stays_away_is_told_of_after_five_seconds(here: Roster, clock: Clock):
    here.came(ANA)
    here.to_tell()
    here.left(ANA)
    assert here.seconds_left() == 0  # the other processes hear it at once
    here.to_name()
    assert here.seconds_left() == TOLD_EVERY_SECONDS
    clock.now += TOLD_EVERY_SECONDS
    assert here.to_tell() == {ANA: OFFLINE}


def test_a_person_is_told_of_once_in_five_seconds_however_often_the_state_changes(
    here: Roster, there: Roster, clock: Clock
):
    told = []
    for _ in range(100):
        here.came(ANA)
        told.append(here.to_tell())
        clock.now += 0.5
        here.left(ANA)
        told.append(here.to_tell())
        clock.now += 0.5
    assert [news for news in told if news] == [{ANA: ONLINE}]


def test_who_does_nothing_for_ten_minutes_is_away_and_back_with_the_first_command(here: Roster, clock: Clock):
    here.came(ANA)
    here.to_tell()
    here.to_name()
    clock.now += AWAY
    here.to_name()
    assert here.to_tell() == {ANA: GONE}
    clock.now += TOLD_EVERY_SECONDS
    here.acted(ANA)
    assert here.to_tell() == {ANA: ONLINE}


def test_another_process_hears_of_each_change_and_of_all_at_each_beat(
    here: Roster, there: Roster, clock: Clock
):
    assert names(here, there) == hints.Present("here", {}, whole=True, asks=True)
    here.came(ANA)
    assert names(here, there) == hints.Present("here", {ANA: 2}, whole=False, asks=False)
    assert there.to_tell() == {ANA: ONLINE}
    clock.now += BEAT
    assert names(here, there) == hints.Present("here", {ANA: 2}, whole=True, asks=False)
    assert there.to_tell() == {}


def test_a_new_process_asks_and_is_answered_at_once(here: Roster, there: Roster):
    here.came(ANA)
    names(here)
    names(there, here)
    names(here, there)
    assert there.to_tell() == {ANA: ONLINE}


def test_with_sockets_in_two_processes_a_person_is_in_the_higher_state(
    here: Roster, there: Roster, clock: Clock
):
    here.came(ANA)
    clock.now += AWAY
    there.came(ANA)
    names(there, here)
    names(here, there)
    assert here.state(ANA) is there.state(ANA) is ONLINE
    there.left(ANA)
    names(there, here)
    assert here.state(ANA) is there.state(ANA) is GONE


def test_a_process_that_crashed_is_forgotten_within_45_seconds(here: Roster, there: Roster, clock: Clock):
    there.came(BO)
    names(there, here)
    here.to_tell()
    crashed_at = clock.now
    while here.present():
        clock.now += 0.5
        names(here)
        here.to_tell()
    assert SILENT_BEATS * BEAT < clock.now - crashed_at <= 45


def test_one_lost_beat_or_two_forget_nobody(here: Roster, there: Roster, clock: Clock):
    there.came(BO)
    for lost in (False, True, True, False):
        hint = there.to_name()
        assert hint
        if not lost:
            here.heard(hint)
        names(here)
        here.to_tell()
        assert here.present() == {BO: ONLINE}
        clock.now += BEAT


def test_without_redis_nobody_is_forgotten(here: Roster, there: Roster, clock: Clock):
    there.came(BO)
    names(there, here)
    here.to_tell()
    for _ in range(100):
        clock.now += BEAT
        here.to_name()  # and the layer brings nothing back
        here.to_tell()
    assert here.present() == {BO: ONLINE}


def test_the_people_of_a_process_that_ends_have_five_seconds_to_come_to_another(
    here: Roster, there: Roster, clock: Clock
):
    there.came(ANA)
    there.came(BO)
    names(there, here)
    here.to_tell()
    here.heard(there.goodbye())
    clock.now += TOLD_EVERY_SECONDS - 1
    here.came(ANA)
    clock.now += 1
    assert here.to_tell() == {BO: OFFLINE}


def test_whoever_comes_hears_of_a_person_what_the_others_have_heard(here: Roster, clock: Clock):
    here.came(ANA)
    here.to_tell()
    here.left(ANA)
    assert here.present() == {ANA: ONLINE}, "who is gone for less than five seconds was never gone"
    clock.now += TOLD_EVERY_SECONDS - 1
    here.came(ANA)
    clock.now += 1
    assert here.to_tell() == {}
    assert here.present() == {ANA: ONLINE}


def test_to_look_again_tells_anew_of_who_is_here(here: Roster, clock: Clock):
    here.came(ANA)
    here.to_tell()
    clock.now += TOLD_EVERY_SECONDS
    here.look_again([ANA, BO])
    assert here.to_tell() == {ANA: ONLINE}


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["came", "left", "acted", "named", "lost", "told"]),
        st.sampled_from([0, 1]),
        st.sampled_from([ANA, BO]),
        st.sampled_from([0.0, 0.5, 3.0, 11.0, 700.0]),
    ),
    max_size=40,
)


@given(STEPS)
def test_after_a_beat_of_each_and_some_patience_all_processes_have_told_the_same(
    steps: list[tuple[str, int, int, float]],
):
    clock = Clock()
    rosters = [Roster("here", BEAT, AWAY, clock), Roster("there", BEAT, AWAY, clock)]
    open_: list[set[int]] = [set(), set()]
    told: list[dict[int, State]] = [{}, {}]
    for what, process, user, seconds in steps:
        roster, other = rosters[process], rosters[1 - process]
        if what == "came" and user not in open_[process]:
            open_[process].add(user)
            roster.came(user)
        elif what == "left":
            open_[process].discard(user)
            roster.left(user)
        elif what == "acted":
            roster.acted(user)
        elif what == "named":
            names(roster, other)
        elif what == "lost":
            roster.to_name()
        elif what == "told":
            told[process] |= roster.to_tell()
        clock.now += seconds
    for wait in (BEAT, TOLD_EVERY_SECONDS, BEAT, TOLD_EVERY_SECONDS):
        names(*rosters)
        names(*reversed(rosters))
        clock.now += wait
        for process, roster in enumerate(rosters):
            told[process] |= roster.to_tell()
    shown = [{user: state for user, state in one.items() if state} for one in told]
    assert shown[0] == shown[1]
    assert shown[0].keys() == open_[0] | open_[1]
