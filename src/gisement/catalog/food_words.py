"""Names of products, producers and canteens in comparable form, and a product found in the words of a text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

ACCENTS = str.maketrans("àâäéèêëîïôöùûüÿç", "aaaeeeeiioouuuyc")


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
