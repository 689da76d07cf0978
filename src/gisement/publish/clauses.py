"""Hours of a social clause and the library of clauses, for people and for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gisement.catalog import texts
from gisement.publish import format
from gisement.publish.layout import paragraph, width_here


def hours_as_dict(found: Any) -> dict[str, Any]:
    """Hours and full-time years with their bounds; the interval is that of a scenario."""
    return {
        "hours": {"value": found.middle, "low": found.low, "high": found.high},
        "full_time_years": {"value": found.full_time_middle, "low": found.full_time_low, "high": found.full_time_high},
        "interval": "scenario",
        "level": "modelled",
    }


def show_hours(found: Any, language: str = "fr") -> None:
    """One sentence, and how it was computed."""
    words, width = texts(language)["clauses"], width_here()
    whole = {name: format.number(getattr(found, name), language=language) for name in ("low", "middle", "high")}
    full = {
        name: format.number(getattr(found, held), 1, language)
        for name, held in (("full", "full_time_middle"), ("full_low", "full_time_low"), ("full_high", "full_time_high"))
    }
    print(paragraph(words["hours"].format(**whole, **full), width))
    print(paragraph(words["about_hours"], width))


def show_library(found: Sequence[Mapping[str, Any]], language: str = "fr") -> None:
    """One block per entry: kind, wording, text, verification, weight."""
    words, width = texts(language)["clauses"], width_here()
    for one in found:
        about = {"name": one["name"], "kind": words[one["kind"]], "axis": words[one["axis"]]}
        print(paragraph(words["heading"].format(**about, families=", ".join(one["families"])), width))
        print(paragraph(one["fr"], width, "    "))
        print(paragraph(words["verification"].format(verification=one["verification"]), width, "    "))
        if one["weight_pct"]:
            print(paragraph(words["weight"].format(weight=one["weight_pct"]), width, "    "))
        print(paragraph(words["basis"].format(basis=one["basis"]), width, "    ") + "\n")
    print(paragraph(words["about_library"] if found else words["none"], width))
