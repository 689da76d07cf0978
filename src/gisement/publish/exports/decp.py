"""Essential data of public procurement (DECP), JSON of 2022, version 2.0.4: records, and what each lacks.

Nothing is made up: a contract of which a compulsory value is unknown or does not fit is no valid record. It goes apart,
with the values that are known, and each missing field is listed.
Source: arrêté du 22 décembre 2022, annexes; schema v2.0.4 of 139bercy/format-commande-publique.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gisement.catalog.words import decp_values
from gisement.engine.served import PERSON

YES = frozenset(("true", "oui", "1", "vrai", "1.0"))
NO = frozenset(("false", "non", "0", "faux", "0.0"))
LONGEST_ID, LONGEST_TITLE, LEAST_CENTS = 16, 1000, 100
ABSENT, UNFIT = "absent", "non conforme"
Row = Mapping[str, Any]


@dataclass
class Record:
    """A contract in the official format, and the fields that it lacks: (field, `absent` or `non conforme`, value)."""

    kind: str
    content: dict[str, Any]
    missing: list[tuple[str, str, str]] = field(default_factory=list)


def record(contract: Row) -> Record:
    """The record of one contract lot (a row of `engine.exports.contracts`)."""
    kind = "contrat-concession" if contract["is_concession"] else "marche"
    made = Record(kind, {})
    fields = _concession(contract) if kind == "contrat-concession" else _market(contract)
    for name, (value, published) in fields.items():
        if value is not None:
            made.content[name] = value
        elif name not in OPTIONAL:
            made.missing.append((name, ABSENT if published in (None, "", []) else UNFIT, _told(published)))
    _amend(made, contract)
    return made


def package(records: Iterable[Record]) -> dict[str, Any]:
    """Records as one document; the list of concessions is there only if it holds any."""
    found = list(records)
    lists = {kind: [each.content for each in found if each.kind == kind] for kind in ("marche", "contrat-concession")}
    return {"marches": {kind: held for kind, held in lists.items() if held or kind == "marche"}}


OPTIONAL = frozenset(("idAccordCadre", "tauxAvance", "origineUE", "origineFrance", "modifications"))
# A value that is written, and the one that was published, which tells why there is none.
Field = tuple[Any, Any]


def _market(c: Row) -> dict[str, Field]:
    told = c["record"] or {}
    return {
        "id": _text(c["contract_id"], LONGEST_ID),
        "acheteur": _buyer(c),
        "nature": _word("nature", c["contract_nature"]),
        "objet": _text(c["title"], LONGEST_TITLE),
        "codeCPV": _fitting(c["cpv_code"], r"[0-9]{8}"),
        "techniques": _words("techniques", "technique", told.get("techniques")),
        "modalitesExecution": _words("modalitesExecution", "modaliteExecution", told.get("modalitesExecution")),
        "idAccordCadre": _text(c["framework_id"], LONGEST_ID),
        "marcheInnovant": _yes_no(told.get("marcheInnovant")),
        "ccag": _word("ccag", told.get("ccag")),
        "offresRecues": _whole(c["offers_count"]),
        "attributionAvance": _yes_no(told.get("attributionAvance")),
        "tauxAvance": _rate(told.get("tauxAvance")),
        "typeGroupementOperateurs": _word("typeGroupementOperateurs", told.get("typeGroupementOperateurs")),
        "sousTraitanceDeclaree": _yes_no(told.get("sousTraitanceDeclaree")),
        "procedure": _word("procedure", c["procurement_method_details"]),
        "lieuExecution": _place(told),
        "dureeMois": _whole(_initial(c, "duration_months", "months")),
        "dateNotification": _day(c["notification_date"], c["notification_date_reported"]),
        "datePublicationDonnees": _day(c["publication_date"], told.get("datePublicationDonnees")),
        "montant": _euros(_initial(c, "amount_cents", "cents"), c["amount_reported"]),
        "typesPrix": _words("typesPrix", "typePrix", told.get("typesPrix")),
        "formePrix": _word("formePrix", told.get("formePrix")),
        "origineUE": _rate(told.get("origineUE")),
        "origineFrance": _rate(told.get("origineFrance")),
        "titulaires": _holders(c["holders"], "titulaire"),
        **_considerations(told, ""),
    }


def _concession(c: Row) -> dict[str, Field]:
    """A concession: the day on which it begins is not kept apart from the one on which it was signed."""
    told = c["record"] or {}
    return {
        "id": _text(c["contract_id"], LONGEST_ID),
        "autoriteConcedante": _buyer(c),
        "nature": _word("concession_nature", c["contract_nature"]),
        "objet": _text(c["title"], LONGEST_TITLE),
        "procedure": _word("concession_procedure", c["procurement_method_details"]),
        "dureeMois": _whole(_initial(c, "duration_months", "months")),
        "dateSignature": _day(c["notification_date"], c["notification_date_reported"]),
        "datePublicationDonnees": _day(c["publication_date"], told.get("datePublicationDonnees")),
        "dateDebutExecution": (None, None),
        "valeurGlobale": _euros(_initial(c, "amount_cents", "cents"), c["amount_reported"]),
        "montantSubventionPublique": _number(told.get("montantSubventionPublique")),
        "concessionnaires": _holders(c["holders"], "concessionnaire"),
        **_considerations(told, "concession_"),
    }


def _considerations(told: Row, prefix: str) -> dict[str, Field]:
    social, green = told.get("considerationsSociales"), told.get("considerationsEnvironnementales")
    return {
        "considerationsSociales": _words(f"{prefix}considerationsSociales", "considerationSociale", social),
        "considerationsEnvironnementales": _words(
            "considerationsEnvironnementales", "considerationEnvironnementale", green
        ),
    }


def _initial(c: Row, column: str, told: str) -> Any:
    """The value of the award: as first published if an amendment changed it, else the current one, as corrected."""
    changed = any(act[told] is not None for act in c["acts"] or ())
    return c[f"{column}_initial"] if changed else c[column]


def _amend(made: Record, c: Row) -> None:
    """Add the amendments; the last one that gives an amount or a duration gives the current one."""
    acts = c["acts"] or ()
    if not acts:
        return
    is_market = made.kind == "marche"
    day, amount = ("dateNotification", "montant") if is_market else ("dateSignature", "valeurGlobale")
    last = {
        told: max((n for n, a in enumerate(acts) if a[told] is not None), default=-1) for told in ("cents", "months")
    }
    written = []
    for number, act in enumerate(acts):
        cents = c["amount_cents"] if number == last["cents"] else act["cents"]
        months = c["duration_months"] if number == last["months"] else act["months"]
        fields = {
            f"{day}Modification": _day(act["date"], None),
            "datePublicationDonneesModification": _day(act["published"], None),
            "dureeMois": _whole(months),
            amount: _euros(cents, None),
            **({"titulaires": _holders(act["holders"], "titulaire")} if is_market else {}),
        }
        written.append({"id": number + 1, **{name: value for name, (value, _) in fields.items() if value is not None}})
        for name in list(fields)[:2]:
            if fields[name][0] is None:
                made.missing.append((f"modifications.{number + 1}.{name}", ABSENT, ""))
        if cents is not None and fields[amount][0] is None:
            made.missing.append((f"modifications.{number + 1}.{amount}", UNFIT, _told(cents)))
    made.content["modifications"] = [{"modification": each} for each in written]


# --- one field ----------------------------------------------------------------------------------------------


def _buyer(c: Row) -> Field:
    value, _ = _fitting(c["buyer_id"], r"[0-9]{14}")
    return ({"id": value} if value else None), c["buyer_id"]


def _place(told: Row) -> Field:
    code, kind = told.get("lieuExecution_code"), told.get("lieuExecution_typeCode")
    is_fit = code and kind in decp_values()["lieuExecution_typeCode"]
    return ({"code": code, "typeCode": kind} if is_fit else None), code or kind


def _holders(holders: Iterable[Row] | None, wrapper: str) -> Field:
    """Each holder once; a natural person keeps the number that stands for it, so that holders still count right."""
    named = []
    for each in holders or ():
        reported = each["reported_kind"]
        kind = reported if reported in decp_values()["typeIdentifiant"] else "SIRET"
        if each["kind"] == "siret":
            kind = "SIRET"
        unread = each["kind"] == "unknown" and not each["id"].startswith(PERSON)
        held = {wrapper: {"typeIdentifiant": kind, "id": each["reported_id"] if unread else each["id"]}}
        if held[wrapper]["id"] and held not in named:
            named.append(held)
    return (named or None), named


def _word(name: str, value: str | None) -> Field:
    return (value if value in decp_values()[name] else None), value


def _words(name: str, one: str, values: Iterable[str] | None) -> Field:
    found = list(dict.fromkeys(values or ()))
    return ({one: found} if found and set(found) <= decp_values()[name] else None), found


def _text(value: str | None, longest: int) -> Field:
    return (value if value and len(value) <= longest else None), value


def _fitting(value: str | None, pattern: str) -> Field:
    return (value if value and re.fullmatch(pattern, value) else None), value


def _day(value: Any, published: Any) -> Field:
    return (value.isoformat() if value else None), published


def _whole(value: int | None) -> Field:
    return (value if value is not None and value >= 1 else None), value


def _yes_no(value: str | None) -> Field:
    word = (value or "").strip().lower()
    return (True if word in YES else False if word in NO else None), value


def _number(value: str | None, fits: Callable[[float], bool] = lambda number: number >= 0) -> Field:
    try:
        number = float(value) if value is not None else None
    except ValueError:
        number = None
    if number is None or not fits(number):
        return None, value
    return (int(number) if number.is_integer() else number), value


def _rate(value: str | None) -> Field:
    return _number(value, lambda number: 0 <= number <= 1)


def _euros(cents: int | None, published: Any) -> Field:
    """Cents as euros: whole where they are, else the nearest double of a number with two decimals."""
    if cents is None or cents < LEAST_CENTS:
        return None, published if cents is None else cents
    return (cents // 100 if cents % 100 == 0 else cents / 100), published


def _told(value: Any) -> str:
    return "" if value is None else ", ".join(map(str, value)) if isinstance(value, list) else str(value)
