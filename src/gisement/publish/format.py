"""Numbers as French readers write them: formatting only, nothing is computed here.

No-break spaces keep a number and its unit on one line (U+202F inside a number, U+00A0 before a unit).
"""

from __future__ import annotations

from gisement.catalog import texts
from gisement.terms import Figure

THIN, SPACE, MINUS = "\u202f", "\u00a0", "\u2212"
_STEPS = ((1e9, "Md€", 2), (1e8, "M€", 0), (1e6, "M€", 1), (1e4, "k€", 0), (0.0, "€", 0))
_DIVISORS = {"Md€": 1e9, "M€": 1e6, "k€": 1e3, "€": 1.0}


def not_known() -> str:
    """What stands in place of a number that nobody knows: never 0."""
    return str(texts()["numbers"]["not_known"])


def number(value: float | None, decimals: int = 0) -> str:
    """`12 345,6` with a decimal comma and thin no-break spaces."""
    if value is None:
        return not_known()
    plain = f"{abs(value):,.{decimals}f}".replace(",", THIN).replace(".", ",")
    is_zero = not plain.strip(f"0,{THIN}")
    return plain if value >= 0 or is_zero else MINUS + plain


def percent(fraction: float | None, decimals: int = 1) -> str:
    """A fraction from 0 to 1 as `50,2 %`."""
    return not_known() if fraction is None else number(fraction * 100, decimals) + SPACE + "%"


def per_hundred(fraction: float | None) -> str:
    """A fraction as whole euros out of 100: `50`."""
    return not_known() if fraction is None else number(fraction * 100)


def euros(value: float | None) -> str:
    """Euros at the size that one can remember: `1,24 Md€`, `489 M€`, `12,3 M€`, `340 k€`, `9 500 €`."""
    if value is None:
        return not_known()
    unit, decimals = next((unit, decimals) for least, unit, decimals in _STEPS if abs(value) >= least)
    return number(value / _DIVISORS[unit], decimals) + SPACE + unit


def amount(value: float | None, unit: str) -> str:
    """A value in the unit of its figure (`percent`, `euros` or a count)."""
    if unit == "percent":
        return percent(value)
    return euros(value) if unit == "euros" else number(value)


def bounds(figure: Figure) -> str:
    """The bounds of a figure: `entre 47,2 % et 51,8 %`, `au minimum`, or that the data leave no doubt."""
    low, high = amount(figure.low, figure.unit), amount(figure.high, figure.unit)
    if figure.low is None:
        return not_known()
    if figure.high is None:
        return "au minimum" if figure.low == figure.value else f"au moins {low}"
    return "exact sur ces données" if figure.low == figure.high else f"entre {low} et {high}"


def coverage(figure: Figure) -> str:
    """The share of the weight about which the data can answer: `connu à 95,4 %`."""
    return not_known() if figure.coverage is None else f"connu à {percent(figure.coverage)}"
