"""From what a buyer pays to what a producer receives.

A purchaser's price holds the basic price of the producer, the margins of trade and transport, and taxes less
subsidies on the product; VAT comes on top. Tables of basic prices want the first, the margins being a demand for
trade and transport themselves.

Source: European System of Accounts 2010, 15.51 to 15.62 (valuation); Miller and Blair, 2009, section 4.2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from gisement.models.input_output import Matrix


@dataclass(frozen=True)
class BasicPrices:
    """A demand at purchasers' prices taken apart: `demand` at basic prices by product, and `taxes`, in all."""

    demand: Matrix
    taxes: Matrix


def basic_prices(paid: ArrayLike, margins: ArrayLike, taxes: ArrayLike, earned_by: ArrayLike) -> BasicPrices:
    """Demand at basic prices of what was paid without VAT (… × n products): nothing is lost on the way.

    `margins` and `taxes` are shares of the price, by product; `earned_by` says who earns the margins (shares by
    product that add up to 1: trade, transport). Raises ValueError where they leave nothing to the producer.
    """
    price, margin, tax = (np.asarray(each, dtype=np.float64) for each in (paid, margins, taxes))
    earners = np.asarray(earned_by, dtype=np.float64)
    if (margin < 0).any() or (margin + tax > 1).any():
        raise ValueError("margins and taxes are shares of the price and leave a part of it")
    if not np.isclose(earners.sum(), 1.0):
        raise ValueError("the shares of those who earn the margins add up to 1")
    produced = price * (1 - margin - tax)
    earned = (price * margin).sum(axis=-1, keepdims=True)
    return BasicPrices(produced + earned * earners, (price * tax).sum(axis=-1))
