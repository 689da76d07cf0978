"""What a signed-in partner is served: what everyone is, and its own lines; nothing that only another's file tells.

The copy is made of two others: everyone's, and the one with every ledger. A table that is alike in both is taken as it
is. Of a table that differs, rows of the partner come from the second, all others from the first; a table that differs
and does not say whose its rows are is everyone's. So a table that is added tomorrow shows too little, never too much.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from gisement.catalog import tables
from gisement.terms import Trouble

OWNER = "buyer_siren"
SIREN = re.compile("[0-9]{9}")
# Suppliers that only ledgers name: those that the partner paid.
_PAID = "SELECT supplier_id FROM purchase WHERE buyer_siren = '{siren}'"
_PAID_UNITS = "SELECT supplier_siren FROM purchase WHERE buyer_siren = '{siren}'"
_NAMED = {
    "supplier": ("supplier_id", _PAID),
    "place": ("supplier_id", _PAID),
    "supplier_presence": ("supplier_siren", _PAID_UNITS),
}


def own_copies(everyone: Mapping[str, str], whole: Mapping[str, str], siren: str) -> dict[str, str]:
    """The SELECT of each table of a partner's copy, from those of everyone's copy and of the copy with every ledger.

    Raises Trouble if `siren` is no SIREN: it is written into the SELECTs.
    """
    if not SIREN.fullmatch(siren):
        raise Trouble(
            fr=f"« {siren} » n'est pas un SIREN : il faut neuf chiffres.",
            en=f"'{siren}' is not a SIREN: it has nine digits.",
        )
    return {name: _own(name, sql, whole.get(name, sql), siren) for name, sql in everyone.items()}


def _own(name: str, everyone: str, whole: str, siren: str) -> str:
    if everyone == whole or name not in tables():
        return everyone
    if name in _NAMED:
        column, paid = _NAMED[name]
        return (
            f"SELECT * FROM ({whole}) WHERE {column} IN (SELECT {column} FROM ({everyone})) "
            f"OR {column} IN ({paid.format(siren=siren)})"
        )
    if OWNER not in tables()[name].schema:
        return everyone
    return (
        f"SELECT * FROM ({whole}) WHERE {OWNER} = '{siren}' "
        f"UNION ALL BY NAME SELECT * FROM ({everyone}) WHERE {OWNER} IS DISTINCT FROM '{siren}'"
    )
