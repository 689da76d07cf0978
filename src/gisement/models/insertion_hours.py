"""Hours of a social clause that a contract can bear: amount, share of labour, share kept, cost of an hour.

hours = amount × labour share × insertion rate ÷ hourly cost

The bounds are those of a scenario: where the rate or the cost is not given, the ends of the usual range are taken.
Source: practice of clause facilitators (ranges to check), parameters of `parameters/law.yaml`.
"""

from __future__ import annotations

from dataclasses import dataclass

from gisement.catalog import parameter


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
