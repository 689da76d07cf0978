"""Case files of contracts: what is published, what is made of it.

The second part is `contracts`, `account` (of records), `findings` (all of them, by rule) and `spend` (total spend).
A case is written to be read by a buyer. What a published record does not say is filled in as follows:

- `in` is its format: `2022` (the default), `2019`, or `table` (a line of a flat table, which names one `titulaire`);
  `file` (`a` by default) tells two files of one format apart: two platforms;
- its buyer is that of the case, and of no other one; `A`, `B`, … are holders whose SIRET come in alphabetical order;
- it is a contract of 40 000 €, 12 months, to A, notified on 5 March 2024, published on 20 December, without
  consideration;
- `sans` names fields that it does not have.

`{A.spaced}`, `{A.siren}`, `{A.vat}`, `{A.wrong}`, `{buyer}`… are spellings of an identifier. Amounts are in euros.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from gisement.sources.demonstration import identifiers
from tests.official_xml import document
from tests.yaml_file import AS_TEXT, read_yaml

FOLDER = Path(__file__).parent
HOLDERS = {letter: identifiers.siret(identifiers.siren(50_000 + 10 * rank), 1) for rank, letter in enumerate("ABCDEF")}
FIELDS = {"case", "published", "contracts", "account", "findings", "spend", "corrections"}
TABLE = (
    "id", "nature", "objet", "acheteur_id", "codeCPV", "montant", "dateNotification", "datePublicationDonnees",
    "dureeMois", "offresRecues", "titulaire_id", "titulaire_typeIdentifiant", "titulaire_commune_code",
    "titulaire_departement_code", "idAccordCadre", "considerationsSociales", "considerationsEnvironnementales",
    "modification_id",
)  # fmt: skip
NUMBERS = ("montant", "valeurGlobale", "dureeMois")
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")

Record = dict[str, Any]


class Spelled(str):
    """An identifier, and the ways in which files spell it."""

    @property
    def siren(self) -> str:
        """The legal unit."""
        return self[:9]

    @property
    def spaced(self) -> str:
        """With spaces, as people write it."""
        return f"{self[:3]} {self[3:6]} {self[6:9]} {self[9:]}"

    @property
    def vat(self) -> str:
        """The VAT number of the legal unit, whose key is computed."""
        return f"FR{(12 + 3 * (int(self.siren) % 97)) % 97:02d}{self.siren}"

    @property
    def wrong(self) -> str:
        """With a wrong check digit."""
        return identifiers.with_wrong_key(self)

    @property
    def other(self) -> str:
        """Another establishment of the same legal unit."""
        return identifiers.siret(self.siren, 2)

    def __getattr__(self, name: str) -> str:
        """`branch1`, `branch2`, …: establishments that no other case names, for cases about places."""
        if name.startswith("branch") and name[6:].isdigit():
            return identifiers.siret(self.siren, 10 + int(name[6:]))
        raise AttributeError(name)

    @property
    def decimal(self) -> str:
        """As a spreadsheet writes it."""
        return f"{self}.0"


@dataclass(frozen=True, repr=False)
class Case:
    """One case of a file, with the buyer that is its own."""

    family: str
    number: int
    content: Mapping[str, Any]

    @property
    def label(self) -> str:
        """How a test names it."""
        return f"{self.family}: {self.content['case']}"

    @cached_property
    def buyer(self) -> Spelled:
        """The SIRET of its buyer."""
        return Spelled(identifiers.siret(identifiers.siren(10_000 + self.number), 1))

    @property
    def published(self) -> list[tuple[str, Record]]:
        """Its records as they are published: the name of the file, and the record or line."""
        return [self._published(entry) for entry in self.content["published"]]

    def _published(self, entry: Mapping[str, Any]) -> tuple[str, Record]:
        given = dict(entry)
        kind, file, without = str(given.pop("in", "2022")), given.pop("file", "a"), given.pop("sans", "")
        made = LAID_OUT[kind](self.spelled(given), self.buyer)
        kept = {name: value for name, value in made.items() if name not in str(without).split(", ")}
        return f"{kind}-{file}", kept

    def spelled(self, value: Any) -> Any:
        """A value of the case, its identifiers spelled out."""
        if isinstance(value, Mapping):
            return {self.spelled(name): self.spelled(inside) for name, inside in value.items()}
        if isinstance(value, list):
            return [self.spelled(inside) for inside in value]
        if isinstance(value, str) and "{" in value:
            return value.format(buyer=self.buyer, **{letter: Spelled(siret) for letter, siret in HOLDERS.items()})
        return value


def cases() -> list[Case]:
    """The cases of every file, in order."""
    found: list[tuple[str, Mapping[str, Any]]] = []
    for path in sorted(FOLDER.glob("*.yaml")):
        read = read_yaml(path, AS_TEXT)
        found += [(path.stem, entry) for entry in read["cases"]]
    unknown = {field for _, entry in found for field in entry} - FIELDS
    assert not unknown, f"fields that no case has: {unknown}"
    return [Case(family, number, entry) for number, (family, entry) in enumerate(found)]


# --- records as they are published --------------------------------------------------------------------------


def _holders(given: Any) -> list[Record]:
    """Holders by their letter, or as they are written."""
    return [
        {"typeIdentifiant": "SIRET", "id": HOLDERS.get(one, one)} if isinstance(one, str) else dict(one)
        for one in given
    ]


def _record(given: Record, buyer: str) -> Record:
    common = {
        "id": "2024M01",
        "acheteur": {"id": given.pop("acheteur", buyer)},
        "nature": "Marché",
        "objet": "Travaux de peinture",
        "codeCPV": "45442100",
        "procedure": "Procédure adaptée",
        "lieuExecution": {"code": "86000", "typeCode": "Code postal"},
        "dureeMois": "12",
        "dateNotification": "2024-03-05",
        "datePublicationDonnees": "2024-12-20",
        "montant": "40000",
        "titulaires": ["A"],
    }
    made = _numbered({**common, **given})
    made["titulaires"] = _holders(made["titulaires"] or [])
    for act in made.get("modifications", []):
        if "titulaires" in act:
            act["titulaires"] = _holders(act["titulaires"])
    return made


def _numbered(record: Record) -> Record:
    """Amounts and durations as JSON numbers, where they are plain numbers."""
    plain = {name: value for name, value in record.items() if name in NUMBERS and NUMBER.fullmatch(str(value))}
    acts = [_numbered(act) for act in record.get("modifications", [])]
    numbered = {name: float(value) if "." in value else int(value) for name, value in plain.items()}
    return {**record, **numbered, **({"modifications": acts} if acts else {})}


def _record_2019(given: Record, buyer: str) -> Record:
    return _record(given, buyer)


def _record_2022(given: Record, buyer: str) -> Record:
    """The same, nested; and the fields that the format has added."""
    social = given.pop("considerationsSociales", ["Pas de considération sociale"])
    environmental = given.pop("considerationsEnvironnementales", ["Pas de considération environnementale"])
    made = _record(given, buyer)
    made["titulaires"] = _nested(made["titulaires"])
    made["modifications"] = [{"modification": _with_nested(act)} for act in made.get("modifications", [])]
    made.setdefault("offresRecues", "3")
    made["considerationsSociales"] = {"considerationSociale": social}
    made["considerationsEnvironnementales"] = {"considerationEnvironnementale": environmental}
    return made


def _nested(holders: Sequence[Record]) -> list[Record]:
    return [{"titulaire": holder} for holder in holders]


def _with_nested(act: Record) -> Record:
    return {**act, "titulaires": _nested(act["titulaires"])} if "titulaires" in act else act


def _line(given: Record, buyer: str) -> Record:
    """A line of a flat table: one holder, by its letter or as written."""
    holder = given.pop("titulaire", "A")
    common = {
        "id": "2024M01",
        "nature": "Marché",
        "acheteur_id": given.pop("acheteur", buyer),
        "codeCPV": "45442100",
        "montant": "40000",
        "dateNotification": "2024-03-05",
        "datePublicationDonnees": "2024-12-20",
        "dureeMois": "12",
        "offresRecues": "3",
        "titulaire_id": HOLDERS.get(holder, holder),
        "titulaire_typeIdentifiant": "SIRET",
    }
    unknown = set(given) - set(TABLE)
    assert not unknown, f"columns that the table has not: {unknown}"
    return {**common, **given}


def _concession(given: Record, buyer: str) -> Record:
    """A concession of the 2022 format."""
    common = {
        "id": "2024C01",
        "autoriteConcedante": {"id": buyer},
        "nature": "Délégation de service public",
        "objet": "Exploitation d'un crématorium",
        "dateDebutExecution": "2024-03-05",
        "datePublicationDonnees": "2024-12-20",
        "dureeMois": "120",
        "valeurGlobale": "900000",
        "concessionnaires": ["A"],
        "considerationsSociales": {"considerationSociale": ["Pas de considération sociale"]},
        "considerationsEnvironnementales": {"considerationEnvironnementale": ["Pas de considération environnementale"]},
    }
    made = _numbered({**common, **given})
    made["concessionnaires"] = [{"concessionnaire": holder} for holder in _holders(made["concessionnaires"])]
    return made


LAID_OUT = {"2019": _record_2019, "2022": _record_2022, "table": _line, "concession": _concession}


def write_files(folder: Path, of_cases: Sequence[Case], *, is_reversed: bool = False) -> list[Path]:
    """The files that hold every record of the cases, each with those of its format and platform."""
    files: dict[str, list[Record]] = {}
    for case in of_cases:
        for name, record in case.published:
            files.setdefault(name, []).append(record)
    return write_documents(folder, dict(sorted(files.items(), reverse=is_reversed)), is_reversed=is_reversed)


def write_documents(folder: Path, files: Mapping[str, list[Record]], *, is_reversed: bool = False) -> list[Path]:
    """The files of these names (`2022-a`, `table-b`: the format, and what tells two files of it apart)."""
    folder.mkdir(parents=True, exist_ok=True)
    return list(_written(folder, files, is_reversed))


def _written(folder: Path, files: Mapping[str, list[Record]], is_reversed: bool) -> Iterator[Path]:
    for name, records in files.items():
        ordered = records[::-1] if is_reversed else records
        kind = name.partition("-")[0]
        path = folder / f"{name}.{EXTENSIONS.get(kind, 'json')}"
        path.write_bytes(document(ordered) if kind == "xml" else _text(kind, ordered).encode())
        yield path


EXTENSIONS = {"table": "csv", "xml": "xml"}


def _text(kind: str, records: Sequence[Record]) -> str:
    return _lines(records) if kind == "table" else _document(kind, records)


def _document(kind: str, records: Sequence[Record]) -> str:
    nested = {"marche": records} if kind != "concession" else {"contrat-concession": records}
    return json.dumps({"marches": list(records) if kind == "2019" else nested}, ensure_ascii=False)


def _lines(records: Sequence[Record]) -> str:
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, TABLE, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(records)
    return buffer.getvalue()


# --- what is expected ---------------------------------------------------------------------------------------


def euros(text: Any) -> Decimal | None:
    """`45 000,01` as a number of euros; None where it is unknown (`inconnu`)."""
    return None if text in (None, "inconnu") else Decimal(str(text).replace(" ", "").replace(",", "."))


def from_cents(cents: int | None) -> Decimal | None:
    """Cents as euros."""
    return None if cents is None else Decimal(cents) / 100


def letter_of(supplier: str | None) -> str:
    """The letter of a holder, what it is in the tables otherwise; `inconnu` for nobody, `illisible` unread."""
    letters = {siret: letter for letter, siret in HOLDERS.items()}
    if supplier is not None and supplier.startswith("unread-"):
        return "illisible"
    return "inconnu" if supplier is None else letters.get(supplier, supplier)
