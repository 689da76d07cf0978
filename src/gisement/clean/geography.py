"""Communes, the code of today for those that have merged, and contours where a file gives them."""

from __future__ import annotations

from typing import Any

import ibis

from gisement.terms import step


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
