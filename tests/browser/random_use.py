"""Two people, two browsers, random use: at every quiet point both pages hold and draw what PostgreSQL holds.

`python -m tests.browser.random_use --minutes 60 --seed 7` runs it on a site of its own and prints a report.
The seed chooses what is done; when it happens, the machine decides.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, CDPSession, Error, sync_playwright

from scripts.local.services import Postgres, Redis, throw_away
from tests.browser.agreement import Row, Truth, drawn_differences, store_differences, unlike
from tests.browser.player import LOADING, Player
from tests.support.server import Site, running

HISTORY = 600
"""So many messages are there when a long walk begins."""
REMEMBERED = 500
"""So many of the last actions are told with a difference."""
FAULTS = 0.025
"""The share of actions before which something breaks."""
SETTLED_WITHIN = 90
AGREED_WITHIN = 8
"""Seconds; less than a heartbeat, which would mend what live news left wrong."""
TOLD = 12
"""So many differences of one moment are told."""
FIND_STORE = """import(performance.getEntriesByType("resource").map(({ name }) => name)
    .find((name) => /\\/state\\/store[.\\w]*\\.js$/.test(name))).then(({ Store }) => Store.prototype)"""


@dataclass
class Sample:
    """What a page takes after its garbage was collected."""

    minute: float
    heap: int
    nodes: int
    listeners: int
    messages: int


@dataclass
class Report:
    seed: int
    minutes: float = 0
    actions: dict[str, dict[str, int]] = field(default_factory=dict)
    faults: dict[str, int] = field(default_factory=dict)
    comparisons: int = 0
    messages: int = 0
    broken_connections: dict[str, int] = field(default_factory=dict)
    problems: dict[str, list[str]] = field(default_factory=dict)
    samples: dict[str, list[Sample]] = field(default_factory=dict)
    growth: dict[str, dict[str, float]] = field(default_factory=dict)
    differences: list[Row] = field(default_factory=list)

    @property
    def good(self) -> bool:
        return not self.differences and not any(self.problems.values())


class Walk:
    """Two players on a site with a web process each. The second one's page is never made anew."""

    def __init__(
        self, browser: Browser, site: Site, seed: int, names: tuple[str, str] = ("ana", "bruno")
    ) -> None:
        self.site = site
        self.truth = Truth(site.database_url)
        self.rng = random.Random(seed)
        self.report = Report(seed)
        self.log: deque[str] = deque(maxlen=REMEMBERED)
        self.begun = time.monotonic()
        self.step = 0
        self._faults: dict[str, tuple[int, Callable[[], None]]] = {}
        """What is broken at present: until which step, and how it is mended."""
        self.players = [
            Player(browser, site.origin(n % len(site.web)), name, names[1 - n], self.rng, self.truth)
            for n, name in enumerate(names)
        ]
        for player in self.players:
            player.sign_up()
        self.debuggers = {player.name: player.context.new_cdp_session(player.page) for player in self.players}
        for debugger in self.debuggers.values():
            debugger.send("Performance.enable")

    def play(
        self, until: Callable[[], bool], *, every: float = 180, progress: Callable[[str], None] | None = None
    ) -> None:
        """Goes on until then; compares every so many seconds, and samples every minute."""
        tell = progress or (lambda _line: None)
        compared, sampled = time.monotonic(), 0.0
        while not until():
            self.one()
            if time.monotonic() - sampled > 60:
                sampled = time.monotonic()
                self.sample()
                tell(self.line())
            if time.monotonic() - compared > every:
                before = len(self.report.differences)
                self.compare(everywhere=self.report.comparisons % 3 == 2)
                compared = time.monotonic()
                for difference in self.report.differences[before:]:
                    tell("\n".join(["different:", *difference["found"], "after:", *difference["log"]]))
        self.compare(everywhere=True)
        self.sample()

    def fill(self, messages: int) -> None:
        """So that there is something to scroll through, and to answer."""
        first, second = self.players
        texts = [[player.new_text() for _ in range(messages // 2)] for player in self.players]
        (answered, *_) = first.say_fast("Welcome", texts[0])
        second.say_fast("Welcome", texts[1], reply_to=answered)
        for player, sent in zip(self.players, texts, strict=True):
            player.sent += sent

    def one(self) -> None:
        """One action of somebody, or a fault; and what is due is mended."""
        self.step += 1
        for name, (until, mend) in list(self._faults.items()):
            if self.step >= until:
                self._mend(name, mend)
        if self.rng.random() < FAULTS:
            self._break()
        player = self.rng.choice(self.players)
        web = f"web {self.players.index(player) % len(self.site.web)}"
        down = any(fault.startswith(web) for fault in self._faults)
        without = LOADING if player is self.players[1] or down else frozenset()
        if down:
            without |= {"back", "forward"}
        name, detail = player.act_at_random(without)
        self._note(f"{player.name} {name} {detail}")
        if self.rng.random() < 0.7:
            player.page.wait_for_timeout(self.rng.uniform(0, 350))

    # --- Faults --------------------------------------------------------------------------------------

    def _break(self) -> None:
        web = self.rng.randrange(len(self.site.web))
        player = self.rng.choice(self.players)
        name, break_, mend = self.rng.choices(
            [
                (
                    f"{player.name} offline",
                    lambda: self._offline(player, True),
                    lambda: self._offline(player, False),
                ),
                (f"web {web} gone", lambda: self._kill(web), lambda: self._start(web)),
                (f"web {web} frozen", lambda: self._signal(web, signal.SIGSTOP), lambda: self._thaw(web)),
                ("redis gone", self.site.redis.stop, self.site.redis.start),
            ],
            (6, 2, 2, 1),
        )[0]
        if any(other.split()[:2] == name.split()[:2] for other in self._faults):
            return
        break_()
        self.report.faults[name] = self.report.faults.get(name, 0) + 1
        self._faults[name] = self.step + self.rng.randint(3, 25), mend
        self._note(f"— {name}: broken")

    def _mend(self, name: str, mend: Callable[[], None]) -> None:
        mend()
        del self._faults[name]
        self._note(f"— {name}: mended")

    def _offline(self, player: Player, offline: bool) -> None:
        player.context.set_offline(offline)
        player.offline = offline

    def _kill(self, web: int) -> None:
        self.site.web[web].stop(self.rng.choice((signal.SIGKILL, signal.SIGTERM)))

    def _start(self, web: int) -> None:
        self.site.web[web].start()
        self.site.wait_ready(web)

    def _signal(self, web: int, which: signal.Signals) -> None:
        os.kill(self.site.web[web].pid, which)

    def _thaw(self, web: int) -> None:
        self._signal(web, signal.SIGCONT)
        self.site.wait_ready(web)

    # --- Comparing -----------------------------------------------------------------------------------

    def compare(self, *, everywhere: bool) -> None:
        """Comes to rest and compares; `everywhere` also looks into every room. What differs goes into the
        report with what was done before, and both pages are made anew."""
        self._note("— comparing")
        self.report.comparisons += 1
        found = self.settle() or self._agree()
        if everywhere and not found:
            found = self._look_everywhere()
        found += self._broken_promises()
        if not found:
            return
        self.report.differences.append(
            {"minute": self.minute, "step": self.step, "found": found[:TOLD], "log": list(self.log)}
        )
        for player in self.players:
            player.page.goto(player.origin)
            player.wait_connected()
            player.remember_drafts()
        self.settle()
        self._broken_promises()

    def settle(self) -> list[str]:
        """Mends everything, and waits until both pages are at the head of every room."""
        for name, (_until, mend) in list(self._faults.items()):
            self._mend(name, mend)
        for player in self.players:
            player.come_home()
            player.uncover()
            player.end_about()
        end = time.monotonic() + SETTLED_WITHIN
        while restless := [
            f"{player.name}: {why}" for player in self.players for why in self._unrest(player)
        ]:
            if time.monotonic() > end:
                return [f"does not settle: {why}" for why in restless]
            for player in self.players:
                button = player.page.get_by_role("button", name="Try now")
                with contextlib.suppress(Error):
                    button.click(timeout=200)
            self.players[0].page.wait_for_timeout(200)
        return []

    def _unrest(self, player: Player) -> Iterator[str]:
        state = player.page.evaluate("document.querySelector('state-bar')?.dataset.state")
        if state != "open":
            yield f"connection is {state}"
            return
        if waiting := [entry["body"] for entry in self._outbox(player) if entry["state"] == "waiting"]:
            yield f"waiting to be sent: {waiting}"
        positions = {room["info"]["slug"]: room["position"] for room in self._held(player)}
        yield from unlike("positions", positions, self.truth.heads(player.name))

    def _agree(self) -> list[str]:
        """What differs after a while in which nothing is done."""
        end = time.monotonic() + AGREED_WITHIN
        while found := [
            f"{player.name}: {one}" for player in self.players for one in self.differences(player)
        ]:
            if time.monotonic() > end:
                return found
            self.players[0].page.wait_for_timeout(300)
        return []

    def differences(self, player: Player) -> list[str]:
        places = self.truth.places(player.name)
        held = self._held(player)
        found = list(store_differences(places, held, self.truth.names))
        drawn = player.page.evaluate("inside.drawn()")
        return found + list(drawn_differences(places, drawn, held, player.name, player.drafts))

    def _look_everywhere(self) -> list[str]:
        """Opens room after room, by its newest messages."""
        slugs = [sorted(self.truth.heads(player.name)) for player in self.players]
        for player, mine in zip(self.players, slugs, strict=True):
            for slug in mine:
                player.page.locator(f'room-list a[data-slug="{slug}"]').click()
                player.page.keyboard.press("Control+End")
                self._note(f"{player.name} looks into {slug}")
                if found := self._agree():
                    return found
        return []

    def _broken_promises(self) -> list[str]:
        """Messages that are stored more or less often than they were sent, and edits and deletions that were
        taken and did not happen. What is found is not found again."""
        found: list[str] = []
        for player in self.players:
            written = self.truth.written_by(player.name)
            refused = [entry["body"] for entry in self._outbox(player) if entry["state"] == "failed"]
            player.sent += [text for text in player.unsure if text in {*written, *refused}]
            player.unsure.clear()
            told = len(written) + len(refused) + player.given_up
            what = f"{player.name}: messages stored or refused"
            if wrong := list(unlike(what, told, len(player.sent))):
                never_sent = [text for text in written + refused if text and text not in player.sent]
                without = [text for text in player.sent if text not in {*written, *refused}]
                found += [
                    *wrong,
                    f"never sent as messages: {never_sent}",
                    f"of these {written.count('')} were deleted, {player.given_up} given up: {without}",
                ]
                player.sent, player.given_up = written + refused, 0
            for slug, seq, body in player.promised:
                if not self._kept(slug, seq, body):
                    found.append(f"{player.name}: {slug} {seq} was not made {body!r}")
            player.promised.clear()
        return found

    def _kept(self, slug: str, seq: int, body: str | None) -> bool:
        found = self.truth.ask(
            "SELECT x.deleted_at IS NOT NULL AS deleted, x.body = %s OR EXISTS ("
            "SELECT FROM chat_messageversion v WHERE v.message_id = x.id AND v.body = %s) AS said"
            " FROM chat_message x JOIN chat_room r ON r.id = x.room_id WHERE r.slug = %s AND x.seq = %s",
            *(body, body, slug, seq),
        )
        return bool(found) and (found[0]["deleted"] or bool(found[0]["said"]))

    # --- Looking into a page -------------------------------------------------------------------------

    def _held(self, player: Player) -> list[Row]:
        end = time.monotonic() + SETTLED_WITHIN
        while not player.page.evaluate("inside.store !== undefined"):
            assert time.monotonic() < end, f"{player.name}'s page has no store: {player.page.url}"
            self._find_store(self.debuggers[player.name])
        held: list[Row] = player.page.evaluate("inside.held()")
        return held

    @staticmethod
    def _find_store(debugger: CDPSession) -> None:
        """The store is no global; the debugger knows the objects of its class."""
        group = {"objectGroup": "store"}
        asked = {"expression": FIND_STORE, "awaitPromise": True} | group
        prototype = debugger.send("Runtime.evaluate", asked)["result"]["objectId"]
        objects = debugger.send("Runtime.queryObjects", {"prototypeObjectId": prototype} | group)["objects"]
        keep = (
            "function () { if (this.length !== 1) throw Error(this.length); window.inside.store = this[0]; }"
        )
        call = {"functionDeclaration": keep, "objectId": objects["objectId"]}
        done = debugger.send("Runtime.callFunctionOn", call)
        debugger.send("Runtime.releaseObjectGroup", group)
        assert "exceptionDetails" not in done, done

    def _outbox(self, player: Player) -> list[Row]:
        entries: list[Row] = player.page.evaluate("inside.outbox()")
        return entries

    def sample(self) -> None:
        for player in self.players:
            player.come_home()
            debugger = self.debuggers[player.name]
            debugger.send("HeapProfiler.collectGarbage")
            metrics = {
                one["name"]: one["value"] for one in debugger.send("Performance.getMetrics")["metrics"]
            }
            self._held(player)
            sample = Sample(
                self.minute,
                heap=int(metrics["JSHeapUsedSize"]),
                nodes=int(metrics["Nodes"]),
                listeners=int(metrics["JSEventListeners"]),
                messages=player.page.evaluate("inside.size()"),
            )
            self.report.samples.setdefault(player.name, []).append(sample)

    # --- Telling -------------------------------------------------------------------------------------

    @property
    def minute(self) -> float:
        return round((time.monotonic() - self.begun) / 60, 2)

    def _note(self, line: str) -> None:
        self.log.append(f"{self.minute:6.2f} {self.step:5} {line}")

    def line(self) -> str:
        heaps = ", ".join(
            f"{name} {last.heap / 1e6:.1f} MB, {last.nodes} nodes, {last.listeners} listeners,"
            f" {last.messages} messages"
            for name, (*_, last) in self.report.samples.items()
        )
        problems = sum(len(player.problems) for player in self.players)
        return f"{self.minute:.1f} min, {self.step} actions, {problems} problems; {heaps}"

    def told(self) -> Report:
        """The report as of now."""
        report = self.report
        report.minutes = self.minute
        report.messages = self.truth.ask("SELECT count(*) AS n FROM chat_message")[0]["n"]
        for player in self.players:
            report.actions[player.name] = dict(player.done.most_common())
            report.broken_connections[player.name] = player.broken_connections
            report.problems[player.name] = list(player.problems)
            report.growth[player.name] = growth(report.samples.get(player.name, []))
        return report


def growth(samples: list[Sample]) -> dict[str, float]:
    """By minute, over the second half."""
    half = samples[len(samples) // 2 :]
    names = ("heap", "nodes", "listeners", "messages")
    return {name: round(slope([(one.minute, getattr(one, name)) for one in half]), 1) for name in names}


def slope(points: list[tuple[float, float]]) -> float:
    """Of the line that fits best."""
    if len(points) < 2:
        return 0
    middle_x, middle_y = (sum(values) / len(points) for values in zip(*points, strict=True))
    width = sum((x - middle_x) ** 2 for x, _y in points)
    return sum((x - middle_x) * (y - middle_y) for x, y in points) / width if width else 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=random.randrange(10_000))
    parser.add_argument("--every", type=float, default=180, help="seconds between comparisons")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the report there")
    given = parser.parse_args()
    say(f"seed {given.seed}")
    with a_site() as site, sync_playwright() as playwright:
        path = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        walk = Walk(browser, site, given.seed)
        walk.fill(HISTORY)
        end = time.monotonic() + given.minutes * 60
        try:
            walk.play(lambda: time.monotonic() > end, every=given.every, progress=say)
        finally:
            report = walk.told()
            if given.json:
                given.json.write_text(json.dumps(asdict(report), indent=1))
            sys.stdout.write(readable(report))
        browser.close()
    raise SystemExit(0 if report.good else 1)


def readable(report: Report) -> str:
    told: dict[str, Any] = asdict(report) | {"samples": None, "differences": len(report.differences)}
    lines = [f"{key}: {value}" for key, value in told.items() if value is not None]
    if report.differences:
        first = report.differences[0]
        lines += [f"The first, in minute {first['minute']}:", *first["found"], "after:", *first["log"]]
    return "\n".join(lines) + "\n"


@contextlib.contextmanager
def a_site() -> Iterator[Site]:
    """On servers of its own, with a web process for each of the two."""
    with tempfile.TemporaryDirectory() as var, throw_away((Postgres, Redis)) as (postgres, redis):
        os.environ |= {
            "CHAT_VAR": var,
            "DATABASE_URL": postgres.url,
            "REDIS_URL": redis.url,
            "SECRET_KEY": "only-for-random-use-" * 4,
        }
        with running(web=2, limits="off") as site:
            yield site


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
