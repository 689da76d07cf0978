"""Templates of the files that `add` takes and people fill: tables, objectives, sheets, with examples."""

from __future__ import annotations

from pathlib import Path

from gisement.catalog.tables import FOLDER


def template_kinds() -> list[str]:
    """The kinds of files that have a template, in alphabetical order."""
    return sorted(_files())


def file_template(kind: str) -> str:
    """The template of a kind, as the text of a file. Raises KeyError if there is none."""
    return _files()[kind].read_text(encoding="utf-8")


def _files() -> dict[str, Path]:
    return {path.stem: path for path in (FOLDER / "templates").iterdir()}
