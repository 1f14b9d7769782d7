"""What scripts/check becomes: what is checked without running tests; a failure does not stop the rest."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from scripts.local.bootstrap import DEV, LOCAL, ROOT, RUN
from scripts.local.services import Postgres, Redis, throw_away

BIN = Path(sys.executable).parent

CHECKS: dict[str, list[str]] = {
    "lint": ["ruff", "check", "."],
    "format": ["ruff", "format", "--check", "."],
    "types": ["mypy"],
    "import contracts": ["lint-imports"],
    "templates: lint": ["djlint", "templates", "--lint", "--quiet"],
    "templates: format": ["djlint", "templates", "--check", "--quiet"],
    "Django's checks": ["python", "manage.py", "check", "--fail-level", "WARNING"],
    "migrations are complete": ["python", "manage.py", "makemigrations", "--check", "--dry-run"],
    "migrations are safe": [
        *("python", "manage.py", "lintmigrations", "--settings", "scripts.local.linter_settings"),
        *("--include-apps", "accounts", "chat", "--warnings-as-errors"),
        # The first makes empty tables: nobody uses what it locks. The other one renames an index.
        *("--ignore-name", "0001_initial", "0006_unread_index"),
    ],
    "documents say what the code says": ["python", "manage.py", "document", "--check"],
}


def main() -> int:
    """Runs every check; 0 when all of them passed."""
    failed = []
    with tempfile.TemporaryDirectory() as var, throw_away((Postgres, Redis)) as (postgres, redis):
        env = os.environ | {
            "CHAT_VAR": var,
            "DATABASE_URL": postgres.url,
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "REDIS_URL": redis.url,
            "SECRET_KEY": "only-for-checks-" * 4,
        }
        for name, command in CHECKS.items():
            if not _passes(name, command, env):
                failed.append(name)
    if not _locks_are_fresh():
        failed.append("locks")
    print(f"FAILED: {', '.join(failed)}" if failed else "All checks passed.")
    return 1 if failed else 0


def _passes(name: str, command: list[str], env: Mapping[str, str]) -> bool:
    print(f"== {name}: {' '.join(command)}", flush=True)
    program = BIN / command[0]
    return subprocess.run([program, *command[1:]], cwd=ROOT, env=env, check=False).returncode == 0


def _locks_are_fresh() -> bool:
    """Whether the requirements files are what pyproject.toml gives, with the versions that are locked."""
    print("== locks: scripts/lock gives the same files", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for lock in (RUN, DEV, LOCAL):
            shutil.copy(ROOT / lock, folder)
        env = os.environ | {"LOCK_DIR": folder, "UV": str(BIN / "uv")}
        done = subprocess.run(
            [ROOT / "scripts" / "lock"], env=env, capture_output=True, text=True, check=False
        )
        if done.returncode:
            print(done.stderr)
            if any(
                word in done.stderr
                for word in ("Failed to fetch", "error sending request", "dns error", "connect")
            ):
                print("!! locks: NOT RUN, the package registry cannot be reached")
                return True
            return False
        stale = [
            lock
            for lock in (RUN, DEV, LOCAL)
            if (ROOT / lock).read_text() != (Path(folder) / lock).read_text()
        ]
        if stale:
            print(f"out of date: {', '.join(stale)}; run scripts/lock")
        return not stale


if __name__ == "__main__":
    sys.exit(main())
