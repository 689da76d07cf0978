"""How long each kind of file may be kept, read from `retention.yaml`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from gisement.catalog.tables import read_yaml


@dataclass(frozen=True)
class Retention:
    """Kinds of files, what they are and why they are kept (by language), months to keep them; None: no limit."""

    kinds: tuple[str, ...]
    months: int | None
    titles: dict[str, str]
    reasons: dict[str, str]


@cache
def retentions() -> tuple[Retention, ...]:
    """Every duration, in the order of the file."""
    return tuple(
        Retention(
            tuple(entry["kinds"]), entry.get("months"), {language: entry[language] for language in ("fr", "en")},
            {language: entry[f"why_{language}"] for language in ("fr", "en")},
        )
        for entry in read_yaml("retention.yaml").values()
    )  # fmt: skip


@cache
def published_kinds() -> frozenset[str]:
    """Kinds of files that their producer publishes: their names may be told to everyone."""
    return frozenset(read_yaml("retention.yaml")["published"]["kinds"])
