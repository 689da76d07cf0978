"""What is written: rules of law with their text and dates, and our own library of clauses and criteria."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from gisement.catalog.tables import read_yaml

READ_IN_THE_TEXT = "V"


@dataclass(frozen=True)
class LegalText:
    """What a rule asks, where it is written, and from which day (`since_earliest`: the first day that texts name)."""

    name: str
    fr: str
    en: str
    text: str
    since: date
    mark: str
    since_earliest: date
    until: date | None = None

    @property
    def is_sure(self) -> bool:
        """Whether the official text itself was read: only then may a rule be said not to be met."""
        return self.mark == READ_IN_THE_TEXT


@cache
def legal_texts() -> dict[str, LegalText]:
    """Every rule by its name, in the order of the file."""
    entries: dict[str, dict[str, Any]] = read_yaml("law/rules.yaml")
    return {name: LegalText(name=name, **{"since_earliest": e["since"], **e}) for name, e in entries.items()}


@cache
def clause_library() -> tuple[dict[str, Any], ...]:
    """Every entry, in the order of the file; `weight_pct` is None but for criteria."""
    return tuple({"weight_pct": None, **entry} for entry in read_yaml("clause_library.yaml"))
