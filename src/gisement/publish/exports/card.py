"""The card of an exported data set: DCAT in JSON-LD, one per release, and the Data Package of its tables.

Same tables, same card: its date is the day of the data, its version the release that every page shows.
Source: www.w3.org/TR/vocab-dcat-3; DCAT-AP.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gisement.publish.caution import invented
from gisement.publish.exports.ocds import LICENCE
from gisement.publish.exports.tables import table_schema
from gisement.publish.places import places_of

if TYPE_CHECKING:
    from gisement.engine.served import Served

CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "spdx": "http://spdx.org/rdf/terms#",
    "prov": "http://www.w3.org/ns/prov#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
CONFORMS = {
    "ocds": "https://standard.open-contracting.org/1.1/",
    "decp": "https://schema.data.gouv.fr/139bercy/format-commande-publique/marches/2.0.4.html",
    "csv": "https://specs.frictionlessdata.io/tabular-data-package/",
    "parquet": "https://specs.frictionlessdata.io/data-package/",
    "xlsx": "https://specs.frictionlessdata.io/table-schema/",
}
MEDIA = {
    ".json": "application/json",
    ".csv": "text/csv",
    ".parquet": "application/vnd.apache.parquet",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
CAVEAT_EN = (
    "Amounts are those of contracts: ceilings or estimates over several years, never money paid. Columns in _cents are "
    "in cents of a euro: divide by 100 to read euros. An empty cell says that the value is not known; it is not zero. "
    "Natural persons are neither named nor numbered. No payment is in these files."
)
CAVEAT = (
    "Les montants sont ceux des contrats : des maximums ou des estimations sur plusieurs années, jamais des sommes "
    "versées. Les colonnes en _cents sont en centimes d'euro : diviser par 100 pour lire des euros. "
    "Une case vide dit que la valeur n'est pas connue ; ce n'est pas zéro. Les personnes physiques ne sont ni "
    "nommées ni numérotées. Aucun paiement n'est dans ces fichiers."
)
BLOCK = 1 << 20


@dataclass(frozen=True)
class About:
    """What every card of a release says: its title, territory, day, release, and the files that it was made from."""

    territory: str
    release: str
    day: str
    publisher: str
    sources: Sequence[Mapping[str, str]]
    notice: str
    short_notice: str = ""
    language: str = "fr"
    notice_en: str = ""

    @property
    def title(self) -> str:
        """What the exported data set is called, in French: its territory stands in it."""
        return f"Commande publique : {self.territory}"

    def told(self) -> dict[str, str]:
        """Title and description in the language that the columns are described in."""
        if self.language == "en":
            title, parts = f"Public procurement: {self.territory}", (self.notice_en, CAVEAT_EN)
        else:
            title, parts = self.title, (self.notice, CAVEAT)
        return {"title": title, "description": " ".join(filter(None, parts))}

    @property
    def identifier(self) -> str:
        """A name of the release that belongs to no address."""
        return f"urn:gisement:release:{self.release}"


def about(served: Served, publisher: str = "", language: str = "fr") -> About:
    """What the cards of a served workspace say; the publisher is its territory where none is named."""
    origins = served.observatory.origins("contract")
    sources = [{"title": o.file, "producer": o.producer, "licence": o.licence, "sha256": o.sha256} for o in origins]
    day, territory = served.as_of_date(), places_of(served.observatory.territory).territory
    card = invented(origins)
    notices = card.get("explanation", ""), card.get("notice", "")
    notice_en = card.get("explanation_en", "")
    return About(
        territory,
        served.release,
        day.isoformat() if day else "",
        publisher or territory,
        sources,
        *notices,
        language,
        notice_en,
    )


def dcat(about: About, kind: str, files: Sequence[Path]) -> dict[str, Any]:
    """The card in JSON-LD: the data set, a distribution per file with its size and digest, its sources."""
    return {
        "@context": CONTEXT,
        "@id": about.identifier,
        "@type": "dcat:Dataset",
        "dct:title": {"@value": about.title, "@language": "fr"},
        "dct:description": {"@value": " ".join(filter(None, (about.notice, CAVEAT))), "@language": "fr"},
        "dct:identifier": about.identifier,
        "dcat:version": about.release,
        **({"dct:issued": {"@value": about.day, "@type": "xsd:date"}} if about.day else {}),
        "dct:language": {"@id": "http://publications.europa.eu/resource/authority/language/FRA"},
        "dct:spatial": {"@type": "dct:Location", "dct:title": about.territory},
        "dct:publisher": {"@type": "foaf:Agent", "foaf:name": about.publisher},
        "dct:license": {"@id": LICENCE},
        "dcat:keyword": ["commande publique", "marchés publics", "données essentielles"],
        "dcat:theme": {"@id": "http://publications.europa.eu/resource/authority/data-theme/GOVE"},
        "prov:wasDerivedFrom": [_source(source) for source in about.sources],
        "dcat:distribution": [_distribution(path, kind) for path in files],
    }


def data_package(about: About, kind: str, files: Mapping[str, Path]) -> dict[str, Any]:
    """The Data Package of exported tables: each file with its Table Schema, size and digest."""
    return {
        "name": f"commande-publique-{about.release}",
        **about.told(),
        "version": about.release,
        **({"created": f"{about.day}T00:00:00Z"} if about.day else {}),
        "licenses": [{"name": "etalab-2.0", "title": "Licence Ouverte 2.0", "path": LICENCE}],
        "sources": [{"title": f"{s['producer'] or 'Producteur non dit'} : {s['title']}"} for s in about.sources],
        "resources": [
            {
                "name": table.replace("_", "-"),
                "path": path.name,
                "format": kind,
                "mediatype": MEDIA[path.suffix],
                "encoding": "utf-8",
                "bytes": path.stat().st_size,
                "hash": f"sha256:{_digest(path)}",
                **({"profile": "tabular-data-resource"} if kind == "csv" else {}),
                "schema": table_schema(table, has_notice=kind == "csv" and bool(about.notice), language=about.language),
            }
            for table, path in files.items()
        ],
    }


def _source(source: Mapping[str, str]) -> dict[str, Any]:
    return {
        "@type": "prov:Entity",
        "dct:title": source["title"],
        **({"dct:publisher": source["producer"]} if source["producer"] else {}),
        **({"dct:rights": source["licence"]} if source["licence"] else {}),
        "spdx:checksum": _checksum(source["sha256"]),
    }


def _distribution(path: Path, kind: str) -> dict[str, Any]:
    return {
        "@type": "dcat:Distribution",
        "dct:title": path.name,
        "dcat:downloadURL": {"@id": path.name},
        "dcat:mediaType": {"@id": f"https://www.iana.org/assignments/media-types/{MEDIA[path.suffix]}"},
        "dcat:byteSize": path.stat().st_size,
        "dct:conformsTo": {"@id": CONFORMS[kind]},
        "dct:license": {"@id": LICENCE},
        "spdx:checksum": _checksum(_digest(path)),
    }


def _checksum(digest: str) -> dict[str, Any]:
    return {
        "@type": "spdx:Checksum",
        "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
        "spdx:checksumValue": digest,
    }


def _digest(path: Path) -> str:
    with path.open("rb") as reader:
        return hashlib.file_digest(reader, "sha256").hexdigest()
