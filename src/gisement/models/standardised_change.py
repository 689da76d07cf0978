"""How a share of contracts moved from one year to another: raw, over the same buyers, and among like contracts.

A share moves because buyers act otherwise, or because other buyers, or other contracts, are counted. Three readings
tell them apart:

- raw: the share of one year less that of the other;
- same buyers: the same, over the buyers that have contracts of known answer in both years;
- like contracts: within each stratum c (a buyer, a division of the CPV, a band of amounts), the change of the share,
  averaged with the weights of Mantel and Haenszel,

    Δ = Σ w_c (p_c1 - p_c0) / Σ w_c,   w_c = n_c0 n_c1 / (n_c0 + n_c1)

where n is the number of contracts (or their euros). A stratum of one year only weighs nothing: what is bought more, or
less, moves nothing. It is the estimate of a common difference that stays right when strata are many and small.

Intervals are of the bootstrap: each contract is counted a number of times drawn from Poisson's law of mean 1, all else
being equal, and the 2.5 and 97.5 % quantiles of the change are kept. They tell what the chance of a year's contracts
explains, nothing of errors in the data. Of few contracts, or where all answer alike, the draws tell too little (an
interval of no width would be a lie): none is given.

Source: Mantel, Haenszel, Journal of the National Cancer Institute 22 (1959); Greenland, Robins, Biometrics 41 (1985),
for the difference; Hanley, MacGibbon, Computer Methods and Programs in Biomedicine 83 (2006), for Poisson's bootstrap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from gisement.models.arrays import Floats, Integers, ratio

RAW, SAME_BUYERS, LIKE_CONTRACTS = "raw", "constant_perimeter", "constant_mix"
READINGS = (RAW, SAME_BUYERS, LIKE_CONTRACTS)
QUANTILES = (0.025, 0.975)
_CHUNK = 50


@dataclass(frozen=True)
class Change:
    """The change of a share from `year_0` to `year_1` (fractions), its 95 % interval, and what it is told on.

    `coverage` is the part of the two years' weight that the reading compares; all is None where nothing compares, the
    interval alone where too few contracts are.
    """

    year_0: int
    year_1: int
    reading: str
    value: float | None
    low: float | None
    high: float | None
    coverage: float | None


@dataclass(frozen=True)
class _Sums:
    """Weights and yes-weights by draw, year and stratum (buyer × kind of contract); the buyer of each stratum."""

    weight: Floats
    yes: Floats
    buyer: Integers


def changes(rows: pa.Table, pairs: Sequence[tuple[int, int]], draws: int = 1000, least: int = 1) -> list[Change]:
    """The three readings of each pair of years, in the order of READINGS.

    No interval is given where fewer than `least` contracts are compared in either year, nor one of no width.

    `rows` has one row per contract of known answer: `buyer_id`, `stratum` (text: the kind of contract), `year`,
    `is_yes` and `weight` (positive: 1, or cents). Same rows in any order, same answer: the seed of the draws is fixed.
    """
    years = sorted(set(rows["year"].to_pylist()))
    rows = rows.sort_by([(name, "ascending") for name in ("buyer_id", "stratum", "year", "is_yes", "weight")])
    cells, buyer = _strata(rows)
    found = _summed(rows, cells, buyer, years, np.ones((1, rows.num_rows)))
    drawn = _drawn(rows, cells, buyer, years, draws)
    counts = _counts(rows, cells, buyer, years)
    made = []
    for year_0, year_1 in pairs:
        if year_0 not in years or year_1 not in years:
            made += [Change(year_0, year_1, reading, None, None, None, None) for reading in READINGS]
            continue
        ends = (years.index(year_0), years.index(year_1))
        for reading in READINGS:
            change = _change(found, drawn, ends, reading, (year_0, year_1))
            few = counts[list(ends)][:, _compared(found, ends, reading)].sum(axis=1).min() < least
            made.append(replace(change, low=None, high=None) if few or change.low == change.high else change)
    return made


def mantel_haenszel(n_0: Any, yes_0: Any, n_1: Any, yes_1: Any) -> Floats:
    """Σ w (p₁ - p₀) / Σ w over the last axis; NaN where no stratum has both.

    Source: Greenland, Robins (1985), formula 2.
    """
    n_0, yes_0, n_1, yes_1 = (np.asarray(each, dtype=np.float64) for each in (n_0, yes_0, n_1, yes_1))
    both = n_0 + n_1
    both[both == 0] = 1
    moved = ((yes_1 * n_0 - yes_0 * n_1) / both).sum(axis=-1)
    return ratio(moved, (n_0 * n_1 / both).sum(axis=-1), empty=np.nan)


def _strata(rows: pa.Table) -> tuple[Integers, Integers]:
    """The stratum of each row, and the buyer of each stratum."""
    buyers, kinds = (pc.dictionary_encode(rows[name].combine_chunks()).indices for name in ("buyer_id", "stratum"))
    pairs = np.column_stack([buyers.to_numpy(zero_copy_only=False), kinds.to_numpy(zero_copy_only=False)])
    keys, where = np.unique(pairs.astype(np.int64).reshape(-1, 2), axis=0, return_inverse=True)
    return where.ravel().astype(np.int64), keys[:, 0]


def _counts(rows: pa.Table, cells: Integers, buyer: Integers, years: Sequence[int]) -> Integers:
    """How many contracts each year has in each stratum."""
    number = {year: place for place, year in enumerate(years)}
    counts = np.zeros((len(years), len(buyer)), dtype=np.int64)
    np.add.at(counts, (np.array([number[year] for year in rows["year"].to_pylist()], dtype=np.int64), cells), 1)
    return counts


def _drawn(rows: pa.Table, cells: Integers, buyer: Integers, years: Sequence[int], draws: int) -> _Sums:
    dice = np.random.default_rng(0)
    parts = []
    for start in range(0, draws, _CHUNK):
        times = dice.poisson(1.0, (min(_CHUNK, draws - start), rows.num_rows)).astype(np.float64)
        parts.append(_summed(rows, cells, buyer, years, times))
    weight, yes = (np.concatenate([getattr(part, name) for part in parts]) for name in ("weight", "yes"))
    return _Sums(weight, yes, buyer)


def _summed(rows: pa.Table, cells: Integers, buyer: Integers, years: Sequence[int], times: Floats) -> _Sums:
    from scipy.sparse import csr_array

    number = {year: place for place, year in enumerate(years)}
    year = np.array([number[each] for each in rows["year"].to_pylist()], dtype=np.int64)
    weight = rows["weight"].to_numpy().astype(np.float64)
    is_yes = rows["is_yes"].to_numpy(zero_copy_only=False).astype(np.float64)
    size = len(years) * len(buyer)
    where = (np.arange(len(cells)), year * len(buyer) + cells)
    sums = [
        np.asarray(times @ csr_array((values, where), shape=(len(cells), size))).reshape(len(times), len(years), -1)
        for values in (weight, weight * is_yes)
    ]
    return _Sums(sums[0], sums[1], buyer)


def _change(found: _Sums, drawn: _Sums, ends: tuple[int, int], reading: str, years: tuple[int, int]) -> Change:
    kept = _compared(found, ends, reading)
    value = float(_difference(found, ends, reading, kept)[0])
    if np.isnan(value):
        return Change(*years, reading, None, None, None, None)
    told = _difference(drawn, ends, reading, kept)
    told = told[~np.isnan(told)]
    low, high = (float(each) for each in np.quantile(told, QUANTILES)) if len(told) else (value, value)
    whole = found.weight[0][list(ends)]
    return Change(*years, reading, value, low, high, float(whole[:, kept].sum() / whole.sum()))


def _compared(found: _Sums, ends: tuple[int, int], reading: str) -> npt.NDArray[np.bool_]:
    """The strata that the reading compares."""
    first, second = (found.weight[0, end] for end in ends)
    if reading == RAW:
        return np.ones(len(first), dtype=bool)
    if reading == LIKE_CONTRACTS:
        return np.asarray((first > 0) & (second > 0))
    there = [np.bincount(found.buyer, weights=each, minlength=found.buyer.max() + 1) > 0 for each in (first, second)]
    return np.asarray((there[0] & there[1])[found.buyer])


def _difference(sums: _Sums, ends: tuple[int, int], reading: str, kept: npt.NDArray[np.bool_]) -> Floats:
    n_0, n_1 = (sums.weight[:, end][:, kept] for end in ends)
    yes_0, yes_1 = (sums.yes[:, end][:, kept] for end in ends)
    if reading == LIKE_CONTRACTS:
        return mantel_haenszel(n_0, yes_0, n_1, yes_1)
    shares = [ratio(yes.sum(axis=1), n.sum(axis=1), empty=np.nan) for n, yes in ((n_0, yes_0), (n_1, yes_1))]
    return np.asarray(shares[1] - shares[0])
