"""The local multiplier in three rounds (LM3): money that comes in, what stays of it, what stays of that.

R1 is what a buyer spends; R2 the part of it that goes to suppliers (and staff) of the place; R3 the part of what
these received that they spend there again. LM3 = (R1 + R2 + R3) / R1, from 1 to 3. Suppliers from outside spend some
of it in the place too: in Northumberland, 36 % where local ones spent 76 % again.

Source: New Economics Foundation, LM3 (2002), as used by Northumberland County Council and NEF (2005).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from gisement.models.input_output import Matrix


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


def infinite_rounds(share: float) -> float:
    """1 / (1 - a): what one euro makes in the end where the same share a stays at every round.

    Three rounds of it, 1 + a + a², are less. Raises ValueError unless 0 <= a < 1.
    """
    if not 0 <= share < 1:
        raise ValueError("the share that stays lies between 0 and 1")
    return 1 / (1 - share)


def keynesian_multiplier(c: float, t: float, m: float) -> float:
    """k = 1 / (1 - c (1 - t)(1 - m)): c spent of what is earned, t taken by taxes, m spent outside; a bound only."""
    if not all(0 <= share <= 1 for share in (c, t, m)):
        raise ValueError("c, t and m lie between 0 and 1")
    return infinite_rounds(c * (1 - t) * (1 - m))


def estimated_respend(A_region: ArrayLike, w: ArrayLike, kept: float, consumption: ArrayLike) -> Matrix:
    """ρj, by industry: the share of its receipts that a local supplier spends in the place, estimated from a table.

    ρ = Σi aᴿij + wj × kept × Σi ci: what it buys there, and what its staff spends there of their wages; `kept` is the
    part of wages left after contributions, taxes and savings, times the part of staff who live there; `consumption`
    what they spend in the place by product. To be called « estimé ».
    """
    bought = np.asarray(A_region, dtype=np.float64).sum(axis=0)
    found: Matrix = bought + np.asarray(w, dtype=np.float64) * kept * float(np.sum(consumption))
    return found


def outside_respend(A_nation: ArrayLike, region: float, nation: float) -> Matrix:
    """ρj of a supplier from outside: what it buys in its country, the place taking the part that its size gives it.

    No data say where outside suppliers buy; in proportion to employment is the plain assumption, and it is not 0.
    """
    found: Matrix = np.asarray(A_nation, dtype=np.float64).sum(axis=0) * (region / nation)
    return found
