"""Who is here, as one process knows it: its own people, and those that the other processes name. No I/O.

A process names its people whenever one comes, goes or is away, and all of them at each beat. Nobody keeps a
counter that a crash would leave wrong: a process that falls silent is forgotten with everybody it named.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from enum import IntEnum

from chat import hints

TOLD_EVERY_SECONDS = 5
"""A person's state is told of once in this time; who is gone for less was never gone."""
SILENT_BEATS = 3.2
"""Two beats may be lost."""


class State(IntEnum):
    """With sockets in several processes a person is in the highest of their states."""

    OFFLINE = 0
    AWAY = 1
    ONLINE = 2


class Roster:
    """The people of a site. `clock` gives seconds that never run backwards."""

    def __init__(
        self, process: str, beat: float, away: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._process = process
        self._beat = beat
        self._away = away
        self._clock = clock
        self._next_beat = clock()
        self._asks = True
        self._acted: dict[int, float] = {}
        """The people here, and when they last did something."""
        self._named: dict[int, State] = {}
        """The people here as the other processes know them."""
        self._unnamed: set[int] = set()
        self._elsewhere: dict[str, dict[int, State]] = {}
        self._heard_at: dict[str, float] = {}
        self._told: dict[int, tuple[State | None, float]] = {}
        """What was told of a person last, and when."""
        self._due: dict[int, float] = {}

    # --- What happens ----------------------------------------------------------------------------

    def came(self, user: int) -> None:
        """The person's first socket here."""
        self._acted[user] = self._clock()
        self._changed_here(user)

    def left(self, user: int) -> None:
        """The person's last socket here is gone."""
        if self._acted.pop(user, None) is not None:
            self._changed_here(user)

    def acted(self, user: int) -> None:
        """Somebody here did something by hand."""
        if user in self._acted:
            self._acted[user] = self._clock()
            if self._named.get(user) is State.AWAY:
                self._changed_here(user)

    def look_again(self, users: Iterable[int]) -> None:
        """What was told of these people is to be told anew: who may know has changed."""
        for user in users:
            if user in self._told:
                self._told[user] = (None, self._told[user][1])
                self._note(user)

    def heard(self, hint: hints.Present) -> None:
        """Another process named its people."""
        before = self._elsewhere.get(hint.process, {})
        named = {user: State(state) for user, state in hint.people.items()}
        after = named if hint.whole else before | named
        after = {user: state for user, state in after.items() if state is not State.OFFLINE}
        self._elsewhere[hint.process] = after
        self._heard_at[hint.process] = self._clock()
        for user in _differing(before, after):
            self._note(user)
        if hint.asks:
            self._next_beat = self._clock()

    def layer_works(self) -> None:
        """Something of our own came back: a process long silent is gone, with everybody in it."""
        now = self._clock()
        for process, heard_at in list(self._heard_at.items()):
            if now - heard_at > SILENT_BEATS * self._beat:
                del self._heard_at[process]
                for user in self._elsewhere.pop(process):
                    self._note(user, grace=0)

    def _changed_here(self, user: int) -> None:
        self._unnamed.add(user)
        self._note(user)

    def _note(self, user: int, grace: float = TOLD_EVERY_SECONDS) -> None:
        now = self._clock()
        told_at = self._told[user][1] if user in self._told else now - TOLD_EVERY_SECONDS
        patience = grace if self.state(user) is State.OFFLINE else 0.0
        self._due[user] = max(now + patience, told_at + TOLD_EVERY_SECONDS)

    # --- How it stands ---------------------------------------------------------------------------

    def state(self, user: int) -> State:
        elsewhere = (people.get(user, State.OFFLINE) for people in self._elsewhere.values())
        return max(self._state_here(user), *elsewhere, State.OFFLINE)

    def _state_here(self, user: int) -> State:
        acted = self._acted.get(user)
        if acted is None:
            return State.OFFLINE
        return State.AWAY if self._clock() - acted >= self._away else State.ONLINE

    def present(self) -> dict[int, State]:
        """Those who are here as far as it was told: whoever comes hears what the others have heard, and
        what is told next with them."""
        states = {
            user: self.state(user) if told is None else told for user, (told, _at) in self._told.items()
        }
        return {user: state for user, state in states.items() if state is not State.OFFLINE}

    # --- What follows ----------------------------------------------------------------------------

    def to_name(self) -> hints.Present | None:
        """What the other processes must hear now, if anything."""
        if self._clock() >= self._next_beat:
            return self._whole()
        if not self._unnamed:
            return None
        people = {user: self._state_here(user) for user in self._unnamed}
        self._unnamed.clear()
        self._names(people)
        return hints.Present(self._process, _plain(people), whole=False, asks=False)

    def _whole(self) -> hints.Present:
        """All people here."""
        self._next_beat = self._clock() + self._beat
        self._let_go_of_the_gone()
        people = {user: self._state_here(user) for user in self._acted}
        for user in _differing(self._named, people):
            self._note(user)
        self._unnamed.clear()
        self._named = people
        asks, self._asks = self._asks, False
        return hints.Present(self._process, _plain(people), whole=True, asks=asks)

    def goodbye(self) -> hints.Present:
        """For a process that ends: its people are on their way to another."""
        return hints.Present(self._process, {}, whole=True, asks=False)

    def _names(self, people: Mapping[int, State]) -> None:
        for user, state in people.items():
            if state is State.OFFLINE:
                self._named.pop(user, None)
            else:
                self._named[user] = state

    def to_tell(self) -> dict[int, State]:
        """The people of whom the sockets here must hear now. They count as told."""
        now = self._clock()
        due = [user for user, at in self._due.items() if at <= now]
        news = {}
        for user in due:
            del self._due[user]
            state = self.state(user)
            if self._told.get(user, (State.OFFLINE, 0.0))[0] is not state:
                news[user] = state
                self._told[user] = (state, now)
        return news

    def _let_go_of_the_gone(self) -> None:
        now = self._clock()
        for user, (state, at) in list(self._told.items()):
            if state is State.OFFLINE and now - at > TOLD_EVERY_SECONDS:
                del self._told[user]

    def seconds_left(self) -> float:
        """Until there is something to name or to tell."""
        if self._unnamed:
            return 0.0
        return max(0.0, min([self._next_beat, *self._due.values()]) - self._clock())


def _differing(before: Mapping[int, State], after: Mapping[int, State]) -> Collection[int]:
    return {user for user, _state in before.items() ^ after.items()}


def _plain(people: Mapping[int, State]) -> dict[int, int]:
    return {user: int(state) for user, state in people.items()}
