"""What random files found in the readers, each as its smallest case: a traceback, or a record lost without a word."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from pathlib import Path

import pytest

from gisement.sources.archives import expand
from gisement.terms import Trouble
from tests.sources.decp_samples import contract, read_rows, wrapped, write


@pytest.mark.parametrize("before", ["", "x"])
@pytest.mark.parametrize("field", ["modifications", "acheteur", "titulaires", "lieuExecution"])
def test_an_odd_record_with_accents_costs_only_itself(tmp_path: Path, field: str, before: str) -> None:
    """DuckDB quotes the record that it refuses, cut at a byte: half a letter made the whole file fail."""
    odd = contract(**{field: [before + "é" * 200, before + "é" * 200]})
    report, rows = read_rows(tmp_path, wrapped(contract(id="a"), odd, contract(id="b")))
    assert report.records == 3
    assert [rows[0]["id"], rows[2]["id"]] == ["a", "b"]


@pytest.mark.parametrize("odd", ["a\r\nb", "\x1b[31mrouge", "\u2028", "\u202eabc"])
def test_no_sentence_acts_on_a_terminal(tmp_path: Path, odd: str) -> None:
    _, rows = read_rows(tmp_path, [contract(), odd + "!"])
    told = [rows[1]["unreadable_reason"]]
    for name, content in (
        ("objet.json", json.dumps({odd: 1})),
        ("liste.json", json.dumps([{odd: 1}])),
        ("colonnes.csv", f'"{odd}";x\n1;2\n'),
    ):
        with pytest.raises(Trouble) as trouble:
            read_rows(tmp_path, content, name)
        told += [trouble.value.fr, trouble.value.en]
    report, _ = read_rows(tmp_path, wrapped(contract(**{odd: 1})), "champ.json")
    told += report.notes
    assert not [text for text in told if any(sign in text for sign in "\r\n\x1b\u2028\u202e")]


def test_a_zip_whose_directory_is_damaged_is_refused(tmp_path: Path) -> None:
    content = bytearray(packed({"a.json": b"[]"}))
    place = content.rindex(b"PK\x05\x06") + 16
    content[place : place + 4] = b"\xff\xff\xff\x7f"  # where the directory starts: before the file itself
    path = write(tmp_path, bytes(content), "lot.zip")
    with pytest.raises(Trouble, match=r"lot\.zip cannot be read"):
        list(expand(path, tmp_path))


@pytest.mark.parametrize("kind", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_whose_content_is_damaged_is_refused(tmp_path: Path, kind: int) -> None:
    content = bytearray(packed({"a.json": b"[" * 5000}, kind))
    middle = len(content) // 3
    content[middle : middle + 9] = b"\xff" * 9
    path = write(tmp_path, bytes(content), "lot.zip")
    with pytest.raises(Trouble, match=r"lot\.zip"):
        list(expand(path, tmp_path))


@pytest.mark.parametrize("entries", [{}, {".cache": b"x"}, {"dossier/": b""}])
def test_an_archive_without_a_file_is_told(tmp_path: Path, entries: dict[str, bytes]) -> None:
    with pytest.raises(Trouble, match="holds no file"):
        list(expand(write(tmp_path, packed(entries), "lot.zip"), tmp_path))


def test_a_bad_archive_costs_its_neighbours_nothing(tmp_path: Path) -> None:
    """In a folder, and in an archive of archives: all that is sound comes, then what is wrong."""
    bad = gzip.compress(b"abc" * 100)[:20]
    home = tmp_path / "files"
    home.mkdir()
    for name, content in (
        ("a.json", b"1"),
        ("b.gz", bad),
        ("c.zip", packed({"d.gz": bad, "e.json": b"2"})),
        ("f", b"3"),
    ):
        write(home, content, name)
    found: list[tuple[str, bytes]] = []

    def take() -> None:
        for name, path in expand(home, tmp_path):
            found.append((name, path.read_bytes()))

    with pytest.raises(Trouble) as trouble:
        take()
    assert found == [("a.json", b"1"), ("c.zip/e.json", b"2"), ("f", b"3")]
    assert "b.gz ne peut pas être lu" in trouble.value.fr
    assert "c.zip/d.gz ne peut pas être lu" in trouble.value.fr


def test_many_bad_files_are_told_in_bounded_words(tmp_path: Path) -> None:
    for number in range(40):
        write(tmp_path, b"PK\x03\x04", f"lot{number:02}.zip")
    with pytest.raises(Trouble) as trouble:
        list(expand(tmp_path, tmp_path))
    for told, last in (
        (trouble.value.fr, "Et 35 autres fichiers refusés."),
        (trouble.value.en, "And 35 more files refused."),
    ):
        *each, left = told.splitlines()
        assert [line.partition(" ")[0] for line in each] == [f"lot{number:02}.zip" for number in range(5)]
        assert left == last


def test_a_table_by_columns_has_the_rows_of_all_columns(tmp_path: Path) -> None:
    table = {"id": {"0": "a"}, "objet": {"0": "x", "1": "y"}, "montant": {"7": 3}}
    _, rows = read_rows(tmp_path, table)
    assert [(row["id"], row["objet"], row["montant"]) for row in rows] == [
        ("a", "x", None),
        (None, "y", None),
        (None, None, "3"),
    ]


def test_a_table_by_columns_written_by_python_is_no_single_contract(tmp_path: Path) -> None:
    table = {"id": {"0": "a", "1": "b"}, "objet": {"0": "x", "1": "y"}, "montant": {"0": float("nan"), "1": 2.5}}
    report, rows = read_rows(tmp_path, json.dumps(table))
    assert report.records == 2
    assert [(row["id"], row["montant"]) for row in rows] == [("a", None), ("b", "2.5")]


def test_an_invalid_letter_in_a_lone_object_is_no_traceback(tmp_path: Path) -> None:
    """In its first name, before anything tells that it is no table by columns."""
    first = "éééé".encode() + b"\xff"
    record = json.dumps({"first": {}, **contract()}, ensure_ascii=False).encode().replace(b"first", first)
    _, rows = read_rows(tmp_path, record)
    assert [row["id"] for row in rows] == [contract()["id"]]
    with pytest.raises(Trouble, match="no DECP contract"):
        read_rows(tmp_path, b'{"%b": {"%b": 1}}' % (first, first), "autre.json")


def test_a_list_of_contracts_under_another_name_is_told(tmp_path: Path) -> None:
    document = {"marches": {"marche": [contract()], "marché": [contract()], "autres": [1, 2], "$schema": ["objet"]}}
    report, _ = read_rows(tmp_path, document)
    assert report.records == 1
    (note,) = report.notes
    assert note.endswith("non reprises : marché.")
    with pytest.raises(Trouble, match="marché"):
        read_rows(tmp_path, {"marches": {"marché": [contract()], "contrat-concession": []}}, "autre.json")


def test_a_list_under_another_name_does_not_hide_what_comes_after(tmp_path: Path) -> None:
    document = {"marches": {"marché": [contract()], "contrat-concession": []}, "marche": [contract(id="a")]}
    report, rows = read_rows(tmp_path, document)
    assert [row["id"] for row in rows] == ["a"]
    assert len(report.notes) == 1


def test_xml_contracts_at_another_place_are_told(tmp_path: Path) -> None:
    one = "<marche><id>{}</id><objet>x</objet></marche>"
    inside = one.format(1) + f"<lot>{one.format(2)}</lot><marché><id>3</id></marché><date>2024</date>" + one.format(4)
    report, rows = read_rows(tmp_path, f"<marches>{inside}</marches>", "decp.xml")
    assert [row["id"] for row in rows] == ["1", "4"]
    (note,) = report.notes
    assert all(told in note for told in ("marche (1)", "lot (1)", "marché (1)"))
    with pytest.raises(Trouble, match="lot"):
        read_rows(tmp_path, f"<marches><lot>{one.format(2)}</lot></marches>", "autre.xml")


def packed(entries: dict[str, bytes], kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", kind) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return out.getvalue()
