"""How far spending is in few hands: Herfindahl-Hirschman index, share of the first suppliers, Pareto, median.

Letters: a_k is what supplier k was paid, A the sum over suppliers, s_k = a_k / A. Rows whose supplier nobody knows
bring bounds: the index and the share of the first n are lowest when each such row is a supplier of its own, and highest
when all are given to the largest supplier (both are convex in the amounts, so no other assignment goes beyond). The
value is that of the rows whose supplier is known; where unknown rows are large it can lie outside its bounds, which are
those of the whole, and then the bounds are the ones to read.

Suppliers whose payments do not add up to more than zero (credit notes) have no share: they are left out of A and told.

Source: Rhoades, The Herfindahl-Hirschman Index, Federal Reserve Bulletin 79 (1993); U.S. Department of Justice and
Federal Trade Commission, Horizontal Merger Guidelines (2010), 5.3, for the worked case of the tests; Marshall, Olkin,
Arnold, Inequalities (2011), 3.C, for convexity.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Integers = npt.NDArray[np.int64]

TOPS = (5, 10)
PARETO_PERCENT = 80


@dataclass(frozen=True)
class Bounded:
    """A value with its bounds for missing suppliers; all null where no supplier is known or nothing is positive."""

    value: float | None
    low: float | None
    high: float | None


UNKNOWN = Bounded(None, None, None)


def hhi(known: Sequence[int] | Integers, unknown: Sequence[int] | Integers = ()) -> Bounded:
    """Σ s_k², from 0 to 1, of the positive totals by supplier; `unknown` are rows whose supplier is not known.

    Source: Rhoades (1993); Herfindahl, Concentration in the Steel Industry (1950).
    """
    a, u = _positive(known), _positive(unknown)
    if not len(a):
        return UNKNOWN
    largest = np.append(a[1:], a[0] + u.sum())
    return Bounded(_squares(a), _squares(np.append(a, u)), _squares(largest))


def top(n: int, known: Sequence[int] | Integers, unknown: Sequence[int] | Integers = ()) -> Bounded:
    """Share of the `n` suppliers that are paid most, from 0 to 1.

    Source: concentration ratio C_n, Rhoades (1993).
    """
    a, u = _positive(known), _positive(unknown)
    if not len(a):
        return UNKNOWN
    every = _positive(np.append(a, u))
    whole = every.sum()
    return Bounded(_ratio(a[:n].sum(), a.sum()), _ratio(every[:n].sum(), whole), _ratio(a[:n].sum() + u.sum(), whole))


def median_cents(known: Sequence[int] | Integers) -> int | None:
    """What the supplier in the middle was paid; of two in the middle, the one paid less."""
    a = _positive(known)
    return int(a[len(a) // 2]) if len(a) else None


def pareto_count(known: Sequence[int] | Integers, percent: int = PARETO_PERCENT) -> int | None:
    """The least number of suppliers that together are paid `percent` % of what suppliers are paid.

    Source: Pareto, Cours d'économie politique (1897); Lorenz (1905) for the curve.
    """
    a = _positive(known)
    if not len(a):
        return None
    reached = np.cumsum(a.astype(object)) * 100
    return int(np.argmax(reached >= percent * int(a.sum()))) + 1


def pareto_curve(known: Sequence[int] | Integers) -> pa.Table:
    """The suppliers from the most paid: rank, share of suppliers and share of the money up to that rank."""
    a = _positive(known)
    ranks = np.arange(1, len(a) + 1)
    whole = float(a.sum()) if len(a) else 1.0
    return pa.table(
        {
            "supplier_rank": pa.array(ranks, pa.int64()),
            "suppliers_share": pa.array(ranks / max(len(a), 1), pa.float64()),
            "amount_share": pa.array(np.cumsum(a) / whole, pa.float64()),
        }
    )


def concentration(rows: pa.Table, by: Sequence[str] = (), over: str = "supplier_id") -> pa.Table:
    """One row per group of `by`: number of suppliers, amounts, HHI, shares of the first, median, Pareto count.

    `rows` has the columns of `by`, the one of `over` (null where nobody knows) and `amount_cents`; rows of null amount
    have no part in it. `left_out_cents` is what suppliers and unknown rows of no positive total add up to.
    """
    rows = rows.filter(pc.is_valid(rows["amount_cents"])).select([*by, over, "amount_cents"])
    groups = _grouped(rows, by, over)
    return pa.Table.from_pylist(
        [dict(zip(by, key, strict=True)) | _measures(a, u) for key, (a, u) in groups.items()],
        pa.schema([*(rows.schema.field(name) for name in by), *(pa.field(*measure) for measure in _MEASURES)]),
    )


_MEASURES = (
    ("suppliers_count", "int64"),
    ("known_cents", "int64"),
    ("unknown_cents", "int64"),
    ("left_out_cents", "int64"),
    *((f"{name}{end}", "double") for name in ("hhi", "top_5", "top_10") for end in ("", "_low", "_high")),
    ("median_cents", "int64"),
    ("pareto_80_count", "int64"),
)


def _grouped(rows: pa.Table, by: Sequence[str], over: str) -> dict[tuple[object, ...], tuple[Integers, Integers]]:
    """For every group, in order: totals by supplier, and the unknown rows one by one."""
    is_known = pc.is_valid(rows[over])
    summed = rows.filter(is_known).group_by([*by, over]).aggregate([("amount_cents", "sum")])
    summed = summed.rename_columns([*by, over, "amount_cents"])
    lists: dict[tuple[object, ...], tuple[list[int], list[int]]] = {}
    for side, part in enumerate((summed, rows.filter(pc.invert(is_known)))):
        keys = zip(*(part[name].to_pylist() for name in by), strict=True) if by else ((),) * part.num_rows
        for key, cents in zip(keys, part["amount_cents"].to_pylist(), strict=True):
            lists.setdefault(key, ([], []))[side].append(cents)
    ordered = sorted(lists, key=lambda key: [(value is not None, value) for value in key])
    return {key: (np.array(lists[key][0], np.int64), np.array(lists[key][1], np.int64)) for key in ordered}


def _measures(a: Integers, u: Integers) -> dict[str, float | int | None]:
    found: dict[str, float | int | None] = {
        "suppliers_count": int((a > 0).sum()),
        "known_cents": int(a[a > 0].sum()),
        "unknown_cents": int(u[u > 0].sum()),
        "left_out_cents": int(a[a <= 0].sum() + u[u <= 0].sum()),
        "median_cents": median_cents(a),
        "pareto_80_count": pareto_count(a),
    }
    for name, bounded in (("hhi", hhi(a, u)), *((f"top_{n}", top(n, a, u)) for n in TOPS)):
        found |= {name: bounded.value, f"{name}_low": bounded.low, f"{name}_high": bounded.high}
    return found


def _positive(values: Sequence[int] | Integers) -> Integers:
    """The positive values, from the largest."""
    kept = np.asarray(values, dtype=np.int64)
    return np.sort(kept[kept > 0])[::-1]


def _squares(values: Integers) -> float:
    shares = values / values.sum()
    return float((shares * shares).sum())


def _ratio(part: np.int64, whole: np.int64) -> float:
    return int(part) / int(whole)
