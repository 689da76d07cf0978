"""Releases of the public figures: what each published, which figures moved from one to the next, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from gisement.engine.served import Served
from gisement.store.code import code_digest
from gisement.store.kept import keep_release, kept_releases
from gisement.store.workspace import Workspace
from gisement.terms import Figure

Told = Mapping[str, Any]
"""A figure as it was published: `value`, `low`, `high` (any of them None), `coverage`, `unit`."""


@dataclass(frozen=True)
class Move:
    """A figure of which two releases in a row do not say the same; None where one of them did not have it."""

    indicator: str
    before: Told | None
    after: Told | None


@dataclass(frozen=True)
class Release:
    """One release, and what changed since the one before it.

    `added` and `withdrawn` count the files by source: their names are no public matter.
    """

    name: str
    as_of_date: date | None
    is_first: bool
    is_other_code: bool
    added: Mapping[str, int]
    withdrawn: Mapping[str, int]
    moves: tuple[Move, ...]


def note_release(served: Served, names: Iterable[str], figure: Callable[[str], Figure]) -> None:
    """Keep the figures that everyone is shown of these tables, under the name of their release.

    None of payments: what a former one said, less what it says now, could be what one supplier was paid.
    """
    figures = {name: _told(found) for name in names if not (found := figure(name)).secrecy}
    day = served.as_of_date()
    content = {
        "as_of_date": None if day is None else str(day), "code": code_digest(), "files": sorted(served.files()),
        "figures": figures,
    }  # fmt: skip
    keep_release(served.observatory.workspace, served.release, content)


def releases(workspace: Workspace) -> list[Release]:
    """Every release published from the workspace, the latest first."""
    kept = kept_releases(workspace)
    return [_compared(later, former) for later, former in zip(kept, [*kept[1:], None], strict=False)]


def _told(figure: Figure) -> dict[str, Any]:
    return {
        "value": figure.value, "low": figure.low, "high": figure.high, "coverage": figure.coverage,
        "unit": figure.unit,
    }  # fmt: skip


def _said(told: Told | None) -> tuple[Any, ...] | None:
    """What was said of a figure: an older release may have kept more of it than that."""
    return None if told is None else tuple(told.get(name) for name in ("value", "low", "high", "coverage", "unit"))


def _day_of(told: str | None) -> date | None:
    """The day that a release kept; one without any kept the word None before it kept nothing."""
    return None if told is None or told == "None" else date.fromisoformat(told)


def _compared(later: Told, former: Told | None) -> Release:
    before: Told = former or {"code": later["code"], "files": later["files"], "figures": later["figures"]}
    new, old = ({tuple(file) for file in each["files"]} for each in (later, before))
    names = dict.fromkeys([*later["figures"], *before["figures"]])
    moves = (Move(name, before["figures"].get(name), later["figures"].get(name)) for name in names)
    return Release(
        name=later["release"], as_of_date=_day_of(later["as_of_date"]), is_first=former is None,
        is_other_code=later["code"] != before["code"],
        added=Counter(kind for kind, _ in sorted(new - old)), withdrawn=Counter(kind for kind, _ in sorted(old - new)),
        moves=tuple(move for move in moves if _said(move.before) != _said(move.after)),
    )  # fmt: skip
