"""What is told of files that have been kept too long: which, since when, and the command that removes each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from gisement.catalog import texts
from gisement.publish import format
from gisement.studies.retention import Kept


def sentences(late: Iterable[Kept], language: str) -> list[str]:
    """One sentence for each file that should have been removed; no text is read where there is none."""
    return [
        texts(language)["terminal"]["kept_too_long"].format(
            file=format.harmless(each.file), kind=each.kind, until=format.day(each.until, language),
            identifier=f"{each.kind}/{each.identifier}",
        )
        for each in late
    ]  # fmt: skip


def as_rows(kept: Sequence[Kept], today: date) -> list[dict[str, Any]]:
    """Every file that has a duration, as rows of `check --format json`."""
    return [
        {
            "of": "retention", "snapshot": each.identifier, "kind": each.kind, "file": each.file,
            "last_year": each.last_year, "until": each.until.isoformat(), "is_overdue": each.until < today,
        }
        for each in kept
    ]  # fmt: skip
