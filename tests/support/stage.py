"""People of every role, and rooms with all of them in it, in the database of a running site.

Run by `build_on`, in a process of the site; what tests need to know of it comes back as JSON.
"""

from __future__ import annotations

import json
import uuid
from typing import Any

from tests.support.server import Site

OUTSIDE = ["outsider", "removed", "staff", "superuser"]
INSIDE = ["member", "muted", "barred", "moderator", "owner"]
KINDS = ["public", "private"]
UNDOING = ["delete", "invite", "join", "leave", "remove", "role"]
"""Commands that change what others are tried on: each has rooms of its own."""


def build_on(site: Site) -> dict[str, Any]:
    """`cookies` by role; `rooms` by command (`any` for most) and kind, with `messages` by author."""
    printed = site.manage("shell", "--no-imports", "-c", "from tests.support import stage; stage.build()")
    built: dict[str, Any] = json.loads(printed.splitlines()[-1])
    return built


def build() -> None:
    from django.test import Client

    from tests.support import people

    actors = {
        role: people.person(role, is_staff=role in ("staff", "superuser"), is_superuser=role == "superuser")
        for role in [*OUTSIDE, *INSIDE, "suspended", "victim", "guest"]
    }
    rooms = {command: {kind: _room(command, kind, actors) for kind in KINDS} for command in ["any", *UNDOING]}
    cookies = {}
    for role, actor in actors.items():
        browser = Client()
        browser.force_login(people.user(actor))
        cookies[role] = browser.cookies["sessionid"].value
    people.sanction(actors["suspended"], "suspend")
    print(json.dumps({"cookies": cookies, "rooms": rooms}))


def _room(command: str, kind: str, actors: dict[str, Any]) -> dict[str, Any]:
    from chat.services import messages, rooms
    from tests.support import people

    inside = ["member", "muted", "barred", "suspended", "removed", "victim"]
    room = people.room(
        actors["owner"],
        *(actors[role] for role in inside),
        moderators=(actors["moderator"],),
        name=f"{command} {kind}",
        kind=kind,
    )
    authors = [*inside, "moderator", "owner"]
    said = messages.post_many(
        [
            messages.draft(actors[role], room.public_id, str(uuid.uuid4()), f"needle{command}{kind}")
            for role in authors
        ]
    )
    rooms.remove(actors["owner"], room.public_id, "removed")
    people.sanction(actors["muted"], "mute", room)
    people.sanction(actors["barred"], "suspend", room)
    return {
        "id": room.public_id,
        "slug": room.slug,
        "name": room.name,
        "needle": f"needle{command}{kind}",
        "messages": {role: message.id for role, message in zip(authors, said, strict=True)},  # type: ignore[union-attr]
    }
