from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from chat.access import Actor
from chat.errors import Refused
from chat.models import Flag, Message, PendingCheck, Room, RoomCursor, WordRule
from chat.services import automod, messages
from tests.support import people
from tests.support.people import say
from tests.support.state import Witness, refuses
from tests.support.threads import at_once
from tests.support.wire import Recorder

Watch = Callable[[Room], Witness]
HIDE = WordRule.Action.HIDE


@pytest.fixture
def boss(db: None) -> User:
    return User.objects.create_superuser("boss")


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """What was rung for, in place of the bell's thread."""
    heard: list[list[int]] = []
    monkeypatch.setattr("chat.jobs._submit", lambda task, ids: heard.append(ids))
    return heard


def rule(phrase: str, action: str = WordRule.Action.FLAG, **fields: object) -> WordRule:
    return WordRule.objects.create(phrase=phrase, action=action, **fields)


def check_all() -> None:
    automod.check_many(PendingCheck.objects.values_list("pk", flat=True))


def hidden() -> list[int]:
    return list(Message.objects.exclude(hidden_at=None).order_by("seq").values_list("seq", flat=True))


def flags() -> list[tuple[str, int]]:
    return list(Flag.objects.order_by("pk").values_list("rule__phrase", "message__seq"))


def age(seconds: int) -> None:
    """Makes what is pending, and when it was rung for, older."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE chat_pendingcheck SET created_at = created_at - make_interval(secs => %(s)s),"
            " rung_at = rung_at - make_interval(secs => %(s)s)",
            {"s": seconds},
        )


# --- What a rule finds -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("phrase", "body"),
    [
        ("bad", "That is BAD."),
        ("bad", "**bad**!"),
        ("bad", "bаd"),  # a Cyrillic а
        ("bad", "ｂａｄ"),
        ("bad", "b4d and b@d"),
        ("bad", "b\u200bad"),
        ("bad", "so b.a.d it hurts"),
        ("bad", "b a d"),
        ("bad", "b_a_d"),
        ("BÄD", "bad"),
        ("bad word", "a bad  w0rd here"),
        ("bad word", "bad\nword"),
        ("bad word", "b a d   w o r d"),
        ("a b c", "easy as a b c"),
        ("спам", "Это СПАМ!"),
    ],
)
def test_a_rule_finds_its_words_through_look_alikes_and_spacing(phrase: str, body: str) -> None:
    assert automod.Matcher([automod.Rule(1, phrase, HIDE)]).hits(body) == {automod.Rule(1, phrase, HIDE)}


@pytest.mark.parametrize(
    ("phrase", "body"),
    [
        ("bad", "badge"),
        ("bad", "a forbad"),
        ("bad word", "bad sword"),
        ("bad word", "word bad"),
        ("bad", "ba d"),
    ],
)
def test_a_rule_finds_whole_words_only(phrase: str, body: str) -> None:
    assert not automod.Matcher([automod.Rule(1, phrase, HIDE)]).hits(body)


def test_a_long_text_and_many_rules_are_judged_in_milliseconds() -> None:
    matcher = automod.Matcher(automod.Rule(n, f"rule number {n}", HIDE) for n in range(2000))
    started = timezone.now()
    assert not matcher.hits("rule number x " * 280)
    assert timezone.now() - started < timedelta(milliseconds=200)


# --- What happens to a message ---------------------------------------------------------------------


def test_a_message_that_breaks_a_hide_rule_is_hidden_in_one_change(
    garden: Room, bo: Actor, watch: Watch
) -> None:
    rule("bad", HIDE)
    say(bo, garden, "good")
    first = say(bo, garden, "bad")
    with watch(garden).takes(1):
        check_all()
    assert hidden() == [first.seq]
    assert flags() == [("bad", first.seq)]
    assert not PendingCheck.objects.exists()


def test_a_flag_rule_leaves_the_message_where_it_is(garden: Room, bo: Actor, watch: Watch) -> None:
    rule("bad")
    first = say(bo, garden, "bad")
    with watch(garden).takes(0):
        check_all()
    assert (hidden(), flags()) == ([], [("bad", first.seq)])


def test_each_rule_flags_a_message_once(garden: Room, bo: Actor) -> None:
    rule("bad", HIDE), rule("word")
    first = say(bo, garden, "bad word, bad word")
    check_all()
    assert flags() == [("bad", first.seq), ("word", first.seq)]


def test_a_message_that_was_flagged_and_is_edited_is_not_flagged_again(garden: Room, bo: Actor) -> None:
    rule("bad")
    first = say(bo, garden, "bad")
    check_all()
    messages.edit(bo, first.id, "still bad")
    check_all()
    assert flags() == [("bad", first.seq)]
    assert not PendingCheck.objects.exists()


def test_messages_of_one_batch_are_hidden_in_one_frame(garden: Room, bo: Actor, watch: Watch) -> None:
    rule("bad", HIDE)
    drafts = [messages.draft(bo, garden.public_id, f"{n:032x}", body) for n, body in enumerate(["bad"] * 3)]
    messages.post_many(drafts)
    with watch(garden).takes(3):
        check_all()


def test_a_check_that_runs_again_does_nothing(garden: Room, bo: Actor, watch: Watch) -> None:
    rule("bad", HIDE)
    say(bo, garden, "bad")
    pending = PendingCheck.objects.get()
    automod.check(pending.pk)
    with watch(garden).takes(0):
        automod.check(pending.pk)
        pending.save(force_insert=True)
        automod.check(pending.pk)
    assert len(flags()) == 1


def test_an_edit_is_judged_by_its_new_text(garden: Room, bo: Actor) -> None:
    rule("bad", HIDE)
    first = say(bo, garden, "good")
    check_all()
    messages.edit(bo, first.id, "bad")
    check_all()
    assert hidden() == [first.seq]


def test_an_edit_is_found_also_when_the_message_has_moved_on_meanwhile(
    garden: Room, bo: Actor, ana: Actor
) -> None:
    rule("bad", HIDE)
    first = say(bo, garden, "good")
    check_all()
    messages.edit(bo, first.id, "bad")
    messages.react(ana, first.id, "👍", True)
    check_all()
    assert hidden() == [first.seq]


def test_a_text_that_was_mended_before_anybody_looked_is_let_be(garden: Room, bo: Actor) -> None:
    rule("bad", HIDE)
    first = say(bo, garden, "bad")
    messages.edit(bo, first.id, "good")
    check_all()
    assert (hidden(), flags()) == ([], [])


def test_deleted_and_hidden_messages_are_passed_over(garden: Room, bo: Actor, watch: Watch) -> None:
    rule("bad", HIDE)
    messages.delete(bo, say(bo, garden, "bad").id)
    say(bo, garden, "bad")
    Message.objects.filter(deleted_at=None).update(hidden_at=timezone.now())
    with watch(garden).takes(0):
        check_all()
    assert flags() == []


def test_other_rooms_and_other_messages_are_left_alone(garden: Room, cellar: Room, bo: Actor) -> None:
    say(bo, garden, "bad")
    rule("bad", HIDE)
    say(bo, garden, "good")
    say(bo, cellar, "good")
    check_all()
    assert hidden() == []


def test_nothing_is_pending_while_there_is_no_rule(garden: Room, bo: Actor) -> None:
    rule("bad", HIDE, is_active=False)
    say(bo, garden, "bad")
    assert not PendingCheck.objects.exists()


def test_rules_hold_as_they_are_at_the_moment_of_the_check(garden: Room, bo: Actor) -> None:
    first_rule = rule("bad", HIDE)
    say(bo, garden, "worse")
    check_all()
    second = say(bo, garden, "worse")
    WordRule.objects.filter(pk=first_rule.pk).update(phrase="worse")
    check_all()
    assert hidden() == [second.seq]
    say(bo, garden, "worse")
    WordRule.objects.update(is_active=False)
    check_all()
    assert hidden() == [second.seq]


# --- Workers at the same time ----------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_workers_with_the_same_check_have_one_effect() -> None:
    ana = people.person("ana")
    garden = people.room(ana)
    rule("bad", HIDE)
    for _ in range(10):
        say(ana, garden, "bad")
        pk = PendingCheck.objects.get().pk
        head = RoomCursor.objects.get().head
        at_once(*[lambda pk=pk: automod.check(pk)] * 3)
        assert RoomCursor.objects.get().head == head + 1
        assert not PendingCheck.objects.exists()
    assert Flag.objects.count() == len(hidden()) == 10


@pytest.mark.django_db(transaction=True)
def test_a_check_in_the_hands_of_another_worker_is_not_waited_for() -> None:
    ana = people.person("ana")
    garden = people.room(ana)
    rule("bad", HIDE)
    say(ana, garden, "bad")
    pk = PendingCheck.objects.get().pk
    with transaction.atomic():
        PendingCheck.objects.select_for_update().get(pk=pk)
        at_once(lambda: automod.check(pk))
    assert hidden() == []
    automod.check(pk)
    assert len(hidden()) == 1


@pytest.mark.django_db(transaction=True)
def test_a_text_that_breaks_no_rule_does_not_wait_for_the_room() -> None:
    ana = people.person("ana")
    garden = people.room(ana)
    rule("bad", HIDE)
    say(ana, garden, "good")
    pk = PendingCheck.objects.get().pk
    with transaction.atomic():
        RoomCursor.objects.select_for_update().get(pk=garden.pk)
        at_once(lambda: automod.check(pk))
    assert not PendingCheck.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_checks_and_sends_at_the_same_time_neither_deadlock_nor_leave_a_hole() -> None:
    ana = people.person("ana")
    garden = people.room(ana)
    rule("bad", HIDE)

    def send() -> None:
        for _ in range(20):
            say(ana, garden, "bad")

    def work() -> None:
        for _ in range(60):
            check_all()

    assert at_once(send, send, work, work) == [None] * 4
    check_all()
    assert len(hidden()) == len(flags()) == 40
    assert RoomCursor.objects.get().head == 1 + 40 + 40


@pytest.mark.django_db(transaction=True)
def test_a_check_that_fails_stays_pending_and_does_not_hold_up_the_others() -> None:
    ana = people.person("ana")
    garden, shed = people.room(ana), people.room(ana, name="Shed")
    rule("bad", HIDE)
    say(ana, garden, "bad")
    second = say(ana, shed, "bad")
    pks = list(PendingCheck.objects.order_by("pk").values_list("pk", flat=True))

    def work() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '50ms'")
            automod.check_many(pks)
            cursor.execute("RESET lock_timeout")  # the connection goes back to the pool

    with transaction.atomic():
        RoomCursor.objects.select_for_update().get(pk=garden.pk)
        at_once(work)
    assert hidden() == [second.seq]
    check_all()
    assert Message.objects.exclude(hidden_at=None).count() == 2


# --- The sweep -------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_what_the_queue_lost_is_rung_for_again_after_90_seconds(rung: list[list[int]]) -> None:
    ana = people.person("ana")
    garden = people.room(ana)
    rule("bad", HIDE)
    say(ana, garden, "bad")
    pk = PendingCheck.objects.get().pk
    assert rung == [[pk]]
    age(89)
    assert automod.sweep() == 0
    age(2)
    assert automod.sweep() == 1
    assert rung == [[pk], [pk]]


@pytest.mark.django_db(transaction=True)
def test_a_row_is_rung_for_once_in_90_seconds(rung: list[list[int]]) -> None:
    ana = people.person("ana")
    rule("bad", HIDE)
    say(ana, people.room(ana), "bad")
    age(91)
    assert [automod.sweep(), automod.sweep()] == [1, 0]
    age(91)
    assert automod.sweep() == 1


@pytest.mark.django_db(transaction=True)
def test_a_sweep_is_bounded_and_begins_with_the_oldest(
    rung: list[list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = people.person("ana")
    garden = people.room(ana)
    rule("bad", HIDE)
    for _ in range(5):
        say(ana, garden, "bad")
        age(100)
    rung.clear()
    pks = list(PendingCheck.objects.order_by("pk").values_list("pk", flat=True))
    monkeypatch.setattr(automod, "SWEEP_MAX", 3)
    monkeypatch.setattr(automod, "RING_MAX", 2)
    assert automod.sweep() == 3
    assert rung == [pks[:2], pks[2:3]]
    assert automod.sweep() == 2
    assert rung[2:] == [pks[3:]]


# --- Keeping rules ---------------------------------------------------------------------------------


def test_a_rule_names_who_made_it_also_after_somebody_changed_it(boss: User) -> None:
    made = WordRule(phrase="  bad   word ", action=HIDE)
    automod.save_rule(boss, made)
    other = User.objects.create_superuser("other")
    made.action = WordRule.Action.FLAG
    automod.save_rule(other, made)
    made.refresh_from_db()
    assert (made.phrase, made.action, made.created_by) == ("bad word", "flag", boss)


@pytest.mark.parametrize("phrase", ["", "!!!", "😀", " . "])
def test_a_rule_without_a_word_is_refused(boss: User, wire: Recorder, phrase: str) -> None:
    with refuses(wire, "bad_field", "phrase"):
        automod.save_rule(boss, WordRule(phrase=phrase))


def test_rules_are_made_and_changed_by_staff_with_the_permission(db: None, wire: Recorder) -> None:
    helper = User.objects.create_user("helper", is_staff=True)
    made = rule("bad")
    for one in (WordRule(phrase="worse"), made):
        with refuses(wire, "forbidden"):
            automod.save_rule(helper, one)
    helper.user_permissions.add(Permission.objects.get(codename="add_wordrule"))
    helper = User.objects.get(pk=helper.pk)
    automod.save_rule(helper, WordRule(phrase="worse"))
    with pytest.raises(Refused):
        automod.save_rule(helper, made)
