"""`gisement plan food`, from files to answer: exit status, JSON, reasons, and no producer anywhere in what it tells."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.commands import gisement

TERRITORY = "epci:200069854"
COSTS = ((8, 6, 10, 9), (9, 12, 13, 7), (14, 9, 16, 5))
SUPPLY, DEMAND = (35, 50, 40), (45, 20, 30, 30)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The problem of the textbook (Winston, section 7.1), as three files."""
    folder = tmp_path_factory.mktemp("plan")
    offers = [f"Secrete {i},ble,,2027-01,{kg},0,\n" for i, kg in enumerate(SUPPLY)]
    needs = [f"Ville {j},ble,2027-01,{kg}\n" for j, kg in enumerate(DEMAND)]
    roads = [f"Secrete {i},Ville {j},{COSTS[i][j]}\n" for i in range(3) for j in range(4)]
    header = "producer,product,quality,month,capacity_kg,price_eur_per_kg,commune\n"
    (folder / "offer.csv").write_text(header + "".join(offers))
    (folder / "need.csv").write_text("buyer,product,month,quantity_kg\n" + "".join(needs))
    (folder / "km.csv").write_text("from,to,km\n" + "".join(roads))
    assert gisement("init", "--territory", TERRITORY, workspace=folder / "w").returncode == 0
    for kind, name in (("food-demand", "need"), ("food-offer", "offer"), ("distance", "km")):
        assert gisement("add", kind, folder / f"{name}.csv", workspace=folder / "w").returncode == 0
    return folder / "w"


def test_files_alone_give_the_optimum_of_the_textbook(workspace: Path) -> None:
    for aim in ("cost", "transport"):
        words = ("plan", "food", "--objective", aim, "--transport-eur-per-kg-km", "1", "--format", "json")
        done = gisement(*words, workspace=workspace)
        told = json.loads(done.stdout)
        assert (done.returncode, done.stderr) == (0, "")
        assert (told["status"], told["gap"], told["objective_eur"]) == ("optimal", 0.0, 1020.0)
        assert told["producers"] == 3


def test_no_producer_is_told_nor_written(workspace: Path, tmp_path: Path) -> None:
    before = {path for path in workspace.rglob("*") if path.is_file()}
    said = ""
    for name in ("plan.json", "plan.csv"):
        done = gisement("plan", "food", "-o", tmp_path / name, workspace=workspace)
        assert done.returncode == 0
        said += done.stdout + (tmp_path / name).read_text()
    assert "Ville" in said or "ble" in said
    assert "ecrete" not in said
    assert {path for path in workspace.rglob("*") if path.is_file()} == before


def test_what_lacks_is_told_with_a_status_of_its_own(workspace: Path, tmp_path: Path) -> None:
    other = tmp_path / "w"
    shutil.copytree(workspace, other)
    (tmp_path / "more.csv").write_text("buyer,product,month,quantity_kg\nVille 9,ble,2027-01,30\n")
    gisement("add", "food-demand", tmp_path / "more.csv", workspace=other)
    done = gisement("plan", "food", workspace=other)
    assert (done.returncode, "irréalisable" in done.stdout) == (1, True)
    assert "l'offre manque : au moins 30 kg (ble 30 kg ; 2027-01 30 kg)" in done.stdout.replace("\u00a0", " ")
    told = json.loads(gisement("plan", "food", "--format", "json", workspace=other, GISEMENT_LANG="en").stdout)
    assert (told["objective_eur"], told["gap"], told["status"]) == (None, None, "infeasible")
    assert told["reasons"][0]["missing_kg"] == 30


def test_a_pair_without_distance_is_left_out_only_where_transport_is_counted(workspace: Path, tmp_path: Path) -> None:
    other = tmp_path / "w"
    shutil.copytree(workspace, other)
    gisement("remove", "km.csv", workspace=other)
    done = gisement("plan", "food", workspace=other)
    assert done.returncode == 0
    done = gisement("plan", "food", "--transport-eur-per-kg-km", "0.1", "--format", "json", workspace=other)
    assert json.loads(done.stdout)["left_out"] == {"pairs_without_distance": 12}
    assert done.returncode == 1


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--objective", "co2"), "co2_kg_per_kg"),
        (("--gap", "2"), "un nombre de 0 à 1"),
        (("--gap", "-1"), "un nombre de 0 à 1"),
        (("--transport-eur-per-kg-km", "-1"), "un nombre positif"),
        (("-o", "nowhere/plan.csv"), "nowhere n'existe pas"),
        (("--objective", "nearest"), "nearest"),
    ],
)
def test_what_cannot_be_asked_gets_one_sentence(workspace: Path, words: tuple[str, ...], told: str) -> None:
    done = gisement("plan", "food", *words, workspace=workspace)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr
    assert done.stderr.count("\n") == 1


def test_without_a_need_the_command_says_what_to_add(tmp_path: Path) -> None:
    gisement("init", "--territory", TERRITORY, workspace=tmp_path / "w")
    done = gisement("plan", "food", workspace=tmp_path / "w")
    assert (done.returncode, "gisement template food-demand" in done.stderr) == (2, True)


def test_after_the_award_the_plan_holds_to_its_contracts(workspace: Path, tmp_path: Path) -> None:
    other = tmp_path / "w"
    shutil.copytree(workspace, other)
    words = ("plan", "food", "--awarded", "--transport-eur-per-kg-km", "1", "--format", "json")
    done = gisement(*words, workspace=other)
    assert (done.returncode, "food-award" in done.stderr) == (2, True)
    header = "producer,product,quality,quantity_kg,price_eur_per_kg,first_day,last_day\n"
    line = "{},ble,,{},0,2027-01-01,2027-01-31\n"
    held = "".join(line.format(f"Secrete {i}", kg) for i, kg in enumerate((35, 50, 30)))
    (tmp_path / "award.csv").write_text(header + held)
    gisement("add", "food-award", tmp_path / "award.csv", workspace=other)
    told = json.loads(gisement(*words, workspace=other).stdout)
    # ten kg of the third plant are not under contract: 115 of 125 kg are served
    assert (told["status"], round(told["reasons"][0]["missing_kg"])) == ("infeasible", 10)
