"""Ledgers as finance software exports them: each buyer's own layout, with the mapping that reads it."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import csv

from gisement.sources.demonstration.chance import Integers
from gisement.sources.demonstration.ledger_setting import LedgerOf, ledgers
from gisement.sources.demonstration.ledger_texts import CREDIT, FICTIVE, Books, Spelling, Texts, others
from gisement.sources.demonstration.setting import Buyer
from gisement.sources.demonstration.workbook import Cell, write_workbook
from gisement.sources.ledger.mapping import LedgerMapping, written

CHUNK = 200_000
NOTICE = "Données fictives, calibrées : territoire de démonstration"
TOTAL = "TOTAL"


@dataclass(frozen=True)
class Layout:
    """How a software lays out a ledger: header and field of each column, and what stands around them."""

    columns: tuple[tuple[str, str], ...]
    mapped: Mapping[str, tuple[str, ...]]
    spelling: Spelling
    delimiter: str = ";"
    encoding: str = "utf-8"
    is_workbook: bool = False
    has_title: bool = False
    has_totals: bool = False
    basis: str | None = None
    guess_vat: bool = False
    order: str = "day"
    credit_values: tuple[str, ...] = ()

    @property
    def headers(self) -> list[str]:
        """The headers, in order."""
        return [header for header, _ in self.columns]


LAYOUTS: Mapping[str, Layout] = {
    "semicolon": Layout(
        (
            ("Exercice", "year"), ("N° mandat", "order"), ("Date mandat", "day"), ("Nature", "account"),
            ("Tiers", "supplier_name"), ("SIRET", "siret"), ("CP", "postcode"), ("Ville", "commune"),
            ("Objet", "label"), ("Montant HT", "ht"), ("Montant TVA", "tax"), ("Montant TTC", "ttc"),
            ("N° marché", "contract"), ("IBAN", "iban"),
        ),
        {
            "fiscal_year": ("Exercice",), "line_id": ("Exercice", "N° mandat"), "payment_date": ("Date mandat",),
            "account": ("Nature",), "supplier_name": ("Tiers",), "supplier_id": ("SIRET",),
            "supplier_postcode": ("CP",), "supplier_commune": ("Ville",), "label": ("Objet",),
            "amount_ht": ("Montant HT",), "amount_vat": ("Montant TVA",), "amount_ttc": ("Montant TTC",),
            "contract_id": ("N° marché",),
        },
        Spelling(), encoding="cp1252", has_title=True,
    ),
    "comma": Layout(
        (
            ("exercice", "year"), ("numero", "order"), ("date_paiement", "day"), ("compte", "account"),
            ("fournisseur", "supplier_name"), ("siret_fournisseur", "siret"), ("objet", "label"),
            ("montant_ht", "ht"), ("taux_tva", "rate"), ("marche", "contract"),
        ),
        {
            "fiscal_year": ("exercice",), "line_id": ("exercice", "numero"), "payment_date": ("date_paiement",),
            "account": ("compte",), "supplier_name": ("fournisseur",), "supplier_id": ("siret_fournisseur",),
            "label": ("objet",), "amount_ht": ("montant_ht",), "vat_rate": ("taux_tva",), "contract_id": ("marche",),
        },
        Spelling(".", "%Y-%m-%d"), delimiter=",", order="year",
    ),
    "hospital_workbook": Layout(
        (
            ("Exercice", "year"), ("Mandat", "order"), ("Date d'émission", "day"), ("Compte", "account"),
            ("Créancier", "supplier_name"), ("SIRET créancier", "siret"), ("Libellé", "label"),
            ("Type de pièce", "kind"), ("Montant mandaté", "ttc"), ("Marché", "contract"),
        ),
        {
            "fiscal_year": ("Exercice",), "line_id": ("Exercice", "Mandat"), "payment_date": ("Date d'émission",),
            "account": ("Compte",), "supplier_name": ("Créancier",), "supplier_id": ("SIRET créancier",),
            "label": ("Libellé",), "credit_note": ("Type de pièce",), "amount": ("Montant mandaté",),
            "contract_id": ("Marché",),
        },
        Spelling(is_absolute=True), is_workbook=True, has_title=True, has_totals=True,
        basis="TTC", guess_vat=True, credit_values=(CREDIT,),
    ),
    "hospital_export": Layout(
        (
            ("Exercice", "year"), ("N° de mandat", "order"), ("Date", "day"), ("Compte", "account"),
            ("Fournisseur", "supplier_name"), ("N° SIRET", "siret"), ("Libellé", "label"), ("Montant HT", "ht"),
            ("Montant TTC", "ttc"), ("N° marché", "contract"),
        ),
        {
            "fiscal_year": ("Exercice",), "line_id": ("Exercice", "N° de mandat"), "payment_date": ("Date",),
            "account": ("Compte",), "supplier_name": ("Fournisseur",), "supplier_id": ("N° SIRET",),
            "label": ("Libellé",), "amount_ht": ("Montant HT",), "amount_ttc": ("Montant TTC",),
            "contract_id": ("N° marché",),
        },
        Spelling(), encoding="cp1252",
    ),
    "university_workbook": Layout(
        (
            ("Exercice", "year"), ("Demande de paiement", "order"), ("Date comptable", "day"),
            ("Compte général", "account"), ("Groupe de marchandises", "nacres"), ("Fournisseur", "supplier_name"),
            ("SIRET", "siret"), ("Désignation", "label"), ("Montant HT", "ht"), ("Montant TVA", "tax"),
            ("Contrat", "contract"),
        ),
        {
            "fiscal_year": ("Exercice",), "line_id": ("Exercice", "Demande de paiement"),
            "payment_date": ("Date comptable",), "account": ("Compte général",),
            "segment_code": ("Groupe de marchandises",), "supplier_name": ("Fournisseur",), "supplier_id": ("SIRET",),
            "label": ("Désignation",), "amount_ht": ("Montant HT",), "amount_vat": ("Montant TVA",),
            "contract_id": ("Contrat",),
        },
        Spelling(), is_workbook=True, has_title=True,
    ),
    "tabulated": Layout(
        (
            ("Exercice", "year"), ("N° liquidation", "order"), ("Date liquidation", "day"), ("Compte", "account"),
            ("Nom fournisseur", "supplier_name"), ("SIRET", "siret"), ("Code postal", "postcode"), ("Objet", "label"),
            ("Montant TTC", "ttc"), ("Taux TVA", "rate"), ("Marché", "contract"),
        ),
        {
            "fiscal_year": ("Exercice",), "line_id": ("Exercice", "N° liquidation"),
            "payment_date": ("Date liquidation",), "account": ("Compte",), "supplier_name": ("Nom fournisseur",),
            "supplier_id": ("SIRET",), "supplier_postcode": ("Code postal",), "label": ("Objet",),
            "amount_ttc": ("Montant TTC",), "vat_rate": ("Taux TVA",), "contract_id": ("Marché",),
        },
        Spelling(), delimiter="\t",
    ),
    "debit_credit": Layout(
        (
            ("Exercice", "year"), ("Pièce", "order"), ("Date pièce", "day"), ("Compte nature", "account"),
            ("Tiers", "supplier_name"), ("SIRET tiers", "siret"), ("Libellé", "label"), ("Débit HT", "debit"),
            ("Crédit HT", "credit"), ("Référence marché", "contract"),
        ),
        {
            "fiscal_year": ("Exercice",), "line_id": ("Exercice", "Pièce"), "payment_date": ("Date pièce",),
            "account": ("Compte nature",), "supplier_name": ("Tiers",), "supplier_id": ("SIRET tiers",),
            "label": ("Libellé",), "amount": ("Débit HT",), "credit_amount": ("Crédit HT",),
            "contract_id": ("Référence marché",),
        },
        Spelling(), has_title=True, has_totals=True, basis="HT",
    ),
}  # fmt: skip
"""The layouts, by the name that `catalog/demonstration/ledgers.csv` gives."""


def write_ledger(
    folder: Path, buyer: Buyer, texts: Texts, years: Sequence[int], *, workbooks: bool
) -> tuple[Path, Path]:
    """Write a buyer's ledger of these years and its mapping; a workbook becomes a CSV unless `workbooks`."""
    kept = ledgers()[buyer.identifier]
    layout = LAYOUTS[kept.layout]
    folder.mkdir(parents=True, exist_ok=True)
    stem = folder / f"grand-livre-fictif-{buyer.identifier.replace('_', '-')}"
    if layout.is_workbook and workbooks:
        path = write_workbook(stem.with_suffix(".xlsx"), "Mandats", _rows(layout, buyer, texts, years))
    else:
        path = _write_csv(stem.with_suffix(".csv"), layout, buyer, texts, years)
    mapping = stem.with_suffix(".toml")
    mapping.write_text(written(_mapping(layout, kept, buyer, path), [NOTICE]), encoding="utf-8")
    return path, mapping


def write_pes_mapping(path: Path, buyer: Buyer) -> Path:
    """A mapping that says the chart of accounts, which a PES file does not."""
    kept = ledgers()[buyer.identifier]
    mapping = LedgerMapping(buyer=buyer.siret, nomenclature=kept.nomenclature)
    path.write_text(written(mapping, [NOTICE]), encoding="utf-8")
    return path


def places_of(books: Books, buyer: Buyer, year: int) -> Integers:
    """The lines of a buyer in a year."""
    rank = [one.identifier for one in books.buyers].index(buyer.identifier)
    return np.flatnonzero((books.lines.buyer == rank) & (books.lines.year == year))


def _mapping(layout: Layout, kept: LedgerOf, buyer: Buyer, path: Path) -> LedgerMapping:
    is_book = path.suffix == ".xlsx"
    return LedgerMapping(
        columns=layout.mapped, buyer=buyer.siret, nomenclature=kept.nomenclature,
        sheet="Mandats" if is_book else None,
        header_line=4 if is_book else 3 if layout.has_title else 1,
        encoding=None if is_book else layout.encoding, delimiter=None if is_book else layout.delimiter,
        decimal=layout.spelling.decimal, basis=layout.basis, guess_vat=layout.guess_vat, order=layout.order,
        credit_values=layout.credit_values,
    )  # fmt: skip


def _tables(layout: Layout, buyer: Buyer, texts: Texts, years: Sequence[int]) -> Iterator[pa.Table]:
    """The cells of each year, a part at a time: payments, then what is no purchase."""
    rank = [one.identifier for one in texts.books.buyers].index(buyer.identifier)
    names = [field for _, field in layout.columns]
    for year in years:
        places = places_of(texts.books, buyer, year)
        for first in range(0, len(places), CHUNK):
            part = places[first : first + CHUNK]
            yield pa.table([texts.of(part, layout.spelling, name) for name in names], names=layout.headers)
        more = others(texts, rank, year, layout.spelling)
        blank = pa.array([""] * len(more["year"]))
        yield pa.table([more.get(name, blank) for name in names], names=layout.headers)


def _write_csv(path: Path, layout: Layout, buyer: Buyer, texts: Texts, years: Sequence[int]) -> Path:
    options = csv.WriteOptions(include_header=False, delimiter=layout.delimiter, quoting_style="needed")
    with path.open("wb") as file:
        for line in _head(layout, buyer):
            file.write((line + "\n").encode(layout.encoding))
        for table in _tables(layout, buyer, texts, years):
            held = io.BytesIO()
            csv.write_csv(table, held, options)
            file.write(held.getvalue() if layout.encoding == "utf-8" else _encoded(held.getvalue(), layout.encoding))
            if layout.has_totals:
                file.write((_total_line(layout) + "\n").encode(layout.encoding))
    return path


def _encoded(content: bytes, encoding: str) -> bytes:
    return content.decode("utf-8").encode(encoding, "replace")


def _head(layout: Layout, buyer: Buyer) -> list[str]:
    title = [f"{NOTICE}{layout.delimiter}", f"{buyer.name}{layout.delimiter}"] if layout.has_title else []
    return [*title, layout.delimiter.join(layout.headers)]


def _total_line(layout: Layout) -> str:
    """A total under each part: to be told from a payment."""
    return layout.delimiter.join([f"{TOTAL} {FICTIVE}", *[""] * (len(layout.columns) - 1)])


def _rows(layout: Layout, buyer: Buyer, texts: Texts, years: Sequence[int]) -> Iterator[Sequence[Cell]]:
    yield (NOTICE,)
    yield (buyer.name,)
    yield ()
    yield layout.headers
    money = [place for place, (_, field) in enumerate(layout.columns) if field in ("ht", "ttc", "tax")]
    for table in _tables(layout, buyer, texts, years):
        columns = [column.to_pylist() for column in table.columns]
        for place in money:
            columns[place] = [_number(text) for text in columns[place]]
        yield from zip(*columns, strict=True)
        if layout.has_totals:
            yield (f"{TOTAL} {FICTIVE}",)


def _number(text: str) -> Cell:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return text
