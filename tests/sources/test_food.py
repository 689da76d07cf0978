"""Files of the food chain: what is read of them, and the sentence that each mistake gets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gisement.catalog.file_kinds import file_template, template_kinds
from gisement.store import Workspace
from tests import mixed_food
from tests.commands import gisement
from tests.mixed_files import BUYER, FIRMS, TERRITORY, TOWN
from tests.workspaces import added, built, created, rows

TABLES = ("food_need", "food_offer", "food_distance")
NEEDS, OFFERS, ROADS = mixed_food.tables(TOWN, BUYER, FIRMS[0])


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace with one file of each kind, its needs, offers and distances built."""
    folder = tmp_path_factory.mktemp("food")
    workspace = created(folder / "w", TERRITORY)
    points = [{"code_commune_INSEE": "86194", "latitude": "46.6", "longitude": "0.3"}]
    files: dict[str, Any] = {"food-demand": NEEDS, "food-offer": OFFERS}
    for kind, lines in files.items():
        enter(workspace, kind, folder / f"{kind}.csv", lines)
    enter(workspace, "distance", folder / "roads.csv", ROADS)
    enter(workspace, "distance", folder / "points.csv", points)
    built(workspace, TABLES)
    return workspace


def enter(workspace: Workspace, kind: str, path: Path, lines: Any) -> None:
    """Write the lines as a CSV with semicolons, and add it."""
    text = [";".join(lines[0]), *(";".join(line.values()) for line in lines)]
    path.write_text("\n".join(text), encoding="utf-8")
    (one,) = added(workspace, kind, [path])
    assert one.trouble is None, one.trouble.fr


def test_needs_add_up_by_period_and_ties_are_kept_apart(held: Workspace) -> None:
    found = rows(held, "SELECT * FROM food_need ORDER BY ALL", ["food_need"])
    told = {
        (r["food_buyer"], r["food_product"], r["food_period"], r["food_month"]): (r["need_kg"], r["is_tied"])
        for r in found
    }
    assert told[TOWN, "carotte", "2024-03", "2024-03"] == (120.126, False)
    # the Thursday of week 10 of 2024 is the 7th of March
    assert [v for k, v in told.items() if k[2:] == ("2024-W10", "2024-03")] == [(80, True)]
    # of any year, with an end: nobody knows whether it has passed
    assert [v for k, v in told.items() if k[1] == "boeuf"] == [(12.5, True)]
    assert told["cantine vf", "oeuf", "03", "03"] == (7, True)
    assert sum(r["need_kg"] for r in found) == pytest.approx(219.626)


def test_offers_have_a_class_a_price_or_none_and_a_place_or_none(held: Workspace) -> None:
    found = {r["food_product"]: r for r in rows(held, "SELECT * FROM food_offer", ["food_offer"])}
    assert (found["carotte"]["quality_class"], found["carotte"]["capacity_kg"]) == ("organic", 300.75)
    assert (found["carotte"]["price_eur_per_kg"], found["carotte"]["commune_code"]) == (1.65, "86194")
    assert (found["oeuf"]["price_eur_per_kg"], found["oeuf"]["commune_code"]) == (None, "86066")
    assert (found["boeuf"]["quality_class"], found["boeuf"]["commune_code"]) == ("durable", None)
    assert found["boeuf"]["ring_nearest"] is None


def test_a_distance_is_told_both_ways_else_flown_else_unknown(held: Workspace) -> None:
    sql = "SELECT food_producer, food_buyer, supply_km, supply_km_rule FROM food_distance"
    found = {(p, b): (km, rule) for p, b, km, rule in (tuple(r.values()) for r in rows(held, sql, ["food_distance"]))}
    assert found["ferme de l ete", TOWN] == (4, "declared")
    assert found["ferme de l ete", "cantine vf"] == (None, None)
    assert {v for k, v in found.items() if k[0] == "ferme de l ete" and k[1] not in (TOWN, "cantine vf")} == {
        (12.5, "declared")
    }
    assert [v for k, v in found.items() if k[1] == "cantine vf" and v[0]] == [(31, "declared")]


WRONG = (
    ("food-demand", "buyer,product,quantity_kg\nA,carotte,12", ["ligne 2", "colonne month", "mois"]),
    ("food-demand", "buyer,product,month,quantity_kg\nA,carotte,13,12", ["ligne 2", "« 13 »", "2027-01"]),
    ("food-demand", 'buyer,product,month,quantity_kg\nA,carotte,1,"1,234"', ["ligne 2", "« 1,234 »", "1234.5"]),
    ("food-demand", "buyer,product,week,quantity_kg\nA,carotte,2027-W53,12", ["« 2027-W53 »"]),
    ("food-demand", "buyer,product,month,quantity_kg\n,carotte,1,12", ["colonne buyer", "renseigné"]),
    ("food-demand", "buyer,month,quantity_kg\nA,1,12", ["n'a pas la colonne product", "tied_until"]),
    ("food-demand", "buyer,product,month,quantity_kg,tied_until\nA,b,1,12,demain", ["colonne tied_until", "date"]),
    ("food-offer", "producer,product,quality,month,capacity_kg\nA,b,vrai,1,2", ["« vrai »", "organic"]),
    ("food-offer", "producer,product,month,capacity_kg\nA,b,1,-2", ["colonne capacity_kg", "« -2 »"]),
    ("distance", "from,to,km\nA,B,loin", ["ligne 2", "colonne km", "« loin »"]),
)


@pytest.mark.parametrize(("kind", "text", "words"), WRONG, ids=range(len(WRONG)))
def test_a_mistake_gets_one_sentence_with_line_and_column(
    kind: str, text: str, words: list[str], tmp_path: Path
) -> None:
    workspace = created(tmp_path / "w", TERRITORY)
    (tmp_path / "wrong.csv").write_text(text, encoding="utf-8")
    (one,) = added(workspace, kind, [tmp_path / "wrong.csv"])
    assert one.trouble is not None
    assert [word for word in ["wrong.csv", *words] if word not in one.trouble.fr] == []
    assert one.trouble.fr.count(". ") == 0


def test_every_template_is_taken_by_add(tmp_path: Path) -> None:
    workspace = created(tmp_path / "w", TERRITORY)
    assert {"food-demand", "food-offer", "distance", "correction"} <= set(template_kinds())
    for kind in template_kinds():
        shown = gisement("template", kind)
        assert (shown.returncode, shown.stdout) == (0, file_template(kind))
        (tmp_path / f"{kind}.csv").write_text(shown.stdout, encoding="utf-8")
        (one,) = added(workspace, kind, [tmp_path / f"{kind}.csv"])
        assert one.trouble is None, one.trouble.fr
        assert one.reading is not None
        # a table has a line for each record after its header; what is no table holds so many
        others = {"target": 1, "experience": 1, "action": 1, "scenario": 2}
        assert one.reading.records == others.get(kind, shown.stdout.count("\n") - 1)


def test_a_template_is_written_once_and_an_unknown_one_is_refused(tmp_path: Path) -> None:
    target = tmp_path / "needs.csv"
    assert gisement("template", "food-demand", "-o", target).returncode == 0
    again = gisement("template", "food-demand", "-o", target)
    assert (again.returncode, "existe déjà" in again.stderr) == (2, True)
    unknown = gisement("template", "nowhere")
    assert (unknown.returncode, "food-offer" in unknown.stderr) == (2, True)
