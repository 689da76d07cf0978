"""The primary rule of secrecy: which sums of payments would tell what one supplier was paid.

A sum may be shown if at least three suppliers stand behind it and none of them makes more than 85 % of it. A supplier
counts by the size of what it was paid in all: one whom credit notes leave with nothing does not count, one who owes
money counts as if it were paid. Money whose supplier nobody knows counts against showing: it is no supplier, and it may
all be the largest one's.

Source: INSEE, « Guide du secret statistique » (three enterprises, none above 85 %); A. Hundepool et al., Statistical
Disclosure Control (Wiley, 2012), chapter 4: minimum frequency and dominance rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from gisement.catalog import parameter
from gisement.models.arrays import Flags, Integers


@dataclass(frozen=True)
class Rule:
    """At least `suppliers` behind a sum, the largest with `share_pct` percent of it at most."""

    suppliers: int
    share_pct: int


def rule() -> Rule:
    """The rule that the parameters of the catalog set: `suppliers` at least, `share_pct` percent at most.

    Source: statistical secrecy as Insee applies it to tables on firms (three units, 85 %).
    """
    return Rule(parameter("secrecy_min_suppliers"), parameter("secrecy_max_share_pct"))


@dataclass(frozen=True)
class Behind:
    """What stands behind cells: cents by cell (row) and supplier (column, once a row), and the size of the others."""

    by_supplier: Any
    unknown: Integers

    def of(self, sums: Sequence[Integers]) -> Behind:
        """What stands behind sums of some cells, a row each."""
        rows = np.repeat(np.arange(len(sums)), [len(each) for each in sums])
        columns = np.concatenate([*sums, np.zeros(0, dtype=np.int64)])
        shape = (len(sums), self.by_supplier.shape[0])
        members = sparse.csr_matrix((np.ones(len(rows), dtype=np.int64), (rows, columns)), shape=shape)
        return Behind(sparse.csr_matrix(members @ self.by_supplier), members @ self.unknown)

    def without(self, own: Behind) -> Behind:
        """What stands behind the same cells once some of their lines, of the same suppliers, are taken away."""
        return Behind(self.by_supplier - own.by_supplier, self.unknown - own.unknown)

    def breaks(self, held: Rule) -> Flags:
        """Which cells the rule forbids to show."""
        each, starts = np.abs(self.by_supplier.data), self.by_supplier.indptr
        count = _by_row(each > 0, starts)
        whole = _by_row(each, starts) + self.unknown
        largest, has_some = np.zeros(len(count), dtype=np.int64), np.diff(starts) > 0
        if len(each):
            largest[has_some] = np.maximum.reduceat(each, starts[:-1][has_some])
        is_dominated = 100 * (largest + self.unknown) > held.share_pct * whole
        forbidden: Flags = (count < held.suppliers) | is_dominated
        return forbidden


def _by_row(values: npt.NDArray[Any], starts: Integers) -> Integers:
    """The sum of each row of a sparse matrix."""
    sums = np.concatenate([[0], np.cumsum(values, dtype=np.int64)])
    rows: Integers = sums[starts[1:]] - sums[starts[:-1]]
    return rows


def behind(cell: Integers, supplier: Integers, cents: Integers, cells: int, suppliers: int | None = None) -> Behind:
    """What stands behind `cells` cells, from lines (cell, supplier, cents); a supplier below 0 is an unknown one."""
    is_known = supplier >= 0
    columns = int(supplier.max(initial=-1)) + 1 if suppliers is None else suppliers
    shape = (cells, max(columns, 1))
    by_supplier = sparse.coo_matrix((cents[is_known], (cell[is_known], supplier[is_known])), shape=shape).tocsr()
    unknown = np.bincount(cell[~is_known], weights=np.abs(cents[~is_known]), minlength=cells).astype(np.int64)
    return Behind(by_supplier, unknown)
