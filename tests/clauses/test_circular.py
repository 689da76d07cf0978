"""Circular purchases: shares computed by hand, what is not known in the bounds, units never mixed, files refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gisement.studies.circular import least_rate
from tests.commands import gisement

HEADER = "acheteur;annee;famille;origine;montant_ht;quantite;unite"
TOWN = "21860194600013"
LINES = (
    f"{TOWN};2025;Mobilier;Réemploi;12 500,00;85;pièces",
    f"{TOWN};2025;Mobilier;matières recyclées;8000;40;pièces",
    f"{TOWN};2025;Mobilier;neuf;41000;210;pièces",
    f"{TOWN};2025;Mobilier;origine inconnue;3500;;",
    f"{TOWN};2025;Textiles;reconditionné;100;3;kg",
    f"{TOWN};2025;Textiles;reconditionné;50;2;pièces",
    f"{TOWN};2025;Textiles;neuf;;1;pièces",
    "200069854;2025;Mobilier;bois certifié;1000;2;m3",
)


def added(folder: Path, lines: tuple[str, ...], header: str = HEADER) -> Any:
    path = folder / "matter.csv"
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    workspace = folder / "w"
    assert gisement("init", "--territory", "epci:200069854", workspace=workspace).returncode == 0
    return gisement("add", "circular", str(path), workspace=workspace)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with such a file and nothing else."""
    folder = tmp_path_factory.mktemp("circular")
    run = added(folder, LINES)
    assert run.returncode == 0, run.stderr
    assert gisement("build", "circular_purchase", workspace=folder / "w").returncode == 0
    return folder / "w"


def test_shares_are_those_computed_by_hand(workspace: Path) -> None:
    """Reuse: 12,500 of 61,500 known (20.3 %), from 12,500 ÷ 65,000 to 16,000 ÷ 65,000 with 3,500 of unknown origin."""
    run = gisement("clauses", "circular", "--buyer", TOWN, "--format", "json", workspace=workspace)
    told = json.loads(run.stdout)
    shares = {(f["group"]["product_family"], f["options"]["matter"]): f for f in told["figures"]}
    reuse = shares["Mobilier", "reuse"]
    assert reuse["value"] == pytest.approx(12_500 / 61_500)
    assert (reuse["low"], reuse["high"]) == pytest.approx((12_500 / 65_000, 16_000 / 65_000))
    assert shares["Mobilier", "recycled"]["value"] == pytest.approx(8_000 / 61_500)
    assert shares["Mobilier", "certified_wood"]["value"] == 0
    assert shares["Textiles", "reuse"]["unweighted"] == 1


def test_quantities_of_several_units_and_amounts_not_said_are_not_known(workspace: Path) -> None:
    run = gisement("clauses", "circular", "--format", "json", workspace=workspace)
    lines = {(line["product_family"], line["matter_origin"]): line for line in json.loads(run.stdout)["lines"]}
    assert (lines["Mobilier", "reuse"]["quantity"], lines["Mobilier", "reuse"]["quantity_unit"]) == (85, "pièces")
    assert lines["Textiles", "refurbished"]["quantity"] is None
    assert lines["Textiles", "refurbished"]["amount_cents"] == 15_000
    assert lines["Textiles", "new"]["amount_cents"] is None
    assert "bois certifié" in gisement("clauses", "circular", workspace=workspace).stdout.lower()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (f"{TOWN};2025;Mobilier;lunaire;1;;", "lunaire"),
        (f"{TOWN};1999;Mobilier;neuf;1;;", "1999"),
        (f"{TOWN};2025;Mobilier;neuf;-1;;", "-1"),
        ("la ville;2025;Mobilier;neuf;1;;", "la ville"),
        (f"{TOWN};2025;;neuf;1;;", "famille"),
    ],
)
def test_a_line_that_cannot_be_read_is_refused_with_its_number(line: str, said: str, tmp_path: Path) -> None:
    run = added(tmp_path, (line,))
    assert run.returncode == 2
    assert "Ligne 2" in run.stderr
    assert said in run.stderr


def test_the_template_is_accepted(tmp_path: Path) -> None:
    text = gisement("template", "circular").stdout.splitlines()
    run = added(tmp_path, tuple(text[1:]), text[0])
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize(
    ("family", "measure", "year", "rate"),
    [
        ("Textiles", "reuse", 2023, None),  # before the law
        ("Textiles", "reuse", 2024, 8),
        ("Vêtements de travail", "recycled", 2026, 20),
        ("Textiles", "reuse", 2027, None),  # a step that was not read
        ("Textiles", "recycled", 2029, None),
        ("Textiles", "reuse", 2030, 15),
        ("Textiles", "recycled", 2031, 30),
        ("Textiles", "biosourced", 2025, None),  # the law asks nothing of it
        ("Mobilier", "reuse", 2025, None),  # not read
    ],
)
def test_a_least_rate_is_told_where_its_text_was_read(family: str, measure: str, year: int, rate: int | None) -> None:
    """Law 2020-105 art. 58, rates of textiles as a secondary source gives them (2024 and 2030 steps)."""
    assert least_rate(family, measure, year) == rate
