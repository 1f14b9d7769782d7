from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from chat import access, hints, queries
from chat.access import Actor
from chat.errors import SignedOut
from chat.models import BotToken, Room
from chat.services import bots, rooms
from tests.support.people import say, signed_in
from tests.support.state import Witness, everything, refuses
from tests.support.wire import Recorder

Watch = Callable[[Room], Witness]


def test_bots_sign_in_with_their_tokens_and_are_members_with_nothing_unread(
    garden: Room, bo: Actor, watch: Watch
) -> None:
    say(bo, garden)
    witness = watch(garden)
    with witness.takes(3):
        tokens = bots.create(["r2", "c3", "bb8"], garden.slug)
    actors = [signed_in(token=token) for token in tokens]
    assert [actor.name for actor in actors] == ["r2", "c3", "bb8"]
    assert all(actor.bot for actor in actors)
    for actor in actors:
        assert queries.counts(actor.id, [garden.pk])[garden.pk].unread == 0
    with witness.takes(1):
        assert say(actors[0], garden).user.bot


def test_tokens_are_stored_as_hashes(wire: Recorder, db: None) -> None:
    (token,) = bots.create(["r2"])
    assert token not in str(everything())
    assert bytes(BotToken.objects.get().hash) == access.token_hash(token)


def test_all_bots_or_none_are_made(garden: Room, bo: Actor, watch: Watch) -> None:
    before = everything()
    for names in (["r2", "bo"], ["r2", "b0"], ["r2", "a b"], ["r2", "R2"]):
        with watch(garden).takes(0), pytest.raises(ValidationError), transaction.atomic():
            bots.create(names, garden.slug)
    assert everything() == before


def test_bots_join_no_room_that_there_is_not_and_no_direct_one(wire: Recorder, ana: Actor, bo: Actor) -> None:
    for slug in ("nowhere", rooms.direct(ana, "bo").slug):
        with refuses(wire, "not_found"):
            bots.create(["r2"], slug)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["bo"], "bo: This user name is taken, or looks too much like one that is."),
        (["a b"], "a b: A user name"),
        (["r2", "--count", "0"], "--count is at least 1."),
        (["r2", "--room", "nowhere"], "There is no room with the slug 'nowhere', or it is a direct one."),
        (["r2", "--room", "\0"], "There is no room"),
    ],
)
def test_the_command_says_what_is_wrong_in_its_own_words(
    wire: Recorder, bo: Actor, arguments: list[str], sentence: str
) -> None:
    before = everything()
    with pytest.raises(CommandError) as caught:
        call_command("create_bot", *arguments)
    assert str(caught.value).startswith(sentence)
    assert "DETAIL" not in str(caught.value)
    assert caught.value.returncode == 2
    assert everything() == before


@pytest.mark.parametrize(
    "change",
    [
        bots.revoke,
        lambda token: BotToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1)),
        lambda token: User.objects.filter(pk=token.user_id).update(is_active=False),
        lambda token: token.delete(),
    ],
    ids=["revoked", "expired", "deactivated", "deleted"],
)
def test_a_token_that_is_no_good_signs_nobody_in_and_lets_nobody_go_on(
    wire: Recorder, db: None, change: Callable[[BotToken], object]
) -> None:
    (token,) = bots.create(["r2"])
    actor = signed_in(token=token)
    access.check(actor)
    change(BotToken.objects.get())
    with pytest.raises(SignedOut):
        signed_in(token=token)
    with pytest.raises(SignedOut):
        access.check(actor)


def test_revoking_is_told_to_every_process(wire: Recorder, db: None) -> None:
    bots.create(["r2"])
    wire.clear()
    token = BotToken.objects.get()
    bots.revoke(token)
    assert wire.hints == [hints.Rights([token.user_id])]


@pytest.mark.parametrize("token", ["", "x", "\udcff", "x" * 10_000])
def test_no_other_token_signs_anybody_in(token: str, db: None) -> None:
    with pytest.raises(SignedOut):
        signed_in(token=token)
