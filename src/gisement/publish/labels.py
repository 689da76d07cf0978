"""Words for the codes of a figure's group: those that the data give, then those of the catalog."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gisement.catalog import texts
from gisement.catalog.areas import area_names
from gisement.catalog.segments import families, segments
from gisement.terms import Figure


def label(figure: Figure, key: str, language: str = "fr") -> str | None:
    """The name of the figure's group along a dimension; None where it has none but its code, or is not known."""
    return figure.labels.get(key) or catalog_word(key, figure.group.get(key), language)


def option_word(option: str, value: str, language: str = "fr") -> str:
    """What a value of an option means; an area, which has no text of its own, by its name and level."""
    values = texts(language)["options"][option]["values"]
    if value in values:
        return str(values[value])
    level, _, code = value.partition(":")
    return str(texts(language)["areas"][level].format(name=area_names(level).get(code, code)))


def labels(figure: Figure, language: str = "fr") -> dict[str, str | None]:
    """The name of each code of the group, by dimension."""
    return {key: label(figure, key, language) for key in figure.group}


def catalog_word(key: str, value: Any, language: str = "fr") -> str | None:
    """The word of the catalog for a value of a dimension."""
    known: Mapping[str, Mapping[str, str]] = {"family": families(), "segment": segments()}.get(key, {})
    if value in known:
        return known[value][f"{key}_{language}"]
    said = texts(language)
    if key == "reading" or (key == "effect" and value in said["effects"]):
        return str(said[f"{key}s"][value]["title"])
    if key == "ring":
        ring: str | None = said["rings"].get(value)
        return ring
    word: str | None = said["values"].get(key, {}).get(value)
    return word
