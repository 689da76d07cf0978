"""Supply and use tables to symmetric ones, under the technology of industries.

U[c, i] is what industry i uses of product c, V[i, c] what it makes of it, q the output of products, g of industries.
B = U ĝ⁻¹ says what an industry needs, D = V q̂⁻¹ who makes a product (its market shares): then A = B D by products,
and A = D B by industries. Neither gives a negative number; the assumption is that an industry makes all of its
products in the same way (D keeps the sales structure of each product fixed).

Source: Miller and Blair, 2009, chapter 5; Eurostat Manual of Supply, Use and Input-Output Tables, 2008, models B and D.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from gisement.models.input_output import Matrix, ratio


def product_by_product(U: ArrayLike, V: ArrayLike) -> Matrix:
    """A = B D, products × products: what one euro of a product needs of each product."""
    needs, shares = _needs_and_shares(U, V)
    found: Matrix = needs @ shares
    return found


def industry_by_industry(U: ArrayLike, V: ArrayLike) -> Matrix:
    """A = D B, industries × industries: what one euro of an industry's output buys from each industry."""
    needs, shares = _needs_and_shares(U, V)
    found: Matrix = shares @ needs
    return found


def final_demand_by_industry(V: ArrayLike, e: ArrayLike) -> Matrix:
    """f = D e: the final demand for products (vector, or products × kinds of demand) as demand for industries."""
    make = np.asarray(V, dtype=np.float64)
    found: Matrix = _market_shares(make) @ np.asarray(e, dtype=np.float64)
    return found


def _needs_and_shares(U: ArrayLike, V: ArrayLike) -> tuple[Matrix, Matrix]:
    use, make = np.asarray(U, dtype=np.float64), np.asarray(V, dtype=np.float64)
    if use.shape != make.T.shape:
        raise ValueError(f"U is products × industries {use.shape}, V industries × products {make.shape}")
    if (use < 0).any() or (make < 0).any():
        raise ValueError("uses and products are not negative")
    g = make.sum(axis=1)
    return ratio(use, g), _market_shares(make)


def _market_shares(make: Matrix) -> Matrix:
    return ratio(make, make.sum(axis=0))
