"""Codes to segments: the longest prefix wins, and of two as long, the one of the code's own nomenclature."""

from __future__ import annotations

from typing import Any

import ibis

from gisement.catalog.segments import ANY_NOMENCLATURE

LONGEST_CODE = 12


def longest_prefix(codes: Any, prefixes: Any) -> Any:
    """One row per (`nomenclature`, `code`) that a prefix begins, with the `segment` and `standing` of that prefix.

    `codes` holds distinct pairs; `prefixes` holds `nomenclature` (`ALL`: any), `prefix`, `segment`, `standing`.
    A code that no prefix begins has no row; one that leads to no segment has a null `segment`.
    """
    begun = ibis.union(*(codes.mutate(begins=codes.code.substr(0, length)) for length in range(1, LONGEST_CODE + 1)))
    begun = begun.distinct()
    own = begun.mutate(looked_in=begun.nomenclature, is_own=ibis.literal(1))
    any_of_them = begun.mutate(looked_in=ibis.literal(ANY_NOMENCLATURE), is_own=ibis.literal(0))
    known = prefixes.select(prefix_of="nomenclature", prefix="prefix", segment="segment", standing="standing")
    found = ibis.union(own, any_of_them).inner_join(known, [("looked_in", "prefix_of"), ("begins", "prefix")])
    order = [ibis.desc(found.prefix.length()), ibis.desc(found.is_own), found.segment]
    ranked = found.mutate(rank=ibis.row_number().over(ibis.window(group_by=["nomenclature", "code"], order_by=order)))
    return ranked.filter(ranked.rank == 0).select("nomenclature", "code", "segment", "standing")


def of_kind(segment_evidence: Any, kind: str) -> Any:
    """The prefixes of one kind of evidence (`account`, `naf` or `nacres`)."""
    return segment_evidence.filter(segment_evidence.evidence == kind)


def bare(code: Any) -> Any:
    """A code without its dots and blanks, in capitals: `81.21Z` and `8121z` are one."""
    return code.re_replace(r"[^0-9A-Za-z]", "").upper()
