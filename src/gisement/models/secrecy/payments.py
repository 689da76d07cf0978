"""The public tables of payments: the closed list of the catalog, protected together year by year, rounded.

Each cell is the money of one year for some values of columns. Cells of two tables are bound where those of one tell the
columns of the other: the coarser cell is the sum of the finer ones. The rule hides cells, `suppression` hides what
would tell of them, to everyone and to a buyer that takes its own money away; what is left is rounded. No year shares a
line with another, so that years are protected apart; a figure over several years is the sum of what is shown of each.

Each partner protects its own tables at home, and these alone travel. A cell of the territory is the sum of the cells of
partners; where one of them does not show its own, the territory's is not known either: at least what the others show.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa
from scipy import sparse

from gisement.catalog import parameter
from gisement.catalog.public_tables import PublicTable, public_columns, public_tables
from gisement.models.arrays import Flags, Floats, Integers
from gisement.models.secrecy.rule import Behind, Rule, behind, rule
from gisement.models.secrecy.suppression import View, as_everyone_reads, suppressed
from gisement.terms import local_step

Key = tuple[Any, ...]
Row = Mapping[str, Any]
CENTS = 100
UNKNOWN = "?"
SIREN = 9
"""Digits of a legal unit: whoever pays from one of its establishments knows what the others pay."""
INTEGERS = ("establishment_nearest", "establishment_farthest", "head_office_nearest", "head_office_farthest")
DEAREST = 30.0
"""How much dearer it is to hide a cell of a table that is worth keeping by one degree more."""


@dataclass(frozen=True)
class Others:
    """The money of all buyers but one, as cells: what that one does not know. `known`: cells of its own money alone."""

    cents: Integers
    behind: Behind
    known: Flags


@dataclass(frozen=True)
class Linked:
    """The cells of all tables of one year: table and key of each, cents, what binds them, what is behind them.

    `values` are those of all columns that a cell tells, the implied ones too. `others` is what is left of the cells for
    each buyer (SIREN) that takes away its own money: whoever pays knows what it paid.
    """

    keys: tuple[tuple[PublicTable, Key], ...]
    values: tuple[Mapping[str, Any], ...]
    cents: Integers
    relations: Any
    behind: Behind
    others: Mapping[str, Others]


@local_step(2_000_000, "suppression is a sequence of linear programmes on arrays, in the driver", "payment_part")
def public_payment(payment_part: pa.Table) -> pa.Table:
    """One row per year and cell of a public table: rounded cents, null where it is not shown.

    Nothing says whether a cell is hidden for itself or for another. Source: see `models/secrecy/suppression.py`.
    """
    rows: list[dict[str, Any]] = []
    years = payment_part["year"].to_pylist()
    for year in sorted(set(years)):
        of_year = payment_part.filter(pa.array([each == year for each in years]))
        linked = linked_cells(of_year)
        rows += _rows(year, linked, shown_cells(linked, rule()))
    return pa.Table.from_pylist(rows, schema=_schema())


def linked_cells(parts: pa.Table) -> Linked:
    """The cells of every table of the list, from the parts of one year (or of a pooled study)."""
    columns = {name: parts[name].to_pylist() for name in public_columns()}
    cents = parts["amount_cents"].to_numpy()
    supplier = _numbers(parts["supplier_key"].to_pylist())
    keys: list[tuple[PublicTable, Key]] = []
    values: list[dict[str, Any]] = []
    at: dict[str, Integers] = {}
    for table in public_tables().values():
        found = list(zip(*(columns[name] for name in table.by), strict=True)) if table.by else [()] * len(cents)
        order = {key: number for number, key in enumerate(sorted(set(found), key=_order), start=len(keys))}
        at[table.name] = np.array([order[key] for key in found], dtype=np.int64)
        keys += [(table, key) for key in order]
        line = dict(zip(found, range(len(found)), strict=True))
        values += [{name: columns[name][line[key]] for name in sorted(table.tells)} for key in order]
    cell = np.concatenate(list(at.values()))
    times, count = len(at), len(keys)
    buyers = [str(buyer)[:SIREN] for buyer in columns["buyer_id"]]
    suppliers = int(supplier.max(initial=-1)) + 1

    def of(kept: Flags) -> tuple[Integers, Integers, Behind]:
        """Some of the lines, as cells: their cents, how many they are, what stands behind them."""
        at_supplier, paid = np.tile(supplier[kept], times), np.tile(cents[kept], times)
        at_cell = cell[np.tile(kept, times)]
        sums = np.zeros(count, dtype=np.int64)
        np.add.at(sums, at_cell, paid)
        return sums, np.bincount(at_cell, minlength=count), behind(at_cell, at_supplier, paid, count, suppliers)

    payer = np.array(buyers)
    sums, lines, whole = of(np.ones(len(cents), dtype=bool))
    others = {}
    for buyer in sorted(set(buyers)):
        own_sums, own_lines, own = of(payer == buyer)
        others[buyer] = Others(sums - own_sums, whole.without(own), lines == own_lines)
    return Linked(tuple(keys), tuple(values), sums, _relations(at, count), whole, others)


def shown_cells(linked: Linked, held: Rule) -> Flags:
    """Which cells may be shown: to everyone, and to each buyer, who can take its own money away from any of them."""
    offered = np.array([table.offered for table, _ in linked.keys])
    return suppressed(list(views(linked, held)), offered, _costs(linked, in_steps(linked.cents)))


def views(linked: Linked, held: Rule) -> Iterator[View]:
    """What everyone sees of the cells, then what each buyer does, of whatever it has not paid itself."""
    everyone = Others(linked.cents, linked.behind, np.zeros(len(linked.keys), dtype=bool))
    for seen in (everyone, *linked.others.values()):
        if not seen.known.all():
            yield _view(linked, seen, held)


def in_steps(cents: Integers) -> Floats:
    """Cents in steps of rounding: numbers that a linear programme likes."""
    steps: Floats = cents / (CENTS * parameter("secrecy_rounding_eur"))
    return steps


def _view(linked: Linked, seen: Others, held: Rule) -> View:
    values = in_steps(seen.cents)
    margin = np.maximum(np.abs(values) * parameter("secrecy_margin_pct") / 100, 1.0)

    def breaks(sums: Sequence[Integers]) -> Flags:
        is_known = np.array([seen.known[members].all() for members in sums], dtype=bool)
        return ~is_known & seen.behind.of(sums).breaks(held)

    cells = replace(as_everyone_reads(values, linked.relations), known=seen.known)
    return View(cells, seen.behind.breaks(held) & ~seen.known, margin, breaks)


def rounded(cents: int) -> int:
    """The nearest multiple of the rounding step, halves away from zero."""
    step = CENTS * parameter("secrecy_rounding_eur")
    whole = (abs(cents) + step // 2) // step * step
    return whole if cents >= 0 else -whole


def _relations(at: Mapping[str, Integers], count: int) -> Any:
    """Coarse cells as sums of finer ones, for tables with none between them."""
    tables = public_tables()
    totals, parts, numbers, first = [], [], [], 0
    for coarse in tables.values():
        for fine in _just_finer(coarse, list(tables.values())):
            # one number for each pair: rows of two take ten times as long to sort
            top_of, part_of = np.divmod(np.unique(at[coarse.name] * count + at[fine.name]), count)
            tops, where = np.unique(top_of, return_inverse=True)
            totals.append(np.column_stack([first + np.arange(len(tops)), tops]))
            parts.append(part_of)
            numbers.append(first + where)
            first += len(tops)
    top = np.concatenate(totals)
    rows = np.concatenate([top[:, 0], *numbers])
    columns = np.concatenate([top[:, 1], *parts])
    signs = np.concatenate([np.ones(len(top)), -np.ones(len(rows) - len(top))])
    return sparse.coo_matrix((signs, (rows, columns)), shape=(first, count)).tocsr()


def _just_finer(coarse: PublicTable, tables: Sequence[PublicTable]) -> list[PublicTable]:
    finer = [table for table in tables if coarse.tells < table.tells]
    return [table for table in finer if not any(other.tells < table.tells for other in finer)]


def _costs(linked: Linked, values: Floats) -> Floats:
    """Cells of tables worth keeping, then large ones, are the last to be hidden."""
    keep = np.array([table.keep for table, _ in linked.keys], dtype=float)
    costs: Floats = DEAREST**keep * (1.0 + np.log10(1.0 + np.abs(values)))
    return costs


def _rows(year: int, linked: Linked, shown: Flags) -> list[dict[str, Any]]:
    found = []
    for number, (table, key) in enumerate(linked.keys):
        if table.offered:
            values = linked.values[number]
            name = "|".join([table.name, str(year), *(UNKNOWN if value is None else str(value) for value in key)])
            cents = rounded(int(linked.cents[number])) if shown[number] else None
            found.append(
                {"public_cell": name, "public_table": table.name, "year": year, **values, "shown_cents": cents}
            )
    return found


def _numbers(keys: Sequence[str | None]) -> Integers:
    """A number for each supplier, -1 where it is not known."""
    known = {key: number for number, key in enumerate(sorted({key for key in keys if key is not None}))}
    return np.array([-1 if key is None else known[key] for key in keys], dtype=np.int64)


def _order(key: Key) -> tuple[Any, ...]:
    return tuple((value is not None, value if isinstance(value, int) else str(value)) for value in key)


def _schema() -> pa.Schema:
    texts = {name: pa.int8() if name in INTEGERS else pa.string() for name in public_columns()}
    named = {"public_cell": pa.string(), "public_table": pa.string(), "year": pa.int64()}
    return pa.schema({**named, **texts, "shown_cents": pa.int64()})


def joined(shares: Sequence[Sequence[Row]]) -> list[dict[str, Any]]:
    """One row per cell of the territory, as those of `public_payment`, from the rows of each partner.

    Cents only if every partner that has the cell shows it; what is shown at least, and by how many partners.
    """
    cells: dict[Key, list[Row]] = defaultdict(list)
    for row in chain(*shares):
        table = public_tables()[row["public_table"]]
        cells[table.name, row["year"], *(row[column] for column in table.by)].append(row)
    found = []
    for rows in cells.values():
        shown = [int(row["shown_cents"]) for row in rows if row["shown_cents"] is not None]
        whole = sum(shown) if len(shown) == len(rows) else None
        found.append({**rows[0], "shown_cents": whole, "at_least_cents": sum(shown), "partners": len(rows)})
    return sorted(found, key=lambda row: str(row["public_cell"]))


def twice(shares: Sequence[Sequence[Row]]) -> list[str]:
    """Buyers that more than one of the tables speak of: their money would count twice."""
    seen = Counter(
        buyer
        for share in shares
        for buyer in {str(row["buyer_id"]) for row in share if row["public_table"] == "by_buyer"}
    )
    return sorted(buyer for buyer, count in seen.items() if count > 1)
