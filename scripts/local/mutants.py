"""What scripts/mutants becomes: each patch in tests/mutants breaks one promise; the tests named in its first
lines must fail with it. A patch that no longer applies, or that no test notices, fails the run.

`scripts/mutants NAME …` tries only patches whose names contain one of the words.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from scripts.local.bootstrap import ROOT

PATCHES = ROOT / "tests" / "mutants"
LEFT_OUT = (".git", ".venv", "var", ".*_cache", "__pycache__")
TESTS = "# tests: "
TESTS_FAILED = 1
"""pytest's exit code for that; others say that it could not run them."""


def main(words: list[str]) -> int:
    """Prints a line for each patch; 0 when every one was caught."""
    patches = [
        patch
        for patch in sorted(PATCHES.glob("*.patch"))
        if not words or any(word in patch.name for word in words)
    ]
    survived = [patch.name for patch in patches if not _caught(patch)]
    print(f"{len(patches) - len(survived)} passed, {len(survived)} failed")
    return 1 if survived or not patches else 0


def _caught(patch: Path) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*LEFT_OUT))
        applied = subprocess.run(["git", "apply", str(patch)], cwd=copy, check=False).returncode == 0
        caught = applied and _tests_fail(copy, _selection(patch))
    print(f"{'caught  ' if caught else 'SURVIVED' if applied else 'NO PATCH'}  {patch.stem}", flush=True)
    return caught


def _selection(patch: Path) -> list[str]:
    """The arguments for pytest in the patch's first lines."""
    lines = patch.read_text().splitlines()
    return next(line for line in lines if line.startswith(TESTS)).removeprefix(TESTS).split()


def _tests_fail(copy: Path, selection: list[str]) -> bool:
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "--no-cov", *selection]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
    if done.returncode not in (0, TESTS_FAILED):
        print(done.stdout[-2000:], done.stderr[-2000:])
    return done.returncode == TESTS_FAILED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
