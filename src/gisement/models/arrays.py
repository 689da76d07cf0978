"""Arrays in the words that every model uses, and a ratio that says what something over nothing is."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


def ratio(numerator: npt.ArrayLike, denominator: npt.ArrayLike, empty: float = 0.0) -> Floats:
    """numerator / denominator, `empty` where the denominator is 0."""
    part, whole = np.asarray(numerator), np.asarray(denominator)
    out = np.full(np.broadcast_shapes(part.shape, whole.shape), empty)
    found: Floats = np.divide(part, whole, out=out, where=whole != 0)
    return found
