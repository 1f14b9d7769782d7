"""What people are used to from other chats, and which tests show that it is so here: a row each.

`python -m tests.browser.habits` writes docs/features.md from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "features.md"
SHOWN = "| habit | here | by keyboard | by pointer |\n| --- | --- | --- | --- |\n"
LATER = "| habit | what will be |\n| --- | --- |\n"
HEAD = """# What people are used to

The habits of those who come from Slack, Discord, Zulip, Element or Campfire, what ChatConnet does about each,
and the tests in `tests/browser/` that show it in a real browser: one by keyboard, one by pointer. A dash is
where there is nothing to press or to point at. This page is written by `python -m tests.browser.habits`.

"""


@dataclass(frozen=True)
class Habit:
    """A convention, what ChatConnet does, and the tests that show it: `module::test`, without their `test_`.

    `both` is a test by keyboard and by pointer.
    """

    name: str
    here: str
    keyboard: str = ""
    pointer: str = ""
    both: str = ""


HABITS = (
    Habit(
        "Enter sends, Shift+Enter breaks the line",
        "so; on touch Enter breaks the line; a setting turns it round; an input method sends nothing",
        both="composer::enter_sends_and_shift_enter_breaks_the_line",
    ),
    Habit(
        "Up in the empty field edits one's last message",
        "Up, and Down to walk on; Edit in the message's toolbar",
        both="composer::up_and_down_walk_through_own_messages_and_escape_goes_back_to_the_draft",
    ),
    Habit(
        "Ctrl/Cmd+K goes anywhere",
        "a few letters in order, unread rooms first, rooms and people; “Go to” in the sidebar",
        both="navigation::the_switcher_goes_to_rooms_and_people_by_a_few_letters",
    ),
    Habit(
        "Alt+Up and Alt+Down change the room",
        "so; with Shift the next unread one; a click in the sidebar",
        "navigation::keys_go_from_room_to_room_and_from_part_to_part",
        "chat::what_was_said_elsewhere_is_unread_until_it_is_looked_at",
    ),
    Habit(
        "Escape",
        "closes what is open, then ends an edit or a reply, then marks the room as read and goes to its end",
        both="habits::escape_closes_then_cancels_then_reads",
    ),
    Habit(
        "Everything read at once",
        "in one's own menu; Shift+Escape is the browser's",
        "navigation::everything_is_read_at_once",
        "habits::escape_closes_then_cancels_then_reads",
    ),
    Habit(
        "To the first unread message",
        "a room opens there; Shift+PgUp",
        both="messages::a_room_opens_where_reading_was_left_and_the_line_stays",
    ),
    Habit(
        "To the latest message",
        "Ctrl+End; a button with the number of new ones",
        both="messages::a_room_opens_where_reading_was_left_and_the_line_stays",
    ),
    Habit(
        "`@` people, `#` rooms, `:` emoji are completed",
        "by one list; Tab or Enter takes, Escape closes",
        both="composer::people_are_completed_by_keys_and_by_pointer",
    ),
    Habit(
        "`/` commands",
        "listed on `/`: me, shrug, topic, invite, help",
        both="composer::commands_are_listed_and_run",
    ),
    Habit(
        "What is sent is there at once",
        "waiting, then sent; if refused it says why, with Retry and Discard; it survives a reload, sent once",
        both="outbox::a_refused_message_says_why_and_is_retried_or_discarded",
    ),
    Habit(
        "The connection is lost",
        "a slim bar with the time until the next attempt, and “Try now”; one can go on writing",
        "outbox::what_is_written_in_two_rooms_while_the_server_is_gone_arrives_in_each",
        "outbox::what_is_written_without_a_server_arrives_once_and_in_order",
    ),
    Habit(
        "A draft for each room",
        "kept in the browser, marked in the sidebar",
        "habits::a_draft_waits_while_keys_go_through_the_rooms",
        "composer::a_draft_stays_in_its_room_outlives_a_reload_and_is_marked",
    ),
    Habit(
        "A line above what is new",
        "it stays where it is as long as the room is open",
        "habits::the_line_stays_in_a_room_that_keys_opened",
        "messages::a_room_opens_where_reading_was_left_and_the_line_stays",
    ),
    Habit(
        "Days, and messages of one person together",
        "a line for each day, whose date stays on top; one head for messages within five minutes",
        both="habits::days_are_told_apart_and_their_date_stays_on_top",
    ),
    Habit(
        "Reactions",
        "`+` adds one to the message that has the focus, digits repeat the last ones; a click",
        "messages::keys_act_on_the_message_that_has_the_focus",
        "chat::an_edit_a_deletion_a_reply_and_a_reaction_are_seen_by_the_other",
    ),
    Habit(
        "Unread again from here",
        "`U`; Alt+click, or the message's toolbar",
        "messages::keys_act_on_the_message_that_has_the_focus",
        "habits::alt_and_a_click_make_a_message_unread",
    ),
    Habit(
        "Reply, edit, delete",
        "`R`, `E`, Del (asks first) on the message that has the focus; its toolbar",
        "messages::keys_act_on_the_message_that_has_the_focus",
        "chat::an_edit_a_deletion_a_reply_and_a_reaction_are_seen_by_the_other",
    ),
    Habit(
        "Formatting",
        "Ctrl+B, Ctrl+I, Ctrl+E, Ctrl+Shift+L; a menu beside the field",
        both="composer::formatting_by_keys_and_by_its_menu_marks_the_selection",
    ),
    Habit(
        "A sheet of all keys",
        "`?` and Ctrl+/; in one's own menu",
        both="navigation::keys_go_from_room_to_room_and_from_part_to_part",
    ),
    Habit(
        "From part to part of the page",
        "F6 and Shift+F6; landmarks",
        "navigation::keys_go_from_room_to_room_and_from_part_to_part",
    ),
    Habit("Who is writing", "a quiet line under the messages", "chat::the_other_is_seen_typing"),
    Habit(
        "Who is there",
        "a dot at the initials, a word in a direct room, a number in large ones; a setting hides it",
        "presence::who_is_here_has_a_dot_and_who_goes_loses_it",
    ),
    Habit(
        "Dark, light, as the system",
        "at the foot of every page and in the settings; no flash before the first paint",
        "settings::settings_are_chosen_by_keyboard_and_by_pointer",
        "settings::a_stranger_switches_theme_and_language_without_scripts_and_without_a_flash",
    ),
    Habit(
        "Messages are read aloud",
        "politely, at most once a second; not one's own",
        "messages::a_burst_is_told_once_a_second_at_most",
    ),
    Habit(
        "The tab says what waits",
        "`(3)` for what is for the reader alone, a dot for other news; the app's badge",
        "navigation::the_tab_says_what_waits_for_its_reader",
        "chat::what_was_said_elsewhere_is_unread_until_it_is_looked_at",
    ),
    Habit(
        "On a telephone",
        "one column from 320 px on, the rooms in a drawer, targets of 44 px",
        "navigation::the_drawer_keeps_the_focus_and_gives_it_back",
        "pages::the_chat_fits_a_narrow_screen_and_its_rooms_are_in_a_drawer",
    ),
)

NOT_YET = (
    Habit("Files by keys, by dropping, by pasting", "with progress, cancel and an error for each file"),
    Habit("Previews of links", "fetched by the server, dismissed for each message"),
    Habit(
        "Search in the page", "`/` and Ctrl+Shift+F, with `from:` `in:` `has:` `before:`; the socket has it"
    ),
    Habit("Who has read", "receipts for those who opt in"),
    Habit("`/mute` and `/search`", "with muting of rooms and with search in the page"),
    Habit("Notices and sounds of the desktop", "after a click, with quiet hours"),
    Habit("Installing as an app", "a manifest and a shell that opens offline"),
)


def page() -> str:
    """What docs/features.md has to say."""
    shown = "".join(
        f"| {it.name} | {it.here} | {_cell(it.keyboard or it.both)} | {_cell(it.pointer or it.both)} |\n"
        for it in HABITS
    )
    later = "".join(f"| {it.name} | {it.here} |\n" for it in NOT_YET)
    return f"{HEAD}{SHOWN}{shown}\n## Not yet\n\n{LATER}{later}"


def _cell(test: str) -> str:
    if not test:
        return "-"
    module, name = test.split("::")
    return f"[{name.replace('_', ' ')}](../tests/browser/test_{module}.py)"


if __name__ == "__main__":
    PAGE.write_text(page())
