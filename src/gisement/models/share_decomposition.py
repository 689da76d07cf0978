"""Why the local share moved between two years: an exact account, and the trend at constant perimeter and mix.

Letters: b is a buyer, s a segment of needs, k a supplier (a legal unit, so that one that moves stays the same), t the
year. W_b is the part of buyer b in the spending, m_bs that of segment s in the spending of b, q_bsk that of supplier k
in the spending of b on s, ℓ_bsk the part of it paid to places inside the ring. Over the buyers present in both years,

    share_t = Σ W_b · m_bs · q_bsk · ℓ_bsk

and the change is shared among the four factors by the Shapley value: the effect of a factor is the change that it makes
when it passes from the first year to the second, averaged over all orders in which the four can pass. It is the one
rule that is exact, treats the factors alike and does not depend on an order; for two factors it is Bennet's mean of
Laspeyres and Paasche. Swapping the years changes the sign of every effect.

Perimeter stands outside the average, since a buyer that came has no first year: arrivals are what the second year's
share owes to buyers absent from the first, departures what the first year's share owed to buyers absent from the second
(Melitz and Polanec). What exists in one year only is given the other year's value for what it had no occasion to show:
a need that appears brings its suppliers as they are (a change of needs, not of suppliers), a supplier that appears
brings its place as it is (a change of supplier, not a relocation).

Values are whole multiples of 2⁻⁴⁰, so that effects add up to the change exactly, as floating-point numbers, in any
order.

Source: Shapley, A value for n-person games (1953); Shorrocks, Journal of Economic Inequality 11 (2013); Bennet, Journal
of the Royal Statistical Society 83 (1920); Melitz, Polanec, RAND Journal of Economics 46 (2015).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gisement.models.arrays import Flags, Floats, Integers, ratio
from gisement.models.shapley import shapley
from gisement.terms import Trouble

ARRIVALS, DEPARTURES = "buyer_arrivals", "buyer_departures"
FACTORS = ("buyer_weights", "needs", "supplier_change", "relocation")
"""W, m, q and ℓ: the first two are the mix, the last two what is left at constant perimeter and mix."""
EFFECTS = (ARRIVALS, DEPARTURES, *FACTORS)
AT_CONSTANT_MIX = FACTORS[2:]
_GRAIN = 2**40


@dataclass(frozen=True)
class Change:
    """The shares of two years (fractions) and the effects, in the order of EFFECTS, that add up to their difference."""

    year_0: int
    year_1: int
    share_0: float
    share_1: float
    effects: dict[str, float]

    @property
    def at_constant_perimeter(self) -> float:
        """The change over the buyers present in both years."""
        return sum(self.effects[name] for name in FACTORS)

    @property
    def at_constant_mix(self) -> float:
        """The change over the same buyers with the same weights and the same needs."""
        return sum(self.effects[name] for name in AT_CONSTANT_MIX)


@dataclass(frozen=True)
class _Cells:
    """One row per (b, s, k): codes, and in each of the two years the cents and the local cents."""

    b: Integers
    s: Integers
    k: Integers
    a: tuple[Integers, Integers]
    local: tuple[Integers, Integers]

    def take(self, kept: Flags) -> _Cells:
        """The cells at these places, or where this mask is true."""
        a, local = (self.a[0][kept], self.a[1][kept]), (self.local[0][kept], self.local[1][kept])
        return _Cells(self.b[kept], self.s[kept], self.k[kept], a, local)


def decompose(rows: pa.Table, year_0: int, year_1: int) -> Change:
    """The exact account of the change of the local share from `year_0` to `year_1`.

    `rows` has `buyer_id`, `segment`, `supplier_siren`, `year`, `is_local` and `amount_cents`, for the rows in scope
    whose place is known (verdicts part and rest); no null. A buyer whose payments of a year do not add up to more
    than zero is not present in that year. A need of a buyer that credit notes bring to zero or less is put together
    with the buyer's largest one. Raises Trouble if a share is not known or no buyer is present in both years.

    Source: see the module; the identity is Shorrocks (2013), section 2.
    """
    cells = _cells(rows, year_0, year_1)
    present = [_by(cells.b, cells.a[t]) > 0 for t in (0, 1)]
    is_common = (present[0] & present[1])[cells.b]
    shares = [_share(cells, t, year) for t, year in ((0, year_0), (1, year_1))]
    if not is_common.any():
        raise Trouble(
            fr=f"Aucun acheteur n'est présent en {year_0} et en {year_1} : leur part locale ne se compare pas.",
            en=f"No buyer is present both in {year_0} and in {year_1}: their local shares do not compare.",
        )
    common = _split_by_place(_pooled(cells.take(is_common)))
    effects = [float(_share(cells.take(is_common), t, 0)) for t in (0, 1)]
    factors = _factors(common)
    raw = shapley(FACTORS, lambda passed: _product_sum(factors, passed))
    raw |= {ARRIVALS: float(shares[1]) - effects[1], DEPARTURES: effects[0] - float(shares[0])}
    ends = [round(share * _GRAIN) for share in shares]
    whole = _adding_up([raw[name] * _GRAIN for name in EFFECTS], ends[1] - ends[0])
    exact = {name: units / _GRAIN for name, units in zip(EFFECTS, whole, strict=True)}
    return Change(year_0, year_1, ends[0] / _GRAIN, ends[1] / _GRAIN, exact)


def present_buyers(rows: pa.Table, year: int) -> set[str]:
    """The buyers whose payments of the year add up to more than zero."""
    of_year = rows.filter(pc.equal(rows["year"], year))
    sums = of_year.group_by("buyer_id").aggregate([("amount_cents", "sum")])
    return set(sums.filter(pc.greater(sums["amount_cents_sum"], 0))["buyer_id"].to_pylist())


def trend(rows: pa.Table) -> pa.Table:
    """Year by year: the raw share, and the share chained at constant perimeter, then at constant perimeter and mix.

    Each link compares two years that follow each other in `rows` (see `decompose`); both chains start from the raw
    share of the first year. A chain is null from the first link that has no buyer in common.

    Source: chaining as in Melitz, Polanec (2015); direct standardisation would need every need in every year.
    """
    years = sorted(set(rows["year"].to_pylist()))
    made: list[dict[str, float | int | None]] = []
    for number, year in enumerate(years):
        if number == 0:
            share = _known_share(rows, year)
            made.append({"year": year, "share": share, "constant_perimeter": share, "constant_mix": share})
            continue
        made.append(_link(rows, years[number - 1], year, made[-1]))
    names = ("share", "constant_perimeter", "constant_mix", *EFFECTS)
    return pa.Table.from_pylist(made, pa.schema([("year", pa.int64()), *((name, pa.float64()) for name in names)]))


def in_points(change: Change, decimals: int = 1) -> dict[str, float]:
    """The effects in percentage points, rounded so that what is printed adds up to the rounded change.

    Source: largest remainders (Hamilton's method).
    """
    scale = 100 * 10**decimals
    total = round((change.share_1 - change.share_0) * scale)
    units = _adding_up([value * scale for value in change.effects.values()], total)
    return {name: unit / 10**decimals for name, unit in zip(change.effects, units, strict=True)}


def _link(
    rows: pa.Table, year_0: int, year_1: int, before: dict[str, float | int | None]
) -> dict[str, float | int | None]:
    try:
        change = decompose(rows, year_0, year_1)
    except Trouble:
        return {"year": year_1, "share": _known_share(rows, year_1), "constant_perimeter": None, "constant_mix": None}
    perimeter, mix = before["constant_perimeter"], before["constant_mix"]
    return {
        "year": year_1,
        "share": change.share_1,
        "constant_perimeter": None if perimeter is None else perimeter + change.at_constant_perimeter,
        "constant_mix": None if mix is None else mix + change.at_constant_mix,
        **change.effects,
    }


def _known_share(rows: pa.Table, year: int) -> float | None:
    try:
        return round(_share(_cells(rows, year, year), 0, year) * _GRAIN) / _GRAIN
    except Trouble:
        return None


# --- from rows to W, m, q and ℓ -----------------------------------------------------------------------------


def _cells(rows: pa.Table, year_0: int, year_1: int) -> _Cells:
    """Sums of cents by buyer, segment and supplier in each of the two years."""
    rows = rows.filter(pc.is_in(rows["year"], pa.array([year_0, year_1])))
    codes = np.column_stack([_codes(rows[name]) for name in ("buyer_id", "segment", "supplier_siren")])
    keys, where = np.unique(codes, axis=0, return_inverse=True)
    cents = rows["amount_cents"].to_numpy()
    is_local = rows["is_local"].to_numpy(zero_copy_only=False).astype(bool)
    years = rows["year"].to_numpy()
    sums = []
    for year in (year_0, year_1):
        a, local = np.zeros(len(keys), dtype=np.int64), np.zeros(len(keys), dtype=np.int64)
        np.add.at(a, where.ravel()[years == year], cents[years == year])
        inside = (years == year) & is_local
        np.add.at(local, where.ravel()[inside], cents[inside])
        sums.append((a, local))
    return _Cells(keys[:, 0], keys[:, 1], keys[:, 2], (sums[0][0], sums[1][0]), (sums[0][1], sums[1][1]))


def _codes(column: pa.ChunkedArray) -> Integers:
    """Numbers of the values in their order, so that sums do not depend on the order of rows."""
    encoded = pc.dictionary_encode(column.combine_chunks())
    rank = np.empty(len(encoded.dictionary), dtype=np.int64)
    rank[pc.sort_indices(encoded.dictionary).to_numpy()] = np.arange(len(rank))
    codes: Integers = rank[encoded.indices.to_numpy(zero_copy_only=False)]
    return codes


def _share(cells: _Cells, t: int, year: int) -> Fraction:
    whole, part = int(cells.a[t].sum()), int(cells.local[t].sum())
    if whole <= 0:
        raise Trouble(
            fr=f"La part locale de {year} n'est pas connue : aucun montant positif dont le lieu soit connu.",
            en=f"The local share of {year} is not known: no positive amount whose place is known.",
        )
    return Fraction(part, whole)


def _by(codes: Integers, values: Integers) -> Integers:
    """Sums of `values` by code, exact."""
    sums = np.zeros(int(codes.max()) + 1 if len(codes) else 0, dtype=np.int64)
    np.add.at(sums, codes, values)
    return sums


def _pooled(cells: _Cells) -> _Cells:
    """The cells, with needs of no positive total joined to the buyer's largest, or else all needs of the buyer."""
    segments = cells.s
    for only_needed in (True, False):
        need = _numbered(cells.b, segments)
        bad = np.zeros(int(need.max()) + 1, dtype=bool)
        for t in (0, 1):
            has_content = _by(need, (np.abs(cells.a[t]) + np.abs(cells.local[t]) > 0).astype(np.int64)) > 0
            bad |= has_content & (_by(need, cells.a[t]) <= 0)
        is_bad_buyer = _by(cells.b, bad[need].astype(np.int64))[cells.b] > 0
        size = _by(need, cells.a[0] + cells.a[1])[need]
        order = np.lexsort((segments, -size, cells.b))
        first = order[np.unique(cells.b[order], return_index=True)[1]]
        largest = np.zeros(int(cells.b.max()) + 1, dtype=np.int64)
        largest[cells.b[first]] = segments[first]
        joined = bad[need] if only_needed else is_bad_buyer
        segments = np.where(joined, largest[cells.b], segments)
    return _merged(_Cells(cells.b, segments, cells.k, cells.a, cells.local))


def _merged(cells: _Cells) -> _Cells:
    """The cells of one (b, s, k) added up; those without any cent left out."""
    keys, where = np.unique(np.column_stack([cells.b, cells.s, cells.k]), axis=0, return_inverse=True)
    a, local = ((_by(where.ravel(), x[0]), _by(where.ravel(), x[1])) for x in (cells.a, cells.local))
    some = (a[0] != 0) | (a[1] != 0) | (local[0] != 0) | (local[1] != 0)
    return _Cells(keys[:, 0], keys[:, 1], keys[:, 2], a, local).take(some)


def _split_by_place(cells: _Cells) -> _Cells:
    """A supplier whose local and other cents of a year differ in sign is taken as two, one for each place."""
    mixed = np.zeros(len(cells.b), dtype=bool)
    for t in (0, 1):
        mixed |= np.sign(cells.local[t]) * np.sign(cells.a[t] - cells.local[t]) < 0
    kept, split = cells.take(~mixed), cells.take(mixed)
    none = np.zeros_like(split.b)
    away = (split.a[0] - split.local[0], split.a[1] - split.local[1])
    return _Cells(
        np.concatenate([kept.b, split.b, split.b]),
        np.concatenate([kept.s, split.s, split.s]),
        np.concatenate([kept.k, split.k, split.k]),
        (np.concatenate([kept.a[0], split.local[0], away[0]]), np.concatenate([kept.a[1], split.local[1], away[1]])),
        (
            np.concatenate([kept.local[0], split.local[0], none]),
            np.concatenate([kept.local[1], split.local[1], none]),
        ),
    )


def _numbered(*codes: Integers) -> Integers:
    return np.unique(np.column_stack(codes), axis=0, return_inverse=True)[1].ravel().astype(np.int64)


def _factors(cells: _Cells) -> dict[str, tuple[Floats, Floats]]:
    """W, m, q and ℓ of each cell in the two years; what had no occasion to show takes the other year's value."""
    need = _numbered(cells.b, cells.s)
    years = []
    for t in (0, 1):
        of_buyer, of_need = _by(cells.b, cells.a[t])[cells.b], _by(need, cells.a[t])[need]
        whole = np.full_like(of_buyer, cells.a[t].sum())
        parts = ((of_buyer, whole), (of_need, of_buyer), (cells.a[t], of_need), (cells.local[t], cells.a[t]))
        years.append([ratio(part, of, empty=np.nan) for part, of in parts])
    return {
        name: (np.where(np.isnan(first), second, first), np.where(np.isnan(second), first, second))
        for name, first, second in zip(FACTORS, *years, strict=True)
    }


def _product_sum(factors: Mapping[str, tuple[Floats, Floats]], passed: frozenset[str]) -> float:
    """The share once these factors have passed to the second year: Σ W · m · q · ℓ."""
    product = np.ones_like(factors[FACTORS[0]][0])
    for name, pair in factors.items():
        product = product * pair[name in passed]
    return float(product.sum())


def _adding_up(values: Sequence[float], total: int) -> list[int]:
    """Whole numbers near `values` whose sum is `total`: rounded down, the largest remainders then raised."""
    down = [int(np.floor(value)) for value in values]
    left = total - sum(down)
    by_remainder = sorted(range(len(values)), key=lambda i: (down[i] - values[i], i))
    for rank in range(abs(left)):
        i = by_remainder[rank % len(values)] if left > 0 else by_remainder[-1 - rank % len(values)]
        down[i] += 1 if left > 0 else -1
    return down
