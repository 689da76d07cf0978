"""What must be said on top where a source is the demonstration's generator."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gisement.catalog.tables import read_yaml
from gisement.terms import Origin


def invented(origins: Iterable[Origin]) -> Mapping[str, str]:
    """The card of the demonstration if any of these origins is its generator; empty for real data."""
    card: dict[str, str] = read_yaml("demonstration/card.yaml")
    return card if any(origin.producer == card["producer"] for origin in origins) else {}
