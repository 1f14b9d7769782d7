"""What storing a message costs: `python -m bench.writer`; see bench/README.md."""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import django
from msgspec.structs import replace

from bench.engine.targets import processor_seconds
from scripts.local.services import Postgres, Redis, throw_away

if TYPE_CHECKING:
    from chat.services.messages import Draft

SENDERS = 100
TEXT = "The quick brown fox says that the meeting moves to Thursday at ten."

Store = Callable[["Draft"], Awaitable[object]]


@dataclass
class Round:
    """What one round of one way of storing came to."""

    rate: float
    delay: float
    own: float
    of_postgres: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3.0, help="of each round")
    parser.add_argument("--fsync", action="store_true", help="PostgreSQL waits for the disk, as in earnest")
    given = parser.parse_args()
    with a_database(fsync=given.fsync) as postgres:
        asyncio.run(measure(postgres, given.rounds, given.seconds))


@contextmanager
def a_database(*, fsync: bool) -> Iterator[int]:
    """An empty site in this process, on a PostgreSQL whose process id is returned."""
    with ExitStack() as stack:
        postgres, redis = stack.enter_context(throw_away((Postgres, Redis)))
        os.environ |= {
            "CHAT_VAR": stack.enter_context(tempfile.TemporaryDirectory()),
            "DATABASE_URL": postgres.url,
            "DJANGO_SETTINGS_MODULE": "chatconnet.settings",
            "REDIS_URL": redis.url,
            "SECRET_KEY": "only-for-measuring-" * 4,
        }
        django.setup()
        from django.core.management import call_command
        from django.db import connection

        call_command("migrate", verbosity=0)
        if fsync:
            with connection.cursor() as cursor:
                cursor.execute("ALTER SYSTEM SET fsync = on")
                cursor.execute("SELECT pg_reload_conf()")
        assert postgres.process
        yield postgres.process.pid
        connection.close()


def senders(rooms: int) -> list[Draft]:
    """A draft of each sender: all text is rendered already. Each room has the same number of them."""
    from chat import publish
    from chat.services import messages
    from tests.support import people

    publish.use(Nowhere())
    found = []
    for number in range(rooms):
        members = [people.person(f"p{rooms}-{number}-{one}") for one in range(SENDERS // rooms)]
        room = people.room(*members, name=f"Room {rooms} {number}")
        found += [messages.draft(one, room.public_id, str(uuid.uuid4()), TEXT) for one in members]
    return found


class Nowhere:
    """A wire that leads nowhere: what is measured here is storing."""

    def put(self, hint: object) -> None:
        pass


def by_writer() -> Store:
    from chat.realtime.writer import Writer

    return Writer().post


def by_acreate() -> Store:
    """One row a message, as the ORM stores it: no position, no right is asked for, nothing is found."""
    from django.utils import timezone

    from chat.models import Message, Room

    rooms = dict(Room.objects.values_list("public_id", "pk"))
    places = itertools.count(10**9)

    def store(draft: Draft) -> Awaitable[object]:
        place = next(places)
        return Message.objects.acreate(
            room_id=rooms[draft.room],
            seq=place,
            pos=place,
            author_id=draft.actor.id,
            key=draft.key,
            digest=draft.digest,
            body=draft.body,
            html=draft.html,
            at=timezone.now(),
        )

    return store


async def measure(postgres: int, rounds: int, seconds: float) -> None:
    """The ways in turns, so that what else the machine does falls on all of them."""
    in_thread = asyncio.to_thread
    hot, many = await in_thread(senders, 1), await in_thread(senders, SENDERS)
    writer, acreate = by_writer(), await in_thread(by_acreate)
    ways = {
        "writer, one room": (writer, hot),
        "writer, 100 rooms": (writer, many),
        "acreate(), one room": (acreate, hot),
    }
    found: dict[str, list[Round]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, (store, drafts) in ways.items():
            found[name].append(await one_round(store, drafts, postgres, seconds))
    for name, all_rounds in found.items():
        show(name, all_rounds)


async def one_round(store: Store, drafts: list[Draft], postgres: int, seconds: float) -> Round:
    delays: list[float] = []
    end = time.monotonic() + seconds

    async def send_for_ever(draft: Draft) -> None:
        while (began := time.monotonic()) < end:
            outcome = await store(replace(draft, key=uuid.uuid4()))
            assert not isinstance(outcome, Exception)
            delays.append(time.monotonic() - began)

    own, others, began = time.process_time(), processor_seconds([postgres]), time.monotonic()
    await asyncio.gather(*map(send_for_ever, drafts))
    took = time.monotonic() - began
    return Round(
        rate=len(delays) / took,
        delay=statistics.median(delays) * 1e3,
        own=(time.process_time() - own) / len(delays) * 1e6,
        of_postgres=(processor_seconds([postgres]) - others) / len(delays) * 1e6,
    )


def show(name: str, rounds: list[Round]) -> None:
    for what, unit in (("rate", "1/s"), ("delay", "ms"), ("own", "CPU us"), ("of_postgres", "CPU us")):
        values = sorted(getattr(one, what) for one in rounds)
        least, middle, most = values[0], statistics.median(values), values[-1]
        sys.stdout.write(f"{name:<24}{what:<14}{least:11.1f}{middle:11.1f}{most:11.1f} {unit}\n")


if __name__ == "__main__":
    main()
