"""The food of the demonstration: what three buyers' canteens need, what 300 makers can supply, the rules of a plan.

Written as the files that real ones come in: `food-demand`, `food-offer`, `distance`, `food-rules`, `food-meals`,
`food-coefficients`, `egalim`. Tonnes and euros are calibrated on public orders of magnitude (about 2,460 t and 10.5 M€
a year); makers, seasons, capacities and prices are assumptions.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from gisement.catalog.tables import read_csv
from gisement.sources.demonstration import coordinates, setting
from gisement.sources.demonstration.dice import Dice

YEAR, BOUGHT_YEAR = 2027, 2025
WEEKS, MONTHS = 52, 12
CLASSES = ("conventional", "durable", "organic")
DEARER = {"conventional": 0.9, "durable": 1.08, "organic": 1.36}
"""Price of a class, the mean price of what is bought today being 1 (assumption)."""
SHIFT = {"ville_poitiers": "Ville fictive", "chu_poitiers": "Hôpital fictif", "crous_poitiers": "Campus fictif"}
MIX = {"ville_poitiers": (0.23, 0.20), "chu_poitiers": (0.06, 0.10), "crous_poitiers": (0.09, 0.14)}
"""Organic, then other labels, of what each buyer bought in the year that is told (share of kg; assumption)."""
MEAT_TARGET = {"ville_poitiers": 60, "chu_poitiers": 60, "crous_poitiers": 100}
"""Meat and fish of a State establishment are held to 100 %."""
LABELS = {"VIANDES_VOLAILLES": "LABEL_ROUGE", "CHARCUTERIE": "LABEL_ROUGE", "PRODUITS_DE_LA_MER": "PECHE_DURABLE",
          "PRODUITS_LAITIERS": "AOCAOP", "BOISSONS": "COMMERCE_EQUITABLE", "AUTRES": "COMMERCE_EQUITABLE"}  # fmt: skip
PEELED_KG = {"ville_poitiers": 250, "chu_poitiers": 4000, "crous_poitiers": 0}
"""What a kitchen can peel in a month (assumption): a school little, a central kitchen more, a cold one nothing."""
BUYER_CHANNEL = ("crous_poitiers", "centrale nationale fictive")
FIXED_RULES: tuple[tuple[str, str, str, str], ...] = (
    ("contract_cost_eur", "", "", "150"), ("least_contract_eur", "", "", "450"), ("least_income_eur", "", "", "1500"),
    ("largest_share_pct", "", "", "35"), ("carcass_use_pct", "", "bœuf", "70"), ("co2_kg_per_kg_km", "", "", "0.0002"),
    ("step_capacity_kg", "", "légumerie", "26000"), ("step_capacity_kg", "", "découpe", "14000"),
    ("step_capacity_kg", "", "laiterie", "16000"), ("organic_share_pct", "", "", "20"),
    ("durable_share_pct", "", "", "50"), ("least_drop_eur", "", "", "80"), ("drops_per_month", "", "", "4"),
    ("three_year_growth_pct", "", "", "30"),
)  # fmt: skip
DECLARED = 80
"""Canteens that declare their rates."""
SECTORS = (
    "Ecole primaire (maternelle et élémentaire)",
    "Hôpitaux",
    "Restaurants étudiants",
    "EHPAD / maisons de retraite",
)
Rows = Iterator[Sequence[Any]]


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


def write_food(target: Path, size: FoodSize, seed: int, *, tied: bool = True) -> list[tuple[str, Path]]:
    """The kind and path of each file, written under `target`; without `tied`, nothing is bound elsewhere."""
    kept = canteens(size.canteens)
    dice = Dice(seed)
    offers = _offers(size, dice)
    contents = (
        ("food-demand", "besoins", _HEADERS["need"], _needs(kept, weekly=size.weekly, tied=tied)),
        ("food-offer", "offres", _HEADERS["offer"], _capacities(offers)),
        ("distance", "distances", _HEADERS["road"], _roads(kept, offers)),
        ("food-rules", "regles", _HEADERS["rule"], _rules(kept)),
        ("egalim", "achats", _HEADERS["purchase"], _purchases()),
        ("food-meals", "repas", _HEADERS["meal"], _meals()),
        ("food-coefficients", "coefficients", _HEADERS["coefficient"], _coefficients()),
        ("egalim-declarations", "teledeclarations", _HEADERS["declaration"], _declarations(dice)),
    )
    written = []
    for kind, name, header, rows in contents:
        path = target / "alimentation" / f"{name}-fictifs.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_text(header, rows).encode("utf-8"))
        written.append((kind, path))
    return written


_HEADERS = {
    "need": "buyer,product,month|week,quantity_kg,tied_until,channel",
    "offer": "producer,product,quality,month,capacity_kg,price_eur_per_kg,commune",
    "road": "from,to,km",
    "rule": "rule,buyer,product,quality,name,value",
    "meal": "buyer,class,month,enrolled,presence_pct,open_days",
    "declaration": "id,year,canteen_siret,canteen_city_insee_code,canteen_epci,canteen_department,canteen_region,"
    "canteen_sector_list,teledeclaration_ratio_bio,teledeclaration_ratio_egalim_hors_bio",
    "coefficient": "product,class,coefficient,value,source,date,confidence",
    "purchase": "siret,description,fournisseur,date,prix_ht,famille_produits,categories_egalim,origine,"
    "est_circuit_court,est_local,definition_local",
}


@cache
def products() -> tuple[Mapping[str, str], ...]:
    """The sixty products."""
    return tuple(read_csv("demonstration/food_products.csv"))


def canteens(count: int) -> list[Mapping[str, str]]:
    """The first canteens of each buyer, at least one of each, `count` in all."""
    rows = list(read_csv("demonstration/canteens.csv"))
    by_buyer = {name: [row for row in rows if row["buyer_id"] == name] for name in SHIFT}
    share = {name: max(1, round(count * len(held) / len(rows))) for name, held in by_buyer.items()}
    return [row for name, held in by_buyer.items() for row in held[: share[name]]]


def tonnes(product: Mapping[str, str], buyer: str) -> float:
    """Tonnes of a product that a buyer needs in a year."""
    return float(product[f"t_{buyer.removesuffix('_poitiers')}"])


def _needs(kept: Sequence[Mapping[str, str]], *, weekly: bool, tied: bool) -> Rows:
    whole: dict[str, float] = defaultdict(float)
    for row in kept:
        whole[row["buyer_id"]] += float(row["weight"])
    for row in kept:
        periods = _calendar(row["calendar"], weekly=weekly)
        part = float(row["weight"]) / whole[row["buyer_id"]] / sum(periods.values())
        for product in products():
            bound = tied and row["buyer_id"] == BUYER_CHANNEL[0] and product["is_fresh"] == "false"
            end = (f"{YEAR}-12-31", BUYER_CHANNEL[1]) if bound else ("", "")
            for period, days in periods.items():
                kg = 1000 * tonnes(product, row["buyer_id"]) * part * days
                if kg >= 0.005:
                    yield row["canteen"], product["product"], period, f"{kg:.2f}", *end


@cache
def _holidays() -> tuple[tuple[date, date], ...]:
    return tuple(
        (date.fromisoformat(row["first_day"]), date.fromisoformat(row["last_day"]))
        for row in read_csv("demonstration/school_holidays.csv")
    )


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
    is_off = any(first <= day <= last for first, last in _holidays())
    if kind == "university":
        return 0.0 if day.month in (7, 8) else (0.3 if is_off else 1.0)
    return 0.0 if is_off else 1.0


def _offers(size: FoodSize, dice: Dice) -> list[Offer]:
    """What each maker offers: some of its kind's products, in one class, sometimes in two."""
    kinds = list(read_csv("demonstration/food_makers.csv"))
    whole = sum(int(kind["count"]) for kind in kinds)
    names = [row["product"] for row in products()]
    price_of = {row["product"]: float(row["eur_per_kg"]) for row in products()}
    places = [c.code for ring in setting.LOCAL_RINGS for c in setting.communes()[ring]]
    near = [c.code for c in setting.communes()["rest_region"]]
    found = []
    for kind in kinds:
        own = [name for name in kind["products"].split("|") if name in names]
        for number in range(1, max(3, round(int(kind["count"]) * size.makers / whole)) + 1):
            place = dice.pick(near if kind["maker"] == "wholesaler" or dice.chance(0.12) else places)
            chosen = _some(own, dice.between(int(kind["least_products"]), int(kind["most_products"])), dice)
            main = dice.weighted(CLASSES, _class_shares(kind))
            for product in chosen:
                held = [main] if main != "organic" or not dice.chance(0.42) else ["organic", "conventional"]
                for quality in held:
                    price = 0.96 * price_of[product] * DEARER[quality] * dice.lognormal(0.07)
                    name = f"{kind['name']} fictif {number:03d}"
                    weight = float(kind["coverage"]) * dice.lognormal(0.6) / len(held)
                    found.append(Offer(name, product, quality, place, weight, round(price, 2)))
    return found


def _class_shares(kind: Mapping[str, str]) -> tuple[float, float, float]:
    organic, durable = float(kind["organic_share"]), float(kind["durable_share"])
    return 1 - organic - durable, durable, organic


def _some(values: Sequence[str], count: int, dice: Dice) -> list[str]:
    left, kept = list(values), []
    for _ in range(min(count, len(values))):
        kept.append(left.pop(dice.below(len(left))))
    return sorted(kept)


COVERAGE = 0.8
"""Part of what three buyers need that all makers of a product together could supply (times their kind's coverage)."""


def _capacities(offers: Sequence[Offer]) -> Rows:
    by_product: dict[str, float] = defaultdict(float)
    for offer in offers:
        by_product[offer.product] += offer.weight
    months_of = {row["product"]: _months(row["offer_months"]) for row in products()}
    need = {row["product"]: 1000 * sum(tonnes(row, buyer) for buyer in SHIFT) for row in products()}
    coverage = {name: COVERAGE * _mean_coverage(name) for name in need}
    for offer in offers:
        months = months_of[offer.product]
        year = coverage[offer.product] * need[offer.product] * offer.weight / by_product[offer.product]
        for month in months:
            kg = year / len(months)
            yield (
                offer.maker, offer.product, offer.quality, f"{YEAR}-{month:02d}", f"{kg:.1f}", f"{offer.price:.2f}",
                offer.commune,
            )  # fmt: skip


@cache
def _mean_coverage(product: str) -> float:
    held = [float(kind["coverage"]) for kind in read_csv("demonstration/food_makers.csv")
            if product in kind["products"].split("|")]  # fmt: skip
    return sum(held) / len(held) if held else 0.0


def _months(text: str) -> list[int]:
    """Months of `1+8-10` or `9-4` (September to April)."""
    found = set()
    for part in text.split("+"):
        first, _, last = part.partition("-")
        span = (int(last or first) - int(first)) % MONTHS
        found |= {(int(first) - 1 + step) % MONTHS + 1 for step in range(span + 1)}
    return sorted(found)


def _roads(kept: Sequence[Mapping[str, str]], offers: Sequence[Offer]) -> Rows:
    """From each commune of an offer to each canteen, on the schematic map, by road (a fifth longer)."""
    points = coordinates.points()
    for place in sorted({offer.commune for offer in offers}):
        for row in kept:
            km = 1.2 * coordinates.km(points[place], points[row["commune_code"]])
            yield place, row["canteen"], f"{km:.1f}"


def _rules(kept: Sequence[Mapping[str, str]]) -> Rows:
    for row in kept:
        yield "group", row["canteen"], "", "", row["group"], ""
    for product in products():
        name, price = product["product"], float(product["eur_per_kg"])
        for quality in CLASSES:
            yield "market_price_eur_per_kg", "", name, quality, "", f"{price * DEARER[quality]:.2f}"
        yield "co2_kg_per_kg", "", name, "", "", product["co2_kg_per_kg"]
        for column, rule, value in (
            ("rule_family", "family", ""), ("step", "needs_step", ""), ("carcass_pct", "carcass_share_pct", "bœuf"),
        ):  # fmt: skip
            if product[column]:
                yield rule, "", name, "", value or product[column], product[column] if value else ""
        if float(product["storage_loss_pct"]):
            yield "storage_loss_pct", "", name, "", "", product["storage_loss_pct"]
    yield from _peeling(kept)
    for rule, buyer, name, number in FIXED_RULES:
        yield rule, buyer, "", "", name, number
    for group, buyer in sorted({(row["group"], row["buyer_id"]) for row in kept}):
        yield "meat_fish_share_pct", group, "", "", "", str(MEAT_TARGET[buyer])


def _peeling(kept: Sequence[Mapping[str, str]]) -> Rows:
    for product in products():
        if product["step"] == "légumerie":
            yield "needs_peeling", "", product["product"], "", "", ""
    for row in kept:
        yield "peeling_capacity_kg", row["canteen"], "", "", "", PEELED_KG[row["buyer_id"]]


def _declarations(dice: Dice) -> Rows:
    """What fictive canteens of the department, then of another one, declare of two years; one is unreadable."""
    places = {"86": [c.code for ring in setting.LOCAL_RINGS for c in setting.communes()[ring]],
              "79": [c.code for c in setting.communes()["rest_region"]]}  # fmt: skip
    for year in (BOUGHT_YEAR - 1, BOUGHT_YEAR):
        for number in range(DECLARED):
            department = "86" if number < DECLARED // 2 else "79"
            organic = 0.14 * dice.lognormal(0.6) + 0.01 * (year - BOUGHT_YEAR + 1)
            other = 0.17 * dice.lognormal(0.5)
            shares = ("", "") if number == 0 else (f"{min(organic, 0.6):.4f}", f"{min(other, 0.4):.4f}")
            sector = SECTORS[number % len(SECTORS)]
            yield (
                f"fictif-{year}-{number}",
                year,
                "",
                dice.pick(places[department]),
                "",
                department,
                "75",
                sector,
                *shares,
            )


def _meals() -> Rows:
    """A home for the elderly that knows its meals and not its kilograms."""
    for month, days in _calendar("all_year", weekly=False).items():
        yield "Résidence fictive des aînés", "Aînés", month, 90, 92, min(31, round(days))


def _coefficients() -> Rows:
    for row in read_csv("demonstration/food_coefficients.csv"):
        yield tuple(row.values())


def _purchases() -> Rows:
    """What each buyer bought in a year, as ma cantine imports it: by month, product and label."""
    buyers = {buyer.identifier: buyer for buyer in setting.buyers()}
    for name, shown in SHIFT.items():
        months = _calendar("all_year" if name == "chu_poitiers" else "school", weekly=False)
        whole = sum(months.values())
        for product in products():
            for month, days in months.items():
                if not days:
                    continue
                for label, part, factor in _parts(product, name):
                    euros = 1000 * tonnes(product, name) * days / whole * part * float(product["eur_per_kg"]) * factor
                    if euros >= 0.01:
                        yield (
                            buyers[name].siret, f"{product['product']} (données fictives)", f"Fournisseur de {shown}",
                            f"{BOUGHT_YEAR}-{month[-2:]}-15", f"{euros:.2f}", product["ma_cantine_family"], label,
                            "FRANCE", "", "", "",
                        )  # fmt: skip


def _parts(product: Mapping[str, str], buyer: str) -> list[tuple[str, float, float]]:
    """Labels of what is bought of a product, the part of its kg and its price against the mean."""
    organic, other = MIX[buyer]
    family = product["ma_cantine_family"]
    whole = (1 - organic - other) * DEARER["conventional"] + other * DEARER["durable"] + organic * DEARER["organic"]
    return [
        ("", 1 - organic - other, DEARER["conventional"] / whole),
        (LABELS.get(family, "HVE"), other, DEARER["durable"] / whole),
        ("BIO", organic, DEARER["organic"] / whole),
    ]


def _text(header: str, rows: Rows) -> str:
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(header.split(","))
    writer.writerows(rows)
    return written.getvalue()
