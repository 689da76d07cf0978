"""Figures on payments for everyone: answered from the public tables alone, never from the lines behind them.

A figure is a sum of published cells. If one that it needs is not shown, the figure is not shown either. The rows behind
it are the finest published cells and one remainder, « not shown », that makes up the difference, rounding included.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from gisement.catalog.public_tables import IMPLIED, PublicTable, public_tables
from gisement.terms import Indicator, Level, Ring, Sums, Trouble, Verdict
from gisement.terms.arithmetic import Measure, share, total

Cell = Mapping[str, Any]
Judge = Callable[[Cell], Verdict]
NOT_SHOWN, PROTECTED = "not_shown", "protected"
PUBLISHED = ("local_share", "total_spend", "sme_share")
"""Indicators that are told of payments to everyone."""
COLUMNS: Mapping[str, str] = {
    "year": "year", "buyer": "buyer_id", "family": "family", "segment": "segment", "size_class": "size_class",
}  # fmt: skip
"""Keys of `--by` and `--where` that public tables have, and their columns."""
_SCOPES = {"needed": Verdict.PART, "medical": Verdict.EXCLUDED, "unknown": Verdict.UNKNOWN}
_PLACES = {"inside": Verdict.PART, "outside": Verdict.REST, "place_unknown": Verdict.UNKNOWN}
_DESTINATIONS = {**_PLACES, "need_unknown": Verdict.UNKNOWN, "medical": Verdict.EXCLUDED}
_WIDE = {"other": Verdict.PART, "medical_wide": Verdict.EXCLUDED, **_SCOPES}


@dataclass(frozen=True)
class Answer:
    """What a public figure is: sums by verdict, value and bounds, and whether it is shown at all."""

    group: Mapping[str, Any]
    sums: Sums
    measure: Measure
    is_shown: bool


@dataclass(frozen=True)
class Detail:
    """The rows behind a verdict: published cells by name, and the remainder in cents; None if there is none."""

    cells: tuple[str, ...]
    remainder: int | None


class PublicTables:
    """The public tables of a workspace, as rows of `public_payment`; `usual_ring` is that of the local share."""

    def __init__(self, rows: Iterable[Cell], usual_ring: Ring) -> None:
        self.usual_ring = usual_ring
        self.cells: dict[str, list[Cell]] = defaultdict(list)
        for row in rows:
            self.cells[row["public_table"]].append(row)

    def account(self) -> dict[str, tuple[int, int]]:
        """How many cells of each table are shown, and how many are not."""
        counts = {name: sum(cell["shown_cents"] is not None for cell in cells) for name, cells in self.cells.items()}
        return {name: (counts[name], len(cells) - counts[name]) for name, cells in self.cells.items()}

    def figures(
        self, indicator: Indicator, filters: Mapping[str, tuple[str, ...]], option: SimpleNamespace, by: Sequence[str]
    ) -> list[Answer]:
        """One answer per group of `by`. Raises Trouble if no public table holds what is asked."""
        table, judge = self._found(indicator, filters, option, by)
        groups: dict[tuple[Any, ...], list[Cell]] = defaultdict(list)
        for cell in self._kept(table, filters):
            groups[tuple(cell[COLUMNS[name]] for name in by)].append(cell)
        if not by and not groups:
            groups[()] = []
        return [
            self._answer(indicator, dict(zip(by, key, strict=True)), cells, table, judge)
            for key, cells in sorted(groups.items(), key=lambda item: tuple((v is None, str(v)) for v in item[0]))
        ]

    def detail(
        self, indicator: Indicator, filters: Mapping[str, tuple[str, ...]], option: SimpleNamespace, verdict: Verdict
    ) -> Detail:
        """The rows behind one verdict of a figure; none where it is not shown."""
        table, judge = self._found(indicator, filters, option, ())
        kept = list(self._kept(table, filters))
        if any(cell["shown_cents"] is None for cell in kept):
            return Detail((), None)
        return self._detail(table, [cell for cell in kept if judge(cell) == verdict])

    def holds(
        self, indicator: Indicator, filters: Mapping[str, tuple[str, ...]], option: SimpleNamespace, by: Sequence[str]
    ) -> bool:
        """Whether a public table holds what is asked."""
        asked = [name for name in (*filters, *by) if name not in ("basis", "buyers")]
        if any(name not in COLUMNS for name in asked) or "all" in filters.get("buyers", ()):
            return False
        return self._table(indicator, {COLUMNS[name] for name in asked} - {"year"}, option) is not None

    def _found(
        self, indicator: Indicator, filters: Mapping[str, tuple[str, ...]], option: SimpleNamespace, by: Sequence[str]
    ) -> tuple[PublicTable, Judge]:
        if self.holds(indicator, filters, option, by):
            columns = {COLUMNS[name] for name in (*filters, *by) if name in COLUMNS} - {"year"}
            found = self._table(indicator, columns, option)
            if found:
                return found
        raise _unpublished(indicator)

    def _table(
        self, indicator: Indicator, columns: set[str], option: SimpleNamespace
    ) -> tuple[PublicTable, Judge] | None:
        """The table whose cells are told apart by these columns and by the verdict, and by nothing else."""
        for verdict_columns, judge in _judges(indicator.name, option, self.usual_ring):
            asked = _told(columns | verdict_columns)
            for table in public_tables().values():
                if table.offered and set(table.by) <= asked <= table.tells:
                    return table, judge
        return None

    def _kept(self, table: PublicTable, filters: Mapping[str, tuple[str, ...]]) -> Iterable[Cell]:
        chosen = {name: values for name, values in filters.items() if name in COLUMNS}
        return (
            cell
            for cell in self.cells.get(table.name, ())
            if all(_is_one_of(name, cell[COLUMNS[name]], values) for name, values in chosen.items())
        )

    def _answer(
        self, indicator: Indicator, group: Mapping[str, Any], cells: Sequence[Cell], table: PublicTable, judge: Judge
    ) -> Answer:
        if any(cell["shown_cents"] is None for cell in cells):
            return Answer(group, Sums(level_rank=Level.DERIVED.rank), Measure(None, None, None, None), False)
        held: dict[Verdict, list[Cell]] = defaultdict(list)
        for cell in cells:
            held[judge(cell)].append(cell)
        cents = {verdict: [cell["shown_cents"] for cell in held[verdict]] for verdict in Verdict}
        details = {verdict: self._detail(table, held[verdict]) for verdict in Verdict}
        sums = Sums(
            part=sum(cents[Verdict.PART]), rest=sum(cents[Verdict.REST]), excluded=sum(cents[Verdict.EXCLUDED]),
            unknown_positive=sum(each for each in cents[Verdict.UNKNOWN] if each > 0),
            unknown_negative=sum(each for each in cents[Verdict.UNKNOWN] if each < 0),
            counts={v: len(detail.cells) + (detail.remainder is not None) for v, detail in details.items()},
            level_rank=Level.DERIVED.rank,
        )  # fmt: skip
        measure = share(sums) if indicator.kind == "share" else total(sums, indicator.unit.divisor)
        return Answer(group, sums, measure, True)

    def _detail(self, table: PublicTable, cells: Sequence[Cell]) -> Detail:
        fine = public_tables()[table.detail]
        if fine == table:
            return Detail(tuple(cell["public_cell"] for cell in cells), None)
        wanted = {_values(cell, table) for cell in cells}
        below = [cell for cell in self.cells.get(fine.name, ()) if _values(cell, table) in wanted]
        shown = [cell for cell in below if cell["shown_cents"] is not None]
        rest = sum(cell["shown_cents"] for cell in cells) - sum(cell["shown_cents"] for cell in shown)
        has_rest = rest != 0 or len(shown) < len(below)
        return Detail(tuple(cell["public_cell"] for cell in shown), rest if has_rest else None)


def _judges(name: str, option: SimpleNamespace, usual: Ring) -> list[tuple[set[str], Judge]]:
    """The columns that tell the verdict, and how: the same definitions as `indicators`, on cells in place of lines."""
    if name == "sme_share" and option.medical == "included":
        return [({"size_class"}, _sme)]
    if name == "total_spend":
        return _spent(option.medical)
    if name != "local_share":
        return []
    ring = Ring[option.ring.upper()]
    if option.place == "establishment" and ring == usual:
        by_medical: dict[str, tuple[set[str], Judge]] = {
            "excluded": ({"destination"}, lambda cell: _DESTINATIONS[cell["destination"]]),
            "included": ({"place"}, lambda cell: _PLACES[cell["place"]]),
            "excluded_wide": ({"need", "place"}, lambda cell: _within(_WIDE[cell["need"]], _PLACES[cell["place"]])),
        }
        return [by_medical[option.medical]]
    if option.medical != "excluded":
        return []
    near, far = f"{option.place}_nearest", f"{option.place}_farthest"
    return [({"scope", near, far}, lambda cell: _within(_SCOPES[cell["scope"]], _ring(cell, near, far, ring)))]


def _spent(medical: str) -> list[tuple[set[str], Judge]]:
    if medical == "included":
        return [(set(), lambda cell: Verdict.PART)]
    if medical == "excluded_wide":
        return [({"need"}, lambda cell: _WIDE[cell["need"]])]
    by_destination = {**_DESTINATIONS, **dict.fromkeys(_PLACES, Verdict.PART)}
    return [
        ({"scope"}, lambda cell: _SCOPES[cell["scope"]]),
        ({"destination"}, lambda cell: by_destination[cell["destination"]]),
    ]


def _sme(cell: Cell) -> Verdict:
    if cell["size_class"] is None:
        return Verdict.UNKNOWN
    return Verdict.PART if cell["size_class"] == "PME" else Verdict.REST


def _within(scope: Verdict, inside: Verdict) -> Verdict:
    """The verdict of a scope and of what counts in it."""
    return inside if scope == Verdict.PART else scope


def _ring(cell: Cell, near: str, far: str, ring: Ring) -> Verdict:
    if cell[far] is not None and cell[far] <= ring:
        return Verdict.PART
    return Verdict.REST if cell[near] is not None and cell[near] > ring else Verdict.UNKNOWN


def _told(columns: set[str]) -> set[str]:
    told = set(columns)
    while more := {column for causes, column in IMPLIED if causes <= told} - told:
        told |= more
    return told


def _is_one_of(name: str, value: Any, asked: Sequence[str]) -> bool:
    if value is None:
        return "" in asked
    if name == "buyer":
        return any(str(value) == each.removeprefix("=") or str(value)[:9] == each for each in asked)
    return str(value) in asked


def _values(cell: Cell, table: PublicTable) -> tuple[Any, ...]:
    return (cell["year"], *(cell[column] for column in table.by))


class Unpublished(Trouble):
    """The refusal of a figure of payments that no public table holds."""


def _unpublished(indicator: Indicator) -> Unpublished:
    known = ", ".join(PUBLISHED)
    return Unpublished(
        fr=f"Sur les paiements, ce croisement de {indicator.name} n'est pas publié : les tableaux publiés ({known}) "
        "tiennent en une liste fermée, page « Secret ». Les contrats se croisent librement : basis=contract.",
        en=f"On payments, this crossing of {indicator.name} is not published: public tables ({known}) are a closed "
        "list, see the page 'Secrecy'. Contracts can be crossed freely: basis=contract.",
    )
