"""A workbook (XLSX) of one sheet, written so that the same rows give the same parts."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from string import ascii_uppercase
from xml.sax.saxutils import escape

Cell = str | float | None
BLOCK = 500
"""Rows compressed at a time: one by one they take twice as long."""
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def write_workbook(path: Path, sheet: str, rows: Iterable[Sequence[Cell]]) -> Path:
    """Write rows of texts and numbers; an empty text or None leaves the cell out."""
    texts: dict[str, int] = {}
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        with book.open(_part("xl/worksheets/sheet1.xml"), "w", force_zip64=True) as part:
            part.write(f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
            lines = (_row(number, row, texts) for number, row in enumerate(rows, 1))
            while block := "".join(islice(lines, BLOCK)):
                part.write(block.encode())
            part.write(b"</sheetData></worksheet>")
        for name, content in _around(sheet, texts).items():
            book.writestr(_part(name), (_HEAD + content).encode())
    return path


def _part(name: str) -> zipfile.ZipInfo:
    part = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    part.compress_type = zipfile.ZIP_DEFLATED
    return part


def _row(number: int, row: Sequence[Cell], texts: dict[str, int]) -> str:
    cells = []
    for letter, cell in zip(ascii_uppercase, row, strict=False):
        if type(cell) is str:
            if cell:
                cells.append(f'<c r="{letter}{number}" t="s"><v>{texts.setdefault(cell, len(texts))}</v></c>')
        elif cell is not None:
            cells.append(f'<c r="{letter}{number}"><v>{cell}</v></c>')
    return f'<row r="{number}">{"".join(cells)}</row>'


def _around(sheet: str, texts: Iterable[str]) -> dict[str, str]:
    """The other parts: shared texts, the book, and what relates them."""
    held = "".join(f"<si><t>{escape(text)}</t></si>" for text in texts)
    kinds = {"/xl/workbook.xml": "sheet.main", "/xl/worksheets/sheet1.xml": "worksheet"}
    kinds["/xl/sharedStrings.xml"] = "sharedStrings"
    told = "".join(f'<Override PartName="{name}" ContentType="{_KIND}.{kind}+xml"/>' for name, kind in kinds.items())
    relations = f'<Relationships xmlns="{_PACKAGE}/relationships">'
    plain = "application/vnd.openxmlformats-package.relationships+xml"
    return {
        "xl/sharedStrings.xml": f'<sst xmlns="{_MAIN}">{held}</sst>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        f'<sheet name="{escape(sheet)}" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{relations}<Relationship Id="rId1" Type="{_OFFICE}/worksheet" '
        f'Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="{_OFFICE}/sharedStrings" '
        'Target="sharedStrings.xml"/></Relationships>',
        "_rels/.rels": f'{relations}<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        f'ContentType="{plain}"/>{told}</Types>',
    }
