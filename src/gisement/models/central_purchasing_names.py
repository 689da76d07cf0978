"""Which suppliers may be central purchasing bodies: their number is listed, or their name holds a word of an alias.

Names are compared word by word on the driver, which takes a second for 300,000: all but a few can be told in the
engine not to be one. A name with accents, lost letters or dotted initials is always left to the comparison.
"""

from __future__ import annotations

from typing import Any

from gisement.models.central_purchasing import bodies
from gisement.models.supplier_names import EMPTY_WORDS, SPELLED_OUT
from gisement.terms import step

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
    varied = {*SPELLED_OUT, *SPELLED_OUT.values(), *EMPTY_WORDS}
    return max((word for word in alias.split() if word not in varied), key=len)
