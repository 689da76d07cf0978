"""How contracts are published: one file per platform in the official format, faults included."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from gisement.sources.demonstration.contracts import FIRST_YEAR, Contract
from gisement.sources.demonstration.identifiers import siren, siret, with_wrong_key
from gisement.sources.demonstration.suppliers import Supplier
from gisement.sources.demonstration.territory import ABROAD, FICTIVE, MEDICAL

WORKS = ("building_works", "civil_works")
SERVICES = ("engineering", "advisory_hr")
ABSURD_EUROS = (999_999_999, 9_999_999_999, 123_456_789)
NOT_IN_REGISTER = 90_000
FIRST_PUBLISHER, SECOND_PUBLISHER = "a", "e"
CONCESSION_EVERY = 300
_NO_SOCIAL, _NO_ENVIRONMENTAL = "Pas de considération sociale", "Pas de considération environnementale"
_LOST = str.maketrans(dict.fromkeys("éèêàâîïôûùçœÉÈÀ", "\ufffd"))


def files(contracts: Sequence[Contract], suppliers: Sequence[Supplier], notice: str) -> Iterator[tuple[str, str]]:
    """Name and text of each: in the format of 2019, one per platform, one of copies by a second publisher."""
    recent = [c for c in contracts if c.day.year > FIRST_YEAR]
    old = [_record_2019(c, suppliers) for c in contracts if not c.day.year > FIRST_YEAR]
    yield "decp-fictif-2019.json", _text(notice, _listed(old))
    for publisher in [*sorted({c.buyer.publisher for c in recent}), SECOND_PUBLISHER]:
        if publisher == SECOND_PUBLISHER:
            held = {"marche": _copies(recent, suppliers)}
        else:
            held = {"marche": [_record_2022(c, suppliers) for c in recent if c.buyer.publisher == publisher]}
        if publisher == FIRST_PUBLISHER:
            held["contrat-concession"] = concessions(contracts, suppliers)
        told = ",\n".join(f'"{name}": {_listed(records)}' for name, records in held.items())
        yield f"decp-fictif-plateforme-{publisher}.json", _text(notice, f"{{{told}}}")


def concessions(contracts: Sequence[Contract], suppliers: Sequence[Supplier]) -> list[dict[str, Any]]:
    """A few concessions of the first platform's buyers, held by suppliers of their contracts.

    They are read, and never added to the money of contracts.
    """
    own = [c for c in contracts if c.buyer.publisher == FIRST_PUBLISHER and c.day.year > FIRST_YEAR]
    every = max(1, CONCESSION_EVERY * len(own) // len(contracts))
    french = [s for s in suppliers if s.family == "mobility" and s.ring != ABROAD]
    return [
        {
            "id": f"DSP{contract.day.year}-{number:03d}",
            "autoriteConcedante": {"id": contract.buyer.siret},
            "nature": "Délégation de service public",
            "objet": f"{FICTIVE} – délégation de service public {number:03d}",
            "procedure": "Procédure négociée ouverte",
            "dureeMois": 84,
            "dateSignature": contract.day.isoformat(),
            "datePublicationDonnees": contract.published.isoformat(),
            "dateDebutExecution": contract.day.isoformat(),
            "valeurGlobale": 3_000_000 + 100_000 * number,
            "montantSubventionPublique": 0,
            "concessionnaires": [
                {"concessionnaire": {"typeIdentifiant": "SIRET", "id": french[number % len(french)].siret}}
            ],
            "considerationsSociales": {"considerationSociale": [_NO_SOCIAL]},
            "considerationsEnvironnementales": {"considerationEnvironnementale": [_NO_ENVIRONMENTAL]},
        }
        for number, contract in enumerate(own[::every][: max(2, len(contracts) // CONCESSION_EVERY)], 1)
    ]


def _copies(contracts: Sequence[Contract], suppliers: Sequence[Supplier]) -> list[dict[str, Any]]:
    """The records that a second publisher has too: as they are, later, or with another spelling of the id."""
    found = []
    for contract in contracts:
        if contract.fault.startswith("published_"):
            copy = _record_2022(contract, suppliers)
            if contract.fault == "published_again_later":
                copy["datePublicationDonnees"] = (contract.published + timedelta(days=21)).isoformat()
            elif contract.fault == "published_under_other_spelling":
                year, _, number = contract.identifier.partition("-")
                copy["id"] = number if contract.number % 2 else f"{year}-{number}-00"
            found.append(copy)
    return found


def _record_2022(contract: Contract, suppliers: Sequence[Supplier]) -> dict[str, Any]:
    """One contract in the official format of 2022 (schema 2.0.4), as its platform publishes it."""
    works, has_advance = contract.family in WORKS, contract.number % 9 == 0
    if works:
        terms = "Travaux"
    else:
        terms = "Prestations intellectuelles" if contract.family in SERVICES else "Fournitures courantes et services"
    environmental = "Clause environnementale" if contract.is_environmental else _NO_ENVIRONMENTAL
    social = ["Clause sociale", _NO_SOCIAL] if contract.fault == "clause_contradiction" else [contract.social]
    record: dict[str, Any] = {
        "id": contract.identifier,
        "acheteur": {"id": contract.buyer.siret},
        "nature": "Marché",
        "objet": _title(contract),
        "codeCPV": "00000000" if contract.fault == "cpv_missing" else contract.cpv,
        "techniques": {"technique": ["Accord-cadre" if contract.is_framework else "Sans objet"]},
        "modalitesExecution": {
            "modaliteExecution": ["Bons de commande" if contract.is_framework else "Sans objet"]
        },
        "marcheInnovant": contract.number % 97 == 0,
        "ccag": terms,
        "offresRecues": contract.offers,
        "attributionAvance": has_advance,
        "typeGroupementOperateurs": "Conjoint" if contract.holders_count > 1 else "Pas de groupement",
        "sousTraitanceDeclaree": works and contract.number % 5 == 0,
        "procedure": _procedure(contract),
        "lieuExecution": {"code": contract.buyer.commune_code, "typeCode": "Code commune"},
        "dureeMois": contract.months,
        "dateNotification": _notified(contract),
        "datePublicationDonnees": contract.published.isoformat(),
        "montant": _euros(contract),
        "typesPrix": {"typePrix": ["Définitif révisable" if contract.months > 12 else "Définitif ferme"]},
        "formePrix": "Unitaire" if contract.is_framework else "Forfaitaire",
        "titulaires": [{"titulaire": holder} for holder in _holders(contract, suppliers)],
        "considerationsSociales": {"considerationSociale": [one or _NO_SOCIAL for one in social]},
        "considerationsEnvironnementales": {"considerationEnvironnementale": [environmental]},
    }  # fmt: skip
    if contract.framework:
        record["idAccordCadre"] = contract.framework
    if has_advance:
        record["tauxAvance"] = 0.05
    if contract.amendments:
        record["modifications"] = [{"modification": act} for act in _amendments(contract)]
    return record


def _record_2019(contract: Contract, suppliers: Sequence[Supplier]) -> dict[str, Any]:
    """One contract in the format of 2019: names, but neither offers nor considerations."""
    record: dict[str, Any] = {
        "id": contract.identifier,
        "source": FICTIVE,
        "acheteur": {"id": contract.buyer.siret, "nom": contract.buyer.name},
        "_type": "Marché",
        "nature": "Accord-cadre" if contract.is_framework else "Marché",
        "objet": _title(contract),
        "codeCPV": contract.cpv,
        "procedure": _procedure(contract),
        "lieuExecution": {"code": contract.buyer.commune_code, "typeCode": "Code commune", "nom": "Fictif"},
        "dureeMois": contract.months,
        "dateNotification": _notified(contract),
        "datePublicationDonnees": contract.published.isoformat(),
        "montant": _euros(contract),
        "formePrix": "Révisable" if contract.months > 12 else "Ferme",
        "titulaires": [
            {**holder, "denominationSociale": suppliers[rank].name}
            for holder, rank in zip(_holders(contract, suppliers), contract.holders, strict=True)
        ],
        "modifications": [{"objetModification": "Avenant fictif", **act} for act in _amendments(contract)],
    }
    if contract.fault == "cpv_missing":
        del record["codeCPV"]
    return record


def _holders(contract: Contract, suppliers: Sequence[Supplier]) -> list[dict[str, str]]:
    """The holders as published: a fault of identifier strikes the first one."""
    firms = [suppliers[rank] for rank in contract.holders]
    named = [{"typeIdentifiant": "TVA" if firm.ring == ABROAD else "SIRET", "id": firm.siret} for firm in firms]
    first = named[0]["id"]
    instead: Mapping[str, str] = {
        "supplier_missing": "NC",
        "supplier_bad_checksum": with_wrong_key(first),
        "supplier_siren_only": first[:9],
        "supplier_not_in_register": siret(siren(NOT_IN_REGISTER + contract.number % 10_000), 1),
    }
    named[0]["id"] = instead.get(contract.fault, first)
    return named


def _title(contract: Contract) -> str:
    return contract.title.translate(_LOST) if contract.fault == "accents_lost" else contract.title


def _notified(contract: Contract) -> str:
    """The day of notification as published."""
    if contract.fault == "date_wrong":
        return contract.day.isoformat().replace("20", "02" if contract.number % 2 else "22", 1)
    return contract.day.isoformat()


def _euros(contract: Contract) -> float | int:
    """The amount of the award as published."""
    if contract.fault == "amount_symbolic":
        return 1
    if contract.fault == "amount_absurd":
        return ABSURD_EUROS[contract.number % len(ABSURD_EUROS)]
    if contract.fault == "amount_in_thousands":
        return max(2, round(contract.initial_cents / 100_000))
    return _plain(contract.initial_cents)


def _plain(cents: int) -> float | int:
    return cents // 100 if cents % 100 == 0 else cents / 100


def _amendments(contract: Contract) -> list[dict[str, Any]]:
    return [
        {
            "id": act.number,
            "dateNotificationModification": act.day.isoformat(),
            "datePublicationDonneesModification": max(act.day, contract.published).isoformat(),
            "dureeMois": act.months,
            "montant": _plain(act.cents),
        }
        for act in contract.amendments
    ]


def _procedure(contract: Contract) -> str:
    threshold = 100_000_000 if contract.family in WORKS else 20_000_000
    is_open = contract.cents > threshold or contract.family == MEDICAL
    return "Appel d'offres ouvert" if is_open else "Procédure adaptée"


def _listed(records: Sequence[Any]) -> str:
    """One record a line: indented, it took as long again to write."""
    return "[\n" + ",\n".join(json.dumps(record, ensure_ascii=False) for record in records) + "\n]"


def _text(notice: str, told: str) -> str:
    return f'{{"avertissement": "{notice}",\n"marches": {told}}}\n'
