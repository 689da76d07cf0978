"""The points of a draft consultation, for people and for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gisement.catalog import texts
from gisement.publish.layout import paragraph, width_here


def as_dict(file: str, points: Sequence[Any], language: str = "fr") -> dict[str, Any]:
    """The file, how many points are unlawful or warnings, and each point with its passage, reason and wording."""
    told = [
        {
            "rule": point.rule,
            "severity": point.severity,
            "passage": point.passage or None,
            "start": point.start,
            "end": point.end,
            "line": point.line,
            "reason": point.reason[language],
            "legal_basis": point.basis,
            "wording": point.wording[language],
        }
        for point in points
    ]
    count = {name: sum(one["severity"] == name for one in told) for name in ("unlawful", "warning")}
    return {"file": file, "unlawful": count["unlawful"], "warnings": count["warning"], "points": told}


def show(found: Mapping[str, Any], language: str = "fr") -> None:
    """One block per point: what it is, the passage, why, on which text, and what may be written instead."""
    words, width = texts(language)["lint"], width_here()
    for one in found["points"]:
        place = words["line"].format(line=one["line"]) if one["line"] else words["whole"]
        print(paragraph(f"{words[one['severity']]}, {place} ({one['rule']})", width))
        if one["passage"]:
            print(paragraph(words["quoted"].format(passage=" ".join(one["passage"].split())), width, "    "))
        print(paragraph(one["reason"], width, "    "))
        print(paragraph(words["basis"].format(basis=one["legal_basis"]), width, "    "))
        print(paragraph(words["instead"].format(wording=one["wording"]), width, "    ") + "\n")
    print(paragraph(words["total"].format(unlawful=found["unlawful"], warnings=found["warnings"]), width))
    print(paragraph(words["about"], width))
