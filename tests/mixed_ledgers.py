"""Ledgers and account balances that hold the odd values that engines read differently, as `mixed_files` needs them."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from gisement.sources.ledger.mapping import LedgerMapping
from gisement.sources.ledger.prepare import prepare_ledger

HEADER = ("Acheteur", "Exercice", "Mandat", "Date", "Facture", "Compte", "SIRET", "Fournisseur", "CP", "Ville", "Objet",
          "Categorie", "HT", "TTC", "TVA", "Taux", "Marche")  # fmt: skip
FIELDS = ("buyer_id", "fiscal_year", "line_id", "payment_date", "invoice_date", "account", "supplier_id",
          "supplier_name", "supplier_postcode", "supplier_commune", "label", "segment_code", "amount_ht",
          "amount_ttc", "amount_vat", "vat_rate", "contract_id")  # fmt: skip
MAPPING = LedgerMapping(
    columns={field: (header,) for field, header in zip(FIELDS, HEADER, strict=True)}, nomenclature="M57", guess_vat=True
)
ACCOUNTS = ("60632", "6064", "60623", "615221", "6228", "611", "2313", "6411", "65748", "999", "")
NAMES = (
    "Menuiserie des Essais",
    "MENUISERIE ESSAIS SARL",
    "",
    "vf",
    "Fictive & fils",
    "MME INVENTEE ALICE",
    "ŒUVRE ÉLÉVÉE",
)
PLACES = (("86000", "POITIERS"), ("86280", "ST BENOIT"), ("20090", "Ajaccio cedex 9"), ("97400", "St-Denis"), ("", ""),
          ("75011", "Paris 11"), ("0", "?"))  # fmt: skip
LABELS = ("Vis", "", "Ramettes  d’ivoire", "FACT 2024-118", "vf", "\u0130stanbul", "Nettoyage des locaux", "Denrées")
AMOUNTS = (("1 234,50", "1 481,40", ""), ("100,00", "", "20,00"), ("", "120,00", "20,00"), ("", "120,00", ""),
           ("-50,00", "-60,00", ""), ("0,00", "0,00", ""), ("", "", ""), ("douze", "", ""), ("10,005", "12,01", ""))  # fmt: skip
DATES = (
    ("2024", "15/01/2024", ""),
    ("", "31/12/2023", ""),
    ("", "", "29/02/2024"),
    ("1999", "n'importe", ""),
    ("", "", ""),
)
CONTRACTS = ("", "2024FAM01", "L1", "2024-000", "NC")
BALANCE = ("EXER", "IDENT", "NOMEN", "COMPTE", "OBNETDEB", "OBNETCRE")


def write(
    folder: Path, buyers: Sequence[str], firms: Sequence[str], shuffle: Callable[[list[Any]], None]
) -> dict[str, list[Path]]:
    """Two masked ledgers that overlap, and an account balance, by kind of file."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [_line(number, buyers, firms) for number in range(60)]
    lines.append(_of_a_central_purchasing_body(lines[0]))
    ledgers = [
        _masked(folder / f"ledger-{name}.csv", held, shuffle)
        for name, held in {"a": [*lines, lines[0], lines[0]], "b": lines[20:40]}.items()
    ]
    balance = [
        ("2024", buyers[0], "M57", "60632", "1481,40", "0"), ("2024", buyers[0], "M57", "6064", "99999,00", "1,00"),
        ("2024", buyers[0], "M57", "60211", "7,00", ""), ("2023", buyers[1], "M57", "6064", "1,00", "0"),
    ]  # fmt: skip
    return {"ledger": ledgers, "accounts": [_csv(folder / "balance.csv", BALANCE, balance, shuffle)]}


def _line(number: int, buyers: Sequence[str], firms: Sequence[str]) -> tuple[str, ...]:
    """Each odd value in turn; every fourth supplier is known by its name alone, some are buyers themselves."""

    def turn(values: Sequence[Any], step: int = 1) -> Any:
        return values[number * step % len(values)]

    year, paid, invoiced = turn(DATES)
    siret = turn((firms[number % len(firms)], "", buyers[0], firms[0][:9], "123", "FR12345678901"), 5)
    return (
        turn(buyers), year, str(number), paid, invoiced, turn(ACCOUNTS), siret, turn(NAMES), *turn(PLACES, 3), turn(LABELS),
        turn(("", "FAB1", "NA.11"), 2), *turn(AMOUNTS, 7), turn(("", "20", "5,5"), 5), turn(CONTRACTS),
    )  # fmt: skip


def _of_a_central_purchasing_body(line: tuple[str, ...]) -> tuple[str, ...]:
    """The same payment to a body known by its name alone."""
    told = dict(zip(HEADER, line, strict=True)) | {"Mandat": "60", "SIRET": "", "Fournisseur": "UGAP"}
    return tuple(told.values())


def _masked(path: Path, lines: Sequence[Sequence[str]], shuffle: Callable[[list[Any]], None]) -> Path:
    target = path.with_name(f"masked-{path.name}")
    prepare_ledger(_csv(path, HEADER, lines, shuffle), target, MAPPING)
    return target


def _csv(
    path: Path, header: Sequence[str], lines: Sequence[Sequence[str]], shuffle: Callable[[list[Any]], None]
) -> Path:
    held = list(lines)
    shuffle(held)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\n")
        writer.writerows([header, *held])
    return path
