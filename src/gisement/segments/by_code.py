"""The segment of an account, of a NAF code, and of a buyer's own codes: one row per code that occurs."""

from __future__ import annotations

from typing import Any

import ibis

from gisement.segments.prefixes import bare, longest_prefix, of_kind
from gisement.terms import step, step_idle_without

NACRES = r"^[A-Z]{2}[0-9]{1,2}$"
UNIVERSITIES = "GBCP"
CATEGORY, ACCOUNT = "category", "account"
EVERY_BUYER = "ALL"


@step_idle_without("payment")
def account_segment(payment: Any, segment_evidence: Any) -> Any:
    """One row per account that occurs in a ledger and leads somewhere: its segment, and whether it is a vague one."""
    used = payment.filter(payment.account_code.notnull() & payment.account_nomenclature.notnull())
    used = used.select("account_nomenclature", "account_code").distinct()
    used = used.mutate(nomenclature=used.account_nomenclature, code=bare(used.account_code))
    codes = used.select("nomenclature", "code").distinct()
    found = longest_prefix(codes, of_kind(segment_evidence, "account"))
    joined = used.inner_join(found, ["nomenclature", "code"])
    joined = joined.filter(joined.segment.notnull())
    return joined.select("account_nomenclature", "account_code", "segment", "standing")


@step
def naf_segment(supplier: Any, segment_evidence: Any) -> Any:
    """One row per main activity (NAF) that occurs among suppliers and names a segment."""
    used = supplier.filter(supplier.naf_code.notnull()).select("naf_code").distinct()
    used = used.mutate(nomenclature=ibis.literal("NAF"), code=bare(used.naf_code))
    codes = used.select("nomenclature", "code").distinct()
    found = longest_prefix(codes, of_kind(segment_evidence, "naf"))
    joined = used.inner_join(found, ["nomenclature", "code"])
    return joined.filter(joined.segment.notnull()).select("naf_code", "segment")


@step_idle_without("payment")
def category_segment(payment: Any, segment_evidence: Any, raw_segment_mapping: Any) -> Any:
    """One row per buyer and purchase code of its own that a mapping knows: the buyer's mapping first, then NACRES.

    NACRES codes are read in ledgers of universities only: elsewhere two letters and two digits mean anything.
    """
    used = payment.filter(payment.segment_code_reported.notnull())
    used = used.select("buyer_id", "buyer_siren", "segment_code_reported", "account_nomenclature").distinct()
    own = _own(used, "segment_code_reported", raw_segment_mapping, CATEGORY)
    used = used.mutate(code=bare(used.segment_code_reported), nomenclature=ibis.literal("NACRES"))
    nacres = used.filter((used.account_nomenclature == UNIVERSITIES) & used.code.re_search(NACRES))
    found = longest_prefix(nacres.select("nomenclature", "code").distinct(), of_kind(segment_evidence, "nacres"))
    nacres = nacres.inner_join(found, ["nomenclature", "code"]).select("buyer_id", "segment_code_reported", "segment")
    nacres = nacres.distinct().anti_join(own, ["buyer_id", "segment_code_reported"])
    told = ((own, "buyer_mapping"), (nacres, "nacres_prefix"))
    return ibis.union(*(table.mutate(segment_rule=ibis.literal(rule)) for table, rule in told))


@step_idle_without("payment")
def own_account_segment(payment: Any, raw_segment_mapping: Any) -> Any:
    """One row per buyer and account that the buyer's own chart of accounts, mapped to segments, knows."""
    used = payment.filter(payment.account_code.notnull()).select("buyer_id", "buyer_siren", "account_code").distinct()
    return _own(used, "account_code", raw_segment_mapping, ACCOUNT)


def _own(used: Any, column: str, mapping: Any, kind: str) -> Any:
    """What the mappings say of each code of each buyer: the longest prefix of the buyer's own (see `_of_buyers`)."""
    keyed = used.mutate(nomenclature=used.buyer_id, code=bare(used[column]))
    found = longest_prefix(keyed.select("nomenclature", "code").distinct(), _of_buyers(keyed, mapping, kind))
    joined = keyed.inner_join(found, ["nomenclature", "code"])
    return joined.select("buyer_id", column, "segment").distinct()


def _of_buyers(used: Any, mapping: Any, kind: str) -> Any:
    """The prefixes that hold for each buyer: those of its SIRET, then of its SIREN, then of a mapping for everyone."""
    said = mapping.filter(mapping.code_kind == kind)
    said = said.select("segment", held_by=ibis.coalesce(said.buyer, EVERY_BUYER), prefix=bare(said.code))
    buyers = used.select("buyer_id", "buyer_siren").distinct()
    names = ibis.union(
        buyers.select("buyer_id", name="buyer_id", rank=ibis.literal(0)),
        buyers.select("buyer_id", name="buyer_siren", rank=ibis.literal(1)),
        buyers.select("buyer_id", name=ibis.literal(EVERY_BUYER), rank=ibis.literal(2)),
    )
    held = names.inner_join(said, [("name", "held_by")])
    order = ibis.window(group_by=[held.buyer_id, held.prefix], order_by=[held["rank"], held.segment])
    held = held.mutate(place=ibis.row_number().over(order))
    first = held.filter(held.place == 0)
    return first.select("prefix", "segment", nomenclature="buyer_id", standing=ibis.literal("specific"))
