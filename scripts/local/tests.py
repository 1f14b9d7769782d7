"""What scripts/test becomes: every test, or those that are asked for. The last words are pytest's."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence

from scripts.local.bootstrap import ROOT, apt_install
from scripts.local.errors import Refused

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
LEAST_COVERAGE = 90
FAST = ("-m", "not e2e and not slow")
ONCE_MORE = ("-p", "tests.once_more", "--max-suite-reruns=5", "--rerun-show-tracebacks")
# A test that hangs takes its worker with it (faulthandler_timeout), and is named. A new worker would run it
# again, and hang again.
SIDE_BY_SIDE = ("-n", "2", "--dist", "loadfile", "--max-worker-restart=0", "--durations=10")


def main(arguments: Sequence[str]) -> int:
    """Runs the tests; 0 when all of them passed."""
    fast = "--fast" in arguments
    chosen = [argument for argument in arguments if argument != "--fast"]
    if chosen:
        return _pytest([*(FAST if fast else ()), *chosen])
    if fast:
        return _pytest([*FAST, *SIDE_BY_SIDE])
    _need_browser()
    return _script_tests() or _pytest([*SIDE_BY_SIDE, *ONCE_MORE, *_coverage()])


def _need_browser() -> None:
    if not _browser() and os.geteuid() == 0:
        apt_install("chromium")
    if not _browser():
        raise Refused(
            "The browser tests need chromium: apt-get install chromium (as root), or run scripts/test --fast."
        )


def _browser() -> bool:
    return any(shutil.which(name) for name in BROWSERS)


def _script_tests() -> int:
    files = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "tests" / "js").rglob("*.test.*js"))
    if not files:
        return 0
    if not shutil.which("node"):
        print("node is not here: the tests of the page's modules (tests/js) are NOT run.", file=sys.stderr)
        return 0
    return subprocess.run(["node", "--test", *files], cwd=ROOT, check=False).returncode


def _coverage() -> list[str]:
    (ROOT / "var" / "coverage").mkdir(parents=True, exist_ok=True)
    return [
        "--cov",
        "--cov-branch",
        "--cov-report=term-missing:skip-covered",
        f"--cov-fail-under={LEAST_COVERAGE}",
    ]


def _pytest(arguments: list[str]) -> int:
    return subprocess.run([sys.executable, "-m", "pytest", *arguments], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Refused as refusal:
        sys.exit(f"{refusal}")
    except KeyboardInterrupt:
        sys.exit(130)
