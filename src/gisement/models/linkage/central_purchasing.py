"""Which suppliers are central purchasing bodies: what is bought through them hides its maker and its place.

A SIREN decides where the supplier has one and the list gives one. Otherwise the whole comparable name must be one of
the aliases of the list: a firm whose name merely holds the letters is not one.

Names are compared word by word on the driver, which takes a second for 300,000: all but a few can be told in the
engine not to be one. A name with accents, lost letters or dotted initials is always left to the comparison.

Source: Code de la commande publique, articles L2113-2 to L2113-5; the list is `catalog/central_purchasing_bodies.csv`.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gisement.catalog.tables import read_csv
from gisement.models.linkage.names import comparable_words, empty_words, spelled_out
from gisement.terms import local_step, step


@cache
def bodies() -> dict[str, dict[str, str]]:
    """The bodies of the list, by name: `siren` (empty where it is not certain), `aliases`, `source`."""
    return {row["name"]: row for row in read_csv("central_purchasing_bodies.csv")}


NOT_PLAIN = r"[^\x00-\x7F]|[.]"


@step
def central_purchasing_candidate(supplier: Any) -> Any:
    """One row per supplier that a listed SIREN or a word of its name may make a central purchasing body."""
    sirens = sorted({row["siren"] for row in bodies().values()} - {""})
    words = sorted({telling_word(alias) for row in bodies().values() for alias in row["aliases"].split(";")})
    pattern = "|".join((NOT_PLAIN, *words))
    is_possible = supplier.supplier_siren.isin(sirens) | supplier.supplier_name.upper().re_search(pattern)
    return supplier.filter(is_possible).select("supplier_id", "supplier_siren", "supplier_name")


def telling_word(alias: str) -> str:
    """The longest word of an alias that no abbreviation stands for: every spelling of the alias holds it."""
    varied = {*spelled_out(), *spelled_out().values(), *empty_words()}
    return max((word for word in alias.split() if word not in varied), key=len)


@local_step(3_000_000, "names are compared word by word, which no engine has", "central_purchasing_candidate")
def central_purchasing(central_purchasing_candidate: pa.Table) -> pa.Table:
    """One row per supplier that is a central purchasing body, with the name of the body.

    Source: see the module.
    """
    asked = central_purchasing_candidate
    body = central_purchasing_body(asked["supplier_siren"], asked["supplier_name"])
    told = asked.select(["supplier_id"]).append_column("central_purchasing_body", body)
    return told.filter(pc.is_valid(told["central_purchasing_body"]))


def central_purchasing_body(sirens: pa.Array, names: pa.Array) -> pa.Array:
    """For each supplier the body of the list that it is, or null. Either of the two may be null.

    Source: see the module.
    """
    asked, spelled = _whole(sirens), _whole(names).dictionary_encode()
    listed = pa.array([row["siren"] or None for row in bodies().values()], pa.string())
    every = pa.array(list(bodies()), pa.string())
    by_siren = every.take(pc.index_in(asked, value_set=listed, skip_nulls=True))
    by_name = _named(spelled.dictionary).take(spelled.indices)
    own = listed.take(pc.index_in(by_name, value_set=every, skip_nulls=True))
    is_another = pc.fill_null(pc.not_equal(asked, own), False)
    return pc.coalesce(by_siren, pc.if_else(is_another, pa.scalar(None, pa.string()), by_name))


def _named(names: pa.Array) -> pa.Array:
    """For each name, the body of which it is an alias, or null."""
    owners = [(alias, name) for name, row in bodies().items() for alias in row["aliases"].split(";")]
    words, known = comparable_words(names, pa.array([alias for alias, _ in owners]))
    aliases = dict(zip(known.joined(np.arange(len(owners))), (name for _, name in owners), strict=True))
    found = np.full(len(names), None, dtype=object)
    # few names begin as an alias does: only those are spelled out
    begun = np.flatnonzero(np.diff(words.starts) > 0)
    begun = begun[np.isin(words.words[words.starts[begun]], known.words[known.starts[:-1]])]
    found[begun] = [aliases.get(name) for name in words.joined(begun)]
    return pa.array(found, pa.string())


def _whole(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return pc.cast(whole, pa.string())
