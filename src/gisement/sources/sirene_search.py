"""Answers of the public search of firms (recherche-entreprises) to rows of the register's raw tables.

One file holds one answer, a list of answers, or one answer per line. Directors, addresses and finances
are not read; the denomination of a natural person is dropped.

Source: DINUM, API Recherche d'entreprises (data of Insee Sirene, Licence Ouverte 2.0).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from gisement.sources.published_file import whole_letters
from gisement.terms.trouble import Trouble

Answer = Mapping[str, Any]

_ESTABLISHMENT = {
    "is_head_office": "est_siege",
    "commune_code": "commune",
    "postcode": "code_postal",
    "commune_name": "libelle_commune",
    "country_code": "code_pays_etranger",
    "naf_code": "activite_principale",
    "naf_2025_code": "activite_principale_naf25",
    "state": "etat_administratif",
    "creation_date": "date_creation",
    "headcount_band": "tranche_effectif_salarie",
    "headcount_year": "annee_tranche_effectif_salarie",
    "disclosure_status": "statut_diffusion_etablissement",
    "usual_name": "nom_commercial",
}
_LEGAL_UNIT = {
    "siren": "siren",
    "denomination": "nom_raison_sociale",
    "acronym": "sigle",
    "legal_category": "nature_juridique",
    "enterprise_category": "categorie_entreprise",
    "enterprise_category_year": "annee_categorie_entreprise",
    "headcount_band": "tranche_effectif_salarie",
    "headcount_year": "annee_tranche_effectif_salarie",
    "naf_code": "activite_principale",
    "naf_2025_code": "activite_principale_naf25",
    "state": "etat_administratif",
    "disclosure_status": "statut_diffusion",
    "creation_date": "date_creation",
}
_COMPLEMENTS = {"is_social_economy": "est_ess", "is_mission_company": "est_societe_mission"}


def search_rows(source: Path, table: str) -> list[dict[str, str | None]]:
    """The rows of `raw_establishment` or `raw_legal_unit` in the answers of `source`, each unit once.

    Raises Trouble if the file holds no such answer.
    """
    units = [unit for answer in _answers(source) for unit in _units(answer, source)]
    try:
        if table == "raw_legal_unit":
            return _once([_legal_unit(unit) for unit in units], "siren")
        return _once([_establishment(place) for unit in units for place in _places(unit)], "siret")
    except (AttributeError, TypeError):  # a text or a number where the interface gives a list or an object
        raise _no_answer(source) from None


def _once(rows: list[dict[str, str | None]], key: str) -> list[dict[str, str | None]]:
    """One row per key: what one answer leaves out, another may give."""
    merged: dict[str | None, dict[str, str | None]] = {}
    for row in rows:
        first = merged.setdefault(row[key], row)
        first.update({name: value for name, value in row.items() if first[name] is None})
    return list(merged.values())


def _answers(source: Path) -> Iterator[Any]:
    try:
        text = source.read_text(encoding="utf-8-sig").strip()
        content = _parsed(text)
    except ValueError:  # no text, no JSON, or a number of thousands of digits
        raise _no_answer(source) from None
    yield from content if isinstance(content, list) else [content]


def _parsed(text: str) -> Any:
    """One document, or one a line."""
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return [json.loads(line) for line in text.splitlines() if line.strip()]


def _units(answer: Any, source: Path) -> list[Answer]:
    results = answer.get("results") if isinstance(answer, Mapping) else None
    if isinstance(results, list) and all(isinstance(unit, Mapping) and unit.get("siren") for unit in results):
        return results
    if isinstance(answer, Mapping) and answer.get("siren") and "siege" in answer:
        return [answer]
    raise _no_answer(source)


def _places(unit: Answer) -> list[Answer]:
    """The establishments found, then the head office, which often is among them."""
    places = [*(unit.get("matching_etablissements") or []), unit.get("siege") or {}]
    return [place for place in places if place.get("siret")]


def _establishment(place: Answer) -> dict[str, str | None]:
    siret = _text(place["siret"]) or ""
    signs = [sign for sign in place.get("liste_enseignes") or [] if sign]
    row = {name: _text(place.get(key)) for name, key in _ESTABLISHMENT.items()}
    keys = {"siret": siret, "siren": siret[:9], "nic": siret[9:]}
    return {**keys, **row, "sign_name": _text(signs[0]) if signs else None}


def _legal_unit(unit: Answer) -> dict[str, str | None]:
    complements = unit.get("complements") or {}
    row = {name: _text(unit.get(key)) for name, key in _LEGAL_UNIT.items()}
    row |= {name: _text(complements.get(key)) for name, key in _COMPLEMENTS.items()}
    head_office = _text((unit.get("siege") or {}).get("siret")) or ""
    row["head_office_nic"] = head_office[9:] or None
    is_person = (row["legal_category"] or "1").startswith("1") or complements.get("est_entrepreneur_individuel")
    return {**row, "denomination": None, "acronym": None} if is_person else row


def _text(value: Any) -> str | None:
    if value is None or value == "":
        return None
    return str(value).lower() if isinstance(value, bool) else whole_letters(str(value))


def _no_answer(source: Path) -> Trouble:
    return Trouble(
        fr=f"Le fichier {source.name} n'est pas une réponse de l'API Recherche d'entreprises (« results ») :"
        " donner une réponse complète, ou un fichier de stock Sirene.",
        en=f"File {source.name} is no answer of the API Recherche d'entreprises ('results'): give a complete"
        " answer, or a stock file of Sirene.",
    )
