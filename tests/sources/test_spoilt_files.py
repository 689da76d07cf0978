"""One file for each kind of fault below the readers: a sentence that a user can act on, or the line left out.

Found by random files (`make fuzz`), or by reading what the libraries raise on spoilt bytes.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from gisement.models.titles.storage import TABLE
from gisement.pipeline import SOURCES
from gisement.sources.consultation import read_text
from gisement.sources.ledger.opening import Workbook
from gisement.sources.published_file import published
from gisement.store.unreadable import table_told
from gisement.terms import Reading, Trouble

HUGE = "9" * 5000
"""More digits than Python reads as a number."""
SHEET = (
    '---\ntitre: "Une clause"\ndate: {}\nsegment: cleaning_services\nacheteur: "218601946"\nmarches: {}\n---\nTexte.\n'
)
TARGET = '[[target]]\nname = "a"\nindicator = "social_consideration_count_share"\nyear = 2026\nvalue = {}\n'
HOURS = "acheteur,marche,public,heures_prevues,heures_realisees,personnes,echeance,situation\n20006985400013,1,RSA,1,1,{},,2025-12-31\n"
FIGARO = "refArea,rowPi,counterpartArea,colPi,obsValue\nFR,A01,FR,A01,{}\nFR,A02,FR,A02,1\n"
EUROSTAT = "prd_ava,prd_use,stk_flow,unit,geo,TIME_PERIOD,OBS_VALUE\nA01,A01,TOTAL,MIO_EUR,FR,2021,{}\nA02,A02,TOTAL\n"


def parquet(**columns: Any) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


REGISTER = parquet(siret=["21860194600013"] * 9, codeCommuneEtablissement=["86194"] * 9)
MODEL = io.BytesIO()
pq.write_table(pa.Table.from_pylist([{"part": "allowed", "shape": [3], "numbers": [1.0]}], TABLE), MODEL)


def read(kind: str, folder: Path, name: str, content: str | bytes) -> tuple[Reading, Mapping[str, Path]]:
    """Read a file as `add` does."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    targets = {table: folder / f"{table}.parquet" for table in SOURCES[kind].raw_tables}
    with table_told(name):
        return SOURCES[kind].read(path, targets, name), targets


@pytest.mark.parametrize(
    ("kind", "name", "content", "told"),
    [
        ("sirene", "a.parquet", REGISTER[:-40] + REGISTER[-20:], "ne se lit pas comme un tableau"),
        ("sirene", "a.parquet", REGISTER.replace(b"21860194600013", b"2186019460001\xff"), "ne se lit pas comme un tableau"),
        ("sirene", "a.json", f'{{"siren": {HUGE}}}', "n'est pas une réponse"),
        ("sirene", "a.json", '{"results": [{"siren": "1", "siege": 5}]}', "n'est pas une réponse"),
        ("organic-operators", "a.json", '{"items": [{"numeroBio": 1, "productions": [5]}]}', "Agence Bio"),
        ("organic-operators", "a.json", '{"numeroBio": "\\ud800"}', "une moitié de lettre"),
        ("insertion-hours", "a.csv", HOURS.format(HUGE), "n'est pas un nombre de personnes"),
        ("employment", "emploi_2021.csv", "activity;jobs\n41;1e999\n", "n'est pas un tableau d'emploi"),
        ("target", "a.toml", "target = [1]", "une table [[target]] est attendu"),
        ("target", "a.toml", TARGET.format("[1]"), "un nombre"),
        ("target", "a.toml", TARGET.format("nan"), "un nombre"),
        ("target", "a.toml", TARGET.format("2026-01-01"), "un nombre"),
        ("target", "a.toml", TARGET.format(HUGE), "un nombre de milliers de chiffres"),
        ("target", "a.toml", '[[target]]\n"a\\nb" = 1\n', "champ inconnu"),
        ("scenario", "a.toml", 'name = "a"\nlever = [1]\n', "une table [[lever]]"),
        ("scenario", "a.toml", 'name = "a"\n[[lever]]\nkind = "sme"\nsegment = []\n', "segment"),
        ("experience", "a.md", SHEET.format("2026-02-30", "[]"), "ne commence pas par un en-tête"),
        ("experience", "a.md", SHEET.format("2026-01-30", "[&a [x, x], [*a, *a]]"), "un texte ou une liste de textes"),
        ("io-table", "figaro_2021.csv", FIGARO.format("abc"), "« abc » n'est pas un montant"),
        ("io-table", "figaro_2021.csv", FIGARO.format("1e999"), "n'est pas un montant"),
        ("io-table", "naio_2021.csv", EUROSTAT.format("nan"), "n'est pas un montant"),
        ("io-table", "naio_2021.csv", EUROSTAT.format("1"), "n'est pas un tableau entrées-sorties connu"),
        ("title-model", "a.parquet", MODEL.getvalue(), "n'est pas lisible"),
        ("egalim", "a.csv", 'siret,description\n1,"a\nb"\n', "il manque la colonne"),
    ],
)  # fmt: skip
def test_a_spoilt_file_is_refused_in_one_sentence(
    tmp_path: Path, kind: str, name: str, content: str | bytes, told: str
) -> None:
    with pytest.raises(Trouble) as refused:
        read(kind, tmp_path, name, content)
    assert told in refused.value.fr
    assert "\n" not in refused.value.fr
    assert refused.value.fr.endswith(".")


def test_what_one_line_holds_costs_that_line(tmp_path: Path) -> None:
    jobs = "activity;jobs;year\n41;3;2021\n42;inf;2021\n43;2;²²²²\n"
    reading, _ = read("employment", tmp_path, "emploi.csv", jobs)
    assert (reading.records, reading.unreadable) == (3, 1)
    half = json.dumps([{"siret": "21860194600013", "kind": "EI"}, {"siret": "\ud800", "kind": "\udfff"}])
    reading, _ = read("inclusion", tmp_path, "a.json", half)
    assert (reading.records, reading.unreadable) == (2, 1)


def test_a_folder_may_hold_an_apostrophe(tmp_path: Path) -> None:
    folder = tmp_path / "l'observatoire"
    folder.mkdir()
    reading, targets = read("correction", folder, "a.csv", "table,key,column,old_value,new_value,reason,author,date\n")
    assert (reading.records, targets["raw_correction"].is_file()) == (0, True)


def test_a_zip_of_a_table_without_lines_or_cut_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a.csv", "siret;kind")
    whole = path.read_bytes()
    for content in (whole, whole[:50] + whole[60:]):
        path.write_bytes(content)
        with pytest.raises(Trouble), table_told("a.zip"), published(duckdb.connect(), path):
            pass


def test_a_cell_at_the_end_of_a_sheet_does_not_end_the_program(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "Compte")
        sheet.write(1_048_575, 16_383, "égaré")
    with pytest.raises(Trouble, match="too much memory or time"):
        Workbook(path, "a.xlsx")


def test_a_workbook_of_the_old_kind_that_was_cut_is_refused(tmp_path: Path) -> None:
    """Its reader panics: that is no Exception, and would end a server."""
    path = tmp_path / "a.xls"
    directory = b"\xfe\xff\xff\xff" * 128
    path.write_bytes(OLE_HEADER + directory + b"R\0o\0o\0t\0" + bytes(100))
    with pytest.raises(Trouble, match="is no readable workbook"):
        Workbook(path, "a.xls")


OLE_HEADER = (
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + b"\x3e\0\x03\0\xfe\xff\x09\0\x06\0" + bytes(10)
    + (1).to_bytes(4, "little") + (1).to_bytes(4, "little") + bytes(4) + (4096).to_bytes(4, "little")
    + b"\xfe\xff\xff\xff" + bytes(4) + b"\xfe\xff\xff\xff" + bytes(4) + (0).to_bytes(4, "little") + b"\xff" * 432
)  # fmt: skip
"""Of a compound file: one sector of allocations (the first), then the directory."""


def test_a_lack_of_memory_is_told_as_such_and_a_full_disk_is_left_to_who_knows_it() -> None:
    connection = duckdb.connect(config={"memory_limit": "1MB", "temp_directory": ""})
    with pytest.raises(Trouble) as refused, table_told("a.csv"):
        connection.execute("SELECT i FROM range(10000000) t(i) ORDER BY hash(i)").fetchall()
    assert refused.value.fr.startswith("a.csv : la mémoire ne suffit pas")
    with pytest.raises(duckdb.IOException), table_told("a.csv"):
        raise duckdb.IOException("IO Error: Could not write file: No space left on device")


@pytest.mark.parametrize("name", ["a.docx", "a.pdf"])
def test_a_spoilt_draft_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", "<a>" + "texte " * 100 + "</a>")
    data = bytearray(path.read_bytes())
    data[60:64] = b"\xff\xff\xff\xff"
    path.write_bytes(bytes(data))
    with pytest.raises(Trouble, match="cannot be read"):
        read_text(path)
