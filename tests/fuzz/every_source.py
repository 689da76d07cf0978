"""A sound file of every kind that `add` takes, small enough to be read over and over, and ways to spoil it."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import xlsxwriter
from hypothesis import strategies as st

from gisement.catalog.file_kinds import file_template, template_kinds
from gisement.sources.ledger.mapping import read_mapping
from gisement.sources.ledger.prepare import prepare_ledger
from tests import mixed_files
from tests.fuzz.damage import Draw, damaged, packed
from tests.fuzz.material import LARGEST_SEED, ODD_TEXTS, Content, as_parquet
from tests.sources import io_tables
from tests.tiny import tiny

LINES_OF_A_SEED = 25
TABLES = (".csv", ".txt")
ODS = "application/vnd.oasis.opendocument.spreadsheet"
MANIFEST = (
    '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{ODS}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
)


@dataclass(frozen=True)
class Seed:
    """A file to spoil: its name, content, and the mapping that its ledger needs, if any."""

    name: str
    data: Content
    mapping: Path | None = None


def seeds(folder: Path) -> dict[str, list[Seed]]:
    """At least one file of every kind: those of other tests, and those of the demonstration, cut to their first lines."""
    found: dict[str, list[Seed]] = {}

    def keep(kind: str, path: Path, mapping: Path | None = None) -> None:
        found.setdefault(kind, []).append(Seed(path.name, Content(_short(path)), mapping))

    for kind, paths in mixed_files.write(folder / "mixed").items():
        for path in paths:
            keep(kind, path)
    for file in tiny().files:
        if file.kind != "decp" and file.path.suffix != ".xlsx":
            keep(file.kind, file.path, file.mapping)
    for kind, path in _others(folder).items():
        keep(kind, path)
    for kind in set(template_kinds()) - set(found):
        template = folder / f"{kind}.csv"
        template.write_text(file_template(kind), encoding="utf-8")
        keep(kind, template)
    ledger = next(file for file in tiny().files if file.kind == "ledger" and file.path.suffix == ".csv")
    prepare_ledger(ledger.path, folder / "masque.csv", read_mapping(ledger.mapping) if ledger.mapping else None)
    keep("ledger", folder / "masque.csv")
    return found


def _others(folder: Path) -> Mapping[str, Path]:
    """Kinds that no other test keeps as a file."""
    labels = folder / "labels.csv"
    labels.write_text("cpv;libelle\n45000000-7;Travaux inventés\n33600000;Médicaments inventés\n", encoding="utf-8")
    (folder / "total").mkdir()
    return {
        "cpv-labels": labels,
        "io-table": io_tables.marked(folder),
        "io-table-total": io_tables.wide(folder / "total", total=True),
    }


def _short(path: Path) -> bytes:
    data = path.read_bytes()
    if path.suffix in TABLES and len(data) > LARGEST_SEED // 10:
        return b"\n".join(data.split(b"\n")[:LINES_OF_A_SEED]) + b"\n"
    if path.suffix == ".xml" and len(data) > LARGEST_SEED:
        lines = re.split(rb"(?=<LigneBudg)", data)
        return data if len(lines) < 3 else _cut_pes(data)
    return data


def _cut_pes(data: bytes) -> bytes:
    """The first bordereau of a PES, with what stands around it."""
    parts = re.findall(rb"<Bordereau>.*?</Bordereau>", data, re.S)
    return data if not parts else data[: data.index(parts[0])] + parts[0] + data[data.rindex(b"</Bordereau>") + 12 :]


# --- ways to spoil ------------------------------------------------------------------------------------------


@st.composite
def spoilt(draw: Draw, seed: Seed) -> tuple[str, Content]:
    """A name and the bytes of the file: damaged, with odd cells, or in another container."""
    ways = [_by_bytes, _by_bytes, _misnamed, _in_an_archive]
    if Path(seed.name).suffix in TABLES:
        ways += [_by_cells, _by_cells, _as_workbook, _as_ods, _as_parquet]
    elif Path(seed.name).suffix in (".toml", ".md", ".xml", ".json"):
        ways += [_by_words, _by_words]
    name, data = draw(st.sampled_from(ways))(draw, seed)
    return name, Content(data)


@st.composite
def spoilt_text(draw: Draw, seed: Seed) -> bytes:
    """The bytes of a text that people write: damaged, or with odd words."""
    _, data = draw(st.sampled_from([_by_bytes, _by_words, _by_words]))(draw, seed)
    return Content(data)


def _by_bytes(draw: Draw, seed: Seed) -> tuple[str, bytes]:
    return seed.name, draw(damaged(seed.data))


def _misnamed(draw: Draw, seed: Seed) -> tuple[str, bytes]:
    ends = [".csv", ".xlsx", ".ods", ".xml", ".json", ".zip", ".gz", ".parquet", ".toml", ".md", "", ".xls"]
    return Path(seed.name).stem + draw(st.sampled_from(ends)), seed.data


def _in_an_archive(draw: Draw, seed: Seed) -> tuple[str, bytes]:
    name, data = draw(packed(seed.name, seed.data))
    return name, data


def _as_parquet(draw: Draw, seed: Seed) -> tuple[str, bytes]:
    """The same cells as Parquet, all of them texts, which may itself be damaged."""
    (names, *rows), _ = _grid(draw, seed)
    held = [dict(zip(names, row, strict=False)) for row in rows]
    data = as_parquet([{_sound(name): _sound(cell) for name, cell in row.items()} for row in held])
    return f"{Path(seed.name).stem}.parquet", draw(damaged(data)) if draw(st.booleans()) else data


def spoilt_inside(draw: Draw, data: bytes) -> bytes:
    """A workbook of which one part is damaged, and packed again."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as whole, zipfile.ZipFile(out, "w") as archive:
        chosen = draw(st.sampled_from(whole.namelist()))
        for name in whole.namelist():
            part = whole.read(name)
            archive.writestr(name, draw(damaged(part)) if name == chosen else part)
    return out.getvalue()


def _perhaps(draw: Draw, data: bytes) -> bytes:
    """A workbook, sound or not."""
    found: bytes = draw(st.sampled_from([_as_it_is, _as_it_is, _damaged, spoilt_inside]))(draw, data)
    return found


def _as_it_is(_: Draw, data: bytes) -> bytes:
    return data


def _damaged(draw: Draw, data: bytes) -> bytes:
    found: bytes = draw(damaged(data))
    return found


def _by_words(draw: Draw, seed: Seed) -> tuple[str, bytes]:
    """Some of the words of a text become others."""
    text = seed.data.decode("utf-8", "replace")
    for _ in range(draw(st.integers(1, 4))):
        words = list(re.finditer(r"[\w.-]+", text))
        if words:
            held = draw(st.sampled_from(words))
            text = text[: held.start()] + draw(_cells) + text[held.end() :]
    return seed.name, text.encode("utf-8", "replace")


_cells = st.sampled_from(ODD_TEXTS) | st.text(max_size=12) | st.integers().map(str) | st.floats().map(str)


def _grid(draw: Draw, seed: Seed) -> tuple[list[list[str]], str]:
    """The cells of a table, some of them odd, some lines or columns gone, doubled or moved; and its separator."""
    text = seed.data.decode("utf-8-sig", "replace")
    sign = max(";,\t", key=text.partition("\n")[0].count)
    rows = [list(row) for row in csv.reader(io.StringIO(text), delimiter=sign)] or [[""]]
    for _ in range(draw(st.integers(1, 5))):
        at = draw(st.integers(0, len(rows) - 1))
        draw(st.sampled_from(_CHANGES))(draw, rows, at)
    return rows, sign


def _odd_cell(draw: Draw, rows: list[list[str]], at: int) -> None:
    if rows[at]:
        rows[at][draw(st.integers(0, len(rows[at]) - 1))] = draw(_cells)


def _odd_header(draw: Draw, rows: list[list[str]], _: int) -> None:
    _odd_cell(draw, rows, 0)


def _doubled(draw: Draw, rows: list[list[str]], at: int) -> None:
    rows.insert(draw(st.integers(0, len(rows))), list(rows[at]))


def _gone(_: Draw, rows: list[list[str]], at: int) -> None:
    if len(rows) > 1:
        del rows[at]


def _short_line(draw: Draw, rows: list[list[str]], at: int) -> None:
    rows[at] = rows[at][: draw(st.integers(0, len(rows[at])))] * draw(st.integers(1, 2))


def _swapped(draw: Draw, rows: list[list[str]], _: int) -> None:
    """Two columns change places, their headings do not."""
    width = min(len(row) for row in rows)
    if width > 1:
        one, other = draw(st.integers(0, width - 1)), draw(st.integers(0, width - 1))
        for row in rows[1:]:
            row[one], row[other] = row[other], row[one]


_CHANGES = (_odd_cell, _odd_cell, _odd_cell, _odd_header, _doubled, _gone, _short_line, _swapped)


def _by_cells(draw: Draw, seed: Seed) -> tuple[str, bytes]:
    rows, sign = _grid(draw, seed)
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=sign, lineterminator="\n").writerows(rows)
    return seed.name, out.getvalue().encode("utf-8", "replace")


def _as_workbook(draw: Draw, seed: Seed) -> tuple[str, bytes]:
    """The same cells in a workbook, numbers as numbers, which may itself be damaged."""
    rows, _ = _grid(draw, seed)
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_numbers": True, "nan_inf_to_errors": True}) as book:
        book.set_properties({"created": datetime(2026, 1, 1, tzinfo=UTC)})  # else the bytes are those of the second
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            for column, cell in enumerate(row[:1000]):
                sheet.write(number, column, _sound(cell)[:32_000])
    return f"{Path(seed.name).stem}.xlsx", _perhaps(draw, out.getvalue())


def _as_ods(draw: Draw, seed: Seed) -> tuple[str, bytes]:
    """The same cells as OpenDocument, which may itself be damaged."""
    rows, _ = _grid(draw, seed)
    cells = [
        "".join(f"<table:table-cell><text:p>{escape(_sound(cell))}</text:p></table:table-cell>" for cell in row)
        for row in rows
    ]
    lines = "".join(f"<table:table-row>{line}</table:table-row>" for line in cells)
    names = ("office", "table", "text")
    spaces = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in names)
    content = f'<?xml version="1.0"?><office:document-content {spaces}><office:body><office:spreadsheet>'
    content += f'<table:table table:name="A">{lines}</table:table></office:spreadsheet></office:body>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", ODS)
        archive.writestr("META-INF/manifest.xml", MANIFEST)  # without which no reader opens it
        archive.writestr("content.xml", content + "</office:document-content>")
    return f"{Path(seed.name).stem}.ods", _perhaps(draw, out.getvalue())


def _sound(text: Any) -> str:
    """A text that XML may hold."""
    return re.sub("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", str(text))
