"""What the economy of the department would gain, or lose, by money that comes into it or leaves it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction

from gisement.studies.impact.model import Impact
from gisement.studies.impact.shift import Shift
from gisement.terms import Figure, Indicator, Perimeter, Sums, Trouble

DEPARTMENT = "department"
Moves = Mapping[str, tuple[int, int, int]]
"""By segment, the cents that come into the department: in the middle, at least, at most; negative where they leave."""
PERCENT = 100
Found = tuple[tuple[Figure, ...], tuple[Figure, ...], str]


def economy(
    moves: Moves, cells: Mapping[str, Sums], impact: Callable[[], Impact] | None, indicator: Indicator | None
) -> Found:
    """The figures of the middle with bounds of kind `simulation`, the same with bounds of kind `scenario`, and the
    reason why a model cannot tell.

    What leaves is taken to lose what as much that came would bring.
    """
    if impact is None or indicator is None or not any(units for three in moves.values() for units in three):
        return (), (), ""
    try:
        model = impact()
        middle, low, high = (
            _gains(model, indicator, {segment: three[n] for segment, three in moves.items()}, cells) for n in range(3)
        )
    except Trouble as trouble:
        return (), (), trouble.fr
    told = middle or {effect: _none(figure) for effect, figure in (high or low).items()}
    reach = tuple(
        replace(figure, low=_value(low, effect), high=_value(high, effect), interval="scenario")
        for effect, figure in told.items()
        if figure.value is not None
    )
    return tuple(told.values()), reach, ""


def _gains(
    model: Impact, indicator: Indicator, moves: Mapping[str, int], cells: Mapping[str, Sums]
) -> dict[str, Figure]:  # fmt: skip
    """The department's gain by effect: that of what comes, less that of what leaves."""
    comes = _measured(model, indicator, {s: units for s, units in moves.items() if units > 0}, cells)
    leaves = _measured(model, indicator, {s: -units for s, units in moves.items() if units < 0}, cells)
    if not leaves:
        return comes
    if not comes:
        return {effect: _scaled(figure, -1.0) for effect, figure in leaves.items()}
    return {effect: _added(comes[effect], _scaled(leaves[effect], -1.0)) for effect in comes}


def _measured(
    model: Impact, indicator: Indicator, moves: Mapping[str, int], cells: Mapping[str, Sums]
) -> dict[str, Figure]:  # fmt: skip
    """The gain of so many cents that come. A segment that has less beyond than what is asked is taken in proportion."""
    held = {
        segment: (units, cells[segment])
        for segment, units in moves.items()
        if segment in cells and cells[segment].rest > 0 and cells[segment].part + cells[segment].rest > 0
    }
    if not held:
        return {}
    less = min(Fraction(1), *(Fraction(cell.rest, units) for units, cell in held.values()))
    shifts = [
        Shift(segment, float(less * units * PERCENT / (cell.part + cell.rest)), DEPARTMENT)
        for segment, (units, cell) in held.items()
    ]
    found = model.what_if(indicator, Perimeter({"basis": ("contract",)}), shifts)
    return {
        str(each.group["effect"]): _scaled(each, float(1 / less)) for each in found if each.group["ring"] == DEPARTMENT
    }


def _scaled(figure: Figure, by: float) -> Figure:
    value, *ends = (None if each is None else each * by for each in (figure.value, figure.low, figure.high))
    low, high = ends if by > 0 else reversed(ends)
    return replace(figure, value=value, low=low, high=high)


def _added(one: Figure, other: Figure) -> Figure:
    """Two gains together; their ends are added, which is wider than the draws of both together would be."""
    sums = [
        None if a is None or b is None else a + b
        for a, b in ((one.value, other.value), (one.low, other.low), (one.high, other.high))
    ]
    return replace(one, value=sums[0], low=sums[1], high=sums[2])


def _none(figure: Figure) -> Figure:
    """Nothing gained and nothing lost in the middle."""
    return figure if figure.value is None else replace(figure, value=0.0, low=0.0, high=0.0)


def _value(found: Mapping[str, Figure], effect: str) -> float | None:
    """The middle of what one end of the moves makes; nothing where nothing moves at that end."""
    return found[effect].value if effect in found else 0.0
