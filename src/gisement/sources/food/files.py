"""Files of the food chain that people keep in a spreadsheet: the columns of each, and what each column gives to a row.

Capacities of producers, and what is delivered by whom, are confidential. Menus and dishes follow the open schemas of
local authorities: they tell no quantity (portions, and how many eat, come from other files). A farm census comes in
many layouts: this one is the program's own, with the publication that each line is copied from.

Source: SCDL schemas menus-collectifs (0.5 to 1.2) and plats-menus-collectifs (0.2, 0.3), OpenDataFrance.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gisement.catalog.food import food_coefficients, food_rules, word_key
from gisement.sources.coordinates import read_coordinates
from gisement.sources.food.lines import Line, period_of, read_lines
from gisement.sources.published_file import file_kind, plain
from gisement.sources.raw_rows import write_parquet
from gisement.terms import Reading

Gives = Callable[[Line, str], dict[str, Any]]
"""What a column of a line gives: cells of a row of the raw table."""
CONVENTIONAL, DURABLE, ORGANIC = "conventional", "durable", "organic"
QUALITIES = {
    **dict.fromkeys(("", "conventional", "conventionnel", "standard"), CONVENTIONAL),
    **dict.fromkeys(("durable", "egalim", "qualite", "siqo", "labelrouge", "aocaop", "aop", "aoc", "igp", "stg", "hve",
                     "pechedurable", "rup", "commerceequitable", "fermier", "externalites", "performance"), DURABLE),
    **dict.fromkeys(("organic", "bio", "biologique", "ab", "agriculturebiologique"), ORGANIC),
}  # fmt: skip
"""The market class of each word for a quality; which labels count in EGalim, and until when, is not told here."""
CONFIDENCES = ("verified", "likely", "assumed")
MOST_PRICE, MOST_DAYS, MOST_YEAR = 1e5, 31.0, 2100.0
NO_CLASS = ("", "tous", "autre")
LUNCH = ("", "dejeuner")


@dataclass(frozen=True)
class Column:
    """The headers that name a column in comparable form, what it gives, whether the file must have it, or may not."""

    headers: tuple[str, ...]
    gives: Gives | None = None
    needed: bool = False
    shown: bool = True


@dataclass(frozen=True)
class FoodFile:
    """The raw table of a file and its columns; `header` is what a file without a needed column is told to have."""

    table: str
    columns: Mapping[str, Column]
    header: str = ""
    keeps: Callable[[Line], bool] = lambda line: True

    def __call__(self, path: Path, target: Path, name: str) -> Reading:
        """Write the raw table, one row per line that is kept; tells how many lines.

        Raises Trouble, with its line and column, at the first cell that cannot be read, is unknown or is lacking: a
        plan held to half of its rules would be another plan, and a kilogram that nobody can trace is refused.
        """
        needed = [column for column, held in self.columns.items() if held.needed]
        header = self.header or ",".join(column for column, held in self.columns.items() if held.shown)
        headers = {column: held.headers for column, held in self.columns.items()}
        given = [(column, held.gives) for column, held in self.columns.items() if held.gives is not None]
        lines = read_lines(path, name, headers, needed, header)
        rows: list[dict[str, Any]] = []
        for line in filter(self.keeps, lines):
            row: dict[str, Any] = {}
            for column, gives in given:
                row.update(gives(line, column))
            rows.append(row)
        write_parquet(self.table, rows, target)
        return Reading(len(lines))


@dataclass(frozen=True)
class Named:
    """A name in comparable form, and as it is written."""

    key: str
    name: str = ""
    needed: bool = True

    def __call__(self, line: Line, column: str) -> dict[str, Any]:
        """Both, or None where nothing is written. Raises Trouble where it is needed and empty."""
        held = line.text(column) if self.needed else line.cells[column]
        found = word_key(held) if held else None
        return {self.key: found, self.name: held or None} if self.name else {self.key: found}


@dataclass(frozen=True)
class Text:
    """A text as it is written."""

    key: str
    needed: bool = False

    def __call__(self, line: Line, column: str) -> dict[str, Any]:
        """The text, or None where nothing is written. Raises Trouble where it is needed and empty."""
        return {self.key: line.text(column) if self.needed else line.cells[column] or None}


@dataclass(frozen=True)
class Number:
    """A number from 0 to `most`."""

    key: str
    needed: bool = True
    most: float = 1e12

    def __call__(self, line: Line, column: str) -> dict[str, Any]:
        """The number, or None where none is written nor needed. Raises Trouble for anything else."""
        return {self.key: line.number_of(column, most=self.most) if self.needed or line.cells[column] else None}


@dataclass(frozen=True)
class Day:
    """A day (ISO)."""

    key: str
    needed: bool = False

    def __call__(self, line: Line, column: str) -> dict[str, Any]:
        """The day, or None where none is written nor needed. Raises Trouble for anything else."""
        day = line.day(column)
        if day is None and self.needed:
            raise line.wrong(column, "une date (écrire 2027-12-31)", "a date (write 2027-12-31)")
        return {self.key: day}


def _period(line: Line, column: str) -> dict[str, Any]:
    when = period_of(line)
    return {"food_period": when.period, "food_month": when.month, "first_day": when.first_day}


def _dated_month(line: Line, column: str) -> dict[str, Any]:
    month = period_of(line).month
    if "-" not in month:
        raise line.wrong(column, "un mois daté (écrire 2027-01)", "a dated month (write 2027-01)")
    return {"food_month": month}


def _quality(line: Line, column: str) -> dict[str, Any]:
    """The market class that a quality names. Raises Trouble for an unknown word."""
    found = QUALITIES.get(plain(line.cells[column]))
    if found is None:
        allowed = "conventional, durable, organic, BIO, LABEL_ROUGE, AOCAOP, IGP, HVE…"
        raise line.wrong(column, f"une qualité connue ({allowed})", f"a known quality ({allowed})")
    return {"quality_class": found, "quality_label": line.cells[column] or None}


def _one_of(line: Line, column: str, known: Collection[str], fr: str, en: str) -> str:
    """A cell that is one of the words known. Raises Trouble, with these words, for another."""
    if line.cells[column] not in known:
        allowed = ", ".join(known)
        raise line.wrong(column, f"{fr} ({allowed})", f"{en} ({allowed})")
    return line.cells[column]


def _meals(line: Line, column: str) -> dict[str, Any]:
    """Meals as told, else enrolment × presence × open days."""
    if line.cells[column]:
        return {"meals": line.number_of(column)}
    presence = line.number_of("presence_pct", most=100.0) / 100
    return {"meals": line.number_of("enrolled") * presence * line.number_of("open_days", most=MOST_DAYS)}


def _rule(line: Line, column: str) -> dict[str, Any]:
    name = _one_of(line, column, food_rules(), "une règle connue", "a known rule")
    for needed in food_rules()[name]["needs"].split():
        line.text(needed)
    return {"food_rule": name}


def _rule_value(line: Line, column: str) -> dict[str, Any]:
    unit = food_rules()[line.cells["rule"]]["unit"]
    return {"rule_value": line.number_of(column, most=100.0 if unit == "percent" else 1e12) if unit else None}


def _coefficient(line: Line, column: str) -> dict[str, Any]:
    known = food_coefficients()
    name = _one_of(line, column, known, "un coefficient connu", "a known coefficient")
    most = 99.9 if known[name]["unit"] == "percent" else 1e9
    return {"coefficient": name, "coefficient_value": line.number_of("value", most=most)}


def _confidence(line: Line, column: str) -> dict[str, Any]:
    return {"confidence": _one_of(line, column, CONFIDENCES, "un degré de confiance", "a degree of confidence")}


def _award_day(line: Line, column: str) -> dict[str, Any]:
    day = line.day(column)
    if day is None or day < (line.day("first_day") or ""):
        raise line.wrong(column, "un jour, la fin après le début", "a day, the end after the beginning")
    return {column: day}


def _cents(line: Line, column: str) -> dict[str, Any]:
    return {"amount_cents": round(line.number_of(column) * 100) if line.cells[column] else None}


def _restaurant(line: Line, column: str) -> dict[str, Any]:
    """Who serves a menu, by SIRET where it is told, and to which class of age."""
    place = line.text(column)
    identifier = line.cells["place_id"] if line.cells["place_id_kind"].lower() == "siret" else ""
    kinds = (line.cells[name] for name in ("place_kind", "eaters"))
    kind = next((held for held in kinds if word_key(held) not in NO_CLASS), "")
    return {"food_buyer": word_key(identifier or place), "food_buyer_name": place,
            "eater_class": word_key(kind) if kind else None}  # fmt: skip


def _year(line: Line, column: str) -> dict[str, Any]:
    return {"census_year": int(line.number_of(column, most=MOST_YEAR))}


def _commune(line: Line, column: str) -> dict[str, Any]:
    held = line.cells[column]
    return {"commune": held or None, "commune_place": word_key(held) if held else None}


BUYER = Column(("buyer", "acheteur", "siret", "canteen", "cantine"), Named("food_buyer", "food_buyer_name"), True)
PRODUCER = ("producer", "producteur", "siret", "fournisseur")
PRODUCT = Column(("product", "produit", "denree"), Named("food_product", "food_product_name"), True)
QUALITY = Column(("quality", "qualite", "label"), _quality)
CLASS = ("class", "classe", "classedage", "age")
PRICE = ("priceeurperkg", "prixeurkg", "prixkg", "prix")
PERIOD = {
    "month": Column(("month", "mois"), _period),
    "week": Column(("week", "semaine"), shown=False),
    "period": Column(("monthweek", "moissemaine", "period", "periode"), shown=False),
}
TIES = {
    "tied_until": Column(("tieduntil", "lieejusquau", "engagejusquau"), Day("tied_until")),
    "channel": Column(("channel", "canal"), Text("channel")),
}
SECURED = {
    "producer": Column((*PRODUCER, "titulaire"), Named("food_producer", "food_producer_name"), True),
    "product": PRODUCT,
    "quality": QUALITY,
    "quantity_kg": Column(("quantitykg", "kg", "quantitekg"), Number("quantity_kg"), True),
}
read_food_demand = FoodFile("raw_food_demand", {
    "buyer": BUYER, "product": PRODUCT, **PERIOD,
    "quantity_kg": Column(("quantitykg", "kg", "quantitekg", "needkg", "besoinkg"), Number("quantity_kg"), True),
    **TIES,
})  # fmt: skip
read_food_offer = FoodFile("raw_food_offer", {
    "producer": Column(PRODUCER, Named("food_producer", "food_producer_name"), True), "product": PRODUCT,
    "quality": QUALITY, "month": Column(("month", "mois"), _period, True),
    "capacity_kg": Column(("capacitykg", "kg", "capacitekg", "volumekg"), Number("capacity_kg"), True),
    "price_eur_per_kg": Column((*PRICE, "price"), Number("price_eur_per_kg", needed=False, most=MOST_PRICE)),
    "commune": Column(("commune", "codecommune", "insee"), _commune),
})  # fmt: skip
read_food_rules = FoodFile("raw_food_rule", {
    "rule": Column(("rule", "regle"), _rule, True),
    "buyer": Column(("buyer", "acheteur"), Named("food_buyer", needed=False)),
    "product": Column(("product", "produit"), Named("food_product", needed=False)),
    "quality": Column(("quality", "qualite"), lambda line, c: _quality(line, c) if line.cells[c] else {}),
    "name": Column(("name", "nom"), Named("rule_name", "rule_label", needed=False)),
    "value": Column(("value", "valeur"), _rule_value, True),
})  # fmt: skip
read_food_meals = FoodFile("raw_food_meal", {
    "buyer": BUYER, "class": Column(CLASS, Named("eater_class"), True), **PERIOD,
    "meals": Column(("meals", "repas"), _meals), "enrolled": Column(("enrolled", "inscrits", "effectif")),
    "presence_pct": Column(("presencepct", "presence", "tauxpresence")),
    "open_days": Column(("opendays", "joursouverts", "jours")), **TIES,
})  # fmt: skip
read_food_coefficients = FoodFile("raw_food_coefficient", {
    "product": Column(PRODUCT.headers, Named("food_product", "food_product_name", needed=False)),
    "class": Column(CLASS, Named("eater_class", needed=False)),
    "coefficient": Column(("coefficient",), _coefficient, True), "value": Column(("value", "valeur"), needed=True),
    "source": Column(("source",), Text("coefficient_source", needed=True), True),
    "date": Column(("date",), Day("coefficient_date", needed=True), True),
    "confidence": Column(("confidence", "confiance"), _confidence, True),
})  # fmt: skip
read_food_award = FoodFile("raw_food_award", {
    **SECURED, "price_eur_per_kg": Column(PRICE, Number("price_eur_per_kg", needed=False, most=MOST_PRICE)),
    "first_day": Column(("firstday", "debut", "du"), _award_day, True),
    "last_day": Column(("lastday", "fin", "au"), _award_day, True),
})  # fmt: skip
read_food_delivery = FoodFile("raw_food_delivery", {
    **SECURED, "month": Column(("month", "mois"), _dated_month, True),
    "amount_eur": Column(("amounteur", "montant", "montanteur"), _cents),
})  # fmt: skip
read_food_menus = FoodFile("raw_food_menu", {
    "body": Column(("menucollnom", "collectivitenom")),
    "place": Column(("menurestaurantnom", "restaurantnom"), _restaurant, True),
    "place_id": Column(("menurestaurantid", "restaurantid")),
    "place_id_kind": Column(("menurestaurantidtype", "restaurantidtype")),
    "place_kind": Column(("menurestauranttype", "restauranttype")),
    "eaters": Column(("menurestaurantconvive", "restaurantconvive")),
    "menuDate": Column(("menudate",), Day("menu_day", needed=True), True), "meal": Column(("menutyperepas",)),
    "dish_kind": Column(("menutypeplat",), Text("dish_kind")),
    "menuNomPlat": Column(("menunomplat",), Named("dish_key", "dish_name"), True),
    "dish_code": Column(("menucodeplat",), Text("dish_code")),
}, "menuCollNom,menuRestaurantNom,menuRestaurantType,menuDate,menuTypeRepas,menuTypePlat,menuNomPlat",
    lambda line: word_key(line.cells["meal"]) in LUNCH)  # fmt: skip
read_food_dishes = FoodFile("raw_food_dish", {
    "platCode": Column(("platcode",), Text("dish_code")),
    "platNom": Column(("platnom",), Named("dish_key", "dish_name"), True),
    "platNombreConvive": Column(("platnombreconvive",), Number("guests", needed=False)),
    "platProduitNom": Column(("platproduitnom",), Named("food_product", "food_product_name", needed=False)),
})  # fmt: skip
read_farm_census = FoodFile("raw_farm_census", {
    "place": Column(("place", "lieu", "commune", "epci", "territory", "territoire"),
                    Text("census_place", needed=True), True),
    "product": Column(("product", "produit", "crop", "culture"), PRODUCT.gives, True),
    "farms": Column(("farms", "exploitations"), Number("census_farms", needed=False), True),
    "hectares": Column(("hectares", "ha", "surfaceha"), Number("census_hectares", needed=False)),
    "heads": Column(("heads", "tetes"), Number("census_heads", needed=False)),
    "year": Column(("year", "annee"), _year, True),
    "source": Column(("source",), Text("census_source", needed=True), True),
})  # fmt: skip
read_pairs = FoodFile("raw_distance", {
    "from": Column(("from", "de", "depart", "origine"), Named("from_place"), True),
    "to": Column(("to", "a", "vers", "arrivee", "destination"), Named("to_place"), True),
    "km": Column(("km", "distancekm", "distance"), Number("km"), True),
})  # fmt: skip


def read_distance(path: Path, distances: Path, coordinates: Path, name: str) -> Reading:
    """Write `raw_distance` from a file `from,to,km`, or `raw_coordinates` from a list of communes; the other is empty.

    `from` and `to` are producers, buyers or commune codes, in either direction: where no distance is told, it is
    computed from coordinates, else unknown. Raises Trouble with the line and column of what cannot be read.
    """
    if _tells_pairs(path):
        write_parquet("raw_coordinates", [], coordinates)
        return read_pairs(path, distances, name)
    write_parquet("raw_distance", [], distances)
    report = read_coordinates(path, coordinates)
    return Reading(report.rows, report.unreadable)


def _tells_pairs(path: Path) -> bool:
    """Whether the first line of a text names the three columns of distances."""
    if file_kind(path) != "csv":
        return False
    with path.open("rb") as reader:
        head = reader.readline(4096).decode("utf-8-sig", "replace")
    cells = {plain(cell) for cell in head.replace(";", ",").replace("\t", ",").split(",")}
    return all(cells & set(column.headers) for column in read_pairs.columns.values())
