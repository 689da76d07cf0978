"""Names and texts for people: `texts/{fr,en}.yaml` by language, those of indicators in `texts/indicators.yaml`."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from gisement.catalog.tables import read_yaml

_BEFORE = re.compile(r" (?=[;:!?»%€])|(?<=\d) (?=\d{3}(?!\d))")
_AFTER = re.compile(r"(?<=«) ")


@cache
def texts(language: str = "fr") -> dict[str, Any]:
    """All texts of a language (`fr` or `en`): `indicators`, `options`, `rings`, `findings`, `dimensions`."""
    told = {name: each[language] for name, each in read_yaml("texts/indicators.yaml").items()}
    return {**read_yaml(f"texts/{language}.yaml"), "indicators": told}


@cache
def page_texts(language: str = "fr") -> dict[str, Any]:
    """The texts of the pages that are served, by page."""
    content: dict[str, Any] = read_yaml(f"texts/{language}_pages.yaml")
    return {name: {key: _held(text) for key, text in words.items()} for name, words in content.items()}


@cache
def food_texts(language: str = "fr") -> dict[str, Any]:
    """The texts of food plans: aims, statuses, reasons, headings."""
    content: dict[str, Any] = read_yaml(f"texts/{language}_food.yaml")
    return content


@cache
def cooperation_texts(language: str = "fr") -> dict[str, Any]:
    """The texts of what partners do together, by page; the terminal has the same."""
    content: dict[str, Any] = read_yaml(f"texts/{language}_cooperation.yaml")
    return {name: _every_held(words) for name, words in content.items()}


@cache
def report_texts() -> dict[str, Any]:
    """The texts of the reports, which are in French, by chapter."""
    content: dict[str, Any] = read_yaml("reports/fr.yaml")
    return content


def typeset(text: str) -> str:
    """A French text as it is printed: signs stay with their word, apostrophes are curved."""
    return _held(text).replace("'", "\u2019")


def _every_held(words: Any) -> Any:
    if isinstance(words, dict):
        return {key: _every_held(text) for key, text in words.items()}
    if isinstance(words, list):
        return [_held(text) for text in words]
    return _held(words)


def _held(text: str) -> str:
    """A text whose French signs stay with their word (no-break spaces)."""
    return _AFTER.sub("\u00a0", _BEFORE.sub("\u00a0", text))


@cache
def indicator_texts(name: str, language: str = "fr", basis: str | None = None) -> dict[str, Any]:
    """What people read of an indicator: title, sentence, definition, exclusions, assumptions, unit.

    On the payment basis they speak of amounts paid, otherwise of contracts, whose amounts are ceilings or estimates.
    """
    told: dict[str, Any] = texts(language)["indicators"][name]
    plain = {part: value for part, value in told.items() if part != "payment"}
    return {**plain, **told.get("payment", {})} if basis == "payment" else plain
