"""Input-output analysis, in the letters of the book: Z flows, x output, A coefficients, L the Leontief inverse.

Z[i, j] is what industry j buys from industry i; x[j] is j's output; columns of A = Z / x say what one euro of output
of j needs. x = A x + f gives x = L f with L = (I - A)⁻¹: what final demand f makes every industry produce. Households
made endogenous (wages spent again) give the closed model, of one row and column more. Arrays in, arrays out; euros
cancel, so all is per euro.

`effects` solves the same systems for many draws and zones at once; its tests hold it against what stands here.

Source: Miller and Blair, Input-Output Analysis: Foundations and Extensions, 2nd edition, 2009, chapters 2 and 6
(models and multipliers), 4.2 (prices), 5 (supply and use) and 8 (location quotients); Flegg and Webber, Regional
Studies 34(6), 2000 (FLQ, AFLQ); European System of Accounts 2010, 15.51 to 15.62 (valuation); Eurostat Manual of
Supply, Use and Input-Output Tables, 2008, model B.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from gisement.models.arrays import Floats, ratio

Matrix = Floats

METHODS: Final = ("slq", "cilq", "flq", "aflq")
"""Ways to tell, from employment, how much of what an industry buys a region can supply."""


def technical_coefficients(Z: ArrayLike, x: ArrayLike) -> Matrix:
    """A = Z x̂⁻¹, n × n: what one euro of output of industry j (column) buys from industry i (row).

    The column of an industry without output is 0. Raises ValueError on shapes that do not fit.
    """
    flows, output = _square(Z), _vector(x)
    if len(output) != len(flows):
        raise ValueError(f"Z is {flows.shape}, x has {len(output)} industries")
    return ratio(flows, output)


def leontief_inverse(A: ArrayLike) -> Matrix:
    """L = (I - A)⁻¹, n × n: output of industry i (row) per euro of final demand for industry j (column).

    Raises ValueError where A is not productive (an industry would use up more than it makes).
    """
    coefficients = _square(A)
    try:
        inverse = np.asarray(np.linalg.inv(np.eye(len(coefficients)) - coefficients), dtype=np.float64)
    except np.linalg.LinAlgError as error:
        raise ValueError("I - A has no inverse: an industry uses all that it makes") from error
    if (coefficients >= 0).all() and inverse.min(initial=0.0) < -1e-9:
        raise ValueError("A is not productive: (I - A)⁻¹ has negative numbers")
    return inverse


def closed_coefficients(A: ArrayLike, w: ArrayLike, c: ArrayLike, h: float = 0.0) -> Matrix:
    """Ā = [[A, c], [w', h]], (n + 1) × (n + 1): households as one more industry.

    `w` is wages per euro of output, `c` what households buy per euro of their income, `h` what they pay each other.
    Raises ValueError on shapes that do not fit.
    """
    coefficients, wages, consumption = _square(A), _vector(w), _vector(c)
    if not len(wages) == len(consumption) == len(coefficients):
        raise ValueError(f"A is {coefficients.shape}, w and c have {len(wages)} and {len(consumption)} industries")
    return np.block([[coefficients, consumption[:, None]], [wages[None, :], np.array([[h]])]])


def output_multipliers(L: ArrayLike, industries: int | None = None) -> Matrix:
    """Oj = Σi Lij, n: euros of output of all industries per euro of final demand for j.

    `industries` sums the first rows and columns only: n of a closed model, whose last row is income and not output.
    """
    inverse = _square(L)[:industries, :industries]
    multipliers: Matrix = inverse.sum(axis=0)
    return multipliers


def effects(L: ArrayLike, ratios: ArrayLike) -> Matrix:
    """h'L: value added, imports, wages or jobs in all industries per euro of final demand for each industry.

    `ratios` holds them per euro of output, one row (n) or several (m × n); the answer has that shape. With the inverse
    of a closed model, the truncated n × n block is used: what households make endogenous, without counting their income
    as output. Raises ValueError on shapes that do not fit.
    """
    inverse, given = _square(L), np.asarray(ratios, dtype=np.float64)
    n = given.shape[-1]
    if len(inverse) not in (n, n + 1):
        raise ValueError(f"L is {inverse.shape}, ratios have {n} industries")
    found: Matrix = given @ inverse[:n, :n]
    return found


def multipliers(L: ArrayLike, ratios: ArrayLike) -> Matrix:
    """(h'L)j / hj: effect in all industries over the industry's own ratio; not a number where that ratio is 0.

    An effect is per euro of demand; a multiplier is per unit of the same thing in the industry itself.
    """
    own = np.asarray(ratios, dtype=np.float64)
    return ratio(effects(L, own), own, empty=np.nan)


def domestic_coefficients(A: ArrayLike, import_shares: ArrayLike) -> Matrix:
    """A ∘ (1 - m): domestic coefficients of a table of total flows, m being the imported share of each product (row).

    In the unit of what is given, n × n: of the flows Z themselves, the domestic flows. `import_shares` is a vector by
    product, or n × n by product and industry. Raises ValueError outside 0 to 1.
    """
    coefficients, imported = _square(A), np.asarray(import_shares, dtype=np.float64)
    if imported.min(initial=0.0) < 0 or imported.max(initial=0.0) > 1:
        raise ValueError("import shares lie between 0 and 1")
    found: Matrix = coefficients * (1 - (imported[:, None] if imported.ndim == 1 else imported))
    return found


def import_shares(imports: ArrayLike, output: ArrayLike, exports: ArrayLike) -> Matrix:
    """mi = imports / (output + imports - exports), by product: the part of what a country uses that it imports.

    Fractions, held between 0 and 1 (re-exports can exceed output); 0 where nothing is used.
    """
    bought, made, sold = _vector(imports), _vector(output), _vector(exports)
    used = made + bought - sold
    found: Matrix = np.clip(ratio(bought, np.maximum(used, 0.0)), 0.0, 1.0)
    return found


def simple_location_quotients(region: ArrayLike, nation: ArrayLike) -> Matrix:
    """SLQi = (Eᵢᴿ / Eᴿ) / (Eᵢᴺ / Eᴺ): an industry's weight in the region's employment over its weight in the nation's.

    0 where neither has any; raises ValueError where the region has more than the nation, or the nation none.
    """
    local, whole = _vector(region), _vector(nation)
    if len(local) != len(whole):
        raise ValueError(f"the region has {len(local)} industries, the nation {len(whole)}")
    if (local < 0).any() or (local > whole * (1 + 1e-9)).any():
        raise ValueError("a region is a part of the nation: 0 <= region <= nation in every industry")
    if whole.sum() <= 0:
        raise ValueError("the nation has no employment")
    if local.sum() == 0:
        return np.zeros_like(local)
    return ratio(local / local.sum(), whole / whole.sum())


def location_quotients(region: ArrayLike, nation: ArrayLike, method: str = "flq", delta: float = 0.3) -> Matrix:
    """q, n × n: how far the region can supply product i to its industry j (1 or more: wholly).

    `slq`: SLQi in every column. `cilq`: SLQi / SLQj, SLQi on the diagonal. `flq`: CILQ × λ with
    λ = log₂(1 + Eᴿ/Eᴺ)^δ. `aflq`: FLQ × log₂(1 + SLQj) where SLQj > 1. An industry that the region lacks supplies
    nothing and buys nothing. `region` and `nation` are employment by industry; raises ValueError on anything else.
    """
    if method not in METHODS:
        raise ValueError(f"method {method}: choose among {', '.join(METHODS)}")
    if not 0 <= delta < 1:
        raise ValueError("delta lies between 0 and 1")
    slq = simple_location_quotients(region, nation)
    if method == "slq":
        return np.repeat(slq[:, None], len(slq), axis=1)
    quotients = ratio(np.repeat(slq[:, None], len(slq), axis=1), slq[None, :])
    np.fill_diagonal(quotients, slq)
    if method == "cilq":
        return quotients
    quotients = quotients * size_factor(_vector(region).sum(), _vector(nation).sum(), delta)
    if method == "aflq":
        quotients = quotients * np.where(slq > 1, np.log2(1 + slq), 1.0)[None, :]
    return quotients


def size_factor(region: float, nation: float, delta: float) -> float:
    """λ = log₂(1 + Eᴿ/Eᴺ)^δ, from 0 to 1: the smaller a region, the less it supplies itself."""
    return float(np.log2(1 + region / nation) ** delta)


def regional_coefficients(A: ArrayLike, quotients: ArrayLike) -> Matrix:
    """aᴿij = aᴺij × min(qij, 1), n × n: what one euro of output of the region's industry j buys of product i there.

    `quotients` is n × n, or one number by product.
    """
    coefficients, q = _square(A), np.asarray(quotients, dtype=np.float64)
    found: Matrix = coefficients * np.minimum(q[:, None] if q.ndim == 1 else q, 1.0)
    return found


def leakage_identity(L: ArrayLike, value_added: ArrayLike, imports: ArrayLike, taxes: ArrayLike) -> Matrix:
    """v'L + m'L + t'L - 1, by industry: how far every euro of final demand is from ending as one of the three.

    0 of an exact table; the ratios are per euro of output.
    """
    ratios = np.asarray(value_added, dtype=np.float64) + np.asarray(imports) + np.asarray(taxes)
    return effects(L, ratios) - 1.0


def product_by_product(U: ArrayLike, V: ArrayLike) -> Matrix:
    """A = B D, products × products: what one euro of a product (column) needs of each product (row).

    U[c, i] is what industry i uses of product c, V[i, c] what it makes of it, q the output of products, g that of
    industries. B = U ĝ⁻¹ says what an industry needs, D = V q̂⁻¹ who makes a product (its market shares). It gives no
    negative number; the assumption is that an industry makes all of its products in the same way (model B).

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


def basic_prices(paid: ArrayLike, margins: ArrayLike, taxes: ArrayLike, earned_by: ArrayLike) -> tuple[Matrix, Matrix]:
    """Demand at basic prices of what was paid without VAT (… × n products), and the taxes in it: nothing is lost.

    A purchaser's price holds the basic price of the producer, the margins of trade and transport, and taxes less
    subsidies on the product; VAT comes on top. Tables of basic prices want the first, the margins being a demand for
    trade and transport themselves.

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
    return produced + earned * earners, (price * tax).sum(axis=-1)


def _square(matrix: ArrayLike) -> Matrix:
    found = np.asarray(matrix, dtype=np.float64)
    if found.ndim != 2 or found.shape[0] != found.shape[1]:
        raise ValueError(f"a square matrix is needed, not {found.shape}")
    return found


def _vector(values: ArrayLike) -> Matrix:
    found = np.asarray(values, dtype=np.float64)
    if found.ndim == 2 and 1 in found.shape:
        found = found.ravel()
    if found.ndim != 1:
        raise ValueError(f"a vector is needed, not {found.shape}")
    return found
