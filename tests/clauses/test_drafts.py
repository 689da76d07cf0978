"""Drafts as files: TXT, DOCX and PDF are read, anything else is refused in one sentence; exit status of `clauses lint`."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from gisement.sources.consultation import read_text
from gisement.terms import Trouble
from tests.commands import gisement

UNLAWFUL = "Critère 3 : proximité géographique du candidat (10 points)."
LAWFUL = "Le titulaire trie les déchets et remet les bordereaux de suivi."
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def docx(path: Path, *paragraphs: str) -> Path:
    """A small document: each paragraph in two runs, and a table with one cell."""
    told = "".join(
        f"<w:p><w:r><w:t>{text[:7]}</w:t></w:r><w:r><w:delText>ôté</w:delText></w:r><w:r><w:t>{text[7:]}</w:t></w:r></w:p>"
        for text in paragraphs
    )
    table = "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Prix : 60 %</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "word/document.xml", f'<w:document xmlns:w="{WORD}"><w:body>{told}{table}</w:body></w:document>'
        )
    return path


def pdf(path: Path, text: str) -> Path:
    """The smallest PDF that holds a line of text."""
    stream = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode("cp1252")
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    content, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(content))
        content += b"%d 0 obj%s endobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    content += b"xref\n0 6\n0000000000 65535 f \n%strailer<</Root 1 0 R/Size 6>>\nstartxref\n" % table
    path.write_bytes(content + b"%d\n%%%%EOF" % (len(content) - len(b"xref\n0 6\n0000000000 65535 f \n" + table) - 44))
    return path


def test_text_is_read_in_the_usual_encodings(tmp_path: Path) -> None:
    for name, encoding in (("a", "utf-8"), ("b", "utf-8-sig"), ("c", "cp1252"), ("d", "utf-16")):
        path = tmp_path / f"{name}.txt"
        path.write_bytes(UNLAWFUL.encode(encoding))
        assert read_text(path) == UNLAWFUL


def test_a_word_document_is_read_with_its_tables_and_without_what_was_deleted(tmp_path: Path) -> None:
    assert read_text(docx(tmp_path / "a.docx", UNLAWFUL, LAWFUL)).splitlines() == [UNLAWFUL, LAWFUL, "Prix : 60 %"]


def test_a_pdf_with_text_is_read(tmp_path: Path) -> None:
    assert UNLAWFUL.split("(")[0].strip() in read_text(pdf(tmp_path / "a.pdf", UNLAWFUL.split("(")[0]))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.odt", b"x", "n'est pas d'un genre lu ici"),
        ("a.docx", b"not a zip", "ne se lit pas"),
        ("a.pdf", b"not a pdf", "ne se lit pas"),
        ("a.txt", b"  \n", "ne contient pas de texte"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_sentence(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(Trouble) as refused:
        read_text(path)
    assert said in refused.value.fr
    assert "\n" not in refused.value.fr
    assert refused.value.fr.startswith(name)


def test_an_absent_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="does not exist"):
        read_text(tmp_path / "nowhere.txt")


def test_a_folder_and_a_damaged_file_get_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\n\x00\x01\x02")
    for path, told in ((tmp_path, "est un dossier"), (tmp_path / "a.pdf", "ne se lit pas")):
        done = gisement("clauses", "lint", path)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
        assert told in done.stderr


def test_the_command_ends_with_1_where_something_is_unlawful_only(tmp_path: Path) -> None:
    found = gisement("clauses", "lint", docx(tmp_path / "a.docx", UNLAWFUL), "--format", "json")
    told = json.loads(found.stdout)
    assert (found.returncode, told["unlawful"], told["file"]) == (1, 1, "a.docx")
    assert told["points"][0]["passage"] == UNLAWFUL
    assert {"rule", "severity", "passage", "reason", "legal_basis", "wording"} <= set(told["points"][0])
    path = tmp_path / "b.txt"
    path.write_text(LAWFUL, encoding="utf-8")
    fine = gisement("clauses", "lint", path)
    assert fine.returncode == 0
    assert "Points illicites : 0" in fine.stdout.replace("\u00a0", " ")
    absent = gisement("clauses", "lint", tmp_path / "c.txt")
    assert (absent.returncode, absent.stdout) == (2, "")


def test_the_lint_speaks_english(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(UNLAWFUL, encoding="utf-8")
    found = gisement("--lang", "en", "clauses", "lint", path)
    assert found.returncode == 1
    assert "Unlawful, line 1" in found.stdout


def test_bytes_named_as_a_text_are_refused(tmp_path: Path) -> None:
    """Five thousand random bytes were read, and no unlawful point found in them."""
    path = tmp_path / "a.txt"
    path.write_bytes(bytes(range(256)) * 20)
    with pytest.raises(Trouble, match="is no text"):
        read_text(path)
