"""The colours of site.css can be read in both themes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CSS = (Path(__file__).parents[1] / "static" / "css" / "site.css").read_text()
PAIRS = {
    name: (light, dark) for name, light, dark in re.findall(r"--([\w-]+): light-dark\((#\w+), (#\w+)\);", CSS)
} | {"on-accent": ("#fff", "#fff")}
SURFACES = ("surface", "surface-raised", "surface-sunken", "surface-hover")


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str, theme: int) -> float:
    darker, lighter = sorted(luminance(PAIRS[name][theme]) for name in (one, other))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("text", "surfaces", "least"),
    [
        ("text", SURFACES, 7),
        ("text-meta", SURFACES, 4.5),
        ("link", SURFACES, 4.5),
        ("danger", ("surface", "surface-raised", "danger-surface"), 4.5),
        ("good", ("surface-raised", "good-surface"), 4.5),
        ("on-accent", ("accent", "accent-hover"), 4.5),
        ("line-strong", ("surface", "surface-raised"), 3),
        ("focus", SURFACES, 3),
    ],
)
def test_colours_can_be_read(text: str, surfaces: tuple[str, ...], least: float, theme: int) -> None:
    for surface in surfaces:
        assert contrast(text, surface, theme) >= least, surface
