"""A fleet whose processes do not start: nothing is served by half, and those that serve go on."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from chatconnet.fleet import Fleet, listening

# Stands for manage.py: says that it listens, and ends when told to or when the leash breaks; broken, at once.
PROGRAM = """
import os, sys
if os.path.exists({broken!r}):
    sys.exit(3)
leash = int(sys.argv[-1].removeprefix("--leash="))
os.write(leash, b"0")
os.read(leash, 1)
"""


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """While this file is there, no process of a fleet starts."""
    switch, program = tmp_path / "broken", tmp_path / "program.py"
    program.write_text(PROGRAM.format(broken=str(switch)))
    monkeypatch.setattr(sys, "argv", [str(program)])
    return switch


def test_it_does_not_begin_with_a_process_that_does_not_start(broken: Path, tmp_path: Path) -> None:
    broken.touch()
    with listening("127.0.0.1", 0) as listener:
        assert asyncio.run(Fleet(listener, 2, tmp_path / "state").run()) == 1
    assert not (tmp_path / "state").exists()


async def until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110 (what a fleet does is seen in its file)
        await asyncio.sleep(0.01)


async def test_those_that_serve_go_on_when_a_new_one_does_not_start(broken: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"

    def facts() -> dict[str, object]:
        found: dict[str, object] = json.loads(state.read_text())
        return found

    with listening("127.0.0.1", 0) as listener:
        fleet = asyncio.create_task(Fleet(listener, 2, state).run())
        async with asyncio.timeout(60):
            await until(state.exists)
            before = facts()
            await asyncio.to_thread(broken.touch)
            os.kill(os.getpid(), signal.SIGHUP)
            await until(lambda: facts()["renewals"] == 1)
            assert facts()["members"] == before["members"]
            os.kill(os.getpid(), signal.SIGTERM)
            assert await fleet == 0
    assert not state.exists()
