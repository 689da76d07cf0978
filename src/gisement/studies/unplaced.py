"""Contracts that stand in no figure of the territory, since nothing tells where their buyer is."""

from __future__ import annotations

from gisement.engine.measure import Observatory
from gisement.engine.query import keeps_to_territory
from gisement.terms import Indicator, Perimeter

OF_CONTRACTS = frozenset({"contract", "purchase"})
"""Tables whose rows are kept by the place of their buyer."""


def unplaced_contracts(observatory: Observatory) -> int:
    """How many contract lots have a buyer of unknown place; none where the territory lists its buyers by name."""
    if observatory.territory.buyers:
        return 0
    observatory.show("contract")
    sql = "SELECT count(*) FROM contract WHERE is_buyer_in_territory IS NULL"
    ((found,),) = observatory.connection.cursor().execute(sql).fetchall()
    return int(found)


def left_out(observatory: Observatory, indicator: Indicator, perimeter: Perimeter) -> int:
    """How many contract lots a figure leaves out for that reason."""
    is_kept = indicator.table in OF_CONTRACTS and keeps_to_territory(perimeter)
    return unplaced_contracts(observatory) if is_kept else 0
