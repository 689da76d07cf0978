"""One palette: no page, drawing or report has a colour of its own."""

from __future__ import annotations

import re

from gisement.publish.palette import COLOURS
from tests.emitted_rules import PACKAGE

PUBLISH = PACKAGE / "publish"
KINDS = ("*.py", "*.css", "*.j2", "*.typ", "*.svg", "map.mjs")
WRITTEN_HERE = ("palette.py", "mark.svg")


def test_no_colour_is_written_but_in_the_palette() -> None:
    written = [
        path.name
        for path in (path for kind in KINDS for path in PUBLISH.rglob(kind))
        if re.search(r"#[0-9a-f]{6}\b", path.read_text(encoding="utf-8"))
    ]
    assert set(written) <= set(WRITTEN_HERE)
    mark = (PUBLISH / "web" / "static" / "mark.svg").read_text(encoding="utf-8")
    assert set(re.findall(r"#[0-9a-f]{6}\b", mark)) <= set(COLOURS.values())
