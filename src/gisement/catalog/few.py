"""Whether a share rests on too few rows for a headline: its count and amounts then say more."""

from __future__ import annotations

from gisement.catalog.parameters import parameter
from gisement.terms import Figure, Verdict

COUNTED = ("purchase", "contract", "food_purchase", "food_declaration")
"""Tables of which a row is one purchase, contract or canteen: rows of the others are declared or computed totals."""
OF_SUPPLIERS = ("pareto_supplier_share", "top_5_supplier_share", "top_10_supplier_share")
"""Shares of the largest suppliers: they rest on how many suppliers there are, as well as on rows."""


def behind(figure: Figure) -> tuple[int, str]:
    """What a share rests on: how many rows of known answer, or suppliers where these are fewer, and which of them.

    The word is `suppliers`, or what the rows are: the basis (`payment`, `contract_line`), or the table.
    """
    rows = figure.sums.rows(Verdict.PART) + figure.sums.rows(Verdict.REST)
    if figure.keys is not None and figure.indicator in OF_SUPPLIERS and figure.keys < rows:
        return figure.keys, "suppliers"
    return rows, {"payment": "payment", "contract": "contract_line"}.get(figure.basis or "", figure.table)


def is_few(figure: Figure) -> bool:
    """Whether its share says nothing by itself. A share made of published sums never: each holds several suppliers.

    A change in points is one of two shares: it says nothing where either of them does.

    Source: the parameter `few_for_share`.
    """
    if figure.unit == "points":
        return figure.keys is not None and figure.keys < parameter("few_for_share")
    if figure.unit != "percent" or figure.interval != "missing" or figure.secrecy or figure.value is None:
        return False
    if figure.basis is None and figure.table not in COUNTED:
        return False
    return 0 < behind(figure)[0] < parameter("few_for_share")
