"""The segment that a code names: CPV, account, NAF, a buyer's own codes. One row per code that occurs.

The longest prefix wins, and of two as long, the one of the code's own nomenclature. What firms of the territory could
supply is told by their activity, hence by the same prefixes.
"""

from __future__ import annotations

from typing import Any

import ibis

from gisement.catalog.segments import ANY_NOMENCLATURE, rules
from gisement.terms import Ring, step, step_idle_without

LONGEST_CODE = 12
NACRES = r"^[A-Z]{2}[0-9]{1,2}$"
UNIVERSITIES = "GBCP"
EVERY_BUYER = "ALL"
SMALL, MEDIUM = ("01", "02", "03"), ("11", "12")
LARGE = ("21", "22", "31", "32", "41", "42", "51", "52", "53")
"""Bands of headcount of the register."""


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


@step
def cpv_segment(contract_state: Any, segment_prefix: Any) -> Any:
    """One row per CPV code that occurs, with its segment, family and whether it is a medical good (strict and wide)."""
    codes = contract_state.filter(contract_state.cpv_code.notnull()).select("cpv_code").distinct()
    begun = ibis.union(*(codes.mutate(begins=codes.cpv_code.substr(0, length)) for length in range(2, 9)))
    found = begun.inner_join(segment_prefix, [("begins", "prefix")])
    order = ibis.window(group_by="cpv_code", order_by=[ibis.desc(found.begins.length()), found.begins])
    ranked = found.mutate(rank=ibis.row_number().over(order))
    return ranked.filter(ranked.rank == 0).select(
        "cpv_code", "segment", "family", "is_medical", "is_medical_wide", segment_rule=ibis.literal("cpv_prefix"),
        segment_confidence=ibis.literal(float(rules()["cpv_prefix"]["confidence"])),
    )  # fmt: skip


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
    own = _own(used, "segment_code_reported", raw_segment_mapping, "category")
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
    return _own(used, "account_code", raw_segment_mapping, "account")


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


@step
def local_offer(
    raw_establishment: Any, commune_code_today: Any, ring_commune: Any, segment_evidence: Any
) -> Any:  # fmt: skip
    """One row per segment, ring (up to the department) and class of headcount: open establishments.

    The segment is that of the main activity (NAF rev. 2): what a firm can do beside it is not known. A register that
    holds suppliers alone counts suppliers alone: a least number.
    """
    r = raw_establishment
    is_current = ibis.coalesce(r.naf_nomenclature.lower().re_search("rev ?2"), True)
    is_open = ibis.coalesce(r.state != "F", True)
    e = r.filter(is_current & is_open & r.naf_code.notnull() & r.commune_code.notnull())
    e = e.group_by("siret").agg(
        commune_code=e.commune_code.min(), code=bare(e.naf_code).min(),
        headcount_band=e.headcount_band.max(),
    )  # fmt: skip
    codes = e.select("code").distinct().mutate(nomenclature=ibis.literal("NAF"))
    found = longest_prefix(codes.select("nomenclature", "code"), of_kind(segment_evidence, "naf"))
    found = found.filter(found.segment.notnull()).select(of_code="code", segment="segment")
    e = e.inner_join(found, [("code", "of_code")])
    e = e.left_join(commune_code_today.rename(today_code="commune_code"), [("commune_code", "any_code")])
    e = e.mutate(here=ibis.coalesce(e.today_code, e.commune_code))
    rings = ring_commune.select(ring_of="commune_code", ring_nearest=ring_commune.ring_nearest.cast("int64"))
    e = e.inner_join(rings, [("here", "ring_of")])
    e = e.filter(e.ring_nearest <= int(Ring.DEPARTMENT))
    e = e.mutate(
        capacity_class=ibis.cases(
            (e.headcount_band.isin(SMALL), "1_to_9"),
            (e.headcount_band.isin(MEDIUM), "10_to_49"),
            (e.headcount_band.isin(LARGE), "50_or_more"),
            else_="none_or_unknown",
        )
    )
    return e.group_by(["segment", "ring_nearest", "capacity_class"]).agg(establishments_count=e.count())
