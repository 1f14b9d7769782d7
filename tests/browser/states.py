"""Every page and state that there is a picture of: a row each. A new page of the site is a new row here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Who = Literal["nobody", "reader", "newcomer", "admin"]

PASSWORD = "plum-otter-violin-9"
ROOM = {"en": "community-garden", "es": "huerto-vecinal"}
"""The room that the pictures of a language are taken in: `{room}` in a path."""


@dataclass(frozen=True)
class State:
    """What to open and as whom, what to click and press then, and what shows that it is there.

    Clicks go to the first element found, seen or not (a drawer may cover it). `unread` makes so many messages
    of the room unread before.
    """

    name: str
    path: str
    who: Who = "nobody"
    ready: str = "h1"
    click: tuple[str, ...] = ()
    press: tuple[str, ...] = ()
    fill: tuple[tuple[str, str], ...] = ()
    unread: int = 0


STATES = (
    # Who is not signed in
    State("signup", "/accounts/signup/"),
    State(
        "signup-refused",
        "/accounts/signup/",
        fill=(
            *(("[name=username]", "admin"), ("[name=email]", "ana@example.org")),
            *(("[name=password1]", "12345678"), ("[name=password2]", "87654321")),
        ),
        click=("main button[type=submit]",),
        ready=".errorlist, [aria-invalid=true]",
    ),
    State("login", "/accounts/login/"),
    State("reset", "/accounts/password/reset/"),
    # The chat
    State("chat", "/r/{room}/", "reader", "li.message"),
    State("chat-unread", "/r/{room}/", "reader", "li.message", unread=12),
    State("chat-home", "/", "reader", "li.message"),
    State("chat-drawer", "/r/{room}/", "reader", "room-list a", click=("room-header [data-drawer]",)),
    State("chat-switcher", "/r/{room}/", "reader", "dialog.switcher[open]", press=("Control+k",)),
    State(
        *("chat-menu", "/r/{room}/", "reader", "#me-menu:popover-open"),
        click=("room-header [data-drawer]", ".me"),
    ),
    State("chat-mention", "/r/{room}/", "reader", "li.message", fill=(("message-composer textarea", "@a"),)),
    State("chat-empty-room", "/r/{empty}/", "newcomer", "message-list .beginning"),
    State("not-found", "/r/nowhere/", "reader", "h1"),
    # Its dialogs
    State("dialog-browse", "/r/{room}/", "reader", "#browse[open] li", click=("[data-part=browse]",)),
    State("dialog-create", "/r/{room}/", "reader", "#create[open]", click=("[data-part=create]",)),
    State("dialog-direct", "/r/{room}/", "reader", "#direct[open]", click=("[data-part=direct]",)),
    State("dialog-invite", "/r/{room}/", "reader", "#invite[open]", click=("[data-part=invite]",)),
    State("dialog-leave", "/r/{room}/", "reader", "#confirm-leave[open]", click=("[data-part=leave]",)),
    State("dialog-shortcuts", "/r/{room}/", "reader", "#shortcuts[open]", press=("?",)),
    # Settings and the first steps
    State("settings-profile", "/settings/", "reader"),
    State("settings-language", "/settings/language/", "reader"),
    State("settings-appearance", "/settings/appearance/", "reader"),
    State("settings-keys", "/settings/keys/", "reader"),
    State("settings-sessions", "/settings/sessions/", "reader"),
    State("first-steps", "/setup/", "admin"),
    # Accounts
    State("password", "/accounts/password/change/", "reader"),
    State("email", "/accounts/email/", "reader"),
    State("logout", "/accounts/logout/", "reader"),
    # The administration
    State("admin", "/admin/", "admin"),
    State("admin-messages", "/admin/chat/message/", "admin"),
    State("admin-flags", "/admin/chat/flag/?state=open", "admin"),
    State("admin-people", "/admin/accounts/user/", "admin"),
    State("admin-rooms", "/admin/chat/room/", "admin"),
    State("admin-sanction", "/admin/chat/sanction/add/", "admin"),
    State("admin-history", "/admin/admin/logentry/", "admin"),
)

README = {
    "signup": ("signup", "en", "light", "form"),
    "login-dark": ("login", "en", "dark", "form"),
    "chat": ("chat", "en", "light", "wide"),
    "chat-dark": ("chat", "en", "dark", "wide"),
    "chat-narrow": ("chat", "en", "light", "narrow"),
}
"""The pictures in README: file name to state, language, theme and size."""
