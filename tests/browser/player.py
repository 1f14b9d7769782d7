"""Somebody who does whatever comes to mind, through the page as people use it: by keys and by pointer."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Error, Locator

from tests.browser.agreement import Truth
from tests.browser.person import Person

INSIDE = Path(__file__).with_name("inside.js").read_text()
HASTE = 4000
"""Milliseconds that anything on the page may take; what takes longer was not to be done."""
EMOJI = ("👍", "❤️", "😂", "🎉", "😮", "🙏")
ROOMS = ("Attic", "Barn", "Cellar", "Dairy", "Eaves", "Forge", "Gate")
TALK = (
    "apples and pears",
    "**bold** words",
    "see `x = 1`",
    "what a day",
    "~~not~~ so",
    "a line\nand another",
    "é ñ ü 日本",
)
BROKEN = re.compile(
    "WebSocket connection to|net::ERR_(INTERNET_DISCONNECTED|CONNECTION_|NETWORK_CHANGED|FAILED)"
)
"""What the browser itself writes to the console when there is no network or no server."""


class Player(Person):
    """Each action says what it did, or None where it cannot be done now.

    `sent` are the texts of messages that were sent, `unsure` those that were perhaps sent, and `given_up`
    counts what was refused and discarded; `promised` are edits and deletions that the page has taken, as
    address, seq and text (None: deleted); `drafts` what was begun, by address of its room.
    """

    def __init__(
        self, browser: Browser, origin: str, name: str, other: str, rng: random.Random, truth: Truth
    ) -> None:
        super().__init__(browser, origin, name)
        self.context.add_init_script(INSIDE)
        self.page.set_default_timeout(HASTE)
        self.other = other
        self.rng = rng
        self.truth = truth
        self.offline = False
        self.broken_connections = 0
        self.sent: list[str] = []
        self.unsure: list[str] = []
        self.given_up = 0
        self.drafts: dict[str, str] = {}
        self.promised: list[tuple[str, int, str | None]] = []
        self.done: Counter[str] = Counter()
        self._numbers = 0

    def act_at_random(self, without: frozenset[str] = frozenset()) -> tuple[str, str]:
        """Does something that can be done now; returns its name, and what it was done to."""
        self.come_home()
        names = [name for name in WEIGHTS if name not in without]
        weights = [WEIGHTS[name] for name in names]
        while True:
            (name,) = self.rng.choices(names, weights)
            what: Callable[[], str | None] = getattr(self, name)
            try:
                self.uncover()
                detail = what()
            except Error as error:
                self.done[f"{name}, missed"] += 1
                self.remember_drafts()
                return name, f"missed: {str(error).splitlines()[0]}"
            if detail is not None:
                self.done[name] += 1
                return name, detail

    # --- Where one is --------------------------------------------------------------------------------

    @property
    def slug(self) -> str:
        """The address of the open room."""
        found = re.search(r"/r/([^/]+)/", self.page.url)
        return found.group(1) if found else ""

    def come_home(self) -> None:
        """Back to the chat, where one was removed from the room that was being loaded."""
        if self.page.locator(".chat").count() == 0:
            self.page.goto(self.origin)

    def uncover(self) -> None:
        """Closes what lies over the page."""
        for _ in range(3):
            if not self.page.evaluate("inside.covered()"):
                return
            self.page.keyboard.press("Escape")

    def end_about(self) -> None:
        """Leaves an edit or a reply that was begun."""
        if self.page.locator("message-composer .about").is_visible():
            self.composer.press("Escape")

    def one_of(self, condition: Callable[[dict[str, Any]], Any]) -> tuple[int, Locator] | None:
        """One of the messages in sight."""
        seen = [row for row in self.page.evaluate("inside.seen()") if condition(row)]
        if not seen:
            return None
        seq = self.rng.choice(seen)["seq"]
        return seq, self.page.locator(f'li.message[data-seq="{seq}"]')

    def press_or_click(self, row: Locator, key: str, tool: str) -> None:
        """An action of a message: by its key or by its tool."""
        if self.rng.random() < 0.5:
            row.focus()
            self.page.keyboard.press(key)
        else:
            row.hover()
            row.locator(f".tools [data-action={tool}]").click()

    def new_text(self) -> str:
        """Not like any other."""
        self._numbers += 1
        return f"{self.name} {self._numbers}: {self.rng.choice(TALK)}"

    def submit(self, body: str) -> None:
        self.composer.fill(body)
        if self.rng.random() < 0.7:
            self.composer.press("Enter")
        else:
            self.page.get_by_role("button", name="Send", exact=True).click()

    # --- Messages ------------------------------------------------------------------------------------

    def send(self) -> str | None:
        if not self.composer.is_visible():
            return None
        self.end_about()
        body = self.new_text()
        return self._send(body)

    def _send(self, body: str) -> str:
        self.unsure.append(body)
        self.submit(body)
        self.unsure.remove(body)
        self.sent.append(body)
        self.drafts.pop(self.slug, None)
        return f"{self.slug}: {body!r}"

    def remember_drafts(self) -> None:
        """Takes over what the browser keeps, where it is not known what has become of a text: who leaves the
        page in the moment of sending finds it in the field again."""
        kept: dict[str, str] = self.page.evaluate("({ ...localStorage })")
        rooms = self.truth.ask("SELECT public_id, slug FROM chat_room")
        slugs = {room["public_id"]: room["slug"] for room in rooms}
        drafts = {key.split()[-1]: text for key, text in kept.items() if key.startswith("draft ")}
        self.drafts = {slugs[id]: text for id, text in drafts.items() if id in slugs}
        there_again = [text for text in self.sent if text in self.drafts.values()]
        self.sent = [text for text in self.sent if text not in there_again]
        self.unsure += there_again

    def send_many(self) -> str | None:
        return "\n".join(filter(None, [self.send() for _ in range(self.rng.randint(3, 6))])) or None

    def mention(self) -> str | None:
        if not self.composer.is_visible():
            return None
        self.end_about()
        body = f"{self.new_text()} for @{self.other} alone"
        return self._send(body)

    def reply(self) -> str | None:
        found = self.one_of(lambda row: not row["deleted"])
        if not found or not self.composer.is_visible():
            return None
        self.press_or_click(found[1], "r", "reply")
        body = self.new_text()
        return f"to {found[0]} in {self._send(body)}"

    def edit_last(self) -> str | None:
        """By Up in the empty field."""
        if not self.composer.is_visible() or self.drafts.get(self.slug):
            return None
        self.end_about()
        self.composer.press("ArrowUp")
        return self._edit("the last of one's own")

    def edit(self) -> str | None:
        found = self.one_of(lambda row: row["mine"] and not row["deleted"])
        if not found or not self.composer.is_visible():
            return None
        self.press_or_click(found[1], "e", "edit")
        return self._edit(str(found[0]), found[0])

    def _edit(self, which: str, seq: int | None = None) -> str | None:
        about = self.page.locator("message-composer .about")
        if not about.is_visible():
            return None
        if self.rng.random() < 0.15:
            return f"{which} in {self.slug}: begun and left open"
        body = self.new_text()
        slug = self.slug
        self.submit(body)
        self.page.wait_for_timeout(300)
        if about.is_visible():
            self.end_about()
            return f"{which} in {slug}: {body!r}, not taken"
        if seq is not None:
            self.promised.append((slug, seq, body))
        return f"{which} in {slug}: {body!r}"

    def delete(self) -> str | None:
        found = self.one_of(lambda row: row["deletable"] and not row["deleted"])
        if not found:
            return None
        seq, row = found
        slug = self.slug
        self.press_or_click(row, "Delete", "delete")
        sure = self.rng.random() < 0.8
        dialog = self.page.get_by_role("dialog", name="Delete this message?")
        dialog.get_by_role("button", name="Delete" if sure else "Cancel").click()
        self.page.wait_for_timeout(300)
        if sure and "deleted" in (row.get_attribute("class") or ""):
            self.promised.append((slug, seq, None))
        return f"{seq} in {slug}{'' if sure else ', not really'}"

    def react(self) -> str | None:
        found = self.one_of(lambda row: not row["deleted"])
        if not found:
            return None
        seq, row = found
        self.press_or_click(row, "+", "react")
        emoji = self.rng.choice(EMOJI)
        picker = self.page.locator("reaction-picker")
        if self.rng.random() < 0.2:
            picker.get_by_role("button", name="Another emoji").click()
            field = self.page.get_by_label("Search emoji")
            field.fill("🥕")
            field.press("Enter")
        else:
            picker.get_by_role("button", name=emoji, exact=True).click()
        return f"{emoji} on {seq} in {self.slug}"

    def toggle(self) -> str | None:
        found = self.one_of(lambda row: row["chips"])
        if not found:
            return None
        seq, row = found
        if self.rng.random() < 0.5:
            row.focus()
            self.page.keyboard.press("1")
        else:
            row.locator(".reactions button").first.click()
        return f"first on {seq} in {self.slug}"

    def mend(self) -> str | None:
        """What was refused is sent again or given up."""
        failed = self.page.locator("li.failed")
        if failed.count() == 0:
            return None
        again = self.rng.random() < 0.4
        failed.first.get_by_role("button", name="Retry" if again else "Discard").click()
        if not again:
            self.given_up += 1
        return f"{'again' if again else 'given up'} in {self.slug}"

    def begin(self) -> str | None:
        """A text that is not sent."""
        if not self.composer.is_visible():
            return None
        self.end_about()
        body = self.new_text()
        self.composer.fill("")
        self.composer.press_sequentially(body[:12])
        self.drafts[self.slug] = body[:12]
        return f"{self.slug}: {body[:12]!r}"

    # --- Reading -------------------------------------------------------------------------------------

    def scroll(self) -> str:
        self.page.locator(".scroller").hover()
        steps = self.rng.choice((-6, -3, -1, 1, 3))
        for _ in range(abs(steps)):
            self.page.mouse.wheel(0, 700 * (1 if steps > 0 else -1))
            self.page.wait_for_timeout(30)
        return f"{steps} in {self.slug}"

    def to_latest(self) -> str:
        way = self.rng.choice(("button", "Control+End", "Escape"))
        button = self.page.locator("message-list .latest")
        if way == "button" and button.is_visible():
            button.click()
        else:
            self.page.keyboard.press("Control+End" if way == "button" else way)
        return f"{way} in {self.slug}"

    def to_unread(self) -> str:
        self.page.keyboard.press("Shift+PageUp")
        return self.slug

    def to_quoted(self) -> str | None:
        found = self.one_of(lambda row: row["quotes"])
        if not found:
            return None
        found[1].locator(".quote").click()
        return f"from {found[0]} in {self.slug}"

    def mark_unread(self) -> str | None:
        found = self.one_of(lambda row: not row["mine"] and not row["deleted"])
        if not found:
            return None
        self.press_or_click(found[1], "u", "unread")
        return f"from {found[0]} in {self.slug}"

    def read_all(self) -> str:
        self.page.locator(".me").click()
        self.page.get_by_role("button", name="Mark all as read").click()
        return ""

    # --- Rooms ---------------------------------------------------------------------------------------

    def room_by_click(self) -> str | None:
        links = self.page.locator("room-list a[data-slug]")
        slugs: list[str] = links.evaluate_all("(links) => links.map((link) => link.dataset.slug)")
        if not slugs:
            return None
        slug = self.rng.choice(slugs)
        self.page.locator(f'room-list a[data-slug="{slug}"]').click()
        return slug

    def room_by_keys(self) -> str:
        keys = self.rng.choice(("Alt+ArrowUp", "Alt+ArrowDown", "Alt+Shift+ArrowUp", "Alt+Shift+ArrowDown"))
        self.page.keyboard.press(keys)
        return f"{keys} to {self.slug}"

    def room_by_switcher(self) -> str:
        self.page.keyboard.press("Control+k")
        self.page.keyboard.type(self.rng.choice(("wel", self.other[:3], "a", "el", "rn")))
        self.page.wait_for_timeout(100)
        self.page.keyboard.press("Enter")
        return self.slug

    def room_by_address(self) -> str | None:
        """A link to a message, opened as from elsewhere."""
        if not self._can_load(f"/r/{self.slug}/"):
            return None
        room = "SELECT x.seq FROM chat_message x JOIN chat_room r ON r.id = x.room_id WHERE r.slug = %s"
        seqs = [row["seq"] for row in self.truth.ask(f"{room} ORDER BY x.seq", self.slug)]
        if not seqs:
            return None
        seq = self.rng.choice(seqs)
        self.page.goto(f"{self.origin}/r/{self.slug}/{seq}/")
        self.remember_drafts()
        return f"{self.slug} at {seq}"

    def back(self) -> str | None:
        return self._walk(-1)

    def forward(self) -> str | None:
        return self._walk(1)

    def _walk(self, step: int) -> str | None:
        way = self.page.evaluate(f"inside.way({step})")
        if way is None or (way["loads"] and not self._can_load(way["path"])):
            return None
        if step < 0:
            self.page.go_back()
        else:
            self.page.go_forward()
        if way["loads"]:
            self.remember_drafts()
        return f"to {self.page.url.removeprefix(self.origin)}{', loading' if way['loads'] else ''}"

    def _can_load(self, path: str) -> bool:
        """There is a network, and the room is one's own."""
        slug = path.split("/")[2] if path.startswith("/r/") else ""
        return not self.offline and (not slug or slug in self.truth.heads(self.name))

    def reload(self) -> str | None:
        if not self._can_load(self.page.url.removeprefix(self.origin)):
            return None
        self.page.reload()
        self.remember_drafts()
        return self.slug

    def create(self) -> str | None:
        made = [room["name"] for room in self.truth.ask("SELECT name FROM chat_room")]
        names = [name for name in ROOMS if name not in made]
        if not names:
            return None
        name, kind = self.rng.choice(names), self.rng.choice(("public", "private"))
        self.page.get_by_role("button", name="New room").click()
        dialog = self.page.get_by_role("dialog", name="New room")
        dialog.get_by_label("Name").fill(name)
        dialog.get_by_label("Who may join").select_option(kind)
        dialog.get_by_role("button", name="Create").click()
        return f"{name}, {kind}"

    def invite(self) -> str | None:
        if not self.truth.places(self.name).get(self.slug) or self.truth.role(self.slug, self.other):
            return None
        self.page.get_by_role("button", name="Room menu").click()
        button = self.page.locator("#room-menu [data-part=invite]")
        if not button.is_visible():
            return None
        button.click()
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_role("combobox", name="People").fill(self.other)
        dialog.get_by_role("option", name=self.other).click()
        dialog.get_by_role("button", name="Invite", exact=True).click()
        return f"{self.other} to {self.slug}"

    def join(self) -> str | None:
        mine = self.truth.heads(self.name)
        rooms = self.truth.ask("SELECT slug, name FROM chat_room WHERE kind = 'public' AND closed_at IS NULL")
        others = [room["name"] for room in rooms if room["slug"] not in mine]
        if not others:
            return None
        name = self.rng.choice(others)
        self.page.get_by_role("button", name="Browse rooms").click()
        browse = self.page.get_by_role("dialog", name="Browse rooms")
        browse.get_by_role("searchbox").fill(name)
        browse.get_by_role("listitem").filter(has_text=name).get_by_role("button", name="Join").click()
        return str(name)

    def leave(self) -> str | None:
        slug = self.slug
        if self.truth.role(slug, self.name) not in ("member", "moderator") or slug == "welcome":
            return None
        self.page.get_by_role("button", name="Room menu").click()
        button = self.page.locator("#room-menu [data-part=leave]")
        if not button.is_visible():
            return None
        button.click()
        self.page.get_by_role("dialog").get_by_role("button", name="Leave").click()
        return slug

    def remove(self) -> str | None:
        """The other, from a room of one's own."""
        slug = self.slug
        if self.truth.role(slug, self.name) != "owner" or self.truth.role(slug, self.other) != "member":
            return None
        self._menu_of_the_other()
        self.page.get_by_role("button", name="Remove from the room").click()
        self.page.get_by_role("dialog").get_by_role("button", name="Remove").click()
        return f"{self.other} from {slug}"

    def give_role(self) -> str | None:
        slug = self.slug
        role = self.truth.role(slug, self.other)
        if self.truth.role(slug, self.name) != "owner" or role not in ("member", "moderator"):
            return None
        self._menu_of_the_other()
        new = "moderator" if role == "member" else "member"
        self.page.get_by_role("button", name=f"Make {new}").click()
        return f"{self.other} {new} in {slug}"

    def _menu_of_the_other(self) -> None:
        panel = self.page.locator("member-panel")
        if not panel.is_visible():
            self.page.get_by_role("button", name="Members").click()
        panel.get_by_role("listitem").filter(has_text=f"@{self.other}").locator("[data-part=more]").click()

    def members(self) -> str | None:
        button = self.page.get_by_role("button", name="Members")
        if not button.is_visible():
            return None
        button.click()
        return self.slug

    def change_room(self) -> str | None:
        """Another name or topic; closed, or open again."""
        role = self.truth.role(self.slug, self.name)
        if role not in ("owner", "moderator") or "direct" in self.slug:
            return None
        self.choose("Room settings")
        dialog = self.page.get_by_role("dialog", name="Room settings")
        topic = self.rng.choice(("", "All about it", "Nothing *in* particular"))
        dialog.get_by_label("Topic").fill(topic)
        slug = self.slug
        dialog.get_by_role("button", name="Save").click()
        return f"{slug}: {topic!r}"

    def close_or_reopen(self) -> str | None:
        slug = self.slug
        if self.truth.role(slug, self.name) != "owner":
            return None
        self.choose("Room settings")
        dialog = self.page.get_by_role("dialog", name="Room settings")
        reopen = dialog.get_by_role("button", name="Open the room again")
        if reopen.is_visible():
            reopen.click()
            return f"{slug} opened"
        if self.rng.random() < 0.5:
            return f"{slug} stays open"
        dialog.get_by_role("button", name="Close the room").click()
        sure = self.page.get_by_role("dialog", name="Close this room?")
        sure.get_by_role("button", name="Close the room").click()
        return f"{slug} closed"

    def _hear(self, message: ConsoleMessage) -> None:
        if BROKEN.search(message.text):
            self.broken_connections += 1
        else:
            super()._hear(message)


WEIGHTS = {
    "send": 24,
    "send_many": 2,
    "mention": 3,
    "reply": 6,
    "edit_last": 4,
    "edit": 4,
    "delete": 4,
    "react": 7,
    "toggle": 5,
    "mend": 4,
    "begin": 4,
    "scroll": 6,
    "to_latest": 4,
    "to_unread": 1,
    "to_quoted": 2,
    "mark_unread": 2,
    "read_all": 0.5,
    "room_by_click": 8,
    "room_by_keys": 5,
    "room_by_switcher": 4,
    "room_by_address": 0.7,
    "back": 3,
    "forward": 2,
    "reload": 1,
    "create": 0.7,
    "invite": 1.5,
    "join": 1.5,
    "leave": 0.5,
    "remove": 0.3,
    "give_role": 0.3,
    "members": 0.7,
    "change_room": 0.5,
    "close_or_reopen": 0.5,
}
"""How often people do what, compared with one another."""
LOADING = frozenset({"reload", "room_by_address"})
"""What makes the page anew: not for somebody whose page is watched for an hour."""
