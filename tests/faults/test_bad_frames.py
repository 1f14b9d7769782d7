"""Frames that are none: answered, counted, and never felt by anybody else."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import string
import time
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from tests.e2e.conftest import Figures
from tests.e2e.people import Bot, opened
from tests.faults.stage import Stage as WholeStage
from tests.faults.stage import ping_for_ever
from tests.support.oracle import percentile
from tests.support.server import Site

SEED = 20
FRAMES = 10_000
ALLOWED = 19
FORGIVEN_A_SOCKET = 6
AT_ONCE = 16

Bad = tuple[str | bytes, str]
"""What is sent, and the code of the error that answers it."""


@dataclass
class Stage:
    site: Site
    bot: Bot
    bystander: Bot


@pytest.fixture
def stage(broken_site: WholeStage) -> Stage:
    return Stage(broken_site.site, *broken_site.extra)


# --- Frames of every wrong kind ------------------------------------------------------------------


def _word(chance: random.Random, alphabet: str = string.printable) -> str:
    return "".join(chance.choices(alphabet, k=chance.randint(1, 40)))


def _value(chance: random.Random, depth: int = 0) -> Any:
    """Any JSON value."""
    kinds: list[Callable[[], Any]] = [
        lambda: None,
        lambda: chance.random() < 0.5,
        lambda: chance.randint(-(2**70), 2**70),
        lambda: chance.uniform(-1e300, 1e300),
        lambda: _word(chance, string.printable + "äß中🦊\u202e\x00\x7f"),
        lambda: chance.choice(["\ud800", "x\udfff", "\x00"]),
    ]
    if depth < 3:
        kinds += [
            lambda: [_value(chance, depth + 1) for _ in range(chance.randint(0, 3))],
            lambda: {_word(chance): _value(chance, depth + 1) for _ in range(chance.randint(0, 3))},
        ]
    return chance.choice(kinds)()


def _no_frame(chance: random.Random) -> str | bytes:
    """Not JSON, not an object, no `type`, binary, or nested too deep."""
    kinds: list[Callable[[], str | bytes]] = [
        lambda: _word(chance),
        lambda: _word(chance, string.printable + "äß中🦊\u202e\x00\x7f"),
        lambda: "",
        lambda: chance.randbytes(chance.randint(0, 60)),
        lambda: json.dumps({"type": "ping"}).encode(),
        lambda: json.dumps({"type": "ping", "id": "1"})[: chance.randint(0, 24)],
        lambda: '{"type": "ping", "id": NaN}',
        lambda: '{"type": "sync", "epoch": "x", "rooms": {"a": Infinity}}',
        lambda: '{"type": "ping", "rooms": {"a": -Infinity}}',
        lambda: "{'type': 'ping'}",
        lambda: '{"type": "ping",}',
        lambda: '{"type": "ping"} {"type": "ping"}',
        lambda: '{"type": "ping", "id": "\t"}',
        lambda: '{"type": "ping", "id": "\\x"}',
        lambda: "[" * chance.randint(17, 30_000),
        lambda: '{"type":' * chance.randint(17, 5_000),
        lambda: '{"type": "ping", "rooms": ' + '{"a":' * 20 + "1" + "}" * 21,
        lambda: '{"type": "ping", "rooms": ' + "[" * 20 + "]" * 20 + "}",
        lambda: json.dumps(chance.choice([None, True, 7, "ping", [], [{"type": "ping"}]])),
        lambda: json.dumps({"id": "x", "Type": "ping"}),
        lambda: json.dumps({_word(chance): _value(chance)}),
    ]
    return chance.choice(kinds)()


def _unknown_type(chance: random.Random) -> str:
    kinds: list[Any] = [
        "Ping",
        "ping ",
        "welcome",
        "__class__",
        "on_ping",
        "",
        "\x00",
        "\ud800",
        "ping\x00",
        "x" * 9000,
    ]
    kinds += [None, 7, 2**70, True, [], ["ping"], {}, _word(chance, string.ascii_letters)]
    return json.dumps({"type": chance.choice(kinds), "id": "x"})


def _bad_field(chance: random.Random) -> str:
    key = "6f1c1f0e-3f53-4f5e-9a52-6a3b4f9d7c11"
    send = {"type": "send", "room": "r", "key": key, "body": "text"}
    wrong: list[dict[str, Any]] = [
        {"type": "ping", "id": chance.choice(["", "x" * 65, 7, [], "\x00", "\ud800"])},
        {"type": "ping", "unknown": _value(chance)},
        {
            "type": "ping",
            "rooms": chance.choice([[], 7, "x", {"a": -1}, {"a": 1.5}, {"a": 2**60}, {"a": "1"}]),
        },
        {"type": "history", "room": "r", "limit": chance.choice([0, 101, -1, 1.5, "1", True, 10**400])},
        {"type": "send"},
        send | {"key": chance.choice(["", "x", key.replace("-", ""), "{" + key + "}", 7, None])},
        send | {"body": chance.choice(["", "  \n", "x" * 4001, "a\x00b", "\ud83d", 7, None, ["x"]])},
        send | {"reply_to": chance.choice([7, "", [], {"a": 1}])},
        send | {"room": chance.choice([7, None, "", "\x00", "x" * 65, ["r"]])},
        {"type": "react", "message": "r.1", "emoji": "👍", "on": chance.choice([1, "true", None, []])},
        {"type": "create", "name": "x", "kind": chance.choice(["direct", "", 7])},
    ]
    return json.dumps({"id": "x", **chance.choice(wrong)})


def _bad_frames(chance: random.Random) -> Iterator[Bad]:
    while True:
        if chance.random() < 0.7:
            yield _no_frame(chance), "bad_frame"
        else:
            yield _unknown_type(chance), "unknown_type"


# --- What they do --------------------------------------------------------------------------------


async def _use_up(stage: Stage, seed: int) -> int:
    """Sends 19 bad frames among others that are forgiven, pings, sends the 20th; returns how many."""
    chance = random.Random(seed)
    bad = _bad_frames(chance)
    plan: list[Bad] = [next(bad) for _ in range(ALLOWED)]
    plan += [(_bad_field(chance), "bad_field") for _ in range(FORGIVEN_A_SOCKET)]
    chance.shuffle(plan)
    async with stage.bot.socket(stage.site) as socket:
        await socket.wait_for("welcome")
        for frame, code in plan:
            before = len(socket.frames)
            await socket.say(frame)
            await socket.until(lambda n=before: len(socket.frames) > n, f"an answer to {frame[:200]!r}")
            (answer,) = socket.frames[before:]
            assert (answer["type"], answer.get("code")) == ("error", code), (seed, frame[:200], answer)
            assert "re" not in answer or code != "bad_frame", (seed, frame[:200], answer)
        await socket.ask("ping")
        await socket.say(next(bad)[0])
        assert await socket.closed() == 4400, seed
        assert socket.frames[-1]["type"] == "bye"
    return len(plan) + 1


async def test_ten_thousand_bad_frames_get_an_error_each_and_disturb_nobody(
    stage: Stage, figures: Figures
) -> None:
    seeds = iter(range(SEED, SEED + FRAMES))
    done, began = 0, time.monotonic()
    times: list[float] = []

    async def one_after_the_other() -> None:
        nonlocal done
        while done < FRAMES:
            sent = await _use_up(stage, next(seeds))
            done += sent

    async with AsyncExitStack() as stack:
        (bystander,) = await opened(stack, stage.bystander.socket(stage.site))
        pinging = asyncio.create_task(ping_for_ever(bystander, times))
        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(one_after_the_other())
        assert not pinging.done(), pinging
        pinging.cancel()
    figures(
        frames=done,
        frames_a_second=done / (time.monotonic() - began),
        ping_p50_ms=percentile(times, 0.5) * 1000,
        ping_p99_ms=percentile(times, 0.99) * 1000,
    )
    # The time includes this program's own: it reads thousands of frames in the same loop.
    assert percentile(times, 0.5) <= 0.25
    assert percentile(times, 0.99) <= 1.5


async def test_a_client_that_writes_before_it_reads_still_learns_why_it_was_closed(stage: Stage) -> None:
    async with stage.bot.socket(stage.site) as socket:
        await socket.wait_for("welcome")
        for _ in range(ALLOWED + 1):
            await socket.say("no frame")
        time.sleep(2)  # noqa: ASYNC251 (nothing here is to read what the server says)
        await socket.say("no frame")
        assert await socket.closed() == 4400


async def test_a_bad_field_never_counts(stage: Stage) -> None:
    chance = random.Random(SEED)
    async with stage.bot.socket(stage.site) as socket:
        await socket.wait_for("welcome")
        for _ in range(3 * ALLOWED):
            await socket.say(_bad_field(chance))
        await socket.ask("ping")
        codes = {frame["code"] for frame in socket.frames if frame["type"] == "error"}
        assert codes == {"bad_field"}


async def test_bytes_that_are_no_text_end_only_their_own_socket(stage: Stage) -> None:
    chance = random.Random(SEED)
    async with stage.bystander.socket(stage.site) as bystander:
        await bystander.open()  # who does not sync within ten seconds is closed, however slow the machine
        for _ in range(100):
            async with stage.bot.socket(stage.site) as socket:
                await socket.wait_for("welcome")
                await socket.socket.send(b"\xff" + chance.randbytes(60), text=True)
                assert await socket.closed() in (1006, 1007)
        await bystander.ask("ping")


@pytest.mark.parametrize(
    ("size", "codes"), [(64 * 1024 + 1, {4413, 1006}), (1024 * 1024 + 1, {4413, 1006, 1009})]
)
@pytest.mark.parametrize("character", ["x", "ä", b"x"])
async def test_a_frame_over_the_limit_closes(
    stage: Stage, size: int, codes: set[int], character: str | bytes
) -> None:
    async with stage.bot.socket(stage.site) as socket:
        await socket.wait_for("welcome")
        width = len(character.encode() if isinstance(character, str) else character)
        with contextlib.suppress(ConnectionClosed):
            await socket.say(character * (size // width + 1))
        assert await socket.closed() in codes


async def test_a_frame_at_the_limit_is_read(stage: Stage) -> None:
    async with stage.bot.socket(stage.site) as socket:
        await socket.wait_for("welcome")
        frame = json.dumps({"type": "ping", "id": "x"})
        await socket.say(frame + " " * (64 * 1024 - len(frame)))
        await socket.wait_for("pong", re="x")
