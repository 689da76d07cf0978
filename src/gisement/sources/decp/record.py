"""The structure in which contracts are published, 2019 and 2022 forms together, and the raw row of a record.

One description serves both readers: DuckDB reads well-formed records with it as an explicit type,
and `repair` mends the others until they fit it. A key that is absent here is not read.
Source: format-commande-publique v1.5.0 and v2.0.4 (JSON Schema and XSD; orders of 22 March 2019
and 22 December 2022).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gisement.sources.decp import raw
from gisement.store.sql_text import literal

Shape = str | list["Shape"] | dict[str, "Shape"]
"""A text, a list of one shape, or an object of named shapes."""

CONCESSION: Final = "contrat-concession"
CONTRACT_KIND: Final = "marche"

TEXT: Final = "VARCHAR"

HOLDER: Final[dict[str, Shape]] = dict.fromkeys(("id", "typeIdentifiant", "denominationSociale"), TEXT)

# In 2019 the elements of a list are bare objects, in 2022 each is under a name of its own.
HOLDERS: Final[list[Shape]] = [{"titulaire": HOLDER, **HOLDER}]

AMENDMENT: Final[dict[str, Shape]] = {
    "id": TEXT,
    "objetModification": TEXT,
    "dateNotificationModification": TEXT,
    "dateSignatureModification": TEXT,
    "datePublicationDonneesModification": TEXT,
    "dureeMois": TEXT,
    "montant": TEXT,
    "valeurGlobale": TEXT,
    "titulaires": HOLDERS,
}

SUBCONTRACT: Final[dict[str, Shape]] = {
    "id": TEXT,
    "sousTraitant": {"id": TEXT, "typeIdentifiant": TEXT},
    "dureeMois": TEXT,
    "dateNotification": TEXT,
    "montant": TEXT,
    "variationPrix": TEXT,
    "datePublicationDonnees": TEXT,
}

SUBCONTRACT_AMENDMENT: Final[dict[str, Shape]] = {
    "id": TEXT,
    "dureeMois": TEXT,
    "dateNotificationModificationSousTraitance": TEXT,
    "dateNotificationModificationActeSousTraitance": TEXT,
    "montant": TEXT,
    "montantSousTraitance": TEXT,
    "datePublicationDonnees": TEXT,
    "datePublicationDonneesModificationActeSousTraitance": TEXT,
}

EXECUTION: Final[dict[str, Shape]] = {"datePublicationDonneesExecution": TEXT, "depensesInvestissement": TEXT}

CONTRACT: Final[dict[str, Shape]] = {
    "id": TEXT,
    "uid": TEXT,
    "uuid": TEXT,
    "source": TEXT,
    "_type": TEXT,
    "acheteur": {"id": TEXT, "nom": TEXT},
    "autoriteConcedante": {"id": TEXT, "nom": TEXT},
    "nature": TEXT,
    "objet": TEXT,
    "codeCPV": TEXT,
    "procedure": TEXT,
    "lieuExecution": {"code": TEXT, "typeCode": TEXT, "nom": TEXT},
    "dureeMois": TEXT,
    "dateNotification": TEXT,
    "dateSignature": TEXT,
    "dateDebutExecution": TEXT,
    "datePublicationDonnees": TEXT,
    "montant": TEXT,
    "valeurGlobale": TEXT,
    "montantSubventionPublique": TEXT,
    "formePrix": TEXT,
    "typesPrix": {"typePrix": [TEXT]},
    "typePrix": [TEXT],
    "considerationsSociales": {"considerationSociale": [TEXT]},
    "considerationsEnvironnementales": {"considerationEnvironnementale": [TEXT]},
    "modalitesExecution": {"modaliteExecution": [TEXT]},
    "modaliteExecution": [TEXT],
    "techniques": {"technique": [TEXT]},
    "technique": [TEXT],
    "marcheInnovant": TEXT,
    "attributionAvance": TEXT,
    "tauxAvance": TEXT,
    "ccag": TEXT,
    "offresRecues": TEXT,
    "typeGroupementOperateurs": TEXT,
    "sousTraitanceDeclaree": TEXT,
    "idAccordCadre": TEXT,
    "origineUE": TEXT,
    "origineFrance": TEXT,
    "titulaires": HOLDERS,
    "concessionnaires": [{"concessionnaire": HOLDER, **HOLDER}],
    "modifications": [{"modification": AMENDMENT, **AMENDMENT}],
    "actesSousTraitance": [{"acteSousTraitance": SUBCONTRACT, **SUBCONTRACT}],
    "modificationsActesSousTraitance": [
        {
            "modificationActeSousTraitance": SUBCONTRACT_AMENDMENT,
            "modificationActesSousTraitance": SUBCONTRACT_AMENDMENT,
            **SUBCONTRACT_AMENDMENT,
        }
    ],
    "donneesExecution": [{"donneesAnnuelles": EXECUTION, **EXECUTION}],
}


@dataclass(frozen=True)
class Element:
    """The elements of a list: the names each may be under, and where the fields of its raw struct come from
    (the first that is given wins)."""

    wrappers: tuple[str, ...]
    fields: Mapping[str, tuple[str, ...]]


HOLDER_FIELDS: Final = {
    "id": ("id",),
    "typeIdentifiant": ("typeIdentifiant",),
    "denominationSociale": ("denominationSociale",),
}

ELEMENTS: Final = {
    "titulaires": Element(("titulaire",), HOLDER_FIELDS),
    "concessionnaires": Element(("concessionnaire",), HOLDER_FIELDS),
    "modifications": Element(
        ("modification",),
        {
            "id": ("id",),
            "objetModification": ("objetModification",),
            "dateNotificationModification": ("dateNotificationModification", "dateSignatureModification"),
            "datePublicationDonneesModification": ("datePublicationDonneesModification",),
            "dureeMois": ("dureeMois",),
            "montant": ("montant", "valeurGlobale"),
            "titulaires": ("titulaires",),
        },
    ),
    "actesSousTraitance": Element(
        ("acteSousTraitance",),
        {
            "id": ("id",),
            "sousTraitant_id": ("sousTraitant.id",),
            "sousTraitant_typeIdentifiant": ("sousTraitant.typeIdentifiant",),
            "dureeMois": ("dureeMois",),
            "dateNotification": ("dateNotification",),
            "montant": ("montant",),
            "variationPrix": ("variationPrix",),
            "datePublicationDonnees": ("datePublicationDonnees",),
        },
    ),
    "modificationsActesSousTraitance": Element(
        ("modificationActeSousTraitance", "modificationActesSousTraitance"),
        {
            "id": ("id",),
            "dureeMois": ("dureeMois",),
            "dateNotificationModificationSousTraitance": (
                "dateNotificationModificationSousTraitance",
                "dateNotificationModificationActeSousTraitance",
            ),
            "montant": ("montant", "montantSousTraitance"),
            "datePublicationDonnees": (
                "datePublicationDonnees",
                "datePublicationDonneesModificationActeSousTraitance",
            ),
        },
    ),
    "donneesExecution": Element(
        ("donneesAnnuelles",),
        {
            "datePublicationDonneesExecution": ("datePublicationDonneesExecution",),
            "depensesInvestissement": ("depensesInvestissement",),
        },
    ),
}

LABELS: Final = {
    "typesPrix": "typePrix",
    "considerationsSociales": "considerationSociale",
    "considerationsEnvironnementales": "considerationEnvironnementale",
    "modalitesExecution": "modaliteExecution",
    "techniques": "technique",
}
"""Lists of labels, by their name and the name of one label."""

FLATTENED_SIGNS: Final = (
    "acheteur.id",
    "acheteur_id",
    "autoriteConcedante.id",
    "autoriteConcedante_id",
    "lieuExecution.code",
    "lieuExecution_code",
    "titulaire_id",
    "titulaire_id_1",
    "titulaires.1.id",
)
"""Keys by which a flattened record is known: DuckDB reads them only to send the record to `repair`."""


NOTHING_KNOWN: Final = "Aucun champ connu d'un contrat DECP dans cet enregistrement."

_PLAIN: Final = (
    "id source nature objet codeCPV procedure dureeMois datePublicationDonnees montantSubventionPublique "
    "formePrix marcheInnovant attributionAvance tauxAvance ccag offresRecues typeGroupementOperateurs "
    "sousTraitanceDeclaree idAccordCadre origineUE origineFrance"
)

# Fields that the 2019 format does not have; one of them is enough (files that mix both exist).
_SINCE_2022: Final = (
    "considerationsSociales considerationsEnvironnementales modalitesExecution modaliteExecution techniques "
    "technique typesPrix typePrix ccag offresRecues typeGroupementOperateurs attributionAvance "
    "sousTraitanceDeclaree"
)


def duckdb_type(shape: Shape) -> str:
    """The DuckDB type of a shape: `VARCHAR`, `T[]` or `STRUCT("key" T, …)`."""
    if isinstance(shape, str):
        return shape
    if isinstance(shape, list):
        return duckdb_type(shape[0]) + "[]"
    return "STRUCT(" + ", ".join(f'"{key}" {duckdb_type(inner)}' for key, inner in shape.items()) + ")"


def query(chunks: Sequence[Path]) -> str:
    """The raw rows of these chunks. DuckDB refuses it as soon as one record has another shape.

    A line of a chunk is `{"p": position, "k": kind, "u": reason, "h": hash, "r": record}`; `u` and `h` are for a record
    that could not be read, and it has no `r`.
    """
    shape = {**CONTRACT, **dict.fromkeys(FLATTENED_SIGNS, TEXT)}
    named = ", ".join(literal(path) for path in chunks)
    lines = (
        f"read_json([{named}], format = 'newline_delimited', columns = {{p: 'BIGINT', k: 'VARCHAR', "
        f"u: 'VARCHAR', h: 'VARCHAR', r: '{duckdb_type(shape)}'}})"
    )
    return raw.select(_values(), lines, reason=_reason(), fingerprint="h")


def _reason() -> str:
    signs = ", ".join(f'r."{sign}"' for sign in FLATTENED_SIGNS)
    known = "r.id, r.uid, r.uuid, r.acheteur.id, r.autoriteConcedante.id, r.objet, r.dateNotification, "
    known += "r.datePublicationDonnees, r.montant, r.valeurGlobale, r.source"
    return (
        f"CASE WHEN u IS NOT NULL THEN u WHEN coalesce({signs}) IS NOT NULL THEN error('flattened') "
        f"WHEN coalesce({known}) IS NULL AND r.titulaires IS NULL THEN {literal(NOTHING_KNOWN)} END"
    )


def _values() -> dict[str, str]:
    """The SQL of each raw column, from a line."""
    return {
        "position": "p",
        "source_format": _format(),
        "record_kind": _kind(),
        **{name: _text(name) for name in _PLAIN.split()},
        "uid": _text("uid", "uuid"),
        "acheteur_id": _text("acheteur.id", "autoriteConcedante.id"),
        "acheteur_nom": _text("acheteur.nom", "autoriteConcedante.nom"),
        **{f"lieuExecution_{part}": _text(f"lieuExecution.{part}") for part in ("code", "typeCode", "nom")},
        "dateNotification": _text("dateNotification", "dateSignature", "dateDebutExecution"),
        "montant": _text("montant", "valeurGlobale"),
        **{plural: _texts(plural, singular) for plural, singular in LABELS.items()},
        "titulaires": _holders(),
        **{name: _elements(name) for name in ELEMENTS if name not in ("titulaires", "concessionnaires")},
    }


def _format() -> str:
    signs = " OR ".join(f"r.{name} IS NOT NULL" for name in _SINCE_2022.split())
    nested = "r.titulaires[1].titulaire IS NOT NULL OR r.concessionnaires[1].concessionnaire IS NOT NULL"
    return f"CASE WHEN u IS NOT NULL THEN NULL WHEN {signs} OR {nested} THEN 'decp_2022' ELSE 'decp_2019' END"


def _kind() -> str:
    conceded = "nullif(r.autoriteConcedante.id, '') IS NOT NULL OR len(r.concessionnaires) > 0"
    return (
        f"CASE WHEN k = '{CONCESSION}' OR r._type ILIKE '%concession%' THEN '{CONCESSION}' "
        f"WHEN r._type ILIKE 'march%' THEN '{CONTRACT_KIND}' WHEN {conceded} THEN '{CONCESSION}' "
        f"WHEN u IS NULL OR k IS NOT NULL THEN '{CONTRACT_KIND}' END"
    )


def _text(*fields: str) -> str:
    """The first of these fields that is not empty: an empty text is no value."""
    parts = [f"nullif(r.{field}, '')" for field in fields]
    return parts[0] if len(parts) == 1 else f"coalesce({', '.join(parts)})"


def _texts(plural: str, singular: str) -> str:
    """A list of labels, under its plural (2022) or bare under its singular (drafts of 2022)."""
    empty = f"CASE WHEN r.{plural} IS NOT NULL THEN []::VARCHAR[] END"
    bare = f"r.{singular}, " if singular in CONTRACT else ""
    return f"coalesce(r.{plural}.{singular}, {bare}{empty})"


def _first(variable: str, wrappers: tuple[str, ...], fields: tuple[str, ...]) -> str:
    """The first field given by a list element, under one of its wrappers or bare."""
    owners = [*(f"{variable}.{wrapper}" for wrapper in wrappers), variable]
    return "coalesce(" + ", ".join(f"nullif({o}.{f}, '')" for f in fields for o in owners) + ")"


def _elements(name: str, extra: str = "") -> str:
    """The list of raw structs made from a published list, without the elements that say nothing.

    The lambdas run only for lists that hold something: most have no amendment, and no subcontractor. Where each
    element is under its wrapper and says nothing beside it, as most do, what is in the wrapper alone is looked at.
    """
    element, published = ELEMENTS[name], f"r.{name}"
    usual = ""
    if len(element.wrappers) == 1:
        inside = f"list_transform({published}, lambda e: e.{element.wrappers[0]})"
        usual = f"WHEN {_is_wrapped(name)} THEN {_packed(inside, element, (), extra)} "
    general = _packed(published, element, element.wrappers, extra)
    return f"CASE WHEN {published} IS NULL THEN NULL WHEN len({published}) = 0 THEN [] {usual}ELSE {general} END"


def _is_wrapped(name: str) -> str:
    """Whether all elements of a published list are under their one wrapper, with nothing beside it."""
    element = ELEMENTS[name]
    beside = {source.split(".")[0] for sources in element.fields.values() for source in sources}
    odd = " OR ".join([f"e.{element.wrappers[0]} IS NULL", *(f"e.{field} IS NOT NULL" for field in sorted(beside))])
    return f"len(list_filter(r.{name}, lambda e: {odd})) = 0"


def _packed(items: str, element: Element, wrappers: tuple[str, ...], extra: str) -> str:
    made = {field: _first("e", wrappers, sources) for field, sources in element.fields.items()}
    if "titulaires" in made:
        made["titulaires"] = _act_holders([f"{owner}.titulaires" for owner in (*(f"e.{w}" for w in wrappers), "e")])
    said = " OR ".join(f"s.{field} IS NOT NULL" for field in made)
    packed = ", ".join(f"{field} := {sql}" for field, sql in made.items())
    return f"list_filter(list_transform({items}, lambda e: struct_pack({packed}{extra})), lambda s: {said})"


def _act_holders(given: list[str]) -> str:
    """The holders that an amendment names: most name none."""
    items = f"coalesce({', '.join(given)})"
    packed = ", ".join(f"{field} := {_first('t', ('titulaire',), of)}" for field, of in HOLDER_FIELDS.items())
    said = " OR ".join(f"t.{field} IS NOT NULL" for field in HOLDER_FIELDS)
    made = f"list_filter(list_transform({items}, lambda t: struct_pack({packed})), lambda t: {said})"
    return f"CASE WHEN {items} IS NOT NULL THEN {made} END"


def _holders() -> str:
    extra = ", commune_code := NULL::VARCHAR, departement_code := NULL::VARCHAR"
    conceded = _elements("concessionnaires", extra)
    return f"CASE WHEN len(r.concessionnaires) > 0 THEN {conceded} ELSE {_elements('titulaires', extra)} END"
