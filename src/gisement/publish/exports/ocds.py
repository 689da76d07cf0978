"""Open Contracting Data Standard 1.1: one release per contract lot, with the words of its sustainability extension.

The award holds the amount that was awarded, the contract the current one; both are ceilings or estimates, not payments.
Source: standard.open-contracting.org, version 1.1.5; extension `sustainability` (goals and strategies).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from gisement.engine.served import PERSON

EXTENSION = (
    "https://raw.githubusercontent.com/open-contracting-extensions/ocds_sustainability_extension/master/extension.json"
)
LICENCE = "https://www.etalab.gouv.fr/licence-ouverte-open-licence"
PREFIX = "ocds-000000"
PREFIXES = r"ocds-[a-z0-9]{6}"
"""No prefix of the standard's register: a publisher that has one gives it (`--prefix`)."""
SCHEME = "FR-RCS"
"""Scheme of SIREN and SIRET numbers, as the State's own conversion writes it."""
METHODS = {
    "Appel d'offres ouvert": "open",
    "Procédure négociée ouverte": "open",
    "Appel d'offres restreint": "selective",
    "Procédure avec négociation": "selective",
    "Dialogue compétitif": "selective",
    "Procédure négociée restreinte": "selective",
    "Marché passé sans publicité ni mise en concurrence préalable": "direct",
}
"""What a French procedure is in the standard; an adapted procedure may be any of them, and is told in words alone."""
STRATEGIES = (
    ("social", "social_clause_state", "contractPerformanceConditions"),
    ("social", "social_criterion_state", "awardCriteria"),
    ("social", "reserved_state", "reservedParticipation"),
    ("environmental", "environmental_clause_state", "contractPerformanceConditions"),
    ("environmental", "environmental_criterion_state", "awardCriteria"),
)
WORKS, FIRST_SERVICES, NEVER_SERVICES = "45", 50, "48"
Row = Mapping[str, Any]


def package(releases: Sequence[Row], *, about: Row) -> dict[str, Any]:
    """Releases as one package; `about` gives `uri`, `published` (a day), `publisher`."""
    return {
        "uri": about["uri"],
        "version": "1.1",
        "extensions": [EXTENSION],
        "publishedDate": _moment(about["published"]),
        "publisher": {"name": about["publisher"]},
        "license": LICENCE,
        "releases": list(releases),
    }


def release(contract: Row, prefix: str = PREFIX) -> dict[str, Any]:
    """The release of one contract lot (a row of `engine.exports.contracts`): tender, award, contract."""
    key = contract["contract_key"]
    acts = contract["acts"] or ()
    seen = [contract["publication_date"], contract["notification_date"], *(act["published"] for act in acts)]
    suppliers = [_supplier(holder) for holder in _current(contract)]
    buyer = _buyer(contract)
    made: dict[str, Any] = _known({
        "ocid": f"{prefix}-{key}",
        "id": f"{prefix}-{key}-{len(acts)}",
        "date": _moment(max((day for day in seen if day), default=contract["as_of_date"])),
        "language": "fr",
        "tag": ["award", "contract"],
        "initiationType": "tender",
        "parties": [buyer, *suppliers],
        "buyer": _reference(buyer),
        "tender": _tender(contract, buyer),
        "awards": [_award(contract, [_supplier(holder) for holder in contract["holders"] or ()])],
        "contracts": [_contract(contract)],
    })  # fmt: skip
    return made


def releases(contracts: Iterable[Row], prefix: str = PREFIX) -> list[dict[str, Any]]:
    """One OCDS release per contract lot, in the order given, with `ocid`s under the prefix."""
    return [release(contract, prefix) for contract in contracts]


def _current(contract: Row) -> list[Row]:
    """Every holder, of the award and of amendments, once."""
    sets = [contract["holders"], *(act["holders"] for act in contract["acts"] or ())]
    return list({holder["id"]: holder for holders in sets for holder in holders or ()}.values())


def _tender(c: Row, buyer: Row) -> dict[str, Any]:
    states = [c["social_state"], c["environmental_state"]]
    said = True if "yes" in states else False if states == ["none", "none"] else None
    return {
        "id": c["contract_id"] or c["contract_key"],
        "title": c["title"],
        "status": "complete",
        "procuringEntity": _reference(buyer),
        "procurementMethod": METHODS.get(c["procurement_method_details"] or ""),
        "procurementMethodDetails": c["procurement_method_details"],
        "mainProcurementCategory": _category(c["cpv_division"]),
        "numberOfTenderers": c["offers_count"],
        "hasSustainability": said,
        "sustainability": _sustainability(c),
    }


def _sustainability(c: Row) -> list[dict[str, Any]]:
    """Goals as broad as what is declared (`social`, `environmental`), each with the strategies that are told."""
    found: dict[str, list[str]] = {}
    for goal, state, strategy in STRATEGIES:
        if c[state] == "yes":
            found.setdefault(goal, []).append(strategy)
    return [{"goal": goal, "strategies": strategies} for goal, strategies in found.items()]


def _award(c: Row, suppliers: Sequence[Row]) -> dict[str, Any]:
    changed = any(act["cents"] is not None for act in c["acts"] or ())
    cents = c["amount_cents_initial"] if changed else c["amount_cents"]
    return {
        "id": f"{c['contract_key']}-award",
        "title": c["title"],
        "status": "active",
        "date": _moment(c["notification_date"]),
        "value": _value(cents),
        "suppliers": [_reference(supplier) for supplier in suppliers],
        "items": _items(c),
    }


def _contract(c: Row) -> dict[str, Any]:
    return {
        "id": f"{c['contract_key']}-contract",
        "awardID": f"{c['contract_key']}-award",
        "title": c["title"],
        "dateSigned": _moment(c["notification_date"]),
        "period": _known({"startDate": _moment(c["notification_date"]), "endDate": _moment(_end(c))})
        if c["notification_date"]
        else None,
        "value": _value(c["amount_cents"]),
        "items": _items(c),
        "amendments": [
            {
                "id": f"{c['contract_key']}-{number}",
                "date": _moment(act["date"]),
                "description": act["title"],
                "rationale": None,
            }
            for number, act in enumerate(c["acts"] or (), 1)
        ],
    }


def _end(c: Row) -> date | None:
    """The day on which the current duration ends, counted from notification."""
    day, months = c["notification_date"], c["duration_months"]
    if not day or not months:
        return None
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - date.resolution).day if year < 9998 else 28
    return date(year, month + 1, min(day.day, last)) if year < 9999 else None


def _items(c: Row) -> list[dict[str, Any]]:
    if not c["cpv_code"]:
        return []
    code = {"scheme": "CPV", "id": c["cpv_code"]}
    return [{"id": f"{c['contract_key']}-item", "description": c["title"], "classification": code}]


def _buyer(c: Row) -> dict[str, Any]:
    number = c["buyer_id"] or c["contract_key"]
    return _party(number, c["buyer_name"], ["buyer", "procuringEntity"], is_numbered=bool(c["buyer_id"]))


def _supplier(holder: Row) -> dict[str, Any]:
    number, kind = holder["id"], holder["kind"]
    is_numbered = kind in ("siret", "siren") and not number.startswith(PERSON)
    return _party(number, holder["name"], ["supplier"], is_numbered=is_numbered)


def _party(number: str, name: str | None, roles: list[str], *, is_numbered: bool) -> dict[str, Any]:
    identifier = {"scheme": SCHEME, "id": number, "legalName": name} if is_numbered else None
    suffix = roles[0]
    start = f"{SCHEME}-" if is_numbered else ""
    return {"id": f"{start}{number}-{suffix}", "name": name, "roles": roles, "identifier": identifier}


def _reference(party: Row) -> dict[str, Any]:
    return {"id": party["id"], "name": party["name"]}


def _category(division: str | None) -> str | None:
    """Works (CPV division 45), goods (03 to 44, and 48: software) or services (50 and more)."""
    if not division or not division.isdigit():
        return None
    if division == WORKS:
        return "works"
    return "services" if int(division) >= FIRST_SERVICES and division != NEVER_SERVICES else "goods"


def _value(cents: int | None) -> dict[str, Any] | None:
    if cents is None:
        return None
    return {"amount": cents // 100 if cents % 100 == 0 else cents / 100, "currency": "EUR"}


def _moment(day: date | None) -> str | None:
    """The beginning of a day, as the standard writes dates."""
    return f"{day.isoformat()}T00:00:00Z" if day else None


def _known(content: Any) -> Any:
    """The content without what is not known: the standard has no empty texts, lists or objects."""
    if isinstance(content, Mapping):
        kept = {name: _known(value) for name, value in content.items()}
        return {name: value for name, value in kept.items() if value not in (None, "", [], {})}
    if isinstance(content, list):
        return [_known(each) for each in content]
    return content.strip() if isinstance(content, str) else content
