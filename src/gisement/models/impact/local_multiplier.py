"""The local multiplier in three rounds (LM3): money that comes in, what stays of it, what stays of that.

R1 is what a buyer spends; R2 the part of it that goes to suppliers (and staff) of the place; R3 the part of what
these received that they spend there again. LM3 = (R1 + R2 + R3) / R1, from 1 to 3. Suppliers from outside spend some
of it in the place too: in Northumberland, 36 % where local ones spent 76 % again.

Source: New Economics Foundation, LM3 (2002), as used by Northumberland County Council and NEF (2005).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from gisement.models.arrays import ratio
from gisement.models.impact.draws import Draws
from gisement.models.impact.effects import Batch, Demand, Economy, Zones, batches, per_draw
from gisement.models.impact.input_output import Matrix


def lm3(r1: float, r2: float, r3: float) -> float:
    """(R1 + R2 + R3) / R1, from 1 to 3. Raises ValueError where R1 is not positive or a round exceeds the former."""
    if r1 <= 0:
        raise ValueError("R1, what is spent, must be positive")
    if not 0 <= r2 <= r1 * (1 + 1e-12):
        raise ValueError("R2 is a part of R1")
    if not 0 <= r3 <= r1 * (1 + 1e-12):
        raise ValueError("R3 is a part of what R1 brought to its receivers")
    return (r1 + r2 + r3) / r1


def lm3_from_shares(spend: ArrayLike, local: ArrayLike, respent: ArrayLike) -> float:
    """LM3 by supplier: R1 = Σ spend, R2 = Σ spend × local, R3 = Σ spend × respent.

    `local` is the share of each supplier that is of the place (1, 0, or between), `respent` the share of its receipts
    that is spent there again: not 0 because a supplier is from outside.
    """
    paid, near, again = (np.asarray(each, dtype=np.float64) for each in (spend, local, respent))
    return lm3(float(paid.sum()), float((paid * near).sum()), float((paid * again).sum()))


def estimated_respend(A_region: ArrayLike, w: ArrayLike, kept: float, consumption: ArrayLike) -> Matrix:
    """ρj, by industry: the share of its receipts that a local supplier spends in the place, estimated from a table.

    ρ = Σi aᴿij + wj × kept × Σi ci: what it buys there, and what its staff spends there of their wages; `kept` is the
    part of wages left after contributions, taxes and savings, times the part of staff who live there; `consumption`
    what they spend in the place by product. To be called « estimé ». Of several draws at once (draws × n × n, wages and
    consumption draws × n): draws × n.
    """
    bought = np.asarray(A_region, dtype=np.float64).sum(axis=-2)
    spent = np.asarray(consumption, dtype=np.float64).sum(axis=-1, keepdims=True)
    found: Matrix = bought + np.asarray(w, dtype=np.float64) * kept * spent
    return found


def outside_respend(A_nation: ArrayLike, region: float, nation: float) -> Matrix:
    """ρj, by industry, of a supplier from outside: what it buys in its country, the place taking the part of its size.

    No data say where outside suppliers buy; in proportion to employment is the plain assumption, and it is not 0. Of
    several draws at once (draws × n × n): draws × n.
    """
    found: Matrix = np.asarray(A_nation, dtype=np.float64).sum(axis=-2) * (region / nation)
    return found


def local_multipliers(economy: Economy, zones: Zones, demand: Demand, draws: Draws) -> Matrix:
    """LM3 in each zone, draws × zones × groups, « estimé »: no survey of suppliers, a table instead.

    R1 is what is spent, R2 what goes to suppliers of the zone, R3 what these spend again there, and what suppliers
    from the rest of the country do: they buy in the zone too, in proportion to its size. Not a number without spending;
    unlike `lm3`, it takes rounds of any sign: a ledger has credit notes.
    """
    found = np.full((len(draws), len(zones.rings), demand.groups), np.nan)
    totals = zones.sizes.sum(axis=1)
    whole = demand.made + demand.traded
    for start, batch in batches(economy, zones, draws):
        here = slice(start, start + len(batch.place))
        r1 = demand.spent[batch.place]
        for k in range(len(zones.rings)):
            near, far = whole[:, :, : k + 1].sum(axis=2), whole[:, :, k + 1 : -1].sum(axis=2)
            outside = outside_respend(batch.A, totals[k], totals[-1])
            r2 = near.sum(axis=2)[batch.place]
            r3 = per_draw(batch.place, _respend(economy, batch, k), near) + per_draw(batch.place, outside, far)
            found[here, k] = 1 + np.where(r1 > 0, ratio(r2 + r3, r1), np.nan)
    return found


def _respend(economy: Economy, batch: Batch, k: int) -> Matrix:
    """`estimated_respend` in zone k, draws × industries; without wages in the table, purchases alone."""
    supply, own = batch.supply[k], batch.own[k]
    bought = batch.A if supply is None else batch.A * supply
    if economy.w is None or economy.c is None:
        return estimated_respend(bought, 0.0, 1.0, [0.0])
    return estimated_respend(bought, batch.ratios["wages"], 1.0, economy.c if own is None else economy.c * own)
