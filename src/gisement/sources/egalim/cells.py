"""One line of a purchase file, cell by cell: what it says, or what is wrong with it, in plain words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_DOWN, Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, Final

from stdnum.fr import siret as siret_key

from gisement.catalog.quality_labels import families, labels
from gisement.sources.egalim.variants import KM, NO, ORIGINS, YES, Variant
from gisement.terms import one_line

FIRST_YEAR: Final = 2000
LARGEST_CENTS: Final = 10**12


@dataclass(frozen=True)
class Wrong:
    """What is wrong in a cell: its line (the header is the first), its column, and a sentence about it."""

    line: int
    column: str
    fr: str
    en: str

    def sentence(self, language: str) -> str:
        """Where it is, what it is and what to write instead."""
        if language == "en":
            return f"Line {self.line}, column {self.column}: {self.en}"
        return f"Ligne {self.line}, colonne {self.column} : {self.fr}"


class _Cells:
    """The cells of one line, read one after another; what is wrong is kept, so that all of it is told at once."""

    def __init__(self, line: int, given: Mapping[str, str]) -> None:
        self.line, self.given = line, given
        self.wrong: list[Wrong] = []

    def text(self, column: str) -> str:
        return self.given.get(column, "").strip()

    def refuse(self, column: str, fr: str, en: str) -> None:
        self.wrong.append(Wrong(self.line, column, one_line(fr), one_line(en)))

    def required(self, column: str) -> str:
        found = self.text(column)
        if not found:
            self.refuse(column, "la cellule est vide, elle est obligatoire.", "the cell is empty, it is required.")
        return found

    def one_of(self, column: str, allowed: tuple[str, ...], found: str) -> str | None:
        if found in allowed:
            return found
        if found:
            listed = ", ".join(allowed)
            self.refuse(
                column,
                f"« {found} » n'est pas une valeur admise : écrire {listed}.",
                f"'{found}' is not allowed: write {listed}.",
            )
        return None


def read_line(
    line: int, given: Mapping[str, str], variant: Variant, latest: date | None = None
) -> tuple[dict[str, Any], list[Wrong]]:
    """What a line says, under the columns of `raw_food_purchase`, and everything that is wrong in it.

    A purchase later than the `latest` day is wrong.
    """
    cells = _Cells(line, given)
    description, family = cells.required("description"), cells.required("famille_produits")
    supplier = cells.required("fournisseur") if variant.needs_supplier else cells.text("fournisseur")
    row = {
        **_canteen(cells, variant),
        "description": description,
        "supplier_name": supplier or None,
        "purchase_date": _date(cells, latest),
        "amount_cents": _cents(cells),
        "family": cells.one_of("famille_produits", tuple(families()), family),
        "labels": _labels(cells),
        "origin": cells.one_of("origine", ORIGINS, cells.text("origine")),
        "is_short_chain": _yes_no(cells, "est_circuit_court"),
        "is_declared_local": _yes_no(cells, "est_local"),
        **_local(cells, variant),
    }
    return row, cells.wrong


def _canteen(cells: _Cells, variant: Variant) -> dict[str, str | None]:
    column = variant.columns[0]
    found = re.sub(r"[\s.\u00a0\u202f]", "", cells.required(column))
    if column == "cantine_id":
        if found and not (found.isascii() and found.isdigit()):
            cells.refuse(
                column,
                f"« {found} » n'est pas un numéro de cantine : écrire celui que ma cantine affiche, par exemple 949.",
                f"'{found}' is no number of a canteen: write the one that ma cantine shows, 949 for instance.",
            )
        return {"canteen_id": found or None, "siret": None}
    if found and not _is_siret(found):
        cells.refuse(
            column,
            f"« {found} » n'est pas un SIRET : écrire ses 14 chiffres (un tableur a pu ôter les premiers zéros).",
            f"'{found}' is no SIRET: write its 14 digits (a spreadsheet may have taken leading zeros off).",
        )
    return {"canteen_id": None, "siret": found or None}


@lru_cache(1024)
def _is_siret(text: str) -> bool:
    """Whether a text is a SIRET: canteens are few, and their lines many."""
    return bool(re.fullmatch(r"[0-9]{14}", text)) and bool(siret_key.is_valid(text))


def _date(cells: _Cells, latest: date | None) -> str | None:
    found = cells.required("date")
    if not found:
        return None
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", found) or int(found[:4]) < FIRST_YEAR:
            raise ValueError
        day = date.fromisoformat(found)
    except ValueError:
        cells.refuse(
            "date",
            f"« {found} » n'est pas une date de la forme année-mois-jour : écrire par exemple 2026-01-30.",
            f"'{found}' is no date written year-month-day: write 2026-01-30 for instance.",
        )
        return None
    if latest is not None and day > latest:
        cells.refuse(
            "date", f"« {found} » est après aujourd'hui : un achat est déjà fait (une commande : gisement food order).",
            f"'{found}' is after today: a purchase is already made (for an order: gisement food order).",
        )  # fmt: skip
    return day.isoformat()


def _cents(cells: _Cells) -> int | None:
    """The price in cents, rounded as ma cantine does: to the nearest, a half being dropped."""
    found = cells.required("prix_ht")
    if not found:
        return None
    try:
        if not re.fullmatch(r"-?[0-9]+([.,][0-9]+)?", found):
            raise InvalidOperation
        cents = int((Decimal(found.replace(",", ".")) * 100).quantize(Decimal(1), rounding=ROUND_HALF_DOWN))
        if abs(cents) > LARGEST_CENTS:
            raise InvalidOperation
        return cents
    except InvalidOperation:
        cells.refuse(
            "prix_ht",
            f"« {found} » n'est pas un prix : écrire un nombre sans espace ni signe €, par exemple 1234.99.",
            f"'{found}' is no price: write a number without blank or € sign, 1234.99 for instance.",
        )
        return None


def _labels(cells: _Cells) -> str | None:
    told = cells.text("categories_egalim")
    found = [word.strip() for word in told.split(",")] if told else []
    wrong = [word for word in found if word not in labels()]
    if wrong:
        listed = ", ".join(labels())
        cells.refuse(
            "categories_egalim",
            f"« {', '.join(wrong)} » n'est pas une catégorie EGalim : écrire, séparées par des virgules, {listed}.",
            f"'{', '.join(wrong)}' is no EGalim category: write, separated by commas, {listed}.",
        )
    return ",".join(name for name in labels() if name in found) or None


def _yes_no(cells: _Cells, column: str) -> bool | None:
    found = cells.text(column)
    if found in YES or found in NO:
        return found in YES
    cells.refuse(
        column, f"« {found} » n'est ni oui ni non : écrire OUI, ou laisser vide.",
        f"'{found}' is neither yes nor no: write OUI, or leave it empty.",
    )  # fmt: skip
    return None


def _local(cells: _Cells, variant: Variant) -> dict[str, Any]:
    column, is_local = "definition_local", cells.text("est_local") in YES
    found = cells.text(column)
    definition = cells.one_of(column, variant.definitions, found)
    if variant.needs_definition and is_local and not found:
        listed = ", ".join(variant.definitions)
        cells.refuse(
            column, f"l'achat est déclaré local, sans dire ce que local veut dire : écrire {listed}.",
            f"the purchase is declared local without saying what local means: write {listed}.",
        )  # fmt: skip
    if found and not is_local:
        cells.refuse(
            column, f"« {found} » définit un achat local que est_local ne déclare pas : vider l'un, remplir l'autre.",
            f"'{found}' defines a local purchase that est_local does not declare: empty one or fill the other.",
        )  # fmt: skip
    return {"local_definition": definition, "local_km": _km(cells, definition) if variant.has_distance else None}


def _km(cells: _Cells, definition: str | None) -> float | None:
    found = cells.text("definition_local_km")
    if not found:
        return None
    if definition != KM:
        cells.refuse(
            "definition_local_km", f"une distance ne va qu'avec la définition {KM} : la vider.",
            f"a distance goes with the definition {KM} only: empty it.",
        )  # fmt: skip
        return None
    if not re.fullmatch(r"[0-9]{1,5}([.,][0-9]+)?", found):
        cells.refuse(
            "definition_local_km", f"« {found} » n'est pas une distance en kilomètres : écrire par exemple 50.",
            f"'{found}' is no distance in kilometres: write 50 for instance.",
        )  # fmt: skip
        return None
    return float(found.replace(",", "."))
