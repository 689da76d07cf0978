"""Structures of social inclusion: which establishment is of which kind, from the lists that were added."""

from __future__ import annotations

from typing import Any

import ibis

from gisement.terms import step_idle_without

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
