"""Four thousand characters chosen by an attacker cost milliseconds, and cost is linear in the length."""

import gc
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from chat import text

GOLDEN = Path(__file__).parents[2] / "golden"

SIZE = 4000
BOUND = 0.25
"""Seconds for the worst text. A quiet machine needs a tenth of it; the margin is for busy ones."""


def units(name: str) -> list[str]:
    """What the texts repeat, one a line; "⏎" is a line end and "␠" a space."""
    lines = (GOLDEN / name).read_text().splitlines()
    return [line.replace("⏎", "\n").replace("␠", " ") for line in lines]


FUNCTIONS: list[Callable[[str], object]] = [
    text.rendered,
    text.plain,
    text.search_words,
    text.parse_search,
    text.fold,
    text.fold_spaced,
    text.slugify,
    lambda body: text.snippet(body, ["zz", "東京", "a a b"]),
]


def seconds(function: Callable[[str], object], body: str) -> float:
    start = time.thread_time()
    function(body)
    return time.thread_time() - start


def is_linear(function: Callable[[str], object], make: Callable[[int], str]) -> bool:
    short, long = seconds(function, make(SIZE // 4)), seconds(function, make(SIZE))
    # Four times the text may cost four times the time, not sixteen.
    return long < min(BOUND, 9 * max(short, 0.002))


def check(function: Callable[[str], object], make: Callable[[int], str]) -> None:
    gc.disable()
    try:
        assert any(is_linear(function, make) for _ in range(4))
    finally:
        gc.enable()


@pytest.mark.parametrize("unit", units("text_bombs.txt"))
def test_repetition(unit: str) -> None:
    for function in FUNCTIONS:
        check(function, lambda size: (unit * size)[:size])
    check(text.rendered, lambda size: ("[a](http://a.b/" + unit * size)[:size])


@pytest.mark.parametrize(
    "pair", ["*a …*", "*_…_*", "||a ~~b …~~||", "[…](http://a.b)", "(…)", "`… ` ", "*a **b …***"]
)
def test_nesting(pair: str) -> None:
    left, right = pair.split("…")

    def nested(size: int) -> str:
        half = size // len(left + right)
        return left * half + "x" + right * half

    check(text.rendered, nested)


@pytest.mark.parametrize("unit", units("code_bombs.txt"))
def test_code(unit: str) -> None:
    for name in ("python", "javascript", "html", "rust", "sql", "diff", "ini", "bash", "php", "css"):
        check(text.rendered, lambda size, start=f"```{name}\n": (start + unit * size)[:size])  # type: ignore[misc]


def test_html_is_not_much_longer_than_its_text() -> None:
    assert max(len(text.render((unit * SIZE)[:SIZE])) for unit in units("text_bombs.txt")) < 40 * SIZE
