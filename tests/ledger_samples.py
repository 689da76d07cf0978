"""Fictive exports of finance software, clean or with one of the faults that real ones have."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from gisement.sources.ledger.mapping import LedgerMapping

BUYER = "21860194600013"
HEADER = [
    "Exercice",
    "N° mandat",
    "Date mandat",
    "Compte",
    "Fournisseur",
    "SIRET",
    "CP",
    "Ville",
    "Objet",
    "Montant HT",
    "Montant TTC",
    "N° marché",
]
GARAGE, PAPER = "35600000049837", "55208131766522"
ROWS = [
    [
        "2024",
        "101",
        "15/01/2024",
        "60632",
        "QUINCAILLERIE DU CLAIN",
        GARAGE,
        "86000",
        "POITIERS",
        "Vis imaginées",
        "1 234,50",
        "1 481,40",
        "2023-07",
    ],
    [
        "2024",
        "102",
        "16/01/2024",
        "6064",
        "PAPETERIE FICTIVE SARL",
        PAPER,
        "86000",
        "POITIERS",
        "Ramettes ivoire légères",
        "100,00",
        "120,00",
        "",
    ],
    [
        "2024",
        "103",
        "17/01/2024",
        "6064",
        "PAPETERIE FICTIVE SARL",
        PAPER,
        "86000",
        "POITIERS",
        "Retour de ramettes abîmées",
        "-50,00",
        "-60,00",
        "",
    ],
    [
        "2024",
        "104",
        "18/01/2024",
        "60623",
        "FERME DES TROIS VACHES",
        "",
        "86340",
        "NIEUIL",
        "Lait entier pasteurisé",
        "0,00",
        "0,00",
        "",
    ],
    ["2024", "105", "19/01/2024", "6411", "PAIE JANVIER", "", "", "", "Salaires", "90 000,00", "90 000,00", ""],
    [
        "2024",
        "106",
        "20/01/2024",
        "65748",
        "ASSOCIATION DU RIRE",
        "",
        "86000",
        "POITIERS",
        "Subvention",
        "5 000,00",
        "5 000,00",
        "",
    ],
    [
        "2024",
        "107",
        "21/01/2024",
        "6251",
        "MME INVENTEE ALICE",
        "",
        "86000",
        "POITIERS",
        "Remboursement de frais",
        "42,10",
        "42,10",
        "",
    ],
    [
        "2024",
        "108",
        "22/01/2024",
        "62268",
        "CABINET FICTIF",
        "",
        "86000",
        "POITIERS",
        "Conseil à M. INVENTE PAUL",
        "800,00",
        "960,00",
        "",
    ],
]
TOTAL = ["TOTAL GENERAL", "", "", "", "", "", "", "", "", "97 126,60", "97 543,50", ""]


def mapping(**changes: object) -> LedgerMapping:
    """The mapping of these exports; `changes` replace its parts."""
    columns = {
        "fiscal_year": ("Exercice",),
        "line_id": ("N° mandat",),
        "payment_date": ("Date mandat",),
        "account": ("Compte",),
        "supplier_name": ("Fournisseur",),
        "supplier_id": ("SIRET",),
        "supplier_postcode": ("CP",),
        "supplier_commune": ("Ville",),
        "label": ("Objet",),
        "amount_ht": ("Montant HT",),
        "amount_ttc": ("Montant TTC",),
        "contract_id": ("N° marché",),
    }
    made: dict[str, object] = {"columns": columns, "buyer": BUYER, "nomenclature": "M57"}
    made.update(changes)
    return LedgerMapping(**made)  # type: ignore[arg-type]


def write_csv(path: Path, rows: Sequence[Sequence[str]], *, encoding: str = "utf-8", delimiter: str = ";") -> Path:
    """A CSV; `mixed` writes every other line in Windows-1252."""
    lines = [delimiter.join(f'"{cell}"' if delimiter in cell else cell for cell in row) + "\r\n" for row in rows]
    kinds = ("utf-8", "cp1252") if encoding == "mixed" else (encoding, encoding)
    path.write_bytes(b"".join(line.encode(kinds[place % 2]) for place, line in enumerate(lines)))
    return path


def write_xlsx(
    path: Path,
    rows: Sequence[Any],
    *,
    merged: Sequence[str] = (),
    name: str = "Mandats",
    first_row: int = 1,
    first_column: int = 0,
) -> Path:
    """A workbook with one sheet; numbers are numeric cells, `merged` holds ranges such as `A1:B1`."""
    lines = [
        f'<row r="{number}">'
        + "".join(_xlsx_cell(cell, number, place + first_column) for place, cell in enumerate(row))
        + "</row>"
        for number, row in enumerate(rows, start=first_row)
    ]
    ranges = "".join(f'<mergeCell ref="{one}"/>' for one in merged)
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="{name}" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{"".join(lines)}</sheetData>{f"<mergeCells>{ranges}</mergeCells>" if ranges else ""}</worksheet>',
    }
    return _zipped(path, {part: f'<?xml version="1.0" encoding="UTF-8"?>{text}' for part, text in parts.items()})


def write_ods(path: Path, rows: Sequence[Any], *, name: str = "Mandats") -> Path:
    """An OpenDocument spreadsheet with one sheet; numbers are numeric cells."""
    names = "".join(
        f' xmlns:{key}="urn:oasis:names:tc:opendocument:xmlns:{key}:1.0"' for key in ("office", "table", "text")
    )
    lines = "".join("<table:table-row>" + "".join(map(_ods_cell, row)) + "</table:table-row>" for row in rows)
    content = f'<?xml version="1.0" encoding="UTF-8"?><office:document-content{names} office:version="1.2"><office:body><office:spreadsheet><table:table table:name="{name}">{lines}</table:table></office:spreadsheet></office:body></office:document-content>'
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = f'<?xml version="1.0" encoding="UTF-8"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/><manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
    return _zipped(path, {"mimetype": kind, "content.xml": content, "META-INF/manifest.xml": manifest})


def numeric(rows: Sequence[Sequence[str]], columns: Sequence[int]) -> list[list[str | float]]:
    """The rows with numbers in the given columns, as a spreadsheet holds them."""
    return [
        [
            float(re.sub(r"\s", "", cell).replace(",", ".")) if place in columns and re.match(r"-?\d", cell) else cell
            for place, cell in enumerate(row)
        ]
        for row in rows
    ]


def _zipped(path: Path, parts: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name), text)
    return path


def _xlsx_cell(cell: str | float, row: int, column: int) -> str:
    place = f"{chr(65 + column)}{row}"
    if cell == "":
        return ""
    if isinstance(cell, float):
        return f'<c r="{place}"><v>{cell!r}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t>{escape(cell)}</t></is></c>'


def _ods_cell(cell: str | float) -> str:
    if cell == "":
        return "<table:table-cell/>"
    if isinstance(cell, float):
        return f'<table:table-cell office:value-type="float" office:value="{cell!r}"><text:p>{cell}</text:p></table:table-cell>'
    return f'<table:table-cell office:value-type="string"><text:p>{escape(cell)}</text:p></table:table-cell>'
