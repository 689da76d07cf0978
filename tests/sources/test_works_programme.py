"""Programmes of works: what is read of a line, what is refused and how it is told, what everyone sees of it."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from gisement.catalog.file_kinds import file_template
from gisement.sources.partners.works_programme import read_works_programme
from gisement.terms import Trouble

HEAD = "acheteur;operation;segment;consultation;montant_ht;attentes;diffusion"


def read(folder: Path, *lines: str) -> list[dict[str, object]]:
    """The rows that a file of these lines gives."""
    source, target = folder / "works.csv", folder / "works.parquet"
    source.write_text("\n".join((HEAD, *lines)), encoding="cp1252")
    assert read_works_programme(source, target).records == len(lines)
    found: list[dict[str, object]] = pq.read_table(target).to_pylist()
    return found


def test_a_line_is_read_as_people_write_it(tmp_path: Path) -> None:
    rows = read(
        tmp_path, "218 601 946;École;works_joinery;03/2027;1 200 000,50 €;bois;Public",
        "21860194600013;École;works_joinery;2027;;;",
    )  # fmt: skip
    assert [row["planned_call_date"] for row in rows] == ["2027-03-01", "2027-01-01"]
    assert [row["estimate_cents"] for row in rows] == [120_000_050, None]
    assert [row["is_public"] for row in rows] == [True, False], "nothing said is for partners alone"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("12;École;works_joinery;2027;;;", "SIRET"),
        ("218601946;;works_joinery;2027;;;", "opération"),
        ("218601946;École;fenêtres;2027;;;", "segment"),
        ("218601946;École;works_joinery;bientôt;;;", "mois"),
        ("218601946;École;works_joinery;2027;-5;;", "montant"),
        ("218601946;École;works_joinery;2027;5;;peut-être", "partenaires"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(line: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(Trouble) as trouble:
        read(tmp_path, line)
    assert "Ligne 2" in trouble.value.fr
    assert told in trouble.value.fr


def test_a_missing_column_is_named_and_the_template_is_read(tmp_path: Path) -> None:
    source = tmp_path / "works.csv"
    source.write_text("acheteur;operation\n218601946;École", encoding="utf-8")
    with pytest.raises(Trouble, match="segment"):
        read_works_programme(source, tmp_path / "x.parquet")
    source.write_text(file_template("works-programme"), encoding="utf-8")
    assert read_works_programme(source, tmp_path / "x.parquet").records == 4


@pytest.mark.parametrize("text", ["", "\n\n", '"', ";;\n;", "a\x00b"])
def test_a_file_without_a_header_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "works.csv").write_text(text, encoding="utf-8")
    with pytest.raises(Trouble, match="no CSV"):
        read_works_programme(tmp_path / "works.csv", tmp_path / "works.parquet")
