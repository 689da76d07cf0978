"""Words for the codes of a figure: of its group (given by the data or the catalog), of its filters and options."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from gisement.catalog import texts
from gisement.catalog.areas import area_names
from gisement.catalog.segments import families, segments
from gisement.publish import format
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


def told_options(figure: Figure, language: str) -> str:
    """The definition that a figure follows, option after option, each in a few words."""
    return format.listed((shortly(option, value, language) for option, value in figure.options.items()), language)


def explained(option: str, language: str) -> str:
    """What the values of an option mean, in a line."""
    words = texts(language)["options"][option]
    values = format.listed((f"{name}, {said}" for name, said in words["values"].items()), language)
    return f"{option}{format.colon(language)}{words['title']}. {values}."


def told_filter(key: str, name: str, language: str = "fr") -> str:
    """A filter inside a sentence: `acheteur : Ville de démonstration`."""
    return f"{_inside(str(texts(language)['dimensions'].get(key, key)))}{format.colon(language)}{name}"


def told_option(option: str, value: str, language: str = "fr") -> str:
    """The value that an option has inside a sentence: `lieu du fournisseur : le siège`."""
    return f"{_inside(_title(option, language))}{format.colon(language)}{shortly(option, value, language)}"


def defined(option: str, value: str, language: str = "fr") -> str:
    """The same in full, where a definition is told: `Lieu du fournisseur : le siège de l'entreprise (Sirene)`."""
    return f"{_title(option, language)}{format.colon(language)}{option_word(option, value, language)}"


def _title(option: str, language: str) -> str:
    return str(texts(language)["options"][option]["title"])


def _inside(title: str) -> str:
    """A title inside a sentence, without what it says in brackets."""
    return f"{title[:1].lower()}{title[1:]}".split(" (")[0]


def shortly(option: str, value: str, language: str) -> str:
    """A value of an option in the words before its first comma, where they tell it from the other values."""
    values = texts(language)["options"][option]["values"]
    if value not in values:
        return option_word(option, value, language)
    short = {name: re.split(r",| \(", said)[0] for name, said in values.items()}
    return str(short[value] if list(short.values()).count(short[value]) == 1 else values[value])
