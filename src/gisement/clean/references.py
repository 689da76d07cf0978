"""Reference lists: communes and the code of today of those that merged, contours, structures of social inclusion."""

from __future__ import annotations

from typing import Any

import ibis

from gisement.terms import step, step_idle_without


@step
def commune(raw_commune: Any) -> Any:
    """One row per commune of today (INSEE code): its name, EPCI, department and region, and its population."""
    return raw_commune.select(
        "commune_code", "commune_name", "epci_code", "department_code", "region_code", "siren", "population"
    )


@step
def commune_code_today(raw_commune: Any, raw_commune_former: Any) -> Any:
    """One row per code that a file may hold, of today or of a former or delegated commune, with the code of today."""
    today = raw_commune.select(any_code=raw_commune.commune_code, commune_code=raw_commune.commune_code)
    former = raw_commune_former.select(any_code="commune_former_code", commune_code="commune_code")
    return today.union(former.anti_join(today, "any_code").distinct())


@step
def contour(raw_contour: Any) -> Any:
    """One row per level and code; where files repeat one, the contour told with the most corners."""
    finest = ibis.window(
        group_by=[raw_contour.contour_level, raw_contour.contour_code],
        order_by=[ibis.desc(raw_contour.contour_rings.length()), raw_contour.contour_rings],
    )
    kept = raw_contour.mutate(place=ibis.row_number().over(finest))
    return kept.filter(kept.place == 0).select("contour_level", "contour_code", "contour_rings")


SIAE = ("EI", "ACI", "AI", "ETTI", "EITI")
ADAPTED = ("EA", "EATT", "ESAT")
OTHERS = ("GEIQ",)


@step_idle_without("raw_inclusion")
def inclusion_structure(raw_inclusion: Any) -> Any:
    """One row per establishment and kind; a kind that is none of the known ones is left as `OTHER`."""
    r = raw_inclusion.filter(raw_inclusion.siret.re_search("^[0-9]{14}$"))
    kind = ibis.ifelse(r.inclusion_kind_reported.isin((*SIAE, *ADAPTED, *OTHERS)), r.inclusion_kind_reported, "OTHER")
    family = ibis.cases((kind.isin(SIAE), "siae"), (kind.isin(ADAPTED), "adapted"), else_="other")
    told = r.select(siret="siret", siren=r.siret.substr(0, 9), inclusion_kind=kind, inclusion_family=family)
    return told.distinct()
