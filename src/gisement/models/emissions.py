"""Emissions of purchases from monetary factors: euros times kg per euro, with the uncertainty of each factor drawn.

A factor is one number for a kind of purchase: all rows of a segment share its error, segments are independent. It
cannot tell a greener supplier from another.

Source: IPCC Guidelines for National Greenhouse Gas Inventories, 2006, volume 1, chapter 3 (approach 2, Monte Carlo).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from gisement.models.input_output import Matrix

HALF_WIDTH = 1.959964
"""Standard deviations in half of a 95 % interval of a normal law."""


def drawn_emissions(
    euros: ArrayLike, kg_per_euro: ArrayLike, uncertainty_pct: ArrayLike, count: int, seed: int
) -> Matrix:
    """kg of CO2 equivalent, draws × groups, of `euros` (groups × segments).

    Factors are lognormal of the stated mean, their uncertainty being half of a 95 % interval in percent of it.
    """
    factors = np.asarray(kg_per_euro, dtype=np.float64)
    cv = np.asarray(uncertainty_pct, dtype=np.float64) / 100 / HALF_WIDTH
    variance = np.log(1 + cv**2)
    dice = np.random.default_rng([seed, 4])
    noise = np.exp(dice.standard_normal((count, len(factors))) * np.sqrt(variance) - variance / 2)
    found: Matrix = (factors * noise) @ np.asarray(euros, dtype=np.float64).T
    return found
