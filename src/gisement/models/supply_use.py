"""Supply and use tables to symmetric ones, under the technology of industries.

U[c, i] is what industry i uses of product c, V[i, c] what it makes of it, q the output of products, g of industries.
B = U ĝ⁻¹ says what an industry needs, D = V q̂⁻¹ who makes a product (its market shares): then A = B D by products.
It gives no negative number; the assumption is that an industry makes all of its products in the same way.

Source: Miller and Blair, 2009, chapter 5; Eurostat Manual of Supply, Use and Input-Output Tables, 2008, model B.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from gisement.models.input_output import Matrix, ratio


def product_by_product(U: ArrayLike, V: ArrayLike) -> Matrix:
    """A = B D, products × products: what one euro of a product (column) needs of each product (row).

    0 for a product that nobody makes. Raises ValueError on shapes that do not fit and on negative uses or products.
    """
    use, make = np.asarray(U, dtype=np.float64), np.asarray(V, dtype=np.float64)
    if use.shape != make.T.shape:
        raise ValueError(f"U is products × industries {use.shape}, V industries × products {make.shape}")
    if (use < 0).any() or (make < 0).any():
        raise ValueError("uses and products are not negative")
    g, q = make.sum(axis=1), make.sum(axis=0)
    found: Matrix = ratio(use, g) @ ratio(make, q)
    return found
