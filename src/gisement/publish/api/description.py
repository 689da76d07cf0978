"""The description of the interface (OpenAPI) in words: in French, in English on request, from the catalog."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from gisement.catalog import page_texts, texts

ADDRESS = "/api/openapi.json"
"""Where programs read it: in French, and in English with `?language=en`."""
REFUSALS = {"400": "refused", "414": "too_long", "422": "invalid"}


def described_in(schema: Mapping[str, Any], language: str) -> dict[str, Any]:
    """The same description with its sentences in a language: addresses, answers, what they take, what they hold.

    Raises KeyError where an address or a shape has no text.
    """
    told, words = deepcopy(dict(schema)), texts(language)["api"]
    told["info"]["description"] = page_texts(language)["api"]["lead"]
    for path, entry in told["paths"].items():
        _say(entry["get"], words["addresses"][path.split("/")[2]], language)
    shapes = words["shapes"]
    for name, shape in told["components"]["schemas"].items():
        if name in shapes or "description" in shape:
            shape["description"] = shapes[name]
    return told


def _say(asked: dict[str, Any], sentence: str, language: str) -> None:
    """Put words on one address, its parameters and its answers."""
    asked["summary"] = sentence
    known, refusals = _parameters(language), texts(language)["api"]["refusals"]
    for given in asked.get("parameters", ()):
        if given["name"] in known:
            given["description"] = known[given["name"]]
    for status, answer in asked["responses"].items():
        answer["description"] = refusals[REFUSALS[status]] if status in REFUSALS else sentence


def _parameters(language: str) -> dict[str, str]:
    """What each parameter is: filters and options as on the pages, and those of the interface itself."""
    every = texts(language)
    return {
        **every["dimensions"],
        **{name: option["title"] for name, option in every["options"].items()},
        **every["api"]["parameters"],
    }
