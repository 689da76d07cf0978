"""The account, the VAT and the NACRES code under which a ledger of the demonstration books each purchase."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from gisement.catalog.segments import segment_definitions, segment_evidence, segments
from gisement.sources.ledger.values import drop_reason

VAGUE = "6288"
"""« Autres », in every chart of accounts: where no account names the segment."""


@cache
def account(nomenclature: str, segment: str) -> str:
    """The account of a purchase: one that leads to its segment, else a vague one of its family, else « Autres ».

    A medical good without an account of its own is on one of another medical good.
    """
    is_medical = any(row["segment"] == segment and row["is_medical"] for row in segment_definitions())
    of_others = ("specific", "default") if is_medical else ("default",)
    wanted = [(segment, ("specific", "default")), *((name, of_others) for name in _family(segment))]
    for name, standings in wanted:
        rows = [row for row in _evidence("account", name) if row["nomenclature"] == nomenclature]
        for row in sorted(rows, key=lambda row: (row["standing"] != "specific", row["prefix"])):
            is_precise = len(row["prefix"]) > 2 and drop_reason(nomenclature, row["prefix"]) is None
            if row["standing"] in standings and is_precise:
                return row["prefix"]
    return VAGUE


@cache
def nacres_code(segment: str) -> str:
    """A NACRES code that leads to the segment, else to another one of its family."""
    for name in (segment, *_family(segment)):
        for row in _evidence("nacres", name):
            prefix = row["prefix"]
            for code in [prefix] if len(prefix) > 2 else [f"{prefix}{number}" for number in range(9, 100)]:
                if _leads(code, row["nomenclature"]) == name:
                    return f"{code[:2]}.{code[2:]}"
    raise LookupError(segment)


def _family(segment: str) -> Sequence[str]:
    return [name for name, one in segments().items() if one["family_id"] == segments()[segment]["family_id"]]


def _leads(code: str, nomenclature: str) -> str | None:
    """The segment of the longest prefix of a NACRES code."""
    known = _prefixes(nomenclature)
    return next((known[code[:size]] for size in range(len(code), 0, -1) if code[:size] in known), None)


@cache
def _prefixes(nomenclature: str) -> Mapping[str, str]:
    rows = (row for (kind, _), held in _all_evidence().items() if kind == "nacres" for row in held)
    return {row["prefix"]: row["segment"] for row in rows if row["nomenclature"] == nomenclature}


def _evidence(kind: str, segment: str) -> Sequence[Mapping[str, str]]:
    """What is known of accounts or of NACRES codes that lead to a segment."""
    return _all_evidence().get((kind, segment), [])


@cache
def _all_evidence() -> Mapping[tuple[str, str], Sequence[Mapping[str, str]]]:
    found: dict[tuple[str, str], list[Mapping[str, str]]] = {}
    for row in segment_evidence():
        told = {name: str(value) for name, value in row.items()}
        found.setdefault((told["evidence"], told["segment"]), []).append(told)
    return found
