"""A plan made without a solver: what is left when the time limit leaves no solution.

Needs are served one by one, from the market where it has a price (in the class that quality rules ask for), else from
the cheapest offers that have something left (with yield scenarios, from the market alone). It is a plan if the rules
happen to hold: nothing says that it is good.
"""

from __future__ import annotations

import numpy as np

from gisement.models.food.inputs import EVERYONE
from gisement.models.food.plan.model import Commitments
from gisement.models.linear_model import FEASIBLE, Floats, Solved

TOLERANCE = 1e-6


def greedy(told: Commitments) -> Solved | None:
    """Values of every column, if they keep every row of the model; otherwise None."""
    values = np.zeros(told.model.n)
    for s in range(len(told.scenarios)):
        left = _from_market(told, values, s)
        if len(told.scenarios) == 1:
            _from_offers(told, values, left)
        if len(told.lack[s]):
            values[told.lack[s]] = left
    np.add.at(values, told.K[told.network.arcs.offer], values[told.x[0]])
    if told.z is not None and told.u is not None:
        values[told.z] = values[told.K] > TOLERANCE
        of = [told.producers.index(offer.producer) for offer in told.network.inputs.offers]
        np.maximum.at(values, told.u[of], values[told.z])
    if not holds(told, values):
        return None
    return Solved(FEASIBLE, values, float(told.model.costs() @ values), None, np.zeros(0))


def _from_market(told: Commitments, values: Floats, s: int) -> Floats:
    """Buy each need in the class that rules ask of its group: what is left to serve."""
    net = told.network
    left = net.demand.copy()
    rules = net.inputs.rules
    for need, place in enumerate(net.places):
        sold = np.nonzero(net.market.need == need)[0]
        if not len(sold):
            continue
        organic = rules.organic_share.get(place[0], rules.organic_share.get(EVERYONE, 0.0))
        durable = max(
            held.get(place[0], held.get(EVERYONE, 0.0)) for held in (rules.durable_share, rules.meat_fish_share)
        )
        qualities = net.market.quality[sold]
        # the highest class sold, for the part that rules ask: its part in euros is higher still, where it is dearer
        wanted = max(organic, durable)
        best, plain = sold[np.argmax(qualities)], sold[np.argmin(net.market.price[sold])]
        values[told.b[s][best]] += wanted * left[need]
        values[told.b[s][plain]] += (1 - wanted) * left[need]
        left[need] = 0.0
    return left


def _from_offers(told: Commitments, values: Floats, left: Floats) -> None:
    arcs = told.network.arcs
    dear = arcs.price + np.nan_to_num(arcs.km) * told.network.inputs.transport
    held: dict[tuple[int, str], float] = {
        (number, month): kg
        for number, offer in enumerate(told.network.inputs.offers)
        for month, kg in offer.capacity.items()
    }
    for arc in np.argsort(dear, kind="stable"):
        key = (int(arcs.offer[arc]), told.network.places[arcs.need[arc]][2])
        kg = min(left[arcs.need[arc]], held.get(key, 0.0))
        if kg > 0:
            values[told.x[0][arc]] = kg
            left[arcs.need[arc]] -= kg
            held[key] -= kg


def holds(told: Commitments, values: Floats) -> bool:
    """Whether values keep every row and bound of the model."""
    model = told.model
    row, column, value = model.coefficients()
    made = np.bincount(row, weights=value * values[column], minlength=model.m)
    scale = 1 + np.abs(made)
    lower, upper = (np.concatenate([*held, np.zeros(0)]) for held in (model.row_lower, model.row_upper))
    low, high = np.concatenate(model.lower), np.concatenate(model.upper)
    rows = (made >= lower - TOLERANCE * scale) & (made <= upper + TOLERANCE * scale)
    bounds = (values >= low - TOLERANCE) & (values <= high * (1 + TOLERANCE) + TOLERANCE)
    return bool(rows.all() and bounds.all())
