"""What EGalim counts, as data: quality labels with their dates and legal texts, and product families."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from gisement.catalog.tables import read_yaml

ORGANIC, NOTHING = "organic", "none"
GROUPS = (ORGANIC, "siqo", "other", "criteria")
"""Lines of the declaration, in the order in which a purchase is put under one."""
MEAT, FISH = "VIANDES_VOLAILLES", "PRODUITS_DE_LA_MER"


@dataclass(frozen=True)
class QualityLabel:
    """A label: the `group` that it counts in, the families where it can exist, the last day on which it counts.

    `code` is what ma cantine calls it; until `mixed_until`, that code stood for another label too, which counts no
    longer after that day.
    """

    name: str
    fr: str
    en: str
    group: str
    text: str
    mark: str
    families: tuple[str, ...]
    code: str
    until: date | None = None
    mixed_until: date | None = None


@cache
def labels() -> Mapping[str, QualityLabel]:
    """Every label, in order of priority: of those of a purchase, the first that counts is kept."""
    found = {}
    for name, entry in read_yaml("egalim/labels.yaml").items():
        given: dict[str, Any] = {"code": name, **entry, "families": tuple(entry.get("families", families()))}
        found[name] = QualityLabel(name=name, **given)
    return found


@cache
def families() -> Mapping[str, Mapping[str, str]]:
    """Every product family, with its names and the purchasing segment that holds most of it."""
    content: dict[str, dict[str, str]] = read_yaml("egalim/families.yaml")
    return content
