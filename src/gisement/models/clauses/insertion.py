"""Hours of social insertion: what a contract can bear, what contracts owe and have done, how to buy for inclusion.

What a contract can bear: hours = amount × labour share × insertion rate ÷ hourly cost. The bounds are those of a
scenario: where the rate or the cost is not given, the ends of the usual range are taken.

What is owed and done: an hour done beyond what its own contract owes pays no other contract's debt; the hours kept of
a contract are the lesser of what it owes and what was done.

How to buy: reserve a lot, cut smaller lots, write a clause; never whom to choose. A reservation restricts who may bid:
it keeps competition only if several inclusive firms can. A firm that one buyer already feeds for most of what the
territory buys of it gains little by more of the same: smaller lots reach others. Without complete lists of inclusive
firms, not knowing of any proves nothing.

Source: practice of clause facilitators (ranges to check), parameters of `parameters/law.yaml`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gisement.catalog import parameter

Line = Mapping[str, Any]
DUE, DONE, KEPT, PER_THOUSAND, FULL_TIME = "due", "done", "kept", "per_thousand_euros", "full_time_years"
MEASURES = (DUE, DONE, KEPT, PER_THOUSAND, FULL_TIME)
_MINUTES, _CENTS_OF_THOUSAND = 60, 100_000


@dataclass(frozen=True)
class Measure:
    """One measure: value and bounds of what is not known, contracts that tell it and all of them."""

    name: str
    value: float | None
    low: float | None
    high: float | None
    told: int
    contracts: int


def account(lines: Sequence[Line]) -> list[Measure]:
    """The measures of MEASURES over contracts (`due_minutes`, `done_minutes`, `amount_cents`, any of them None).

    Hours for `due` and `done`; hours kept are a fraction of the hours due; hours per 1,000 € are of the contracts whose
    hours due and amount are known. A total is at least what is known; where a contract does not tell, nothing bounds it
    from above.
    """
    return [_total(lines, DUE), _total(lines, DONE), _kept(lines), _per_thousand(lines), _full_time(lines)]


def by_public(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Hours done and people by public (`insertion_public`, `done_minutes`, `people_count`), the most hours first.

    A public of fewer people than the floor, or of an unknown number, is masked (`is_masked`, hours null); if just one
    is, the next smallest is masked too, since the total would reveal it.
    """
    sums: dict[str, list[int | None]] = {}
    for line in lines:
        held = sums.setdefault(line["insertion_public"], [0, 0])
        for place, name in enumerate(("done_minutes", "people_count")):
            held[place] = _plus(held[place], line[name])
    floor = parameter("insertion_public_floor")
    told = [
        {"public": public, "minutes": minutes, "people": people, "is_masked": people is None or people < floor}
        for public, (minutes, people) in sums.items()
    ]
    open_ones = [one for one in told if not one["is_masked"]]
    if len(told) - len(open_ones) == 1 and open_ones:
        min(open_ones, key=lambda one: (one["people"], one["public"]))["is_masked"] = True
    shown = [one | {"minutes": None, "people": None} if one["is_masked"] else one for one in told]
    return sorted(shown, key=lambda one: (one["is_masked"], -(one["minutes"] or 0), one["public"]))


def _plus(sum_so_far: int | None, value: int | None) -> int | None:
    return None if sum_so_far is None or value is None else sum_so_far + value


def _total(lines: Sequence[Line], name: str) -> Measure:
    known = [line[f"{name}_minutes"] for line in lines if line[f"{name}_minutes"] is not None]
    if not known:
        return Measure(name, None, None, None, 0, len(lines))
    hours = sum(known) / _MINUTES
    return Measure(name, hours, hours, hours if len(known) == len(lines) else None, len(known), len(lines))


def _kept(lines: Sequence[Line]) -> Measure:
    owing = [line for line in lines if line["due_minutes"]]
    both = [line for line in owing if line["done_minutes"] is not None]
    kept = sum(min(line["due_minutes"], line["done_minutes"]) for line in both)
    due, all_due = (sum(line["due_minutes"] for line in some) for some in (both, owing))
    if not due:
        return Measure(KEPT, None, None, None, 0, len(owing))
    low, high = kept / all_due, (kept + all_due - due) / all_due
    return Measure(KEPT, kept / due, low, high, len(both), len(owing))


def _per_thousand(lines: Sequence[Line]) -> Measure:
    """At least 0 where an amount is not known (it may be any); without an upper bound where hours due are not."""
    owing = [line for line in lines if line["due_minutes"] is not None]
    both = [line for line in owing if line.get("amount_cents")]
    priced = [line for line in lines if line.get("amount_cents")]
    value = _rate(both, both)
    if value is None:
        return Measure(PER_THOUSAND, None, None, None, 0, len(lines))
    low = _rate(both, priced) if len(priced) == len(lines) else 0.0
    high = _rate(owing, both) if len(owing) == len(lines) else None
    return Measure(PER_THOUSAND, value, low, high, len(both), len(lines))


def _rate(owing: Sequence[Line], priced: Sequence[Line]) -> float | None:
    """The hours due of some contracts per 1,000 € of some."""
    cents = sum(line["amount_cents"] for line in priced)
    hours = sum(line["due_minutes"] for line in owing) / _MINUTES
    return hours * _CENTS_OF_THOUSAND / cents if cents else None


def _full_time(lines: Sequence[Line]) -> Measure:
    done, year = _total(lines, DONE), parameter("hours_per_full_time_year")
    value, low, high = (None if each is None else each / year for each in (done.value, done.low, done.high))
    return Measure(FULL_TIME, value, low, high, done.told, done.contracts)


@dataclass(frozen=True)
class Hours:
    """Hours at the low and high ends and in the middle, with the full-time years that they make."""

    low: float
    middle: float
    high: float
    full_time_low: float
    full_time_middle: float
    full_time_high: float


def insertion_hours(
    amount_cents: int, labour_pct: float, rate_pct: float | None = None, cost_cents: int | None = None
) -> Hours:
    """The hours of a contract of this amount without tax, of which labour makes `labour_pct`.

    Raises ValueError unless amounts and costs are positive and percentages within 0 to 100.
    """
    rates = _ends(rate_pct, parameter("insertion_rate_low_pct"), parameter("insertion_rate_high_pct"))
    costs = _ends(cost_cents, parameter("insertion_cost_low_cents"), parameter("insertion_cost_high_cents"))
    if amount_cents <= 0 or costs[0] <= 0 or not 0 < labour_pct <= 100 or not 0 < rates[1] <= 100:
        raise ValueError("an amount and a cost are positive, a share is within 0 and 100 %")
    labour = amount_cents * labour_pct / 100
    low, high = labour * rates[0] / 100 / costs[1], labour * rates[1] / 100 / costs[0]
    middle = labour * (rates[0] + rates[1]) / 200 / ((costs[0] + costs[1]) / 2)
    year = parameter("hours_per_full_time_year")
    return Hours(low, middle, high, low / year, middle / year, high / year)


def _ends(given: float | None, low: float, high: float) -> tuple[float, float]:
    return (low, high) if given is None else (given, given)


RESERVE, LOT, CLAUSE, UNKNOWN = "reserve", "lot", "clause", "unknown"
ENOUGH, DEPENDENT, FEW, NONE_KNOWN, LISTS = "enough", "dependent", "few", "none_known", "lists_incomplete"


@dataclass(frozen=True)
class Supply:
    """Inclusive firms of a segment: how many, how many whose dependence can be told, how many of those depend."""

    firms: int
    told: int
    dependent: int
    is_complete: bool


@dataclass(frozen=True)
class Advice:
    """The lever to use first (RESERVE, LOT, CLAUSE or UNKNOWN), and the word of the reason."""

    lever: str
    reason: str


def advise(supply: Supply) -> Advice:
    """The lever for a segment, under the thresholds of the catalog (`reserve_firms_min`, `dependent_firms_max_pct`)."""
    if supply.firms == 0:
        return Advice(CLAUSE, NONE_KNOWN) if supply.is_complete else Advice(UNKNOWN, LISTS)
    if supply.firms < parameter("reserve_firms_min"):
        return Advice(LOT, FEW)
    if supply.told and supply.dependent * 100 > supply.told * parameter("dependent_firms_max_pct"):
        return Advice(LOT, DEPENDENT)
    return Advice(RESERVE, ENOUGH)
