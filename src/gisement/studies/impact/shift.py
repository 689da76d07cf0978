"""What-if of an impact: part of what is bought of a segment comes from a nearer ring."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gisement.models.impact.effects import Demand
from gisement.models.impact.input_output import Matrix
from gisement.terms import Trouble


@dataclass(frozen=True)
class Shift:
    """A what-if: `points` (percent of what is bought of a segment) delivered from the ring `to` or nearer."""

    segment: str
    points: float
    to: str


def moved(demand: Demand, group: int, to: int, shift: Shift) -> Demand:
    """The change of the demand of one group where points of it come into the ring at place `to` from beyond.

    Raises Trouble where less is bought beyond the ring than is to be moved.
    """
    made, traded = demand.made[:, group], demand.traded[:, group]
    whole = (made + traded).sum(axis=(1, 2))
    beyond = (made + traded)[:, to + 1 :].sum(axis=(1, 2))
    if whole[0] <= 0 or shift.points / 100 * whole[0] > beyond[0] * (1 + 1e-9):
        raise _too_much(shift, beyond[0] / whole[0] * 100 if whole[0] > 0 else 0.0)
    # in a scenario that has less beyond, all of it moves
    part = np.minimum(shift.points / 100 * whole, beyond) / np.where(beyond > 0, beyond, 1.0)
    return Demand(*(_shifted(each, to, part)[:, None] for each in (made, traded)))


def nothing(demand: Demand) -> Demand:
    """A change of no euro, for one group: place scenarios × 1 × rings × industries."""
    return Demand(np.zeros_like(demand.made[:, :1]), np.zeros_like(demand.traded[:, :1]))


def added(one: Demand, other: Demand) -> Demand:
    """Two changes of the same group together, euros added place by place."""
    return Demand(one.made + other.made, one.traded + other.traded)


def _shifted(demand: Matrix, to: int, part: Matrix) -> Matrix:
    """The change of a demand (scenario × ring × industry) of which a part beyond a ring comes into it."""
    change = np.zeros_like(demand)
    change[:, to + 1 :] = -demand[:, to + 1 :] * part[:, None, None]
    change[:, to] = -change[:, to + 1 :].sum(axis=1)
    return change


def no_segment(shift: Shift) -> Trouble:
    """The refusal of a what-if on a segment that is not bought here."""
    return Trouble(
        fr=f"Le segment « {shift.segment} » du scénario n'est pas acheté ici : en prendre un de « gisement measure"
        " total_spend --by segment ».",
        en=f"The segment '{shift.segment}' of the scenario is not bought here: take one of 'gisement measure"
        " total_spend --by segment'.",
    )


def _too_much(shift: Shift, most: float) -> Trouble:
    return Trouble(
        fr=f"Le scénario déplace {shift.points:g} points de {shift.segment} vers {shift.to}, mais {most:.1f} points"
        " seulement viennent de plus loin : en déplacer moins.",
        en=f"The scenario moves {shift.points:g} points of {shift.segment} to {shift.to}, but only {most:.1f} points"
        " come from farther: move fewer.",
    )
