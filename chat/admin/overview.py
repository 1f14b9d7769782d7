"""What is going on, for the front page of the administration: numbers, and what waits for somebody.

A dozen queries at most, each quick at millions of messages. Numbers cover private rooms too, words never do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from django.contrib.admin.models import LogEntry
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django_celery_results.models import TaskResult

from accounts.models import Session, User
from chat import access
from chat.admin.base import COUNTED, estimate
from chat.models import Flag, Message, Sanction
from chat.services import moderation

DAYS = 30
SOON = timedelta(days=1)
LATELY = timedelta(days=7)
ENTRIES = 8
STEP, HEIGHT = 10, 100
"""Of the chart: from one bar to the next, and the tallest one."""


@dataclass(frozen=True)
class Figure:
    """A number with its name; `link` leads to the list of what was counted, where there is one."""

    name: str | Promise
    number: int
    link: str = ""
    is_estimate: bool = False


@dataclass(frozen=True)
class Bar:
    """A day of the chart. `height` and `left` are in the units of its drawing."""

    day: date
    number: int
    left: int
    height: float

    @property
    def top(self) -> float:
        return HEIGHT - self.height


@dataclass(frozen=True)
class Overview:
    """What somebody may see of it: parts without permission are empty."""

    figures: list[Figure]
    waiting: list[Figure]
    bars: list[Bar]
    entries: QuerySet[LogEntry]

    @property
    def busiest(self) -> int:
        return max((bar.number for bar in self.bars), default=0)

    @property
    def total(self) -> int:
        return sum(bar.number for bar in self.bars)

    @property
    def nothing_waits(self) -> bool:
        return not any(figure.number for figure in self.waiting)


def overview(staff: User) -> Overview:
    today = timezone.now().date()
    bars = list(_bars(today)) if staff.has_perm("chat.view_message") else []
    return Overview(
        figures=[*_people(staff, today), *_rooms(staff), *_messages(bars)],
        waiting=list(_waiting(staff)),
        bars=bars,
        entries=_entries(staff),
    )


def _people(staff: User, today: date) -> Iterator[Figure]:
    if not staff.has_perm("accounts.view_user"):
        return
    week = _begin(today) - LATELY
    wrote = Message.objects.filter(at__gte=_begin(today)).values("author")
    signed_in = Session.objects.filter(user=OuterRef("pk"), created_at__gte=_begin(today))
    numbers = User.objects.aggregate(
        people=Count("pk", filter=Q(is_bot=False)),
        new=Count("pk", filter=Q(is_bot=False, date_joined__gte=week)),
        active=Count("pk", filter=Q(pk__in=wrote) | Q(Exists(signed_in))),
    )
    link = reverse("admin:accounts_user_changelist")
    yield Figure(_("People"), numbers["people"], link)
    yield Figure(_("Active today"), numbers["active"])
    since = urlencode({"date_joined__gte": week.isoformat(sep=" ")})
    yield Figure(_("New this week"), numbers["new"], f"{link}?{since}")


def _rooms(staff: User) -> Iterator[Figure]:
    if staff.has_perm("chat.view_room"):
        link = reverse("admin:chat_room_changelist")
        yield Figure(_("Rooms"), moderation.open_rooms(staff).count(), link)


def _messages(bars: list[Bar]) -> Iterator[Figure]:
    if bars:
        link = reverse("admin:chat_message_changelist")
        number = Message.objects.order_by()[: COUNTED + 1].count()
        is_estimate = number > COUNTED
        if is_estimate:
            number = estimate(Message.objects.all())
        yield Figure(_("Messages in all rooms"), number, link, is_estimate=is_estimate)
        yield Figure(_("Messages today in all rooms"), bars[-1].number, f"{link}?age=day")


def _bars(today: date) -> Iterator[Bar]:
    """Messages a day, from the index `message_at` alone."""
    since = today - timedelta(days=DAYS - 1)
    rows = Message.objects.filter(at__gte=_begin(since)).annotate(day=TruncDate("at")).values("day")
    numbers = dict(rows.annotate(number=Count("*")).order_by().values_list("day", "number"))
    most = max(numbers.values(), default=0) or 1
    for place in range(DAYS):
        day = since + timedelta(days=place)
        number = numbers.get(day, 0)
        yield Bar(day, number, place * STEP, round(HEIGHT * number / most, 1))


def _waiting(staff: User) -> Iterator[Figure]:
    """What somebody may have to look at; the link leads to exactly these."""
    if staff.has_perm("chat.view_flag"):
        flags = Flag.objects.filter(message__hidden_at=None, message__deleted_at=None)
        link = reverse("admin:chat_flag_changelist") + "?state=open"
        yield Figure(_("Flagged messages"), flags.count(), link)
    if staff.has_perm("django_celery_results.view_taskresult"):
        failed = TaskResult.objects.filter(status="FAILURE")
        link = reverse("admin:django_celery_results_taskresult_changelist") + "?status__exact=FAILURE"
        yield Figure(_("Failed tasks"), failed.count(), link)
    if staff.has_perm("chat.view_sanction"):
        ending = Sanction.objects.filter(access.holds(), until__lte=timezone.now() + SOON)
        link = reverse("admin:chat_sanction_changelist") + "?state=ending"
        yield Figure(_("Mutes and suspensions that end within a day"), ending.count(), link)


def _entries(staff: User) -> QuerySet[LogEntry]:
    """The latest of what was done here: everybody's for those who may see it, else one's own."""
    entries = LogEntry.objects.select_related("user", "content_type").order_by("-action_time")
    mine = entries if staff.has_perm("admin.view_logentry") else entries.filter(user=staff)
    return mine[:ENTRIES]


def _begin(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
