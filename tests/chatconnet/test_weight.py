"""The page stays light: what a browser loads of script and style, compressed."""

import gzip
from pathlib import Path

STATIC = Path(__file__).parents[2] / "static"
MOST = 80 * 1024


def test_script_and_style_are_at_most_80_kib_compressed():
    files = [file for kind in ("js", "css") for file in STATIC.rglob(f"*.{kind}")]
    sizes = {file.name: len(gzip.compress(file.read_bytes())) for file in files}
    assert len(sizes) > 20
    assert sum(sizes.values()) <= MOST, sizes
