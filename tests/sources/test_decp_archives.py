"""Files, folders and archives: what is read, under which name, and what is refused."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import pytest

from gisement.sources import archives
from gisement.sources.archives import expand
from gisement.sources.decp import recognise
from gisement.terms import Trouble


def packed(entries: dict[str, bytes]) -> bytes:
    """A zip of these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def found(path: Path, folder: Path) -> dict[str, bytes]:
    """What `expand` yields: name and content."""
    folder.mkdir(exist_ok=True)
    return {name: real.read_bytes() for name, real in expand(path, folder)}


def test_a_file_and_a_folder(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "b").mkdir(parents=True)
    (home / "b" / "2.json").write_bytes(b"2")
    (home / "a.json").write_bytes(b"1")
    (home / ".cache").write_bytes(b"x")
    assert found(home / "a.json", tmp_path / "w") == {"a.json": b"1"}
    assert list(found(home, tmp_path / "w")) == ["a.json", "b/2.json"]


def test_links_out_of_a_folder_are_not_followed(tmp_path: Path) -> None:
    home, other = tmp_path / "home", tmp_path / "other"
    home.mkdir()
    other.mkdir()
    (other / "secret.json").write_bytes(b"x")
    (home / "file.json").symlink_to(other / "secret.json")
    (home / "folder").symlink_to(other)
    (home / "loop").symlink_to(home)
    assert found(home, tmp_path / "w") == {}


def test_zip_gzip_and_one_in_the_other(tmp_path: Path) -> None:
    path = tmp_path / "lot.zip"
    path.write_bytes(packed({"b.json.gz": gzip.compress(b"2"), "a/1.json": b"1", "__MACOSX/._a": b"x"}))
    assert found(path, tmp_path / "w") == {"lot.zip/a/1.json": b"1", "lot.zip/b.json": b"2"}
    path = tmp_path / "x.json.gz"
    path.write_bytes(gzip.compress(b"3"))
    assert found(path, tmp_path / "w") == {"x.json": b"3"}


@pytest.mark.parametrize("name", ["../x.json", "/etc/x.json", "a/../../x.json", "..\\x.json", "C:\\x.json"])
def test_a_path_out_of_the_archive_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "lot.zip"
    path.write_bytes(packed({name: b"x"}))
    with pytest.raises(Trouble, match="leaves the archive"):
        found(path, tmp_path / "w")


def test_bombs_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "_ALWAYS_FREE", 1000)
    bomb = b"0" * 5_000_000
    for name, content in (("b.gz", gzip.compress(bomb)), ("b.zip", packed({"x": bomb}))):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(Trouble, match="bomb"):
            found(path, tmp_path / "w")
    monkeypatch.setattr(archives, "MOST_FILES", 2)
    path = tmp_path / "many.zip"
    path.write_bytes(packed({str(number): b"" for number in range(5)}))
    with pytest.raises(Trouble, match="more than 2 files"):
        found(path, tmp_path / "w")


def test_the_size_of_all_files_together_is_bounded(tmp_path: Path) -> None:
    path = tmp_path / "lot.zip"
    path.write_bytes(packed({"a": b"123456", "b": b"123456"}))
    budget = archives._Budget(tmp_path, room=10)
    with pytest.raises(Trouble, match="unreasonable size"):
        list(archives._file("lot.zip", path, budget, depth=0))


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04 abime",
        gzip.compress(b"abc" * 100)[:20],
        b"\x1f\x8b\x08",
        packed({"[Content_Types].xml": b""}),
    ],
)
def test_broken_archives_and_workbooks_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x"
    path.write_bytes(content)
    with pytest.raises(Trouble):
        found(path, tmp_path / "w")


def test_an_absent_path_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="neither"):
        found(tmp_path / "absent", tmp_path / "w")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b" \n{}", "json"),
        (b"[{}]", "json"),
        ("﻿{}".encode("utf-16-le"), "json"),
        (b"<?xml version='1.0'?><a/>", "xml"),
        (b"id;objet\n", "csv"),
        (b'"A","{\'id\': 1}"\n', "csv"),
        (b"PAR1xxxx", "parquet"),
    ],
)
def test_formats_are_recognised_by_content(tmp_path: Path, content: bytes, kind: str) -> None:
    path = tmp_path / "fichier.txt"
    path.write_bytes(content)
    assert recognise(path) == kind


@pytest.mark.parametrize("content", [b"", b" \n\t ", b"%PDF-1.4", b"PK\x03\x04"])
def test_what_is_no_table_nor_document_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "fichier.json"
    path.write_bytes(content)
    with pytest.raises(Trouble):
        recognise(path)
