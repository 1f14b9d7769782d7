"""Measures the engine, the tutorial's chat and a bare broadcaster in turns; see bench/README.md."""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bench.engine.crowd import Crowd, Peer, new_key, timed
from bench.engine.targets import Target, targets

FANOUT_SECONDS = 4.0


@dataclass
class Figure:
    """One figure of one server in one round."""

    measure: str
    target: str
    value: float
    unit: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="*", choices=list(MEASURES), default=list(MEASURES))
    parser.add_argument("--without", nargs="*", default=[], help="servers that are left out")
    parser.add_argument("--seconds", type=float, default=FANOUT_SECONDS, help="of each measurement")
    parser.add_argument("--json", help="a file for all figures")
    given = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    figures: list[Figure] = []
    with targets() as servers:
        for measure in given.only:
            for _round in range(given.rounds):
                for name, server in servers.items():
                    if name not in given.without:
                        figures += MEASURES[measure](measure, server, given.seconds)
            show(figures, measure)
    if given.json:
        with open(given.json, "w") as file:  # noqa: PTH123 (a file that the caller named)
            json.dump([vars(figure) for figure in figures], file, indent=1)


def show(figures: list[Figure], measure: str) -> None:
    names = dict.fromkeys((f.measure, f.unit) for f in figures if f.measure.startswith(f"{measure}:"))
    for name, unit in names:
        for target in ("chatconnet", "tutorial", "bare"):
            values = [f.value for f in figures if (f.measure, f.target) == (name, target)]
            if values:
                least, middle, most = min(values), statistics.median(values), max(values)
                sys.stdout.write(f"{name:<58}{target:<12}{least:11.3f}{middle:11.3f}{most:11.3f} {unit}\n")
    sys.stdout.flush()


@contextmanager
def crowd(server: Target, rooms: int, people: int) -> Iterator[Crowd]:
    """Everybody in so many rooms of so many people, connected."""
    made = Crowd(server.dialect, server.peers(rooms, people))
    made.connect()
    try:
        made.until_still()
        yield made
    finally:
        made.close()


def fanout(rooms: int, people: int, in_flight: int) -> Callable[[str, Target, float], list[Figure]]:
    """One sender a room, each with so many messages that it has not heard itself yet."""

    def measure(name: str, server: Target, seconds: float) -> list[Figure]:
        with crowd(server, rooms, people) as everybody:
            senders = {everybody.peers[room * people] for room in range(rooms)}

            def again(peer: Peer, count: int) -> None:
                if peer in senders and time.monotonic() < end:
                    for _ in range(count):
                        peer.say(everybody.dialect.say(peer.room, timed()))

            everybody.on_heard = again
            before, others, own = server.cpu(), server.cpu_of_others(), time.process_time()
            began = time.monotonic()
            end = began + seconds
            for sender in senders:
                for _ in range(in_flight):
                    sender.say(everybody.dialect.say(sender.room, timed()))
            everybody.until(lambda: time.monotonic() >= end)
            everybody.until_still()
            took = time.monotonic() - began - 2 * 0.5  # it was still for so long
            heard = everybody.heard
            used, of_others = server.cpu() - before, server.cpu_of_others() - others
            client = (time.process_time() - own) / took
            return [
                Figure(f"{name}: deliveries/s", server.name, heard / took, "1/s"),
                Figure(f"{name}: messages/s", server.name, heard / people / took, "1/s"),
                Figure(f"{name}: CPU a 100,000 deliveries", server.name, used / heard * 1e5, "s"),
                Figure(
                    f"{name}: with database and Redis", server.name, (used + of_others) / heard * 1e5, "s"
                ),
                Figure(f"{name}: sockets that the server ended", server.name, everybody.closed, ""),
                Figure(f"{name}: the client's share of a core", server.name, client, ""),
            ]

    return measure


def latency(people: int, rate: float) -> Callable[[str, Target, float], list[Figure]]:
    """Send to delivered at a fixed rate, over 50 of the sockets."""

    def measure(name: str, server: Target, seconds: float) -> list[Figure]:
        with crowd(server, 1, people) as everybody:
            for peer in everybody.peers[:: max(1, people // 50)]:
                peer.sampled = True
            sender = everybody.peers[1]
            began = time.monotonic()
            own = time.process_time()
            count = int(seconds * rate)
            for number in range(count):
                everybody.listen(began + number / rate - time.monotonic())
                sender.say(everybody.dialect.say(sender.room, timed()))
            client = (time.process_time() - own) / (time.monotonic() - began)
            everybody.until_still()
            lost = count * people - everybody.heard
            delays = sorted(delay for peer in everybody.peers for delay in peer.delays)
            return [
                Figure(f"{name}: p50", server.name, statistics.median(delays), "ms"),
                Figure(f"{name}: p99", server.name, delays[int(len(delays) * 0.99)], "ms"),
                Figure(f"{name}: lost", server.name, lost, ""),
                Figure(f"{name}: the client's share of a core", server.name, client, ""),
            ]

    return measure


def acknowledged(rooms: int, in_flight: int) -> Callable[[str, Target, float], list[Figure]]:
    """100 senders; a send counts when its `ok` has come."""

    def measure(name: str, server: Target, seconds: float) -> list[Figure]:
        if not server.dialect.signs_in:
            return []
        with crowd(server, rooms, 100 // rooms) as everybody:
            total = 0

            def say(peer: Peer) -> None:
                frame = {"type": "send", "id": "s", "room": peer.room, "key": new_key(), "body": timed()}
                peer.say(frame)

            def again(peer: Peer, count: int) -> None:
                nonlocal total
                total += count
                if time.monotonic() < end:
                    for _ in range(count):
                        say(peer)

            everybody.on_answered = again
            before, others, own = server.cpu(), server.cpu_of_others(), time.process_time()
            began = time.monotonic()
            end = began + seconds
            for peer in everybody.peers:
                for _ in range(in_flight):
                    say(peer)
            everybody.until(lambda: time.monotonic() >= end)
            rate = total / (time.monotonic() - began)
            client = (time.process_time() - own) / (time.monotonic() - began)
            used, of_others = server.cpu() - before, server.cpu_of_others() - others
            everybody.until_still()
            return [
                Figure(f"{name}: sends/s", server.name, rate, "1/s"),
                Figure(f"{name}: CPU a 1,000 sends", server.name, used / total * 1e3, "s"),
                Figure(f"{name}: of its database and Redis", server.name, of_others / total * 1e3, "s"),
                Figure(f"{name}: the client's share of a core", server.name, client, ""),
            ]

    return measure


def alone(name: str, server: Target, seconds: float) -> list[Figure]:
    """One send on an idle server, until its `ok`."""
    if not server.dialect.signs_in:
        return []
    with crowd(server, 1, 1) as everybody:
        (peer,) = everybody.peers
        everybody.on_answered = lambda _peer, _count: None
        delays = []
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            answered, began = peer.answered, time.monotonic()
            frame = {"type": "send", "id": "s", "room": peer.room, "key": new_key(), "body": timed()}
            peer.say(frame)
            everybody.until(lambda: peer.answered > answered)  # noqa: B023 (called at once)
            delays.append((time.monotonic() - began) * 1e3)
            everybody.listen(0.02)
        delays.sort()
        return [
            Figure(f"{name}: p50", server.name, statistics.median(delays), "ms"),
            Figure(f"{name}: p99", server.name, delays[int(len(delays) * 0.99)], "ms"),
        ]


def joins(people: int) -> Callable[[str, Target, float], list[Figure]]:
    """Sockets that come at once, and what each costs while nothing happens."""

    def measure(name: str, server: Target, _seconds: float) -> list[Figure]:
        peers = server.peers(1, people)
        before, kib, own = server.cpu(), server.kib(), time.process_time()
        everybody = Crowd(server.dialect, peers)
        took = everybody.connect()
        used, client = server.cpu() - before, time.process_time() - own
        everybody.until_still()
        grown = server.kib() - kib
        everybody.close()
        return [
            Figure(f"{name}: joins/s", server.name, people / took, "1/s"),
            Figure(f"{name}: joins a CPU second", server.name, people / used, "1/s"),
            Figure(f"{name}: memory a socket", server.name, grown / people, "KiB"),
            Figure(f"{name}: the client's share of a core", server.name, client / took, ""),
        ]

    return measure


def signed_in(
    rooms: int, people: int, sockets: int, at_once: int
) -> Callable[[str, Target, float], list[Figure]]:
    """Opening sockets as browsers do, by session: so many people in so many rooms, so many sockets each."""

    def measure(name: str, server: Target, _seconds: float) -> list[Figure]:
        if not server.dialect.signs_in:
            return []
        everybody = Crowd(server.dialect, server.browsers(rooms, people, sockets))
        before, others, own = server.cpu(), server.cpu_of_others(), time.process_time()
        took = everybody.connect(at_once)
        count = people * sockets
        client = (time.process_time() - own) / took
        used, of_others = server.cpu() - before, server.cpu_of_others() - others
        everybody.close()
        return [
            Figure(f"{name}: CPU a join", server.name, used / count * 1e3, "ms"),
            Figure(f"{name}: of its database and Redis", server.name, of_others / count * 1e3, "ms"),
            Figure(f"{name}: joins/s", server.name, count / took, "1/s"),
            Figure(f"{name}: the client's share of a core", server.name, client, ""),
        ]

    return measure


MEASURES: dict[str, Callable[[str, Target, float], list[Figure]]] = {
    "1,000 in one room, 2 in flight": fanout(1, 1000, 2),
    "1,000 in one room, 8 in flight": fanout(1, 1000, 8),
    "1,000 in one room, 40 in flight": fanout(1, 1000, 40),
    "100 in one room, 2 in flight": fanout(1, 100, 2),
    "100 rooms of 10, 1 in flight each": fanout(100, 10, 1),
    "20 messages/s into 100": latency(100, 20),
    "50 messages/s into 1,000": latency(1000, 50),
    "3,000 messages/s into 100": latency(100, 3000),
    "100 senders, one room": acknowledged(1, 4),
    "100 senders, 100 rooms": acknowledged(100, 4),
    "one send alone": alone,
    "5,000 idle": joins(5000),
    "400 browsers, 20 at a time": signed_in(1, 40, 10, 20),
    "400 browsers, one by one": signed_in(1, 40, 10, 1),
    "400 browsers in 20 rooms, 20 at a time": signed_in(20, 40, 10, 20),
    "5,000 browsers, 500 at a time": signed_in(1, 1000, 5, 500),
}

if __name__ == "__main__":
    main()
