"""What was chosen in words: filters, options of a definition, one combination in a cell, what each value means."""

from __future__ import annotations

import re

from gisement.catalog import texts
from gisement.publish import format
from gisement.publish.labels import option_word
from gisement.terms import Figure


def told(figure: Figure, language: str) -> str:
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
