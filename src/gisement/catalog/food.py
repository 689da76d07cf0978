"""The words of food: rules of a plan, coefficients of conversion; names of products and canteens in comparable form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache

from gisement.catalog.tables import read_csv

ACCENTS = str.maketrans("àâäéèêëîïôöùûüÿç", "aaaeeeeiioouuuyc")


@cache
def food_rules() -> Mapping[str, Mapping[str, str]]:
    """Every rule of a food plan, by the word that files use: its unit, what it must name, what it means."""
    return {row["rule"]: row for row in read_csv("food_rules.csv")}


@cache
def food_coefficients() -> Mapping[str, Mapping[str, str]]:
    """Every coefficient that turns meals into kilograms, hectares or heads, by the word that files use."""
    return {row["coefficient"]: row for row in read_csv("food_coefficients.csv")}


@lru_cache(1 << 14)
def word_key(text: str) -> str:
    """A name in comparable form: small letters without accents, signs as blanks, no plural `s`; a SIRET as digits."""
    digits = re.sub(r"[\s.]", "", text)
    if re.fullmatch(r"[0-9]{9}|[0-9]{14}", digits):
        return digits
    flat = text.lower().replace("œ", "oe").replace("æ", "ae").translate(ACCENTS)
    words = re.sub(r"[^a-z0-9]+", " ", flat).split()
    return " ".join(word[:-1] if len(word) > 3 and word.endswith("s") else word for word in words) or text.lower()


def product_in(text: str, products: Iterable[str]) -> str | None:
    """The product (in comparable form) whose words a text (in that form too) holds together: the longest; else None."""
    held = [product for product in products if f" {product} " in f" {text} "]
    return max(held, key=lambda product: (len(product), product), default=None)
