"""BOAMP notices in the older XML (`ANNONCE`): choices are empty elements, criteria hang on the lot or the procedure."""

from __future__ import annotations

from lxml import etree

from gisement.sources.notices.found import Criterion, Lot, Notice, at, every, name_of, words

_KINDS = {"APPEL_OFFRE": "call", "ATTRIBUTION": "award"}
_WEIGHTED = {"CRITERES_PONDERES": "quality", "CRITERES_QUALITE": "quality", "CRITERES_COUT": "cost"}
_GOALS = {"SOCIAUX": "soc-obj", "ENVIRONNEMENTAUX": "env-imp"}


def read(root: etree._Element) -> Notice:
    """The notice of an `ANNONCE` element: its lots, dates, buyer and award criteria, as published."""
    management, data = at(root, "GESTION"), at(root, "DONNEES")
    reference, index = at(management, "REFERENCE"), at(management, "INDEXATION")
    subject, procedure = at(data, "OBJET"), at(data, "PROCEDURE")
    earlier = at(management, "MARCHE", "ANNONCE_ANTERIEUR")
    nature = at(reference, "TYPE_AVIS", "NATURE")
    notice = Notice(
        notice_id=words(at(reference, "IDWEB")) or "",
        format="boamp",
        kind=next((_KINDS.get(name_of(child), "other") for child in (nature if nature is not None else ())), "other"),
        publication_date=words(at(index, "DATE_PUBLICATION")),
        buyer_id=words(at(data, "IDENTITE", "CODE_IDENT_NATIONAL")),
        buyer_name=words(at(data, "IDENTITE", "DENOMINATION")),
        reference=words(at(subject, "REF_MARCHE")) or words(at(data, "CONDITION_ADMINISTRATIVE", "REFERENCE_MARCHE")),
        previous_notice_id=words(at(earlier, "REFERENCE", "IDWEB")),
        previous_date=next((words(day) for day in every(earlier, "DATE_PUBLICATION")), None),
        title=words(at(subject, "TITRE_MARCHE"))
        or words(at(subject, "OBJET_COMPLET"))
        or words(at(index, "RESUME_OBJET")),
        procedure=next((name_of(child) for child in every(procedure, "TYPE_PROCEDURE")[:1] for child in child), None),
    )
    whole = Lot(
        lot_id="",
        title=None,
        cpv_code=words(at(subject, "CPV", "PRINCIPAL")),
        reserved_participation=_choice(data, "MARCHE_RESERVE"),
        goals=tuple(
            _GOALS[name_of(c)] for e in every(index, "CRITERES_SOCIAUX_ENV") for c in e if name_of(c) in _GOALS
        ),
        criteria=_criteria(procedure),
        variants=_variants(subject),
    )
    notice.lots = [_lot(lot, whole, number) for number, lot in enumerate(every(subject, "LOT"), 1)] or [whole]
    return notice


def _lot(element: etree._Element, whole: Lot, number: int) -> Lot:
    """A lot, with what only the whole notice says."""
    return Lot(
        lot_id=words(at(element, "NUM")) or str(number),
        title=words(at(element, "INTITULE")) or words(at(element, "DESCRIPTION")),
        cpv_code=words(at(element, "CPV", "PRINCIPAL")) or whole.cpv_code,
        reserved_participation=whole.reserved_participation,
        goals=whole.goals,
        criteria=_criteria(element) or whole.criteria,
        variants=_choice(element, "VARIANTES") or whole.variants,
    )


def _criteria(parent: etree._Element | None) -> list[Criterion]:
    found: list[Criterion] = []
    groups = at(parent, "CRITERES_ATTRIBUTION")
    for group in () if groups is None else groups:
        name = name_of(group)
        if name in _WEIGHTED:
            found += [
                Criterion(_WEIGHTED[name], words(one), one.get("POIDS"), "percent" if one.get("POIDS") else None)
                for one in every(group, "CRITERE")
            ]
        elif name == "CRITERES_PRIX":
            weight = words(at(group, "POIDS"))
            found.append(Criterion("price", "Prix", weight, "percent" if weight else None))
        elif name == "CRITERES_LIBRE":
            found.append(Criterion("free", words(group)))
        elif name == "CRITERES_CCTP":
            found.append(Criterion("documents"))
    return found


def _variants(subject: etree._Element | None) -> str | None:
    """What is said of variants outside of the lots, each of which may say otherwise."""
    parts = () if subject is None else [part for part in subject if name_of(part) != "LOTS"]
    told = [_choice(part, "VARIANTES") for part in parts]
    told += [{"VARIANTES_OUI": "yes", "VARIANTES_NON": "no"}.get(name_of(part)) for part in parts]
    return next((one for one in told if one), None)


def _choice(data: etree._Element | None, name: str) -> str | None:
    """`yes` or `no` of an empty element `NAME_OUI` or `NAME_NON`; None where neither is there."""
    if every(data, f"{name}_OUI"):
        return "yes"
    return "no" if every(data, f"{name}_NON") else None
