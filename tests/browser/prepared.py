"""Runs on the site that pictures are taken of, after `seed_demo`: readers, an empty room, and what waits."""

from __future__ import annotations

import json
from datetime import timedelta

from django.db.models import Count, Q
from django.utils import timezone

from accounts.models import User
from accounts.services import set_password
from chat import access
from chat.models import Flag, Message, WordRule
from chat.services import moderation, rooms
from tests.browser.states import PASSWORD, ROOM

DIRECTS = Count("memberships", filter=Q(memberships__room__kind="direct"))
EMPTY = {"en": "Reading corner", "es": "Rincón de lectura"}


def main() -> None:
    """Prints who is who: names by part and language."""
    boss = User.objects.get(is_superuser=True)
    set_password(boss, PASSWORD)
    something_waits(boss)
    cast = {"admin": {"en": boss.username}, "reader": {}, "newcomer": {}, "empty": {}}
    for language, room in ROOM.items():
        members = User.objects.filter(language=language, memberships__room__slug=room)
        counted = User.objects.filter(pk__in=members).annotate(rooms=Count("memberships"), directs=DIRECTS)
        reader = counted.order_by("-directs", "-rooms", "pk")[0]
        newcomer = User.objects.filter(language=language).exclude(pk=reader.pk).order_by("-pk")[0]
        maker = access.actor_for(newcomer)
        empty = rooms.create(maker, EMPTY[language], "public")
        rooms.invite(maker, empty.id, reader.username)
        cast["reader"][language] = reader.username
        cast["newcomer"][language] = newcomer.username
        cast["empty"][language] = empty.slug
    print(json.dumps(cast))


def something_waits(boss: User) -> None:
    """For the administrator: flags, sanctions that end soon, and something done."""
    rule = WordRule.objects.create(phrase="umbrella", created_by=boss)
    latest = Message.objects.filter(deleted_at=None, room__kind="public").order_by("-pk")
    for message in latest[:3]:
        Flag.objects.create(rule=rule, message=message)
    for user, hours in zip(User.objects.filter(is_superuser=False)[5:8], (2, 20, 300), strict=True):
        moderation.mute(boss, user, reason="Noise", until=timezone.now() + timedelta(hours=hours))
