"""Hours of social clauses: read or refused, tied to contracts, due against done, late, masked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from gisement.catalog.words import insertion_publics, public_of
from gisement.models.clauses.insertion import account, by_public
from tests.commands import gisement
from tests.test_cli import BUYER, TABLE
from tests.workspaces import workspace_of

HEADER = "acheteur,marche,public,heures_prevues,heures_realisees,personnes,echeance,situation"


def hours_file(folder: Path, lines: Sequence[str], header: str = HEADER) -> Path:
    """A file of hours."""
    path = folder / "heures.csv"
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Hours of four contracts, over the contracts of a small table."""
    folder = tmp_path_factory.mktemp("hours")
    (folder / "table.csv").write_text(TABLE, encoding="utf-8")
    lines = [
        f'{BUYER},2024 A,DELD,300,"112,5",12,30/06/2024,2025-12-31',
        f"{BUYER},2024-a,RSA,200,64,11,2024-06-30,2025-12-31",
        f"{BUYER},2024-A,RSA,200,20,3,2024-06-30,2024-12-31",
        f"{BUYER},2,jeunes,100,140,10,2025-06-30,2025-12-31",
        f"{BUYER},B3,RQTH,50,,2,2026-06-30,2025-12-31",
        f"{BUYER[:9]},B4,,,8,1,,2025-12-31",
    ]
    files = {"decp": [folder / "table.csv"], "insertion-hours": [hours_file(folder, lines)]}
    return workspace_of(folder / "w", "department:86", files).root


@pytest.fixture(scope="module")
def told(workspace: Path) -> Any:
    """What the command answers."""
    run = gisement("clauses", "execution", "--format", "json", workspace=workspace)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def test_the_account_is_that_of_the_latest_situation(told: Any) -> None:
    """2024-A owes 300 + 200 and did 112.5 + 64; 2 owes 100 and did 140; B3 did not say; B4 owes nobody knows what."""
    figures = {figure["group"]["measure"]: figure for figure in told["figures"]}
    assert (figures["due"]["value"], figures["due"]["high"]) == (650, None)
    assert (figures["done"]["value"], figures["done"]["high"]) == (324.5, None)
    assert figures["kept"]["value"] == pytest.approx((176.5 + 100) / 600)
    assert figures["kept"]["low"] == pytest.approx((176.5 + 100) / 650)
    assert figures["kept"]["high"] == pytest.approx((176.5 + 100 + 50) / 650)
    assert figures["full_time_years"]["value"] == pytest.approx(324.5 / 1600)
    assert {figure["interval"] for figure in figures.values()} == {"missing"}
    assert [origin["source"] for origin in figures["due"]["origins"]] == ["decp", "insertion-hours"]


def test_what_is_late_comes_first(told: Any) -> None:
    late = {one["contract_id"]: one["is_overdue"] for one in told["contracts"]}
    assert late == {"2024 A": True, "2": False, "B3": None, "B4": None}
    tied = {one["contract_id"]: (one["insertion_link"], one["amount_cents"]) for one in told["contracts"]}
    assert tied["2"] == ("identifier", 200_020)
    assert tied["B3"] == ("not_published", None)
    first = told["contracts"][0]
    assert (first["contract_id"], first["left_minutes"]) == ("2024 A", round(323.5 * 60))


def test_small_publics_are_masked(told: Any) -> None:
    shown = {one["public"]: (one["minutes"], one["is_masked"]) for one in told["publics"]}
    assert shown == {
        "long_unemployed": (6750, False), "minimum_income": (3840, False), "young": (8400, False),
        "disabled": (None, True), "other": (None, True),
    }  # fmt: skip
    assert {one["people"] for one in told["publics"] if one["is_masked"]} == {None}


def test_the_terminal_says_it_all_and_one_buyer_can_be_asked(workspace: Path) -> None:
    shown = gisement("clauses", "execution", workspace=workspace).stdout
    for words in ("Part tenue", "En retard", "2024 A", "masqué", "non retrouvés"):
        assert words in shown
    other = gisement("clauses", "execution", "--buyer", "200069854", workspace=workspace)
    assert "Aucune heure" in other.stdout
    assert gisement("clauses", "execution", "--buyer", "Poitiers", workspace=workspace).returncode == 2


def test_just_one_masked_public_takes_another_with_it() -> None:
    lines = [("young", 60, 9), ("senior", 600, 40), ("disabled", 120, 12)]
    told = by_public(
        [dict(zip(("insertion_public", "done_minutes", "people_count"), one, strict=True)) for one in lines]
    )
    assert [(one["public"], one["is_masked"]) for one in told] == [
        ("senior", False), ("disabled", True), ("young", True)
    ]  # fmt: skip


def test_hours_per_thousand_euros_are_of_contracts_that_tell_both() -> None:
    lines = [
        {"due_minutes": 30_000, "done_minutes": None, "amount_cents": 50_000_000},
        {"due_minutes": 60, "done_minutes": 60, "amount_cents": None},
    ]
    measures = {measure.name: measure for measure in account(lines)}
    per_thousand = measures["per_thousand_euros"]
    assert (per_thousand.value, per_thousand.told, per_thousand.contracts) == (1.0, 1, 2)
    # the amount that is not known may be very large, or nothing: 501 hours over 500 thousands of euros
    assert (per_thousand.low, per_thousand.high) == (0.0, 1.002)
    silent = [{**lines[0], "due_minutes": None}, {**lines[0]}]
    rate = next(measure for measure in account(silent) if measure.name == "per_thousand_euros")
    assert (rate.value, rate.low, rate.high) == (1.0, 0.5, None)
    assert all(measure.value is None for measure in account([]))


@pytest.mark.parametrize(
    ("lines", "header", "words"),
    [
        ([f"{BUYER},A,RSA,1,1,1,,2025-12-31"], HEADER.replace("personnes", "nom"), "colonne de personnes"),
        ([f"{BUYER},A,RSA,1,1,1,,2025-12-31"], HEADER.replace("heures_realisees", "autre"), "Il manque la colonne"),
        (["123,A,RSA,1,1,1,,2025-12-31"], HEADER, "Ligne 2"),
        ([f"{BUYER},,RSA,1,1,1,,2025-12-31"], HEADER, "numéro de marché"),
        ([f"{BUYER},A,RSA,-1,1,1,,2025-12-31"], HEADER, "nombre d'heures"),
        ([f"{BUYER},A,RSA,nan,1,1,,2025-12-31"], HEADER, "nombre d'heures"),
        ([f"{BUYER},A,RSA,1,1,deux,,2025-12-31"], HEADER, "nombre de personnes"),
        ([f"{BUYER},A,RSA,1,1,1,,31/02/2025"], HEADER, "un jour"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(lines: list[str], header: str, words: str, tmp_path: Path) -> None:
    gisement("init", "--territory", "department:86", workspace=tmp_path / "w")
    run = gisement("add", "insertion-hours", str(hours_file(tmp_path, lines, header)), workspace=tmp_path / "w")
    assert run.returncode == 2
    assert words in run.stderr
    assert "Traceback" not in run.stderr


def test_a_template_can_be_added_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "modele.csv"
    path.write_text(gisement("template", "insertion-hours").stdout, encoding="utf-8")
    gisement("init", "--territory", "department:86", workspace=tmp_path / "w")
    assert gisement("add", "insertion-hours", str(path), workspace=tmp_path / "w").returncode == 0
    assert gisement("template", "nothing").returncode == 2
    for kind in ("correction", "segments"):
        assert gisement("template", kind).stdout.count("\n") > 1


def test_publics_are_led_to_by_their_words() -> None:
    assert [public_of(words) for words in ("deld + 12 mois", "beneficiaire du rsa", "boe", "", "autre chose")] == [
        "long_unemployed", "minimum_income", "disabled", "other", "other"
    ]  # fmt: skip
    assert all(row["fr"] and row["en"] for row in insertion_publics().values())
