from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from chat import limits
from chat.errors import Refused
from chat.limits import Buckets, Limits


def test_a_burst_passes_and_then_so_many_a_second() -> None:
    buckets = Buckets(rate=2, burst=3)
    assert [buckets.wait("ana", now=0) for _ in range(4)] == [0, 0, 0, 0.5]
    assert buckets.wait("ana", now=0.25) == 0.25, "asking too soon costs nothing"
    assert [buckets.wait("ana", now=0.5) for _ in range(2)] == [0, 0.5]
    assert [buckets.wait("ana", now=1000) for _ in range(4)] == [0, 0, 0, 0.5], (
        "no more than a burst is saved"
    )


def test_everybody_has_a_bucket_of_their_own() -> None:
    buckets = Buckets(rate=1, burst=1)
    assert [buckets.wait(who, now=0) for who in ("ana", "bo", "ana")] == [0, 0, 1]


@given(st.lists(st.floats(0, 3), max_size=40))
def test_who_waits_as_long_as_told_is_let_through_and_never_more_than_the_rate(pauses: list[float]) -> None:
    buckets = Buckets(rate=2, burst=3)
    now = 0.0
    for passed, pause in enumerate(pauses, 1):
        now += pause
        if wait := buckets.wait("ana", now=now):
            now += wait + 1e-9
            assert buckets.wait("ana", now=now) == 0
        assert passed <= 3 + 2 * now + 1e-6


def test_the_buckets_of_those_who_were_quiet_longest_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_BUCKETS", 2)
    buckets = Buckets(rate=1, burst=1)
    for who in ("ana", "bo", "ana", "cy"):
        buckets.wait(who, now=0)
    assert buckets.wait("ana", now=0) == 1
    assert buckets.wait("bo", now=0) == 0


CHECKS = {
    "check_command": "CHAT_COMMAND_BURST",
    "check_send": "CHAT_SEND_BURST",
    "check_room": "CHAT_ROOMS_PER_HOUR",
}


@pytest.mark.parametrize("check", CHECKS)
def test_a_limit_that_is_reached_says_how_long_to_wait_and_can_be_lifted(
    check: str, settings: Settings
) -> None:
    setattr(settings, CHECKS[check], 2)
    limit = getattr(Limits(), check)
    limit(1)
    limit(1)
    limit(2)
    with pytest.raises(Refused, match="rate_limited") as refused:
        limit(1)
    assert refused.value.retry_after
    settings.CHAT_LIMITS = False
    limit(1)


def test_handshakes_are_counted_by_address(settings: Settings) -> None:
    settings.CHAT_HANDSHAKES_PER_MINUTE = 2
    limit = Limits()
    assert [limit.handshake_wait("a") > 29 for _ in range(3)] == [False, False, True]
    assert limit.handshake_wait("b") == 0
    settings.CHAT_LIMITS = False
    assert limit.handshake_wait("a") == 0


def test_one_typing_notice_a_room_passes_whether_limits_are_on_or_not(settings: Settings) -> None:
    settings.CHAT_LIMITS = False
    limit = Limits()
    assert [limit.passes_typing(1, "garden") for _ in range(2)] == [True, False]
    assert limit.passes_typing(1, "cellar")
    assert limit.passes_typing(2, "garden")
