"""How contracts are published: one file per platform in the official format, faults included."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gisement.sources.demonstration.contracts import Contract
from gisement.sources.demonstration.identifiers import siren, siret, with_wrong_key
from gisement.sources.demonstration.setting import MEDICAL
from gisement.sources.demonstration.suppliers import Supplier

WORKS = ("building_works", "civil_works")
SERVICES = ("engineering", "advisory_hr")
_LOST = str.maketrans(dict.fromkeys("éèêàâîïôûùçœÉÈÀ", "\ufffd"))
ABSURD_EUROS = (999_999_999, 9_999_999_999, 123_456_789)
NOT_IN_REGISTER = 90_000


def record_2022(contract: Contract, suppliers: Sequence[Supplier]) -> dict[str, Any]:
    """One contract in the official format of 2022 (schema 2.0.4), as its platform publishes it."""
    works = contract.family in WORKS
    record: dict[str, Any] = {
        "id": contract.identifier,
        "acheteur": {"id": contract.buyer.siret},
        "nature": "Marché",
        "objet": title(contract),
        "codeCPV": "00000000" if contract.fault == "cpv_missing" else contract.cpv,
        "techniques": {"technique": ["Accord-cadre" if contract.is_framework else "Sans objet"]},
        "modalitesExecution": {"modaliteExecution": [_execution(contract)]},
        "marcheInnovant": contract.number % 97 == 0,
        "ccag": _terms(contract),
        "offresRecues": contract.offers,
        "attributionAvance": contract.number % 9 == 0,
        "typeGroupementOperateurs": "Conjoint" if contract.holders_count > 1 else "Pas de groupement",
        "sousTraitanceDeclaree": works and contract.number % 5 == 0,
        "procedure": _procedure(contract),
        "lieuExecution": {"code": contract.buyer.commune_code, "typeCode": "Code commune"},
        "dureeMois": contract.months,
        "dateNotification": notified(contract),
        "datePublicationDonnees": contract.published.isoformat(),
        "montant": euros(contract),
        "typesPrix": {"typePrix": ["Définitif révisable" if contract.months > 12 else "Définitif ferme"]},
        "formePrix": "Unitaire" if contract.is_framework else "Forfaitaire",
        "titulaires": [{"titulaire": holder} for holder in holders(contract, suppliers)],
        "considerationsSociales": {"considerationSociale": _social(contract)},
        "considerationsEnvironnementales": {"considerationEnvironnementale": _environmental(contract)},
    }
    if contract.framework:
        record["idAccordCadre"] = contract.framework
    if record["attributionAvance"]:
        record["tauxAvance"] = 0.05
    if contract.amendments:
        record["modifications"] = [{"modification": act} for act in _amendments(contract)]
    return record


def record_2019(contract: Contract, suppliers: Sequence[Supplier]) -> dict[str, Any]:
    """One contract in the format of 2019: names, but neither offers nor considerations."""
    record: dict[str, Any] = {
        "id": contract.identifier,
        "source": "Données fictives",
        "acheteur": {"id": contract.buyer.siret, "nom": contract.buyer.name},
        "_type": "Marché",
        "nature": "Accord-cadre" if contract.is_framework else "Marché",
        "objet": title(contract),
        "codeCPV": contract.cpv,
        "procedure": _procedure(contract),
        "lieuExecution": {"code": contract.buyer.commune_code, "typeCode": "Code commune", "nom": "Fictif"},
        "dureeMois": contract.months,
        "dateNotification": notified(contract),
        "datePublicationDonnees": contract.published.isoformat(),
        "montant": euros(contract),
        "formePrix": "Révisable" if contract.months > 12 else "Ferme",
        "titulaires": [
            {**holder, "denominationSociale": suppliers[rank].name}
            for holder, rank in zip(holders(contract, suppliers), contract.holders, strict=True)
        ],
        "modifications": [{"objetModification": "Avenant fictif", **act} for act in _amendments(contract)],
    }
    if contract.fault == "cpv_missing":
        del record["codeCPV"]
    return record


def concession(number: int, contract: Contract, supplier: Supplier) -> dict[str, Any]:
    """A concession beside the contracts: it is read, and never added to the money of contracts."""
    return {
        "id": f"DSP{contract.day.year}-{number:03d}",
        "autoriteConcedante": {"id": contract.buyer.siret},
        "nature": "Délégation de service public",
        "objet": f"Données fictives – délégation de service public {number:03d}",
        "procedure": "Procédure négociée ouverte",
        "dureeMois": 84,
        "dateSignature": contract.day.isoformat(),
        "datePublicationDonnees": contract.published.isoformat(),
        "dateDebutExecution": contract.day.isoformat(),
        "valeurGlobale": 3_000_000 + 100_000 * number,
        "montantSubventionPublique": 0,
        "concessionnaires": [{"concessionnaire": {"typeIdentifiant": "SIRET", "id": supplier.siret}}],
        "considerationsSociales": {"considerationSociale": ["Pas de considération sociale"]},
        "considerationsEnvironnementales": {"considerationEnvironnementale": ["Pas de considération environnementale"]},
    }


def holders(contract: Contract, suppliers: Sequence[Supplier]) -> list[dict[str, str]]:
    """The holders as published: a fault of identifier strikes the first one."""
    named = [_holder(suppliers[rank]) for rank in contract.holders]
    first = named[0]
    if contract.fault == "supplier_missing":
        first["id"] = "NC"
    elif contract.fault == "supplier_bad_checksum":
        first["id"] = with_wrong_key(first["id"])
    elif contract.fault == "supplier_siren_only":
        first["id"] = first["id"][:9]
    elif contract.fault == "supplier_not_in_register":
        first["id"] = siret(siren(NOT_IN_REGISTER + contract.number % 10_000), 1)
    return named


def title(contract: Contract) -> str:
    """The title as published."""
    return contract.title.translate(_LOST) if contract.fault == "accents_lost" else contract.title


def notified(contract: Contract) -> str:
    """The day of notification as published."""
    if contract.fault == "date_wrong":
        return contract.day.isoformat().replace("20", "02" if contract.number % 2 else "22", 1)
    return contract.day.isoformat()


def euros(contract: Contract) -> float | int:
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


def _holder(supplier: Supplier) -> dict[str, str]:
    return {"typeIdentifiant": "TVA" if supplier.ring == "abroad" else "SIRET", "id": supplier.siret}


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


def _execution(contract: Contract) -> str:
    return "Bons de commande" if contract.is_framework else "Sans objet"


def _terms(contract: Contract) -> str:
    if contract.family in WORKS:
        return "Travaux"
    return "Prestations intellectuelles" if contract.family in SERVICES else "Fournitures courantes et services"


def _procedure(contract: Contract) -> str:
    threshold = 100_000_000 if contract.family in WORKS else 20_000_000
    is_open = contract.cents > threshold or contract.family == MEDICAL
    return "Appel d'offres ouvert" if is_open else "Procédure adaptée"


def _social(contract: Contract) -> list[str]:
    none = "Pas de considération sociale"
    if contract.fault == "clause_contradiction":
        return ["Clause sociale", none]
    return [contract.social or none]


def _environmental(contract: Contract) -> list[str]:
    return ["Clause environnementale" if contract.is_environmental else "Pas de considération environnementale"]
