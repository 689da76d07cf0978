"""How far the partners' objectives have come: each measured by its own indicator, never judged beyond its bounds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from gisement.catalog.few import is_few
from gisement.engine.asked import Row, rows_of
from gisement.engine.measure import MEASURED, TWO_BASES, Observatory
from gisement.engine.protected import NOT_SHOWN, Unpublished
from gisement.terms import Figure, Indicator, Level, Perimeter, Sums, Trouble

REACHED, MISSED, UNCERTAIN, UNKNOWN, UNDER_WAY = "reached", "missed", "uncertain", "unknown", "under_way"
STATES = (MISSED, UNCERTAIN, UNKNOWN, UNDER_WAY, REACHED)
"""What may be said of an objective: `under_way` while its year has not ended on the day of observation."""
AT_MOST = "at_most"
TABLES = (*MEASURED, "buyer", "target", "observation")
"""What this needs of a workspace."""
Named = Callable[[str], Indicator]
Spelled = Callable[[list[str]], Perimeter]


@dataclass(frozen=True)
class Progress:
    """An objective, its state, the figure of its year, those of every year so far, and those of each partner.

    `perimeter` is what is measured, but for the year; `years` are objectives of the same name for other years;
    `partners` are by legal unit (SIREN), of the same year.
    """

    target: Row
    state: str
    figure: Figure
    trajectory: tuple[Figure, ...]
    perimeter: Perimeter
    years: Mapping[int, float] = field(default_factory=dict)
    partners: Mapping[str, Figure] = field(default_factory=dict)


def progress(observatory: Observatory, named: Named, spelled: Spelled, basis: str = "") -> list[Progress]:
    """Every objective, by name and year; `named` gives an indicator by its name, `spelled` a perimeter.

    One that says no basis is measured on `basis` (by default that of the observatory), where its indicator has it. An
    objective is reached only if its lower bound is (its upper one for `at_most`), missed only if no value within the
    bounds reaches it; between the two, nobody knows.
    """
    found = rows_of(observatory, "SELECT * FROM target ORDER BY target_name, target_year")
    today = rows_of(observatory, "SELECT as_of_date FROM observation")[0]["as_of_date"]
    aims: dict[tuple[str, ...], dict[int, float]] = {}
    for row in found:
        aims.setdefault(_aim(row), {})[row["target_year"]] = row["target_value"]
    return [_told(observatory, row, aims[_aim(row)], today, named, spelled, basis) for row in found]


def state_of(figure: Figure, aim: float, *, at_most: bool, is_over: bool) -> str:
    """What a figure says of an objective (see `STATES`); a share of too few rows says nothing of it."""
    if not is_over:
        return UNDER_WAY
    low, high = figure.low, figure.high
    if figure.value is None or low is None or is_few(figure):
        return UNKNOWN
    if at_most:
        if high is not None and high <= aim:
            return REACHED
        return MISSED if low > aim else UNCERTAIN
    if low >= aim:
        return REACHED
    return MISSED if high is not None and high < aim else UNCERTAIN


def _aim(row: Row) -> tuple[str, ...]:
    """What years must share to make one trajectory: a name given to two indicators is no trajectory."""
    return row["target_name"], row["indicator_name"], row["perimeter"] or "", row["direction"]


def _told(
    observatory: Observatory, row: Row, aims: Mapping[int, float], today: date | None, named: Named, spelled: Spelled,
    basis: str = "",
) -> Progress:  # fmt: skip
    """The progress of an objective; Trouble names the objective whose perimeter cannot be."""
    try:
        return _progress(observatory, row, aims, today, named, spelled, basis)
    except Trouble as trouble:
        name = row["target_name"]
        raise Trouble(
            fr=f"Objectif « {name} » (« gisement sources » nomme son fichier) : {trouble.fr}",
            en=f"Objective '{name}' ('gisement sources' names its file): {trouble.en}",
        ) from None


def _progress(
    observatory: Observatory, row: Row, aims: Mapping[int, float], today: date | None, named: Named, spelled: Spelled,
    basis: str,
) -> Progress:  # fmt: skip
    pairs, year = row["perimeter"].split("\n") if row["perimeter"] else [], f"year={row['target_year']}"
    indicator = named(row["indicator_name"])
    if basis in indicator.bases and indicator.table == TWO_BASES and not any(p.startswith("basis=") for p in pairs):
        pairs.append(f"basis={basis}")
    figure, *_ = _measured(observatory, indicator, spelled([*pairs, year])) or [_unshown(indicator, spelled(pairs))]
    series = _measured(observatory, indicator, spelled(pairs), ("year",))
    own = {
        partner: found
        for partner in row["partners"].split()
        for found in _measured(observatory, indicator, spelled([*pairs, year, f"buyer={partner}"]))
    }
    is_over = today is not None and today.year > row["target_year"]
    return Progress(
        row,
        state_of(figure, row["target_value"], at_most=row["direction"] == AT_MOST, is_over=is_over),
        figure,
        tuple(each for each in series if each.group["year"] is not None),
        spelled(pairs),
        aims,
        own,
    )


def _measured(
    observatory: Observatory, indicator: Indicator, perimeter: Perimeter, by: tuple[str, ...] = ()
) -> list[Figure]:
    """The figures of a perimeter; none where they are of payments that are not published."""
    try:
        return observatory.measure(indicator, perimeter, by)
    except Unpublished:
        return []


def _unshown(indicator: Indicator, perimeter: Perimeter) -> Figure:
    """What stands for a figure of payments that only partners may see: no value, no bound, no row."""
    return Figure(
        indicator.name, indicator.unit.name, {}, None, None, None, "missing", None, Sums(), Level.DERIVED,
        basis="payment", options=dict(perimeter.options), secrecy=NOT_SHOWN,
    )  # fmt: skip
