"""eForms notices (UBL): codes of each lot by the name of their list, criteria with weights in the extensions."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from gisement.sources.notices.found import Criterion, Lot, Notice, at, every, name_of, words

ROOTS = {"ContractNotice": "call", "PriorInformationNotice": "other", "ContractAwardNotice": "award"}
_GOAL_LISTS = ("strategic-procurement", "social-objective", "environmental-impact")
_VARIANTS = {"allowed": "yes", "required": "yes", "not-allowed": "no"}
"""BT-63: whether variants are authorised."""
_WEIGHTS = {"per": "percent", "poi": "points", "dec": "decimal", "ord": "order"}


def read(root: etree._Element) -> Notice:
    """The notice of a UBL document (eForms): its lots, dates, buyer and award criteria, as published."""
    project, process = at(root, "ProcurementProject"), at(root, "TenderingProcess")
    buyer = words(at(root, "ContractingParty", "Party", "PartyIdentification", "ID"))
    company = _company(root, buyer)
    notice = Notice(
        notice_id=_identifier(root) or "",
        format="eforms",
        kind=ROOTS[name_of(root)],
        publication_date=words(at(root, "IssueDate")),
        buyer_id=words(at(company, "PartyLegalEntity", "CompanyID")),
        buyer_name=words(at(company, "PartyName", "Name")),
        reference=words(at(project, "ID")),
        previous_notice_id=words(at(process, "NoticeDocumentReference", "ID")),
        title=words(at(project, "Name")),
        procedure=words(at(process, "ProcedureCode")),
    )
    whole = words(at(project, "MainCommodityClassification", "ItemClassificationCode"))
    # a group of lots only repeats criteria of its lots
    lots = [lot for lot in root if name_of(lot) == "ProcurementProjectLot" and _scheme(lot) != "LotsGroup"]
    notice.lots = [_lot(lot, whole) for lot in lots] or [Lot(lot_id="", cpv_code=whole)]
    return notice


def _scheme(lot: etree._Element) -> str | None:
    identifier = at(lot, "ID")
    return None if identifier is None else identifier.get("schemeName")


def _identifier(root: etree._Element) -> str | None:
    return next((words(one) for one in root if name_of(one) == "ID"), None)


def _company(root: etree._Element, identifier: str | None) -> etree._Element | None:
    """The organisation that the buyer's identifier in the notice points at."""
    for company in every(root, "Company"):
        if words(at(company, "PartyIdentification", "ID")) == identifier:
            return company
    return None


def _lot(lot: etree._Element, whole_cpv: str | None) -> Lot:
    project, terms = at(lot, "ProcurementProject"), at(lot, "TenderingTerms")
    reserved = list(_codes(terms, "TendererRequirementTypeCode", "reserved-procurement"))
    execution = list(_codes(terms, "ExecutionRequirementCode", "reserved-execution"))
    goals = [code for name in _GOAL_LISTS for code in _codes(project, "ProcurementTypeCode", name) if code != "none"]
    return Lot(
        lot_id=words(at(lot, "ID")) or "",
        title=words(at(project, "Name")),
        cpv_code=words(at(project, "MainCommodityClassification", "ItemClassificationCode")) or whole_cpv,
        reserved_participation=_reserved(reserved),
        reserved_execution=execution[0] if execution else None,
        variants=_VARIANTS.get(words(at(terms, "VariantConstraintCode")) or ""),
        goals=tuple(dict.fromkeys(goals)),
        criteria=[_criterion(one) for one in every(terms, "SubordinateAwardingCriterion")],
    )


def _reserved(codes: list[str]) -> str | None:
    """`res-ws`, `res-pub-ser`, `no`, or None where the notice does not say."""
    named = [code for code in codes if code != "none"]
    return "+".join(named) if named else "no" if codes else None


def _codes(node: etree._Element | None, name: str, of_list: str) -> Iterator[str]:
    for code in every(node, name):
        text = words(code)
        if code.get("listName") == of_list and text:
            yield text


def _criterion(node: etree._Element) -> Criterion:
    """A criterion: its name and description, and its number if that is a weight (not a fixed value or threshold)."""
    parts = [words(at(node, "Name")), words(at(node, "Description"))]
    weight, kind = None, None
    for parameter in every(node, "AwardCriterionParameter"):
        code = at(parameter, "ParameterCode")
        if code is not None and code.get("listName") == "number-weight":
            weight = words(at(parameter, "ParameterNumeric"))
            kind = _WEIGHTS.get((words(code) or "")[:3])
    label = " : ".join(dict.fromkeys(part for part in parts if part))
    return Criterion(words(at(node, "AwardingCriterionTypeCode")) or "free", label or None, weight, kind)
