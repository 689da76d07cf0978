"""What must be said of figures: that their data are invented, that they rest on few rows, what they leave out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gisement.catalog import parameter, texts
from gisement.catalog.few import is_few
from gisement.catalog.tables import read_yaml
from gisement.publish import format
from gisement.terms import Figure, Origin, Verdict


def invented(origins: Iterable[Origin]) -> Mapping[str, str]:
    """The card of the demonstration if any of these origins is its generator; empty for real data."""
    card: dict[str, str] = read_yaml("demonstration/card.yaml")
    return card if any(origin.producer == card["producer"] for origin in origins) else {}


def cautions(figure: Figure, unplaced: int, language: str = "fr") -> list[str]:
    """What a reader needs to know before believing a headline; nothing where it rests on enough, or says so itself."""
    words = texts(language)["caution"]
    told = figure.sums.rows(Verdict.PART) + figure.sums.rows(Verdict.REST)
    found = []
    if 0 < told < parameter("few_rows") and not is_few(figure):
        kind = words["payments" if figure.basis == "payment" else "contracts"]
        found.append(words["few"].format(rows=format.number(told, language=language), kind=kind))
    return [*found, *left_out(unplaced, language)]


def left_out(unplaced: int, language: str = "fr") -> list[str]:
    """How many contracts stand outside since the place of their buyer is not known, and what to do."""
    words = texts(language)["caution"]
    return [words["unplaced"].format(contracts=format.Count(unplaced, language))] if unplaced else []
