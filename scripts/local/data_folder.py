"""The data folder (CHAT_VAR): who holds it, its secrets, and what runs on it (run.json).

Standard library only.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.local import processes
from scripts.local.errors import Refused

ROOT = Path(__file__).resolve().parents[2]
_LOCK_VARIABLE = "CHAT_VAR_LOCK"


def from_environment() -> Path:
    """The folder that CHAT_VAR names, or `var` in the checkout."""
    return Path(os.environ.get("CHAT_VAR") or ROOT / "var")


@dataclass(frozen=True)
class DataFolder:
    """A data folder whose lock this process holds, until it ends."""

    path: Path
    lock: int

    @property
    def run_file(self) -> Path:
        return self.path / "run.json"

    @property
    def services(self) -> Path:
        """Where the private servers keep their data: in here, or where `services-folder` says."""
        pointer = self.path / "services-folder"
        return Path(pointer.read_text().strip()) if pointer.exists() else self.path / "services"

    def postgres_major(self) -> int | None:
        """The major version of the PostgreSQL that wrote the data here; None when there is no data."""
        return written_by(self.services / "postgres")

    def secret(self, name: str) -> str:
        """The secret `name`, made at the first call and kept (mode 0600) from then on."""
        file = self.path / "secrets.json"
        kept: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
        if name not in kept:
            kept[name] = secrets.token_urlsafe(48)
            self.write_private(file, json.dumps(kept, indent=2))
        return kept[name]

    def write_private(self, file: Path, text: str) -> None:
        """Replaces `file` in one step by one of mode 0600."""
        fresh = file.with_name(f"{file.name}.new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(text + "\n")
        fresh.replace(file)

    def note(self, facts: dict[str, Any], pids: dict[str, Any]) -> None:
        """Writes run.json: `facts`, the `pids` (numbers, or lists of them, by name), and when each began."""
        numbers = [pid for value in pids.values() for pid in (value if isinstance(value, list) else [value])]
        started = {str(pid): processes.started_at(pid) for pid in numbers}
        self.write_private(self.run_file, json.dumps(facts | {"pids": pids, "started": started}, indent=2))

    def end_leftovers(self) -> None:
        """Ends what an earlier run left behind when it was killed, but for the servers: they see to it."""
        try:
            run = json.loads(self.run_file.read_text())
            left = [
                int(pid)
                for pid, ticks in run["started"].items()
                if ticks and processes.started_at(int(pid)) == ticks
            ]
            servers = {run["pids"].get("postgres"), run["pids"].get("redis")}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return
        children = [pid for pid in left if pid not in servers and pid != os.getpid()]
        for pid in children:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGTERM)
        for pid in children:
            if not processes.wait_gone(pid, 5):
                processes.kill_group(pid)
                processes.wait_gone(pid, 2)
        self.run_file.unlink()

    def hand_over(self) -> None:
        """Lets the program that this process becomes (exec) keep the lock: it calls `taken_over`."""
        os.set_inheritable(self.lock, True)
        os.environ[_LOCK_VARIABLE] = str(self.lock)


def written_by(postgres_data: Path) -> int | None:
    """The major version of the PostgreSQL that wrote the folder; None when there is no data."""
    try:
        return int((postgres_data / "PG_VERSION").read_text())
    except FileNotFoundError:
        return None


def locked(path: Path) -> DataFolder:
    """Makes the folder where it is missing, and takes its lock. Raises Refused when another run has it."""
    # As root the database runs as somebody else, who has to pass through to its own folder.
    mode = 0o711 if os.geteuid() == 0 else 0o700
    try:
        path.mkdir(mode=mode, parents=True, exist_ok=True)
        lock = os.open(path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise Refused(f"The data folder {path} cannot be used: {error.strerror}.") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Refused(
            f"ChatConnet already runs on the data folder {path}: stop it, or set CHAT_VAR to another."
        ) from None
    return DataFolder(path.resolve(), lock)


def taken_over() -> DataFolder:
    """The data folder whose lock was handed over to this program."""
    lock = int(os.environ.pop(_LOCK_VARIABLE))
    os.set_inheritable(lock, False)
    return DataFolder(from_environment().resolve(), lock)
