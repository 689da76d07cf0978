"""Who could be asked for food in the demonstration, and a canteen that knows its menus and not its kilograms.

Written as the files that real ones come in: `organic-operators`, `farm-census`, `food-menus`, `food-dishes`. Everything
is invented.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

from gisement.sources.demonstration import setting
from gisement.sources.demonstration.dice import Dice
from gisement.sources.demonstration.food import products

OPERATORS, CENSUS_YEAR = 160, 2020
RESTAURANT = "Restaurant administratif fictif"
DISHES = (
    ("F1", "Carottes persillées", 95, "Carottes"), ("F2", "Purée maison", 95, "Pommes de terre"),
    ("F3", "Lentilles du jardin", 90, "Lentilles"), ("F4", "Compote du verger", 95, "Compotes"),
    ("F5", "Assiette surprise", 90, ""),
)  # fmt: skip
"""Code, name, guests and product of each dish (the last one names no product: it is told as not converted)."""
MENU_HEADER = (
    "menuCollNom", "menuRestaurantNom", "menuRestaurantIdType", "menuRestaurantType", "menuDate", "menuTypeRepas",
    "menuTypePlat", "menuNomPlat", "menuCodePlat",
)  # fmt: skip


def write_reach(target: Path, seed: int) -> list[tuple[str, Path]]:
    """The kind and path of each file, written under `target`."""
    dice, known = Dice(seed), products()
    census = ("place", "product", "farms", "hectares", "heads", "year", "source")
    dishes = ("platCode", "platNom", "platNombreConvive", "platProduitNom")
    contents = (
        ("organic-operators", "operateurs-bio-fictifs.json", json.dumps(_operators(known, dice))),
        ("farm-census", "recensement-fictif.csv", _csv(census, _census(known, dice))),
        ("food-menus", "menus-fictifs.csv", _csv(MENU_HEADER, _menus())),
        ("food-dishes", "plats-fictifs.csv", _csv(dishes, DISHES)),
    )  # fmt: skip
    written = []
    for kind, name, text in contents:
        path = target / "alimentation" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        written.append((kind, path))
    return written


def _operators(known: Sequence[Mapping[str, str]], dice: Dice) -> dict[str, object]:
    near = [c.code for ring in setting.LOCAL_RINGS for c in setting.communes()[ring]]
    region = [c.code for c in setting.communes()["rest_region"]]
    fresh = [row["product"] for row in known if row["is_fresh"] == "true"]
    items = []
    for number in range(1, OPERATORS + 1):
        made = sorted({dice.pick(fresh) for _ in range(dice.between(1, 4))})
        items.append({
            "numeroBio": 900000 + number, "siret": None, "denominationcourante": f"Opérateur bio fictif {number:03d}",
            "activites": [{"id": 1, "nom": "Production" if dice.chance(0.8) else "Distribution"}],
            "productions": [{"nom": name, "etatProductions": [{"etatProduction": "AB"}]} for name in made],
            "adressesOperateurs": [{"codeCommune": dice.pick(near if dice.chance(0.4) else region), "active": True}],
        })  # fmt: skip
    return {"nbTotal": len(items), "items": items}


def _census(known: Sequence[Mapping[str, str]], dice: Dice) -> Iterator[Sequence[object]]:
    for row in known:
        if row["ma_cantine_family"] == "FRUITS_ET_LEGUMES" and row["is_fresh"] == "true":
            farms = dice.between(3, 60)
            yield ("Territoire fictif", row["product"], farms, round(farms * dice.lognormal(0.5), 1), "", CENSUS_YEAR,
                   "données fictives")  # fmt: skip


def _menus() -> Iterator[Sequence[object]]:
    """A dish a day, on the working days of the first half of the year."""
    day, place = date(2027, 1, 4), 0
    while day < date(2027, 7, 1):
        if day.weekday() < 5:
            code, name, _, _ = DISHES[place % len(DISHES)]
            yield (
                "Ville de démonstration",
                RESTAURANT,
                "sans",
                "administration",
                day,
                "déjeuner",
                "garniture",
                name,
                code,
            )
            place += 1
        day += timedelta(days=1)


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return written.getvalue()
