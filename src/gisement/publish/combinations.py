"""The options of a definition in words: one combination in a cell, and what each value of an option means."""

from __future__ import annotations

import re

from gisement.catalog import texts
from gisement.publish import format
from gisement.publish.labels import option_word
from gisement.terms import Figure


def told(figure: Figure, language: str) -> str:
    """The definition that a figure follows, option after option, each in a few words."""
    return " ; ".join(shortly(option, value, language) for option, value in figure.options.items())


def explained(option: str, language: str) -> str:
    """What the values of an option mean, in a line."""
    words = texts(language)["options"][option]
    values = format.listed((f"{name}, {said}" for name, said in words["values"].items()), language)
    return f"{option}{format.colon(language)}{words['title']}. {values}."


def shortly(option: str, value: str, language: str) -> str:
    """A value of an option in the words before its first comma, where they tell it from the other values."""
    values = texts(language)["options"][option]["values"]
    if value not in values:
        return option_word(option, value, language)
    short = {name: re.split(r",| \(", said)[0] for name, said in values.items()}
    return str(short[value] if list(short.values()).count(short[value]) == 1 else values[value])
