"""Automatic moderation: the word rules, applied to messages after they were committed."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import NamedTuple

from django.db import DatabaseError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from chat import jobs, text
from chat.errors import bad_field
from chat.models import Flag, Message, PendingCheck, WordRule
from chat.services import moderation
from chat.services.timeline import locked

PATIENCE = timedelta(seconds=90)
SWEEP_MAX = 10_000
RING_MAX = 200

log = logging.getLogger(__name__)


class Rule(NamedTuple):
    pk: int
    phrase: str
    action: str


class Matcher:
    """Finds whole words and phrases, in time linear in the text, whatever the number of rules."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules: dict[str, set[Rule]] = defaultdict(set)
        for rule in rules:
            self._rules[text.fold(rule.phrase)].add(rule)
        self._lengths = sorted({phrase.count(" ") + 1 for phrase in self._rules})

    def hits(self, body: str) -> set[Rule]:
        """The rules that `body` breaks, as it stands or with its spelled-out words joined."""
        found: set[Rule] = set()
        for form in {text.fold(body), text.fold_spaced(body)}:
            words = form.split()
            for length in self._lengths:
                for start in range(len(words) - length + 1):
                    found |= self._rules.get(" ".join(words[start : start + length]), set())
        return found


@lru_cache(maxsize=1)
def _compiled(rules: tuple[Rule, ...]) -> Matcher:
    return Matcher(rules)


def _matcher() -> Matcher:
    """The rules as they are in PostgreSQL now, compiled when they have changed: what an administrator
    saves holds at once in every process."""
    rules = WordRule.objects.filter(is_active=True).order_by("pk").values_list("pk", "phrase", "action")
    return _compiled(tuple(Rule(*row) for row in rules))


def check_many(checks: Iterable[int]) -> None:
    """`check` for each; one that fails is logged, stays pending, and does not hold up the others."""
    for pk in checks:
        try:
            check(pk)
        except DatabaseError as error:
            log.warning("pending check %s failed, the sweep will ring again: %r", pk, error)


def check(check_id: int) -> None:
    """Applies the rules to the messages of a `PendingCheck` as they are now, and deletes it, in one
    transaction. One that is gone, or in the hands of another worker, is nothing to do.

    The locks: first the pending row, then, only if a message breaks a rule, the room's cursor. Nobody who
    holds a cursor waits for a pending row (sends and edits only insert new ones), so this cannot
    deadlock with them; and texts that break no rule never keep the room's writers waiting. What was found
    without the room's lock is read and judged again under it. A text that changes in between has a pending
    row of its own.
    """
    with transaction.atomic():
        pending = PendingCheck.objects.select_for_update(skip_locked=True).filter(pk=check_id).first()
        if pending is None:
            return
        matcher = _matcher()
        places = Message.objects.filter(
            room=pending.room_id, seq__gte=pending.first_pos, seq__lte=pending.last_pos
        )
        texts = _in_sight(places).values_list("pk", "body")
        if suspects := [pk for pk, body in texts if matcher.hits(body)]:
            _judge(pending.room_id, suspects, matcher)
        pending.delete()


def _in_sight(messages: QuerySet[Message]) -> QuerySet[Message]:
    return messages.filter(deleted_at=None, hidden_at=None)


def _judge(room: int, suspects: Sequence[int], matcher: Matcher) -> None:
    """Flags, and hides where a rule says so, under the room's lock."""
    with locked(room) as timeline:
        for row in _in_sight(Message.objects.filter(pk__in=suspects)).order_by("seq"):
            hits = sorted(matcher.hits(row.body))
            Flag.objects.bulk_create(
                [Flag(rule_id=rule.pk, message=row) for rule in hits], ignore_conflicts=True
            )
            if any(rule.action == WordRule.Action.HIDE for rule in hits):
                moderation.set_hidden(row, timeline, hidden=True)


def sweep() -> int:
    """Rings again for what has been pending for 90 seconds, and not rung again in the last 90, the oldest
    first; returns for how many. Whatever happened to the queue, what was pending is found."""
    late = timezone.now() - PATIENCE
    with transaction.atomic():
        due = list(
            PendingCheck.objects.select_for_update(skip_locked=True)
            .filter(Q(rung_at=None) | Q(rung_at__lt=late), created_at__lt=late)
            .order_by("created_at")
            .values_list("pk", flat=True)[:SWEEP_MAX]
        )
        PendingCheck.objects.filter(pk__in=due).update(rung_at=timezone.now())
        for start in range(0, len(due), RING_MAX):
            jobs.check_words(due[start : start + RING_MAX])
    return len(due)


def save_rule(actor: User, rule: WordRule) -> None:
    """Stores a new or changed rule, which holds for what is sent or edited from now on.

    Raises `forbidden` unless `actor` may, `bad_field` for a phrase without a word and for one that another
    rule has.
    """
    moderation.check_permission(actor, "chat.add_wordrule" if rule._state.adding else "chat.change_wordrule")
    rule.phrase = checked_phrase(rule.phrase)
    check_new(rule)
    if rule._state.adding:
        rule.created_by = actor
    rule.save()


def checked_phrase(phrase: str) -> str:
    """The phrase on one line; raises `bad_field` where nothing of it could be looked for."""
    if not text.fold(phrase):
        raise bad_field("phrase", _("A rule needs a word: letters or digits."))
    return " ".join(phrase.split())


def check_new(rule: WordRule) -> None:
    """Raises `bad_field` where another rule finds the same words, switched on or off: it can be changed."""
    wanted = text.fold(rule.phrase)
    others = WordRule.objects.exclude(pk=rule.pk).values_list("phrase", flat=True)
    if any(text.fold(phrase) == wanted for phrase in others):
        raise bad_field("phrase", _("There is a rule for this phrase already."))
