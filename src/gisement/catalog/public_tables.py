"""The closed list of tables that are published of payments, read from `public_tables.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from gisement.catalog.tables import read_yaml

IMPLIED: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"segment"}), "family"),
    (frozenset({"segment"}), "need"),
    (frozenset({"need"}), "scope"),
    (frozenset({"destination"}), "scope"),
    (frozenset({"establishment_nearest", "establishment_farthest"}), "place"),
    (frozenset({"scope", "place"}), "destination"),
)
"""Columns whose values tell that of another one: cells that stand for them stand for it too."""


@dataclass(frozen=True)
class PublicTable:
    """A table of payments by year: what its cells stand for, the table of their detail, whether it is ever shown.

    `keep` says how much its cells are worth keeping when something has to be hidden; `figure` is the address of a
    figure made of it, and `titles` its name by language (both empty for one that is never shown).
    """

    name: str
    by: tuple[str, ...]
    detail: str
    offered: bool
    keep: int
    figure: str
    titles: Mapping[str, str]

    def title(self, language: str) -> str:
        """Its name for people, in `fr` or `en`; empty for a table that is never shown."""
        return self.titles.get(language, "")

    @property
    def tells(self) -> frozenset[str]:
        """The columns of its cells, and those that they imply."""
        told = set(self.by)
        while more := {column for causes, column in IMPLIED if causes <= told} - told:
            told |= more
        return frozenset(told)


@cache
def public_tables() -> Mapping[str, PublicTable]:
    """Every table of the list, by name, in order; a table without detail is its own."""
    return {
        name: PublicTable(
            name,
            tuple(entry["by"]),
            entry.get("detail", name),
            entry.get("offered", True),
            entry["keep"],
            entry.get("figure", ""),
            {language: entry[language] for language in ("fr", "en") if language in entry},
        )
        for name, entry in read_yaml("public_tables.yaml").items()
    }


@cache
def public_columns() -> tuple[str, ...]:
    """The columns that cells of any table stand for, in alphabetical order."""
    return tuple(sorted({column for table in public_tables().values() for column in table.by}))
