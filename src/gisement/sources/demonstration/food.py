"""The food of the demonstration: what three buyers' canteens need, what makers can supply, the rules of a plan.

Written as the files that real ones come in. Tonnes and euros are calibrated on public orders of magnitude (about
2,460 t and 10.5 M€ a year); makers, seasons, capacities and prices are assumptions. Of the three buyers of
`food_buyers.csv`, a State establishment is held to 100 % of meat and fish; organic and other labels are shares of the
kilograms that each bought; what a kitchen can peel in a month is little in a school, more in a central one, nothing
in a cold one.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from gisement.catalog.tables import read_csv
from gisement.sources.demonstration.chance import Dice
from gisement.sources.demonstration.territory import LOCAL_RINGS, buyers, communes, csv_text, km, points

YEAR, BOUGHT_YEAR, CENSUS_YEAR = 2027, 2025, 2020
WEEKS, MONTHS = 52, 12
CLASSES = ("conventional", "durable", "organic")
DEARER = {"conventional": 0.9, "durable": 1.08, "organic": 1.36}
"""Price of a class, the mean price of what is bought today being 1 (assumption)."""
LABELS = {"VIANDES_VOLAILLES": "LABEL_ROUGE", "CHARCUTERIE": "LABEL_ROUGE", "PRODUITS_DE_LA_MER": "PECHE_DURABLE",
          "PRODUITS_LAITIERS": "AOCAOP", "BOISSONS": "COMMERCE_EQUITABLE", "AUTRES": "COMMERCE_EQUITABLE"}  # fmt: skip
COVERAGE = 0.8
"""Part of what three buyers need that all makers of a product together could supply (times their kind's coverage)."""
PEELED = "légumerie"
DECLARED, OPERATORS = 80, 160
"""Canteens that declare their rates, and organic operators."""
SECTORS = (
    "Ecole primaire (maternelle et élémentaire)",
    "Hôpitaux",
    "Restaurants étudiants",
    "EHPAD / maisons de retraite",
)
DISHES = (
    ("F1", "Carottes persillées", 95, "Carottes"), ("F2", "Purée maison", 95, "Pommes de terre"),
    ("F3", "Lentilles du jardin", 90, "Lentilles"), ("F4", "Compote du verger", 95, "Compotes"),
    ("F5", "Assiette surprise", 90, ""),
)  # fmt: skip
"""Code, name, guests and product of each dish (the last one names no product: it is told as not converted)."""
HEADERS = {
    "food-demand": "buyer,product,month|week,quantity_kg,tied_until,channel",
    "food-offer": "producer,product,quality,month,capacity_kg,price_eur_per_kg,commune",
    "distance": "from,to,km",
    "food-rules": "rule,buyer,product,quality,name,value",
    "egalim": "siret,description,fournisseur,date,prix_ht,famille_produits,categories_egalim,origine,"
    "est_circuit_court,est_local,definition_local",
    "food-meals": "buyer,class,month,enrolled,presence_pct,open_days",
    "food-coefficients": "product,class,coefficient,value,source,date,confidence",
    "egalim-declarations": "id,year,canteen_siret,canteen_city_insee_code,canteen_epci,canteen_department,"
    "canteen_region,canteen_sector_list,teledeclaration_ratio_bio,teledeclaration_ratio_egalim_hors_bio",
    "farm-census": "place,product,farms,hectares,heads,year,source",
    "food-menus": "menuCollNom,menuRestaurantNom,menuRestaurantIdType,menuRestaurantType,menuDate,menuTypeRepas,"
    "menuTypePlat,menuNomPlat,menuCodePlat",
    "food-dishes": "platCode,platNom,platNombreConvive,platProduitNom",
}
"""The headers of the CSV file of each kind."""
Row = Mapping[str, str]
Lines = Iterator[Sequence[Any]]


@dataclass(frozen=True)
class FoodSize:
    """How much is written: canteens, makers, needs by week or by month."""

    canteens: int
    makers: int
    weekly: bool


@dataclass(frozen=True)
class Offer:
    """What one maker offers of a product in one class."""

    maker: str
    product: str
    quality: str
    commune: str
    weight: float
    price: float


def food_files(size: FoodSize, seed: int, *, tied: bool = True) -> Iterator[tuple[str, str, str]]:
    """The kind that `add` takes, path and text of each file of needs, offers and rules.

    Without `tied`, nothing is bound elsewhere.
    """
    kept, dice = _canteens(size.canteens), Dice(seed)
    offers = _offers(size, dice)
    contents: Mapping[str, tuple[str, Iterable[Sequence[Any]]]] = {
        "food-demand": ("besoins", _needs(kept, weekly=size.weekly, tied=tied)),
        "food-offer": ("offres", _capacities(offers)),
        "distance": ("distances", _roads(kept, offers)),
        "food-rules": ("regles", _rules(kept)),
        "egalim": ("achats", _purchases()),
        "food-meals": ("repas", _meals()),
        "food-coefficients": ("coefficients", (tuple(row.values()) for row in _table("food_coefficients"))),
        "egalim-declarations": ("teledeclarations", _declarations(dice)),
    }  # fmt: skip
    for kind, (name, rows) in contents.items():
        yield kind, f"alimentation/{name}-fictifs.csv", csv_text(HEADERS[kind].split(","), rows)


def reach_files(seed: int) -> Iterator[tuple[str, str, str]]:
    """Kind, path and text: who else could be asked, and a canteen that knows its menus and not its kilograms."""
    dice = Dice(seed)
    yield "organic-operators", "alimentation/operateurs-bio-fictifs.json", json.dumps(_operators(dice))
    for kind, name, rows in (
        ("farm-census", "recensement-fictif", _census(dice)),
        ("food-menus", "menus-fictifs", _menus()),
        ("food-dishes", "plats-fictifs", iter(DISHES)),
    ):
        yield kind, f"alimentation/{name}.csv", csv_text(HEADERS[kind].split(","), rows)


@cache
def _table(name: str) -> Sequence[Row]:
    return tuple(read_csv(f"demonstration/{name}.csv"))


def _near() -> list[str]:
    """The communes of the department."""
    return [commune.code for ring in LOCAL_RINGS for commune in communes()[ring]]


def _region() -> list[str]:
    """Communes of the rest of the region."""
    return [commune.code for commune in communes()["rest_region"]]


def _kg(product: Row, buyer: Row) -> float:
    """Kilograms of a product that a buyer needs in a year."""
    return 1000 * float(product[buyer["tonnes"]])


def _canteens(count: int) -> list[tuple[Row, Row]]:
    """The first canteens of each buyer with their buyer, at least one of each, `count` in all."""
    known, found = _table("canteens"), []
    for buyer in _table("food_buyers"):
        own = [row for row in known if row["buyer_id"] == buyer["buyer_id"]]
        found += [(row, buyer) for row in own[: max(1, round(count * len(own) / len(known)))]]
    return found


def _needs(kept: Sequence[tuple[Row, Row]], *, weekly: bool, tied: bool) -> Lines:
    whole: dict[str, float] = defaultdict(float)
    for row, buyer in kept:
        whole[buyer["buyer_id"]] += float(row["weight"])
    for row, buyer in kept:
        periods = _calendar(row["calendar"], weekly=weekly)
        part = float(row["weight"]) / whole[buyer["buyer_id"]] / sum(periods.values())
        for product in _table("food_products"):
            bound = tied and buyer["channel"] and product["is_fresh"] == "false"
            end = (f"{YEAR}-12-31", buyer["channel"]) if bound else ("", "")
            for period, days in periods.items():
                kg = _kg(product, buyer) * part * days
                if kg >= 0.005:
                    yield row["canteen"], product["product"], period, f"{kg:.2f}", *end


def _calendar(kind: str, *, weekly: bool) -> dict[str, float]:
    """Days on which meals are served, by week or by month of the year."""
    found: dict[str, float] = defaultdict(float)
    first = date.fromisocalendar(YEAR, 1, 1)
    for number in range(WEEKS * 7):
        day = first + timedelta(days=number)
        thursday = day + timedelta(days=3 - day.weekday())
        served = _served(kind, day)
        if served:
            week = f"{YEAR}-W{day.isocalendar().week:02d}"
            found[week if weekly else f"{thursday:%Y-%m}"] += served
    return dict(found)


def _served(kind: str, day: date) -> float:
    if kind == "all_year":
        return 1.0
    if day.weekday() > 4 or (kind == "school" and day.weekday() == 2):
        return 0.0
    is_off = any(row["first_day"] <= day.isoformat() <= row["last_day"] for row in _table("school_holidays"))
    if kind == "university":
        return 0.0 if day.month in (7, 8) else (0.3 if is_off else 1.0)
    return 0.0 if is_off else 1.0


def _offers(size: FoodSize, dice: Dice) -> list[Offer]:
    """What each maker offers: some of its kind's products, in one class, sometimes in two."""
    kinds, near, region = _table("food_makers"), _near(), _region()
    price_of = {row["product"]: float(row["eur_per_kg"]) for row in _table("food_products")}
    whole = sum(int(kind["count"]) for kind in kinds)
    found = []
    for kind in kinds:
        own = [name for name in kind["products"].split("|") if name in price_of]
        organic, durable = float(kind["organic_share"]), float(kind["durable_share"])
        for number in range(1, max(3, round(int(kind["count"]) * size.makers / whole)) + 1):
            place = dice.pick(region if kind["maker"] == "wholesaler" or dice.chance(0.12) else near)
            left, count = list(own), dice.between(int(kind["least_products"]), int(kind["most_products"]))
            chosen = sorted(left.pop(dice.below(len(left))) for _ in range(min(count, len(own))))
            main = dice.weighted(CLASSES, (1 - organic - durable, durable, organic))
            for product in chosen:
                held = [main] if main != "organic" or not dice.chance(0.42) else ["organic", "conventional"]
                for quality in held:
                    price = 0.96 * price_of[product] * DEARER[quality] * dice.lognormal(0.07)
                    weight = float(kind["coverage"]) * dice.lognormal(0.6) / len(held)
                    name = f"{kind['name']} fictif {number:03d}"
                    found.append(Offer(name, product, quality, place, weight, round(price, 2)))
    return found


def _capacities(offers: Sequence[Offer]) -> Lines:
    by_product: dict[str, float] = defaultdict(float)
    for offer in offers:
        by_product[offer.product] += offer.weight
    known = {row["product"]: row for row in _table("food_products")}
    columns = [buyer["tonnes"] for buyer in _table("food_buyers")]
    whole = {name: _coverage(name) * (1000 * sum(float(row[c]) for c in columns)) for name, row in known.items()}
    for offer in offers:
        months = _months(known[offer.product]["offer_months"])
        kg = whole[offer.product] * offer.weight / by_product[offer.product] / len(months)
        for month in months:
            yield (
                offer.maker, offer.product, offer.quality, f"{YEAR}-{month:02d}", f"{kg:.1f}", f"{offer.price:.2f}",
                offer.commune,
            )  # fmt: skip


def _coverage(product: str) -> float:
    """Part of the needs of a product that all its makers together could supply."""
    held = [float(row["coverage"]) for row in _table("food_makers") if product in row["products"].split("|")]
    return COVERAGE * (sum(held) / len(held) if held else 0.0)


def _months(text: str) -> list[int]:
    """Months of `1+8-10` or `9-4` (September to April)."""
    found = set()
    for part in text.split("+"):
        first, _, last = part.partition("-")
        span = (int(last or first) - int(first)) % MONTHS
        found |= {(int(first) - 1 + step) % MONTHS + 1 for step in range(span + 1)}
    return sorted(found)


def _roads(kept: Sequence[tuple[Row, Row]], offers: Sequence[Offer]) -> Lines:
    """From each commune of an offer to each canteen, on the schematic map, by road (a fifth longer)."""
    places = points()
    for place in sorted({offer.commune for offer in offers}):
        for row, _ in kept:
            yield place, row["canteen"], f"{1.2 * km(places[place], places[row['commune_code']]):.1f}"


def _rules(kept: Sequence[tuple[Row, Row]]) -> Lines:
    for row, _ in kept:
        yield "group", row["canteen"], "", "", row["group"], ""
    yield from _product_rules()
    for row, buyer in kept:
        yield "peeling_capacity_kg", row["canteen"], "", "", "", buyer["peeled_kg"]
    for row in _table("food_rules"):
        yield row["rule"], "", "", "", row["name"], row["value"]
    for group, share in sorted({(row["group"], buyer["meat_fish_share_pct"]) for row, buyer in kept}):
        yield "meat_fish_share_pct", group, "", "", "", share


def _product_rules() -> Lines:
    for product in _table("food_products"):
        name, price = product["product"], float(product["eur_per_kg"])
        for quality in CLASSES:
            yield "market_price_eur_per_kg", "", name, quality, "", f"{price * DEARER[quality]:.2f}"
        yield "co2_kg_per_kg", "", name, "", "", product["co2_kg_per_kg"]
        for rule, shown, value in (
            ("family", product["rule_family"], ""),
            ("needs_step", product["step"], ""),
            ("carcass_share_pct", product["carcass_pct"] and "bœuf", product["carcass_pct"]),
        ):
            if shown:
                yield rule, "", name, "", shown, value
        if float(product["storage_loss_pct"]):
            yield "storage_loss_pct", "", name, "", "", product["storage_loss_pct"]
    for product in _table("food_products"):
        if product["step"] == PEELED:
            yield "needs_peeling", "", product["product"], "", "", ""


def _declarations(dice: Dice) -> Lines:
    """What fictive canteens of the department, then of another one, declare of two years; one is unreadable."""
    places = {"86": _near(), "79": _region()}
    for year in (BOUGHT_YEAR - 1, BOUGHT_YEAR):
        for number in range(DECLARED):
            department = "86" if number < DECLARED // 2 else "79"
            organic = 0.14 * dice.lognormal(0.6) + 0.01 * (year - BOUGHT_YEAR + 1)
            other = 0.17 * dice.lognormal(0.5)
            shares = ("", "") if number == 0 else (f"{min(organic, 0.6):.4f}", f"{min(other, 0.4):.4f}")
            place, sector = dice.pick(places[department]), SECTORS[number % len(SECTORS)]
            yield f"fictif-{year}-{number}", year, "", place, "", department, "75", sector, *shares


def _meals() -> Lines:
    """A home for the elderly that knows its meals and not its kilograms."""
    for month, days in _calendar("all_year", weekly=False).items():
        yield "Résidence fictive des aînés", "Aînés", month, 90, 92, min(31, round(days))


def _purchases() -> Lines:
    """What each buyer bought in a year, as ma cantine imports it: by month, product and label."""
    sirets = {buyer.identifier: buyer.siret for buyer in buyers()}
    for buyer in _table("food_buyers"):
        months = _calendar(buyer["calendar"], weekly=False)
        whole = sum(months.values())
        for product in _table("food_products"):
            for month, days in months.items():
                for label, part, factor in _parts(product, buyer):
                    euros = _kg(product, buyer) * days / whole * part * float(product["eur_per_kg"]) * factor
                    if euros >= 0.01:
                        yield (
                            sirets[buyer["buyer_id"]], f"{product['product']} (données fictives)",
                            f"Fournisseur de {buyer['name']}", f"{BOUGHT_YEAR}-{month[-2:]}-15", f"{euros:.2f}",
                            product["ma_cantine_family"], label, "FRANCE", "", "", "",
                        )  # fmt: skip


def _parts(product: Row, buyer: Row) -> list[tuple[str, float, float]]:
    """Labels of what is bought of a product, the part of its kg and its price against the mean."""
    organic, other = float(buyer["organic_share"]), float(buyer["other_label_share"])
    shares = {"conventional": 1 - organic - other, "durable": other, "organic": organic}
    labels = {"conventional": "", "durable": LABELS.get(product["ma_cantine_family"], "HVE"), "organic": "BIO"}
    whole = sum(share * DEARER[quality] for quality, share in shares.items())
    return [(labels[quality], share, DEARER[quality] / whole) for quality, share in shares.items()]


def _operators(dice: Dice) -> dict[str, object]:
    near, region = _near(), _region()
    fresh = [row["product"] for row in _table("food_products") if row["is_fresh"] == "true"]
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


def _census(dice: Dice) -> Lines:
    for row in _table("food_products"):
        if row["ma_cantine_family"] == "FRUITS_ET_LEGUMES" and row["is_fresh"] == "true":
            farms = dice.between(3, 60)
            hectares = round(farms * dice.lognormal(0.5), 1)
            yield "Territoire fictif", row["product"], farms, hectares, "", CENSUS_YEAR, "données fictives"


def _menus() -> Lines:
    """A dish a day, on the working days of the first half of the year."""
    days = (date(2027, 1, 4) + timedelta(days=number) for number in range(178))
    for place, day in enumerate(day for day in days if day.weekday() < 5):
        code, name, *_ = DISHES[place % len(DISHES)]
        named = ("Ville de démonstration", "Restaurant administratif fictif", "sans", "administration")
        yield *named, day, "déjeuner", "garniture", name, code
