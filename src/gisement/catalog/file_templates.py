"""Templates of the files that `add` takes with a fixed header: the header, and lines that show how to fill it."""

from __future__ import annotations

from gisement.catalog.tables import FOLDER


def template_kinds() -> list[str]:
    """The kinds of files that have a template, in alphabetical order."""
    return sorted(path.stem for path in (FOLDER / "templates").glob("*.csv"))


def file_template(kind: str) -> str:
    """The template of a kind, as the text of a CSV. Raises KeyError if there is none."""
    if kind not in template_kinds():
        raise KeyError(kind)
    return (FOLDER / "templates" / f"{kind}.csv").read_text(encoding="utf-8")
