"""Every page and state that there is a picture of: a row each. A new page of the site is a new row here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Who = Literal["nobody", "reader", "newcomer", "admin"]

PASSWORD = "plum-otter-violin-9"
ROOM = {"en": "community-garden", "es": "huerto-vecinal"}
"""The room that the pictures of a language are taken in: `{room}` in a path."""


MORE = "member-panel li [data-part=more]:not([hidden])"
"""Opens what may be done with the first member."""

FIRST_ROW = "#result_list tbody th a"
"""Opens what a list of the administration shows first."""


@dataclass(frozen=True)
class State:
    """What to open and as whom, what to click and press then, and what shows that it is there.

    Clicks go to the first element found, seen or not (a drawer may cover it), after the last one that `focus`
    finds has the focus ({me}: whose page it is). `unread` makes so many messages of the room unread before.
    """

    name: str
    path: str
    who: Who = "nobody"
    ready: str = "h1"
    focus: str = ""
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
    State("reset-sent", "/accounts/password/reset/done/"),
    State("reset-link", "/accounts/password/reset/key/none-such/"),
    State("reset-done", "/accounts/password/reset/key/done/"),
    State("confirm-email", "/accounts/confirm-email/none/"),
    State("verification-sent", "/accounts/confirm-email/"),
    State("inactive", "/accounts/inactive/"),
    State("not-found-guest", "/no-such-page/"),
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
    State("chat-members", "/r/{room}/", "reader", "member-panel li", click=("[data-action=members]",)),
    State(
        *("chat-member-menu", "/r/{empty}/", "newcomer", "#member-menu:popover-open"),
        click=("[data-action=members]", MORE),
    ),
    State(
        *("chat-room-menu", "/r/{empty}/", "newcomer", "#room-menu:popover-open"),
        click=("room-header [data-part=more]",),
    ),
    State(
        *("chat-emoji", "/r/{room}/", "reader", "emoji-picker button"),
        click=("message-composer [data-part=emoji]",),
    ),
    State("chat-format", "/r/{room}/", "reader", "#format-menu:popover-open", click=("[data-part=format]",)),
    State(
        *("chat-react", "/r/{room}/", "reader", "reaction-picker:popover-open"),
        focus="li.message",
        click=("li.message [data-action=react]",),
    ),
    State(
        *("chat-reply", "/r/{room}/", "reader", "message-composer [data-part=about]:not([hidden])"),
        focus="li.message",
        click=("li.message [data-action=reply]",),
    ),
    State(
        *("chat-person", "/r/{room}/", "reader", "person-card:popover-open"),
        click=("li.message:not(.grouped) [data-part=author]",),
    ),
    State("chat-empty-room", "/r/{empty}/", "newcomer", "message-list .beginning"),
    State("not-found", "/r/nowhere/", "reader", "h1"),
    # Its dialogs
    State("dialog-browse", "/r/{room}/", "reader", "#browse[open] li", click=("[data-part=browse]",)),
    State("dialog-create", "/r/{room}/", "reader", "#create[open]", click=("[data-part=create]",)),
    State("dialog-direct", "/r/{room}/", "reader", "#direct[open]", click=("[data-part=direct]",)),
    State("dialog-invite", "/r/{room}/", "reader", "#invite[open]", click=("[data-part=invite]",)),
    State("dialog-leave", "/r/{room}/", "reader", "#leave[open]", click=("[data-part=leave]",)),
    State(
        *("dialog-settings", "/r/{empty}/", "newcomer", "#settings[open]"),
        click=("#room-menu [data-part=settings]",),
    ),
    State(
        *("dialog-close", "/r/{empty}/", "newcomer", "#confirm-close[open]"),
        click=("#room-menu [data-part=settings]", "#settings [data-part=close]"),
    ),
    State(
        *("dialog-remove", "/r/{empty}/", "newcomer", "#remove[open]"),
        click=("[data-action=members]", MORE, "#member-menu [data-part=remove]"),
    ),
    State(
        *("dialog-delete", "/r/{room}/", "reader", "#confirm-delete[open]"),
        focus="li.message:has([title='@{me}'])",
        click=("li.message [data-action=delete]",),
    ),
    State("dialog-shortcuts", "/r/{room}/", "reader", "#shortcuts[open]", press=("?",)),
    # Settings and the first steps
    State("settings-profile", "/settings/", "reader"),
    State("settings-language", "/settings/language/", "reader"),
    State("settings-appearance", "/settings/appearance/", "reader"),
    State("settings-keys", "/settings/keys/", "reader"),
    State("settings-privacy", "/settings/privacy/", "reader"),
    State("settings-sessions", "/settings/sessions/", "reader"),
    State("first-steps", "/setup/", "admin"),
    # Accounts
    State("password", "/accounts/password/change/", "reader"),
    State("email", "/accounts/email/", "reader"),
    State("logout", "/accounts/logout/", "reader"),
    State("reauthenticate", "/accounts/reauthenticate/", "reader"),
    # The administration
    State("admin", "/admin/", "admin"),
    State("admin-messages", "/admin/chat/message/", "admin"),
    State("admin-flags", "/admin/chat/flag/?state=open", "admin"),
    State("admin-people", "/admin/accounts/user/", "admin"),
    State("admin-rooms", "/admin/chat/room/", "admin"),
    State("admin-sanction", "/admin/chat/sanction/add/", "admin"),
    State("admin-sanctions", "/admin/chat/sanction/", "admin"),
    State("admin-rules", "/admin/chat/wordrule/", "admin"),
    State("admin-rule", "/admin/chat/wordrule/add/", "admin"),
    State("admin-memberships", "/admin/chat/membership/", "admin"),
    State("admin-message", "/admin/chat/message/", "admin", "body.change-form", click=(FIRST_ROW,)),
    State("admin-flag", "/admin/chat/flag/", "admin", "body.change-form", click=(FIRST_ROW,)),
    State("admin-person", "/admin/accounts/user/", "admin", "body.change-form", click=(FIRST_ROW,)),
    State("admin-room", "/admin/chat/room/", "admin", "body.change-form", click=(FIRST_ROW,)),
    State("admin-server", "/admin/chat/server/", "admin"),
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
