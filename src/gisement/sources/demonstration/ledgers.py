"""Ledgers as finance software exports them: each buyer's own layout, with the mapping that reads it."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import msgspec
import numpy as np
import pyarrow as pa
from pyarrow import csv

from gisement.catalog.tables import read_yaml
from gisement.sources.demonstration.cells import UNREAD, Spelling, Texts
from gisement.sources.demonstration.faults import CREDIT_NOTE
from gisement.sources.demonstration.territory import FICTIVE, Buyer
from gisement.sources.demonstration.workbook import Cell, write_workbook
from gisement.sources.ledger.mapping import LedgerMapping, written

CHUNK = 200_000
NOTICE = "Données fictives, calibrées : territoire de démonstration"
TOTAL = f"TOTAL {FICTIVE}"
"""Under each part where a layout has totals: to be told from a payment."""
SHEET = "Mandats"
PES = "pes"
_PES_SPELLING = Spelling(".", "%Y-%m-%d", is_absolute=True)
_PES_FIELDS = (
    "order", "day", "account", "supplier_name", "siret", "postcode", "commune", "label", "ht", "tax", "contract",
)  # fmt: skip
_NAMESPACE = "http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller"
_ORDINARY, _CANCELLING = "01", "02"
_SIRET_KIND, _FIRM, _PERSON = "01", "50", "01"


@dataclass(frozen=True)
class Layout:
    """How a software lays out a ledger.

    A column has its header, the field that fills it, then the fields of a mapping that it stands for; `reading` is what
    else the mapping says.
    """

    columns: Mapping[str, list[str]]
    spelling: Spelling = field(default_factory=Spelling)
    delimiter: str = ";"
    encoding: str = "utf-8"
    is_workbook: bool = False
    has_title: bool = False
    has_totals: bool = False
    reading: Mapping[str, Any] = field(default_factory=dict)

    @property
    def mapped(self) -> dict[str, tuple[str, ...]]:
        """The headers of each field of a mapping."""
        found: dict[str, tuple[str, ...]] = {}
        for header, (_, *names) in self.columns.items():
            found |= {name: (*found.get(name, ()), header) for name in names}
        return found


@cache
def layouts() -> Mapping[str, Layout]:
    """The layouts, by the name that `catalog/demonstration/buyers.csv` gives."""
    return {name: msgspec.convert(layout, Layout) for name, layout in read_yaml("demonstration/layouts.yaml").items()}


def write_ledger(
    folder: Path, buyer: Buyer, texts: Texts, years: Sequence[int], *, workbooks: bool
) -> tuple[str, Path, Path]:
    """Write a buyer's ledger of these years and its mapping; a workbook becomes a CSV unless `workbooks`.

    The kind of the ledger and both paths come out. Of a PES flow, the mapping says the chart of accounts alone.
    """
    folder.mkdir(parents=True, exist_ok=True)
    kind = PES if buyer.layout == PES else "ledger"
    stem = folder / f"{'pes' if kind == PES else 'grand-livre'}-fictif-{buyer.identifier.replace('_', '-')}"
    reading: dict[str, Any] = {}
    if kind == PES:
        path = _write_pes(stem.with_suffix(".xml"), buyer, texts, years)
    else:
        layout = layouts()[str(buyer.layout)]
        reading = {"columns": layout.mapped, "decimal": layout.spelling.decimal, **layout.reading}
        if layout.is_workbook and workbooks:
            path = write_workbook(stem.with_suffix(".xlsx"), SHEET, _rows(layout, buyer, texts, years))
            reading |= {"sheet": SHEET, "header_line": 4}
        else:
            path = _write_csv(stem.with_suffix(".csv"), layout, buyer, texts, years)
            reading |= {"encoding": layout.encoding, "delimiter": layout.delimiter}
            reading["header_line"] = 3 if layout.has_title else 1
    mapping = LedgerMapping(buyer=buyer.siret, nomenclature=buyer.nomenclature, **reading)
    stem.with_suffix(".toml").write_text(written(mapping, [NOTICE]), encoding="utf-8")
    return kind, path, stem.with_suffix(".toml")


def _tables(layout: Layout, buyer: Buyer, texts: Texts, years: Sequence[int]) -> Iterator[pa.Table]:
    """The cells of each year, a part at a time: payments, then what is no purchase."""
    headers, names = list(layout.columns), [names[0] for names in layout.columns.values()]
    for year in years:
        places = texts.books.places(buyer, year)
        for first in range(0, len(places), CHUNK):
            part = places[first : first + CHUNK]
            yield pa.table([texts.of(part, layout.spelling, name) for name in names], names=headers)
        more = texts.others(buyer, year, layout.spelling)
        blank = pa.array([""] * len(more["year"]))
        yield pa.table([more.get(name, blank) for name in names], names=headers)


def _write_csv(path: Path, layout: Layout, buyer: Buyer, texts: Texts, years: Sequence[int]) -> Path:
    options = csv.WriteOptions(include_header=False, delimiter=layout.delimiter, quoting_style="needed")
    blanks = layout.delimiter * (len(layout.columns) - 1)
    title = [f"{NOTICE}{layout.delimiter}", f"{buyer.name}{layout.delimiter}"] if layout.has_title else []
    with path.open("wb") as file:
        for line in (*title, layout.delimiter.join(layout.columns)):
            file.write((line + "\n").encode(layout.encoding))
        for table in _tables(layout, buyer, texts, years):
            held = io.BytesIO()
            csv.write_csv(table, held, options)
            content = held.getvalue()
            file.write(
                content if layout.encoding == "utf-8" else content.decode("utf-8").encode(layout.encoding, "replace")
            )
            if layout.has_totals:
                file.write(f"{TOTAL}{blanks}\n".encode(layout.encoding))
    return path


def _rows(layout: Layout, buyer: Buyer, texts: Texts, years: Sequence[int]) -> Iterator[Sequence[Cell]]:
    """The lines of a workbook: amounts that are read are numbers."""
    yield from ((NOTICE,), (buyer.name,), (), list(layout.columns))
    money = [place for place, names in enumerate(layout.columns.values()) if names[0] in ("ht", "ttc", "tax")]
    for table in _tables(layout, buyer, texts, years):
        columns = [column.to_pylist() for column in table.columns]
        for place in money:
            columns[place] = [_number(text) for text in columns[place]]
        yield from zip(*columns, strict=True)
        if layout.has_totals:
            yield (TOTAL,)


def _number(text: str) -> Cell:
    with suppress(ValueError):
        return float(text.replace(",", "."))
    return text


def _write_pes(path: Path, buyer: Buyer, texts: Texts, years: Sequence[int]) -> Path:
    """Write the payments of these years as PES v2 expenditure flows (`PES_Aller`), one order of payments a month."""
    with path.open("w", encoding="iso-8859-1", errors="xmlcharrefreplace", newline="\n") as file:
        file.write(f'<?xml version="1.0" encoding="ISO-8859-1"?>\n<!-- {NOTICE} -->\n')
        file.write(f'<n:PES_Aller xmlns:n="{_NAMESPACE}"><EnTetePES><DteStr V="{years[-1]}-12-31"/>')
        file.write(f'<IdColl V="{buyer.siret}"/><CodBud V="00"/><LibelleColl V={quoteattr(buyer.name)}/></EnTetePES>\n')
        file.write("<PES_DepenseAller>\n")
        for year in years:
            for number, (kind, day, lines) in enumerate(_pes_orders(buyer, texts, year), 1):
                file.write(
                    f'<Bordereau><BlocBordereau><Exer V="{year}"/><IdBord V="{number}"/><DteBordEm V="{day}"/>'
                    f'<TypBord V="{kind}"/></BlocBordereau>\n{"".join(map(_pes_line, lines))}</Bordereau>\n'
                )
        file.write("</PES_DepenseAller></n:PES_Aller>\n")
    return path


def _pes_orders(buyer: Buyer, texts: Texts, year: int) -> Iterator[tuple[str, str, list[dict[str, Any]]]]:
    """Kind, day and lines of each order: one a month, those that cancel apart, what is no purchase at last."""
    books = texts.books
    places = books.places(buyer, year)
    is_credit = books.struck[CREDIT_NOTE][places]
    months = np.array(texts.of(places, Spelling(day="%m"), "day").to_pylist())
    persons = np.array([s.is_person for s in books.suppliers] + [False] * len(books.buyers))
    for month in np.unique(months):
        for kind, chosen in ((_ORDINARY, ~is_credit), (_CANCELLING, is_credit)):
            part = places[(months == month) & chosen]
            if len(part):
                table = pa.table({name: texts.of(part, _PES_SPELLING, name) for name in _PES_FIELDS})
                is_person = pa.array(persons[books.lines.supplier[part]])
                yield kind, f"{year}-{month}-28", table.append_column("is_person", is_person).to_pylist()
    yield _ORDINARY, f"{year}-12-28", pa.table(dict(texts.others(buyer, year, _PES_SPELLING))).to_pylist()


def _pes_line(line: Mapping[str, Any]) -> str:
    """One payment order line; an amount that cannot be read is a word, as elsewhere."""
    contract = line.get("contract")
    link = f"<LiensIdent><IdMarche V={quoteattr(contract)}/></LiensIdent>" if contract else ""
    tax = "" if line["tax"] == UNREAD else f'<MtTVA V="{line["tax"]}"/>'
    payee = f'<IdTiers V="{line["siret"]}"/><NatIdTiers V="{_SIRET_KIND}"/>' if line.get("siret") else ""
    return (
        f'<Piece><BlocPiece><InfoPce><IdPce V="{line["order"]}"/><NatPce V="01"/><Obj V={quoteattr(FICTIVE)}/>'
        f'</InfoPce></BlocPiece><LigneDePiece><BlocLignePiece><InfoLignePce><IdLigne V="1"/>'
        f'<Nature V="{line["account"]}"/>'
        f"<LibVir1 V={quoteattr(line['label'])}/><MtHT V={quoteattr(line['ht'])}/>{tax}</InfoLignePce>{link}"
        f'</BlocLignePiece><Tiers><InfoTiers>{payee}<CatTiers V="{_PERSON if line.get("is_person") else _FIRM}"/>'
        f"<Nom V={quoteattr(line['supplier_name'])}/></InfoTiers>"
        f'<Adresse><CP V="{line.get("postcode", "")}"/><Ville V={quoteattr(line.get("commune", ""))}/></Adresse>'
        "</Tiers></LigneDePiece></Piece>\n"
    )
