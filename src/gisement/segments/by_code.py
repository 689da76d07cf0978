"""The segment of an account, of a NAF code, and of a buyer's own category: one row per code that occurs."""

from __future__ import annotations

from typing import Any

import ibis

from gisement.segments.prefixes import bare, longest_prefix, of_kind
from gisement.terms import step

NACRES = r"^[A-Z]{2}[0-9]{1,2}$"
UNIVERSITIES = "GBCP"


@step
def account_segment(payment: Any, segment_evidence: Any) -> Any:
    """One row per account that occurs in a ledger and leads somewhere: its segment, and whether it is a vague one."""
    used = payment.filter(payment.account.notnull() & payment.account_kind.notnull())
    used = used.select("account_kind", "account").distinct()
    used = used.mutate(nomenclature=used.account_kind, code=bare(used.account))
    codes = used.select("nomenclature", "code").distinct()
    found = longest_prefix(codes, of_kind(segment_evidence, "account"))
    joined = used.inner_join(found, ["nomenclature", "code"])
    return joined.select("account_kind", "account", "segment", "standing")


@step
def naf_segment(supplier: Any, segment_evidence: Any) -> Any:
    """One row per main activity (NAF) that occurs among suppliers and names a segment."""
    used = supplier.filter(supplier.naf_code.notnull()).select("naf_code").distinct()
    used = used.mutate(nomenclature=ibis.literal("NAF"), code=bare(used.naf_code))
    codes = used.select("nomenclature", "code").distinct()
    found = longest_prefix(codes, of_kind(segment_evidence, "naf"))
    joined = used.inner_join(found, ["nomenclature", "code"])
    return joined.filter(joined.segment.notnull()).select("naf_code", "segment")


@step
def category_segment(payment: Any, raw_segment_mapping: Any, segment_evidence: Any) -> Any:
    """One row per buyer and category of its own that a mapping knows: the buyer's mapping first, then NACRES.

    NACRES codes are read in ledgers of universities only: elsewhere two letters and two digits mean anything.
    """
    used = payment.filter(payment.segment_code.notnull())
    used = used.select("buyer_id", "segment_code", "account_kind").distinct()
    used = used.mutate(code=bare(used.segment_code))
    own = _own(used, raw_segment_mapping)
    is_nacres = (used.account_kind == UNIVERSITIES) & used.code.re_search(NACRES)
    nacres = used.filter(is_nacres).mutate(nomenclature=ibis.literal("NACRES"))
    found = longest_prefix(nacres.select("nomenclature", "code").distinct(), of_kind(segment_evidence, "nacres"))
    nacres = nacres.inner_join(found, ["nomenclature", "code"]).select("buyer_id", "segment_code", "segment")
    nacres = nacres.distinct().anti_join(own, ["buyer_id", "segment_code"])
    return ibis.union(own, nacres.mutate(segment_rule=ibis.literal("nacres_prefix")))


def _own(used: Any, mapping: Any) -> Any:
    """What each buyer's own mapping says; a line of the mapping without buyer holds for all of them."""
    prefixes = mapping.select(
        nomenclature=ibis.coalesce(mapping.buyer_id, "ALL"),
        prefix=bare(mapping.segment_code),
        segment=mapping.segment,
        standing=ibis.literal("specific"),
    )
    keyed = used.mutate(nomenclature=used.buyer_id)
    found = longest_prefix(keyed.select("nomenclature", "code").distinct(), prefixes)
    joined = keyed.inner_join(found, ["nomenclature", "code"])
    return joined.select(
        "buyer_id", "segment_code", "segment", segment_rule=ibis.literal("buyer_mapping")
    ).distinct()  # fmt: skip
