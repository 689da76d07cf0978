"""What firms of the territory could supply: open establishments of the register, by the segment of their activity."""

from __future__ import annotations

from typing import Any

import ibis

from gisement.segments.prefixes import bare, longest_prefix, of_kind
from gisement.terms import Ring, step

SMALL, MEDIUM = ("01", "02", "03"), ("11", "12")
LARGE = ("21", "22", "31", "32", "41", "42", "51", "52", "53")


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
