"""The food chain from files to answers: meals, gaps, lots, an order, declared rates of real campaigns."""

from __future__ import annotations

import csv
import json
import statistics
from pathlib import Path
from typing import Any

import pytest

from gisement.studies.food.boards import declared
from tests.commands import gisement

TERRITORY = "epci:200069854"
TOWN = "99900003700013"
ORDER = (
    "siret,description,fournisseur,date,prix_ht,famille_produits,categories_egalim,origine,est_circuit_court,est_local,"
    "definition_local\n"
)


def told(workspace: Path, *words: str) -> list[dict[str, Any]]:
    """The rows of a board."""
    done = gisement("food", *words, "--format", "json", workspace=workspace)
    assert (done.returncode, done.stderr) == (0, "")
    rows: list[dict[str, Any]] = json.loads(done.stdout)["rows"]
    return rows


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Meals and coefficients as the templates give them, three farms, purchases of a year."""
    folder = tmp_path_factory.mktemp("chain")
    header = "producer,product,quality,month,capacity_kg,price_eur_per_kg,commune\n"
    farms = "".join(f"Ferme {n},carotte,BIO,2027-01,{kg},1.5,86194\n" for n, kg in enumerate((200, 210, 220)))
    (folder / "offer.csv").write_text(header + farms)
    bought = f"{TOWN},carottes,F,2026-03-01,800,FRUITS_ET_LEGUMES,,,,,\n{TOWN},steak,F,2026-03-02,200,VIANDES_VOLAILLES,,,,,\n"
    (folder / "bought.csv").write_text(ORDER + bought)
    (folder / "rules.csv").write_text(f"rule,buyer,product,quality,name,value\nbudget_eur,{TOWN},,,,1500\n")
    for kind in ("food-meals", "food-coefficients"):
        (folder / f"{kind}.csv").write_text(gisement("template", kind, workspace=folder).stdout)
    files = {"food-offer": "offer", "egalim": "bought", "food-rules": "rules"}
    files |= {kind: kind for kind in ("food-meals", "food-coefficients")}
    assert gisement("init", "--territory", TERRITORY, workspace=folder / "w").returncode == 0
    for kind, name in files.items():
        done = gisement("add", kind, folder / f"{name}.csv", workspace=folder / "w")
        assert (done.returncode, done.stderr) == (0, ""), kind
    return folder / "w"


def test_meals_become_a_need_with_the_conversion_shown(workspace: Path) -> None:
    (row,) = told(workspace, "need")
    assert (row["food_product"], row["eater_class"], row["confidence"]) == ("carotte", "elementaire", "likely")
    (gap,) = [row for row in told(workspace, "gaps") if row["supply_step"] == "field"]
    # 52,000 meals of the template, as in conversions.yaml: 730.642 kg
    assert gap["need_kg"] == pytest.approx(730.642, abs=0.001)
    assert gap["gap_kg"] == pytest.approx(730.642 - 630, abs=0.001)
    assert gap["gap_ha"] == pytest.approx((730.642 - 630) / 1000 / 45, abs=1e-6)


def test_lots_are_told_without_any_farm(workspace: Path) -> None:
    (row,) = told(workspace, "lots")
    # 630 kg of known offer: cut in 4, each of the three farms can bid
    assert (row["planned_lots_count"], row["lot_kg"], row["bidders_count"]) == (4, 157.5, 3)
    shown = gisement("food", "lots", workspace=workspace).stdout + gisement("food", "gaps", workspace=workspace).stdout
    assert "Ferme" not in shown
    assert "carotte" in shown


def test_an_order_is_told_with_the_year_before_it_is_sent(workspace: Path, tmp_path: Path) -> None:
    before = set((workspace / "snapshots").rglob("*"))
    lines = f"{TOWN},poulet,F,2026-12-01,300,VIANDES_VOLAILLES,LABEL_ROUGE,,,,\n{TOWN},pommes,F,2026-12-01,200,FRUITS_ET_LEGUMES,BIO,,,,\n"
    (tmp_path / "order.csv").write_text(ORDER + lines)
    (row,) = told(workspace, "order", str(tmp_path / "order.csv"))
    assert (row["organic_before"], row["egalim_before"], row["meat_fish_before"]) == (0, 0, 0)
    # 200 of 1,500 euros are organic, 500 durable or organic, 300 of 500 of meat
    assert (row["organic_after"], row["egalim_after"], row["meat_fish_after"]) == pytest.approx((2 / 15, 1 / 3, 0.6))
    assert (row["order_cents"], row["budget_cents"], row["left_cents"]) == (50_000, 150_000, 0)
    assert set((workspace / "snapshots").rglob("*")) == before, "nothing is added"


def test_what_must_be_added_is_said(tmp_path: Path) -> None:
    gisement("init", "--territory", TERRITORY, workspace=tmp_path / "w")
    for name, word in (("need", "food-coefficients"), ("follow", "food-award"), ("declared", "egalim-declarations")):
        done = gisement("food", name, workspace=tmp_path / "w")
        assert (done.returncode, word in done.stdout) == (0, True)


def test_rates_of_real_campaigns_are_those_of_a_plain_count(shared_data: Path, tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    gisement("init", "--territory", TERRITORY, workspace=workspace)
    files = sorted((shared_data / "egalim").glob("macantine_campagne_td_*.csv"))
    done = gisement("add", "egalim-declarations", *files, workspace=workspace)
    assert done.returncode == 0
    rows = {row["year"]: row for row in told(workspace, "declared", "--only", "86")}
    for path in files:
        with path.open(encoding="utf-8", newline="") as text:
            own = [line for line in csv.DictReader(text) if line["canteen_department"] == "86"]
        organic = [float(line["teledeclaration_ratio_bio"]) for line in own]
        whole = [o + float(line["teledeclaration_ratio_egalim_hors_bio"]) for o, line in zip(organic, own, strict=True)]
        row = rows[int(path.stem[-4:])]
        assert row["canteens"] == len(own)
        assert row["organic_mean"] == pytest.approx(statistics.mean(organic))
        assert row["egalim_median"] == pytest.approx(statistics.median(whole))
        assert row["reaching_egalim"] == sum(share >= 0.5 for share in whole)
    assert rows[2023]["canteens"] == 66


def test_a_canteen_of_two_sectors_counts_in_each_and_an_unreadable_rate_is_told() -> None:
    one = {
        "year": 2023,
        "canteen_sectors": "Crèche,Hôpitaux",
        "declared_organic_share": 0.3,
        "declared_egalim_share": 0.6,
    }
    other = {"year": 2023, "canteen_sectors": "Crèche", "declared_organic_share": None, "declared_egalim_share": None}
    found = {row.group: row for row in declared([one, other], "sector")}
    assert (found["Crèche"].canteens, found["Crèche"].unreadable, found["Crèche"].organic_mean) == (2, 1, 0.3)
    assert (found["Hôpitaux"].canteens, found["Hôpitaux"].reaching_egalim) == (1, 1)
