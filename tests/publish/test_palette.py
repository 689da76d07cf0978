"""One palette: no page, drawing or report has a colour of its own."""

from __future__ import annotations

import re

from gisement.publish.palette import COLOURS
from tests.emitted_rules import PACKAGE

PUBLISH = PACKAGE / "publish"
KINDS = ("*.py", "*.css", "*.j2", "*.typ", "*.svg", "map.mjs")
WRITTEN_HERE = ("palette.py", "mark.svg")


def test_a_colour_is_of_the_palette_and_pages_take_it_from_there() -> None:
    for path in [path for kind in KINDS for path in PUBLISH.rglob(kind)]:
        colours = set(re.findall(r"#[0-9a-f]{6}\b", path.read_text(encoding="utf-8")))
        assert colours <= set(COLOURS.values()), path
        assert not colours or PUBLISH / "web" not in path.parents or path.name in WRITTEN_HERE, path
