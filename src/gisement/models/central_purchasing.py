"""Which suppliers are central purchasing bodies: what is bought through them hides its maker and its place.

A SIREN decides where the supplier has one and the list gives one. Otherwise the whole comparable name must be one of
the aliases of the list: a firm whose name merely holds the letters is not one.

Source: Code de la commande publique, articles L2113-2 to L2113-5; the list is `catalog/central_purchasing_bodies.csv`.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gisement.catalog.tables import read_csv
from gisement.models.supplier_names import comparable_words
from gisement.terms import local_step


@cache
def bodies() -> dict[str, dict[str, str]]:
    """The bodies of the list, by name: `siren` (empty where it is not certain), `aliases`, `source`."""
    return {row["name"]: row for row in read_csv("central_purchasing_bodies.csv")}


NONE = "none"


@local_step(row_limit=3_000_000, reason="names are compared word by word, which no engine has")
def central_purchasing(supplier: pa.Table) -> pa.Table:
    """One row per supplier that is a central purchasing body, with the name of the body.

    Source: see the module.
    """
    body = central_purchasing_body(supplier["supplier_siren"], supplier["supplier_name"])
    told = supplier.select(["supplier_id"]).append_column("central_purchasing_body", body)
    return told.filter(pc.is_valid(told["central_purchasing_body"]))


def central_purchasing_body(sirens: pa.Array, names: pa.Array) -> pa.Array:
    """For each supplier the body of the list that it is, or null. Either of the two may be null.

    Source: see the module.
    """
    by_siren = {row["siren"]: name for name, row in bodies().items() if row["siren"]}
    owners = [(alias, name) for name, row in bodies().items() for alias in row["aliases"].split(";")]
    words, known = comparable_words(_whole(names), pa.array([alias for alias, _ in owners]))
    asked = words.joined(np.arange(len(words.starts) - 1))
    aliases = dict(zip(known.joined(np.arange(len(owners))), (name for _, name in owners), strict=True))
    found = [
        by_siren.get(siren) or (aliases.get(name) if not _is_another(siren, aliases.get(name)) else None)
        for siren, name in zip(_whole(sirens).to_pylist(), asked, strict=True)
    ]
    return pa.array(found, pa.string())


def _is_another(siren: str | None, body: str | None) -> bool:
    """Whether the supplier's SIREN says that it is not this body."""
    return bool(siren and body and bodies()[body]["siren"] not in ("", siren))


def _whole(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return pc.cast(whole, pa.string())
