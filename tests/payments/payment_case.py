"""Case files of payments: lines of ledgers, and what is made of them.

A case is written to be read by a buyer. Its buyer is its own. What a line does not say is filled in: the year 2024,
account 60632 (hardware), to A, 100 € before tax and 120 € with it, paid on 15 January 2024. Lines stand in the ledger `a`, or
in the one that `file` names: two exports of the same buyer. `A`, `B`, … are suppliers whose SIRET follow that order;
`sans` names cells that are blank. Amounts are in euros. `{partner}` is the buyer of another case.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from gisement.sources.demonstration import identifiers
from gisement.sources.ledger.mapping import LedgerMapping
from gisement.sources.ledger.prepare import prepare_ledger
from tests.yaml_file import AS_TEXT, read_yaml

FOLDER = Path(__file__).parent
HOLDERS = {letter: identifiers.siret(identifiers.siren(60_000 + 10 * rank), 1) for rank, letter in enumerate("ABCDEF")}
CELLS = {
    "exercice": "fiscal_year", "mandat": "line_id", "date": "payment_date", "facture": "invoice_date", "compte": "account",
    "siret": "supplier_id", "fournisseur": "supplier_name", "cp": "supplier_postcode", "ville": "supplier_commune",
    "objet": "label", "ht": "amount_ht", "ttc": "amount_ttc", "marche": "contract_id",
}  # fmt: skip
USUAL = {
    "exercice": "2024", "mandat": "1", "date": "15/01/2024", "compte": "60632", "siret": "A", "ht": "100,00", "ttc": "120,00",
}  # fmt: skip
MAPPING = LedgerMapping(
    columns={"buyer_id": ("acheteur",), **{field: (cell,) for cell, field in CELLS.items()}}, nomenclature="M57"
)
FIELDS = {"case", "lines", "accounts", "payments", "findings", "spend", "gaps", "corrections"}


@dataclass(frozen=True, repr=False)
class Case:
    """One case of a file, with the buyer that is its own."""

    number: int
    content: Mapping[str, Any]

    @property
    def label(self) -> str:
        """How a test names it."""
        return str(self.content["case"])

    @cached_property
    def buyer(self) -> str:
        """The SIRET of its buyer."""
        return identifiers.siret(identifiers.siren(70_000 + self.number), 1)

    @property
    def lines(self) -> list[tuple[str, dict[str, str]]]:
        """Its lines as they stand in an export: the name of the export, and the cells."""
        return [self._line(dict(entry)) for entry in self.content["lines"]]

    def _line(self, given: dict[str, str]) -> tuple[str, dict[str, str]]:
        file, without = given.pop("file", "a"), given.pop("sans", "").split(", ")
        unknown = set(given) - set(CELLS)
        assert not unknown, f"{self.label}: cells that a ledger has not: {unknown}"
        cells = {**USUAL, **given}
        cells["siret"] = self.spelled(cells["siret"])
        return file, {"acheteur": self.buyer, **{name: text for name, text in cells.items() if name not in without}}

    def spelled(self, text: str) -> str:
        """A SIRET written as a letter, `{partner}` or itself."""
        if text == "{partner}":
            return identifiers.siret(identifiers.siren(70_000 + self.number - 1), 1)
        return HOLDERS.get(text, text)


def cases() -> list[Case]:
    """The cases of the file, in order."""
    read = read_yaml(FOLDER / "cases.yaml", AS_TEXT)
    unknown = {field for entry in read["cases"] for field in entry} - FIELDS
    assert not unknown, f"fields that no case has: {unknown}"
    return [Case(number, entry) for number, entry in enumerate(read["cases"], 1)]


def write_ledgers(folder: Path, of_cases: Sequence[Case], *, is_reversed: bool = False) -> list[Path]:
    """The masked ledgers that hold every line of the cases."""
    files: dict[str, list[dict[str, str]]] = {}
    for case in of_cases:
        for name, line in case.lines:
            files.setdefault(name, []).append(line)
    folder.mkdir(parents=True, exist_ok=True)
    return [
        _masked(folder / f"{name}.csv", held[::-1] if is_reversed else held) for name, held in sorted(files.items())
    ]


def _masked(path: Path, lines: Sequence[Mapping[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ("acheteur", *CELLS), restval="", delimiter=";", lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)
    target = path.with_name(f"masked-{path.name}")
    prepare_ledger(path, target, MAPPING)
    return target


def write_balance(path: Path, of_cases: Sequence[Case]) -> Path:
    """The official accounts of every case that gives some."""
    lines = [
        f"2024;{case.buyer};M57;{account};{amount};0"
        for case in of_cases
        for account, amount in case.content.get("accounts", {}).items()
    ]
    path.write_text("\n".join(["EXER;IDENT;NOMEN;COMPTE;OBNETDEB;OBNETCRE", *lines]) + "\n", encoding="utf-8")
    return path


def write_corrections(path: Path, of_cases: Sequence[Case]) -> Path:
    """The explanations that the cases give of gaps."""
    lines = [
        f"account_gap,{case.buyer[:9]}|2024|{account},gap_reason,unexplained,{reason},essai,équipe,2024-12-31"
        for case in of_cases
        for account, reason in case.content.get("corrections", {}).items()
    ]
    path.write_text(
        "\n".join(["table,key,column,old_value,new_value,reason,author,date", *lines]) + "\n", encoding="utf-8"
    )
    return path
