"""What server and page cost where there is much: `python -m bench.page`; see bench/README.md."""

from __future__ import annotations

import argparse
import asyncio
import gzip
import itertools
import json
import os
import random
import shutil
import statistics
import sys
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from chatconnet.storage import lean
from scripts.local.services import Postgres, Redis, throw_away
from tests.support.client import Client
from tests.support.server import Site, running

PASSWORD = "plum-otter-violin-9"  # noqa: S105 (of people who do not exist)
STATIC = Path(__file__).parents[1] / "static"
WATCHER = Path(__file__).with_name("watcher.js").read_text()
INSIDE = Path(__file__).with_name("inside")
SEEDED = ["--no-input", "--json", "--password", PASSWORD]

# Somebody who is in every room and has read nothing: the worst that badges can cost.
EVERYWHERE = """
from accounts.models import User
from chat.models import Membership, Room
from chat.services.timeline import locked
reader, writer = User.objects.filter(is_superuser=False).order_by("pk")[:2]
for room in Room.objects.exclude(kind="direct").exclude(memberships__user=reader):
    with locked(room.pk) as timeline:
        Membership.objects.create(room=room, user=reader, pos=timeline.take())
Membership.objects.filter(user=reader).update(read_seq=0)
print(reader.username, writer.username, Room.objects.get(is_default=True).public_id)
"""

ALL_READ = """
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute(
        "UPDATE chat_membership m SET read_seq = c.head FROM chat_roomcursor c WHERE c.room_id = m.room_id"
    )
"""


@dataclass
class Measure:
    """A figure, with what it should be at most where something was promised."""

    name: str
    value: float
    unit: str = "ms"
    aim: float | None = None

    def line(self) -> str:
        aim = "" if self.aim is None else f"{self.aim:10g}"
        aim += f"   {self.value / self.aim:6.2f} of it" if self.aim else ""
        return f"{self.name:<56}{self.value:10.1f} {self.unit:<5}{aim}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=2000)
    parser.add_argument("--rooms", type=int, default=500)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--scroll", type=int, default=10_000, help="so many messages are scrolled over")
    parser.add_argument("--json", action="store_true", help="print a list of figures")
    given = parser.parse_args()
    found = []
    for measure in measures(given):
        found.append(measure)
        if not given.json:
            sys.stdout.write(measure.line() + "\n")
            sys.stdout.flush()
    if given.json:
        sys.stdout.write(json.dumps([asdict(measure) for measure in found], indent=1) + "\n")


def measures(given: argparse.Namespace) -> Iterator[Measure]:
    yield Measure("script and style, compressed", weight() / 1024, "KiB", 80)
    yield Measure("load before seeding", os.getloadavg()[0], "")
    with a_site() as site:
        sizes = (f"--{name}={getattr(given, name)}" for name in ("users", "rooms", "messages"))
        yield Measure("seed_demo", json.loads(site.manage("seed_demo", *SEEDED, *sizes))["seconds"], "s", 180)
        reader, writer, room = site.manage("shell", "-v0", "-c", EVERYWHERE).split()
        with chromium() as browser:
            cookies = [sign_in(browser, site, name) for name in (reader, writer)]
        yield Measure("load before measuring", os.getloadavg()[0], "")
        yield from consistency(site)
        yield from administration(site)
        document = page_time(site, cookies[0])
        yield Measure("document of a room, server, p50", document)
        yield from asyncio.run(socket_times(site, cookies[0], room, document))
        site.manage("shell", "-v0", "-c", ALL_READ)
        with chromium() as browser:
            yield from first_paint(browser, site, cookies[0])
            page, heard = open_chat(browser, site, cookies[0])
            yield Measure("switching to a room seen before, p95", percentile(switches(page), 95), aim=100)
            yield from scrolling(page, heard, given.scroll)
            yield from burst(browser, site, cookies, room)
        yield Measure("load at the end", os.getloadavg()[0], "")


def weight() -> int:
    """What a browser loads to show the chat, compressed as a proxy would."""
    scripts = set(STATIC.glob("js/**/*.js")) - {STATIC / "js" / name for name in ("account.js", "admin.js")}
    files = [*scripts, STATIC / "css/site.css", *STATIC.glob("css/chat/*.css")]
    return sum(len(gzip.compress(lean(file.read_text()).encode())) for file in files)


@contextmanager
def a_site() -> Iterator[Site]:
    with tempfile.TemporaryDirectory() as var, throw_away((Postgres, Redis)) as (postgres, redis):
        os.environ |= {
            "CHAT_VAR": var,
            "DATABASE_URL": postgres.url,
            "REDIS_URL": redis.url,
            "SECRET_KEY": "only-for-measuring-" * 4,
        }
        with running(limits="off") as site:
            yield site


@contextmanager
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


def sign_in(browser: Browser, site: Site, name: str) -> str:
    """Through the form; returns the session's cookie."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{site.url}/accounts/login/")
    page.locator("[name=login]").fill(name)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main button[type=submit]").click()
    page.wait_for_selector("message-list li.message")
    (cookie,) = [one["value"] for one in context.cookies() if one["name"] == "sessionid"]
    context.close()
    return cookie


def percentile(values: list[float], which: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[which - 1]


# --- The server --------------------------------------------------------------------------------------


def inside(site: Site, name: str) -> Any:
    """What a script prints that runs in the site's shell."""
    return json.loads(site.manage("shell", "-v0", "-c", (INSIDE / f"{name}.py").read_text()))


def consistency(site: Site) -> Iterator[Measure]:
    for name, number in inside(site, "consistency").items():
        yield Measure(f"seeded wrongly: {name.replace('_', ' ')}", number, "", 0)


def administration(site: Site) -> Iterator[Measure]:
    """Front page, lists with each of their filters, searches, and what fields complete."""
    pages = inside(site, "administration")
    kinds = {
        "front page": [page for page in pages if page["path"] == "/admin/"],
        "lists": [page for page in pages if page["path"] != "/admin/" and "?" not in page["path"]],
        "lists filtered and searched": [page for page in pages if "?" in page["path"]],
    }
    for kind, found in kinds.items():
        times = [page["ms"] for page in found]
        most = max(page["queries"] for page in found)
        yield Measure(f"administration, {kind} ({len(found)}): most queries", most, "", 12)
        yield Measure(f"administration, {kind}: p50", statistics.median(times))
        slowest = max(found, key=lambda page: page["ms"])
        yield Measure(f"slowest: {slowest['path'][6:]}", slowest["ms"])


def page_time(site: Site, cookie: str) -> float:
    request = urllib.request.Request(f"{site.url}/", headers={"Cookie": f"sessionid={cookie}"})  # noqa: S310
    return statistics.median(timed(lambda: urllib.request.urlopen(request).read()) for _ in range(30))  # noqa: S310


def timed(work: Callable[[], object]) -> float:
    """Milliseconds."""
    begin = time.perf_counter()
    work()
    return (time.perf_counter() - begin) * 1000


SEARCHES = {
    "words": ["mermelada", "umbrella", "projector", "sabado", "good", '"good morning"', "shed gate"],
    "from:": ["from:ana cafe", "from:luis good", "from:emma", "from:nobody umbrella"],
    "in:": ["in:welcome umbrella", "in:welcome cafe", "in:welcome good", "in:neighbours"],
}


async def socket_times(site: Site, cookie: str, room: str, document: float) -> Iterator[Measure]:
    rng = random.Random(1)  # noqa: S311
    welcomes = []
    for _ in range(5):
        begin = time.perf_counter()
        async with Client(site.ws_url(), cookie=cookie, origin=site.url) as client:
            await client.wait_for("welcome")
            welcomes.append((time.perf_counter() - begin) * 1000)
    async with Client(site.ws_url(), cookie=cookie, origin=site.url) as client:
        await client.open()
        head = client.rooms[room]["head"]
        rooms = len(client.rooms)

        async def asked(number: int, command: Callable[[], dict[str, object]]) -> list[float]:
            times = []
            for _ in range(number):
                fields = command()
                begin = time.perf_counter()
                await client.ask(**fields)  # type: ignore[arg-type]
                times.append((time.perf_counter() - begin) * 1000)
            return times

        pages = await asked(
            300, lambda: {"type": "history", "room": room, "before": rng.randrange(100, head)}
        )
        newest = await asked(50, lambda: {"type": "history", "room": room})
        members = await asked(20, lambda: {"type": "members", "room": room})
        found = {}
        for kind, typed in SEARCHES.items():
            asks = itertools.cycle(typed)
            found[kind] = await asked(40, lambda asks=asks: {"type": "search", "q": next(asks)})
    welcome = statistics.median(welcomes)
    first = document + welcome + statistics.median(newest)
    return iter(
        [
            Measure(f"socket to welcome, {rooms} rooms, all unread, p50", welcome),
            Measure("document, welcome and newest page, p50", first, aim=300),
            Measure("page of history at a random place, p50", statistics.median(pages)),
            Measure("page of history at a random place, p95", percentile(pages, 95), aim=50),
            Measure("page of members, p50", statistics.median(members)),
            *(
                Measure(f"search, {kind}, p95", percentile(times, 95), aim=150)
                for kind, times in found.items()
            ),
        ]
    )


# --- The page ----------------------------------------------------------------------------------------


def new_page(browser: Browser, site: Site, cookie: str) -> Page:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en")
    context.add_cookies([{"url": site.url, "name": "sessionid", "value": cookie}])
    context.add_init_script(WATCHER)
    return context.new_page()


def first_paint(browser: Browser, site: Site, cookie: str) -> Iterator[Measure]:
    """In fresh profiles, so that nothing is kept from the time before."""
    paints, messages = [], []
    for _ in range(5):
        page = new_page(browser, site, cookie)
        page.goto(f"{site.url}/")
        page.wait_for_selector("message-list li.message")
        paints.append(page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime"))
        messages.append(page.evaluate("watched.firstMessage"))
        page.context.close()
    yield Measure("first paint, p50", statistics.median(paints), aim=1000)
    yield Measure("first messages on the page, p50", statistics.median(messages), aim=1000)


def open_chat(browser: Browser, site: Site, cookie: str) -> tuple[Page, list[int]]:
    """A page, and the numbers of messages in the pages of history that it gets."""
    page = new_page(browser, site, cookie)
    heard: list[int] = []

    def hear(payload: str | bytes) -> None:
        frame = json.loads(payload)
        if frame["type"] == "ok" and "messages" in frame:
            heard.append(len(frame["messages"]))

    page.on("websocket", lambda socket: socket.on("framereceived", hear))
    page.goto(f"{site.url}/")
    page.wait_for_selector("message-list li.message")
    return page, heard


def switches(page: Page) -> list[float]:
    """Back and forth between rooms, each of which was opened once before."""
    slugs: list[str] = page.evaluate(
        "[...document.querySelectorAll('room-list a')].slice(0, 6).map((link) => link.dataset.slug)"
    )
    times = []
    for again in (False, True, True):
        for slug in slugs:
            milliseconds = page.evaluate("(slug) => watched.switchTo(slug)", slug)
            times += [milliseconds] if again and milliseconds else []
    return times


def scrolling(page: Page, heard: list[int], aim: int) -> Iterator[Measure]:
    """Up through a room, as fast as pages come. The place is kept if what is looked at does not move while
    older messages arrive above it."""
    page.locator("room-list a").get_by_text("Welcome", exact=True).click()
    page.wait_for_selector("message-list li.message")
    page.locator("message-list [data-part=scroller]").hover()
    rows, moved, since = 0, 0.0, len(heard)
    page.evaluate("watched.longTasks.length = 0")
    begin = time.perf_counter()
    patience = begin + 300
    step = 0
    while sum(heard[since:]) < aim and time.perf_counter() < patience:
        page.mouse.wheel(0, -3000)
        step += 1
        if step % 20 == 0:
            moved = max(moved, page.evaluate("watched.drift(400)"))
        rows = max(rows, page.evaluate("document.querySelectorAll('message-list ol > li').length"))
    seconds = time.perf_counter() - begin
    passed = sum(heard[since:])
    yield Measure("messages scrolled over", passed, "")
    yield Measure("messages scrolled over in a second", passed / seconds, "")
    yield Measure("rows in the document at most", rows, "", 400)
    yield Measure("farthest that the place moved by itself", moved, "px")
    yield Measure("long tasks over 200 ms while scrolling", page.evaluate("watched.over(200)"), "", 0)


def burst(browser: Browser, site: Site, cookies: list[str], room: str) -> Iterator[Measure]:
    """100 messages a second for five seconds, while somebody looks at the room."""
    page, _heard = open_chat(browser, site, cookies[0])
    page.locator("room-list a").get_by_text("Welcome", exact=True).click()
    page.wait_for_timeout(1000)
    page.evaluate("watched.longTasks.length = 0")
    browser.start_tracing(page=page, categories=["disabled-by-default-devtools.timeline"])
    with ThreadPoolExecutor(1) as beside:  # playwright's own event loop runs in this thread
        beside.submit(asyncio.run, shower(site, cookies[1], room)).result()
    page.wait_for_timeout(1000)
    busy = longest_at_work(json.loads(browser.stop_tracing()))
    yield Measure("longest task in that burst, processor time alone", busy, aim=200)
    yield Measure("longest task in a burst of 100 messages/s", page.evaluate("watched.longest()"), aim=200)
    yield Measure("long tasks over 200 ms in that burst", page.evaluate("watched.over(200)"), "", 0)


def longest_at_work(trace: dict[str, Any]) -> float:
    """Milliseconds of a processor that a task of a page's main thread took: less than it lasts, where others
    want the processors too."""
    events = trace["traceEvents"]
    mains = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    tasks = [event for event in events if event["name"].endswith("RunTask") and "tdur" in event]
    return max(task["tdur"] / 1000 for task in tasks if (task["pid"], task["tid"]) in mains)


async def shower(site: Site, cookie: str, room: str) -> None:
    async with Client(site.ws_url(), cookie=cookie, origin=site.url) as client:
        await client.open()
        answers = []
        for number in range(500):
            key = str(uuid.uuid4())
            answers.append(await client.start("send", room=room, key=key, body=f"Drop **{number}**"))
            await asyncio.sleep(0.01)
        await asyncio.gather(*answers)


if __name__ == "__main__":
    main()
