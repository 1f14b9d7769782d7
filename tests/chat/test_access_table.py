"""Who gets what from every command of the socket and every address of the site, on a running server.

Both tables are complete: a command or an address without a row fails.
"""

from __future__ import annotations

import http.client
import json
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from django.urls import URLPattern, get_resolver

from chat import frames
from tests.support.client import Client, Refusal
from tests.support.server import Site, running
from tests.support.stage import INSIDE, KINDS, OUTSIDE, build_on

pytestmark = pytest.mark.e2e

GONE = "x" * 22
Ask = Callable[[dict[str, Any], str], dict[str, Any]]


def row(ask: Ask, **codes: str) -> tuple[Ask, dict[str, str]]:
    """The fields of a command for a room and a role, and the code that each role gets.

    Who is not named gets what stands before it: outside, member, muted, moderator, owner. `barred` are
    suspended from the room.
    """
    whole = {"outside": "not_found", "member": "ok", "barred": "suspended"} | codes
    whole.setdefault("muted", whole["member"])
    whole.setdefault("moderator", whole["member"])
    whole.setdefault("owner", whole["moderator"])
    return ask, whole


def in_room(**more: Any) -> Ask:
    return lambda room, _role: {"room": room["id"], **more}


def own_message(**more: Any) -> Ask:
    return lambda room, role: {
        "message": room["messages"].get(role, room["messages"]["victim"]),
        **more,
    }


def victims_message(**more: Any) -> Ask:
    return lambda room, _role: {"message": room["messages"]["victim"], **more}


def send(room: dict[str, Any], _role: str) -> dict[str, Any]:
    return {"room": room["id"], "key": str(uuid.uuid4()), "body": "Hello"}


COMMANDS = {
    "sync": row(in_room(), barred="ok"),
    "send": row(send, muted="muted"),
    "edit": row(own_message(body="Other"), muted="muted"),
    "delete": row(victims_message(), member="forbidden", moderator="ok"),
    "react": row(victims_message(emoji="👍", on=True), muted="muted"),
    "read": row(in_room(seq=1), barred="ok"),
    "typing": row(in_room(), muted="muted"),
    "history": row(in_room(), barred="ok"),
    "create": row(lambda _room, role: {"name": role, "kind": "private"}, outside="ok", barred="ok"),
    "update": row(in_room(topic="Other"), member="forbidden", moderator="ok"),
    "direct": row(lambda _room, _role: {"user": "victim"}, outside="ok", barred="ok"),
    "browse": row(lambda room, _role: {"q": room["name"]}, outside="ok", barred="ok"),
    "people": row(lambda _room, _role: {"q": "victim"}, outside="ok", barred="ok"),
    "join": row(in_room(), outside="ok"),
    "leave": row(in_room(), owner="last_owner"),
    "invite": row(in_room(user="guest")),
    "remove": row(in_room(user="victim"), member="forbidden", moderator="ok"),
    "role": row(in_room(user="victim", role="member"), member="forbidden", owner="ok"),
    "members": row(in_room(), barred="ok"),
    "search": row(lambda room, _role: {"q": room["needle"]}, barred="ok"),
    "ping": row(lambda room, _role: {"rooms": {room["id"]: 0}}, barred="ok"),
}
IN_PRIVATE = {
    "browse": dict.fromkeys(("outside", "member", "muted", "barred", "moderator", "owner"), "not_found"),
    "join": {"outside": "not_found"},
    "invite": {"member": "forbidden", "muted": "forbidden"},
}


def expected(command: str, kind: str) -> dict[str, str]:
    _ask, codes = COMMANDS[command]
    if kind == "private":
        codes = codes | IN_PRIVATE.get(command, {})
    return dict.fromkeys(OUTSIDE, codes["outside"]) | {role: codes[role] for role in INSIDE}


async def outcome(client: Client, command: str, fields: dict[str, Any]) -> str:
    """The code that a command is answered with; `not_found` also where the answer leaves the room out."""
    try:
        if command == "sync":
            await client.sync({fields["room"]: 0})
            gone = any(f["type"] == "revoked" and f["room"] == fields["room"] for f in client.frames)
            return "not_found" if gone else "ok"
        answer = await client.ask(command, **fields)
    except Refusal as refusal:
        return refusal.code
    found = {
        "browse": answer.get("rooms"),
        "ping": answer.get("rooms"),
        "search": answer.get("messages"),
    }
    return "ok" if found.get(command, True) else "not_found"


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with running(limits="off") as site:
        yield site


@pytest.fixture(scope="module")
def built(site: Site) -> dict[str, Any]:
    return build_on(site)


def rooms_of(built: dict[str, Any], command: str) -> dict[str, Any]:
    found: dict[str, Any] = built["rooms"].get(command, built["rooms"]["any"])
    return found


def connect(site: Site, built: dict[str, Any], role: str) -> Client:
    cookie = built["cookies"].get(role)
    return Client(site.ws_url(), cookie=cookie, origin=site.origin(0))


# --- The socket -----------------------------------------------------------------------------------


def test_every_command_has_a_row() -> None:
    assert COMMANDS.keys() == frames.COMMANDS.keys()


@pytest.mark.parametrize("command", COMMANDS)
async def test_every_role_gets_what_the_table_says(site: Site, built: dict[str, Any], command: str) -> None:
    ask, _codes = COMMANDS[command]
    actual: dict[str, dict[str, str]] = {kind: {} for kind in KINDS}
    async with AsyncExitStack() as stack:
        for role in [*OUTSIDE, *INSIDE]:
            client = await stack.enter_async_context(connect(site, built, role))
            await client.open()
            for kind in KINDS:
                room = rooms_of(built, command)[kind]
                actual[kind][role] = await outcome(client, command, ask(room, role))
    assert actual == {kind: expected(command, kind) for kind in KINDS}


@pytest.mark.parametrize(("role", "code"), [("anonymous", 4401), ("suspended", 4403)])
async def test_who_may_not_be_here_is_told_by_the_close_code_and_nothing_else(
    site: Site, built: dict[str, Any], role: str, code: int
) -> None:
    async with connect(site, built, role) as client:
        assert await client.closed() == code
        assert [frame["type"] for frame in client.frames] == ["bye"]


@pytest.mark.parametrize("role", ["outsider", "superuser"])
async def test_a_private_room_and_no_room_get_the_same_answers_and_no_frame_tells_of_it(
    site: Site, built: dict[str, Any], role: str
) -> None:
    async with connect(site, built, role) as client:
        await client.open()
        for command, (ask, codes) in COMMANDS.items():
            if codes["outside"] != "not_found" and command != "join":
                continue
            private = rooms_of(built, command)["private"]
            nowhere = private | {
                "id": GONE,
                "needle": "nowhere",
                "messages": {who: f"{GONE}.{number}" for number, who in enumerate(private["messages"], 1)},
            }
            answers = []
            for room in (private, nowhere):
                seen = len(client.frames)
                assert await outcome(client, command, ask(room, role)) == "not_found"
                news = [frame for frame in client.frames[seen:] if frame["type"] != "presence"]
                told = json.dumps(news).replace(room["id"], "room")
                answers.append(re.sub(r'"re": "\d+"', '"re": "n"', told))
            assert answers[0] == answers[1], command
        own = await client.ask("create", name="Own", kind="private")
        for message in (built["rooms"]["any"]["private"]["messages"]["victim"], f"{GONE}.1"):
            with pytest.raises(Refusal, match="not_found"):
                await client.send(own["room"]["id"], "Hello", reply_to=message)
            with pytest.raises(Refusal, match="not_found"):
                await client.ask("search", q="x", before=message)
        with pytest.raises(Refusal, match="bad_field"):
            await client.ask("browse", after=built["rooms"]["any"]["private"]["id"])
        with pytest.raises(Refusal, match="bad_field"):
            await client.ask("browse", after=GONE)
        everything = json.dumps(client.frames)
    for kinds in built["rooms"].values():
        for secret in (kinds["private"]["slug"], kinds["private"]["name"], kinds["private"]["needle"]):
            assert secret not in everything


async def test_what_happens_in_a_private_room_reaches_its_members_alone(
    site: Site, built: dict[str, Any]
) -> None:
    room = built["rooms"]["any"]["private"]["id"]
    async with AsyncExitStack() as stack:
        roles = ["member", "outsider", "removed", "superuser"]
        clients = {
            role: await (await stack.enter_async_context(connect(site, built, role))).open() for role in roles
        }
        await clients["member"].send(room, "for @outsider and @removed, who are out")
        await clients["member"].ask("typing", room=room)
        await clients["member"].wait_for("changes", room=room)
        for role in roles[1:]:
            public = built["rooms"]["any"]["public"]["id"]
            await clients[role].ask("ping", rooms={room: 0, public: 0})
            assert not [f for f in clients[role].frames if f.get("room") == room]


# --- The pages ------------------------------------------------------------------------------------

EVERYBODY = ["anonymous", "suspended", *OUTSIDE, *INSIDE]
Statuses = dict[str, int]


def statuses(default: int, **roles: int) -> Statuses:
    return dict.fromkeys(EVERYBODY, default) | roles


NO_ROOM = statuses(404, anonymous=302, suspended=403)
MEMBERS_ONLY = NO_ROOM | dict.fromkeys(INSIDE, 200)
PAGES: dict[str, dict[str, Statuses]] = {
    "healthz": {"/healthz": statuses(200)},
    "readyz": {"/readyz": statuses(200)},
    "accounts/": {"/accounts/login/": statuses(302, anonymous=200)},
    "settings/": {
        **dict.fromkeys(
            [f"/settings/{tab}" for tab in ("", "language/", "appearance/", "keys/", "sessions/")],
            statuses(200, anonymous=302),
        ),
        "/settings/choose/theme/": statuses(405),
        "/settings/choose/language/": statuses(405),
    },
    "admin/password_change/": {"/admin/password_change/": statuses(302)},
    "admin/": {
        "/admin/": statuses(302, staff=200, superuser=200),
        "/admin/chat/room/": statuses(302, staff=403, superuser=200),
    },
    "": {"/": statuses(200, anonymous=302, suspended=403)},
    "emoji/<str:version>.json": {"/emoji/1.json": statuses(200)},
    "setup/": {"/setup/": statuses(404, anonymous=302, superuser=200)},
    "setup/later/": {"/setup/later/": statuses(405)},
    "r/<str:slug>/": {
        "/r/{public[slug]}/": MEMBERS_ONLY,
        "/r/{private[slug]}/": MEMBERS_ONLY,
        "/r/nowhere/": NO_ROOM,
        "/r/%00/": NO_ROOM,
        "/r/%FF/": NO_ROOM,
    },
    "r/<str:slug>/<int:seq>/": {
        "/r/{public[slug]}/{seq}/": MEMBERS_ONLY,
        "/r/{private[slug]}/{seq}/": MEMBERS_ONLY,
        "/r/{private[slug]}/999999/": NO_ROOM,
        "/r/{private[slug]}/1/": NO_ROOM,
        "/r/{private[slug]}/99999999999999999999999999/": NO_ROOM,
        "/r/nowhere/1/": NO_ROOM,
    },
}


def routes() -> set[str]:
    """The site's addresses; those of included applications as one, but the chat's one by one."""
    found = set()
    for pattern in get_resolver().url_patterns:
        route = str(pattern.pattern)
        if isinstance(pattern, URLPattern) or route:
            found.add(route)
        else:
            found |= {str(inner.pattern) for inner in pattern.url_patterns}
    return found


def get(site: Site, path: str, cookie: str | None) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", site.ports[0], timeout=10)
    connection.request("GET", path, headers={"Cookie": f"sessionid={cookie}"} if cookie else {})
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer.status, body


def test_every_address_has_a_row() -> None:
    assert routes() == PAGES.keys()


@pytest.mark.parametrize("route", PAGES)
def test_every_role_gets_the_pages_that_the_table_says(site: Site, built: dict[str, Any], route: str) -> None:
    rooms = built["rooms"]["any"]
    seq = rooms["private"]["messages"]["victim"].rpartition(".")[2]
    for path, wanted in PAGES[route].items():
        there = path.format(seq=seq, **rooms)
        actual = {role: get(site, there, built["cookies"].get(role))[0] for role in EVERYBODY}
        assert actual == wanted, there


@pytest.mark.parametrize("role", ["outsider", "removed", "superuser"])
def test_a_private_page_and_no_page_look_the_same(site: Site, built: dict[str, Any], role: str) -> None:
    private = built["rooms"]["any"]["private"]
    looks = set()
    for slug in (private["slug"], "nowhere"):
        for path in (f"/r/{slug}/", f"/r/{slug}/{private['messages']['victim'].rpartition('.')[2]}/"):
            status, body = get(site, path, built["cookies"][role])
            assert status == 404
            shown = body.replace(path, "path").replace(slug, "slug")
            looks.add(re.sub(r'(nonce|csrf\w*|value)="[^"]*"', "", shown))
    assert len(looks) == 1


def test_no_page_of_the_table_was_an_error_of_the_server(site: Site, built: dict[str, Any]) -> None:
    assert "Traceback" not in site.logs()
