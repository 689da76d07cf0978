"""Organic operators of the public register (Agence Bio), to `raw_organic_operator`: who is certified for what, where.

The file is an answer of the open interface (`{"nbTotal", "items": [...]}`), a list of operators, or one of them. One
row per operator and product; one without a product still counts as one row. Nothing tells how much they make.

Source: Agence Bio, API Professionnels Bio (opendata.agencebio.org): siret, raisonSociale, denominationcourante,
adressesOperateurs, productions, etatProductions, activites. Read on shapes published by others, not on the real file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from gisement.catalog.food import word_key
from gisement.sources.raw_rows import write_parquet
from gisement.terms import Trouble

PRODUCTION = "production"
NAMES = ("denominationcourante", "denominationCourante", "raisonSociale", "nom")
Record = Mapping[str, Any]


def read_organic_operators(path: Path, target: Path, name: str) -> int:
    """Write `raw_organic_operator`; returns the number of operators. Raises Trouble if the file is no such answer."""
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        raise _refused(name) from None
    found = content.get("items", [content]) if isinstance(content, dict) else content
    if not isinstance(found, list) or not all(isinstance(each, dict) and "numeroBio" in each for each in found):
        raise _refused(name)
    try:
        rows = [row for each in found for row in _rows(each)]
    except (AttributeError, TypeError):  # a text or a number where the interface gives a list or an object
        raise _refused(name) from None
    write_parquet("raw_organic_operator", rows, target)
    return len(found)


def _refused(name: str) -> Trouble:
    return Trouble(
        fr=f"{name} n'est pas un fichier d'opérateurs de l'Agence Bio : donner la réponse JSON de son interface ouverte"
        " (« items », avec numeroBio).",
        en=f"{name} is no file of operators of Agence Bio: give the JSON answer of its open interface ('items', with"
        " numeroBio).",
    )


def _rows(operator: Record) -> Iterator[dict[str, Any]]:
    places = [each for each in operator.get("adressesOperateurs") or [] if each.get("active", True)]
    place = next((each for each in places if each.get("codeCommune")), places[0] if places else {})
    told = [operator, *(operator.get("notifications") or [])]
    activities = [each for one in told for each in one.get("activites") or []]
    held = {
        "organic_number": str(operator["numeroBio"]),
        "operator_siret": _text(operator.get("siret")),
        "operator_name": _text(next((operator[name] for name in NAMES if operator.get(name)), None)),
        "commune_code": _text(place.get("codeCommune")),
        "postcode": _text(place.get("codePostal")),
        "commune_place": word_key(str(place["ville"])) if place.get("ville") else None,
        "makes_food": any(word_key(str(each.get("nom", ""))).startswith(PRODUCTION) for each in activities),
    }
    products = operator.get("productions") or [{}]
    for product in products:
        named = _text(product.get("nom"))
        yield {**held, "organic_product": named, "organic_product_key": word_key(named) if named else None,
               "organic_state": _state(product)}  # fmt: skip


def _state(product: Record) -> str | None:
    """The furthest state of a production: AB once any of it is certified, else the year of conversion."""
    states = sorted(str(each.get("etatProduction") or "") for each in product.get("etatProductions") or [])
    return next((state for state in states if state), None)


def _text(value: object) -> str | None:
    text = " ".join(str(value).split()) if value is not None else ""
    return text or None
