"""Clauses for people and for programs: hours, advice, points of a draft, passages found, the library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gisement.catalog import indicator_texts, parameter, texts
from gisement.catalog.law import clause_library
from gisement.catalog.segments import segments
from gisement.catalog.words import insertion_publics
from gisement.publish import answers, format
from gisement.publish.layout import headed, show_table, tell
from gisement.terms import Figure, Verdict

TOLD = Verdict.PART
"""The verdict of the contracts that tell a measure of hours."""
KIND_OF_LEVER = {"reserve": "reserved_contract", "lot": "execution_clause", "clause": "execution_clause"}
TEXT_RANK = 3
"""The rank of a text among evidence: after the declared field and the notice."""


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
    words = texts(language)["clauses"]
    whole = {name: format.number(getattr(found, name), language=language) for name in ("low", "middle", "high")}
    full = {
        name: format.number(getattr(found, held), 1, language)
        for name, held in (("full", "full_time_middle"), ("full_low", "full_time_low"), ("full_high", "full_time_high"))
    }
    tell(words["hours"].format(**whole, **full))
    tell(words["about_hours"])


def execution_as_dict(found: Any, language: str = "fr") -> dict[str, Any]:
    """Figures, contracts (the overdue ones first), publics, and clauses without an account of hours."""
    publics = insertion_publics()
    return {
        "figures": [answers.as_dict(figure, language) for figure in found.figures],
        "contracts": found.contracts,
        "publics": [{**one, "name": publics[one["public"]][language]} for one in found.publics],
        "clauses_without_hours": found.clauses_without_hours,
        "full_time_hours": parameter("hours_per_full_time_year"),
    }


def show_execution(found: Any, language: str = "fr") -> None:
    """Each measure in a line, then contracts that are late, then publics."""
    words = texts(language)["execution"]
    if not found.contracts:
        tell(words["nothing"])
        return
    lines = [
        [words[str(figure.group["measure"])], _hours(figure, figure.value, language), _hours_span(figure, language),
         words["of"].format(told=figure.sums.rows(Verdict.PART), all=sum(figure.sums.counts.values()))]
        for figure in found.figures
    ]  # fmt: skip
    columns = headed(words, ("measure", "value", "bounds", "told"), ("value", "bounds", "told"))
    show_table(columns, lines)
    print()
    late = [one for one in found.contracts if one["is_overdue"]]
    if late:
        tell(words["late"].format(count=format.number(len(late), language=language)))
        columns = headed(words, ("buyer", "contract", "last_day", "left"), ("left",))
        show_table(columns, [_late(one, language) for one in late])
        print()
    columns = headed(words, ("public", "done", "people"), ("done", "people"))
    publics = [[insertion_publics()[one["public"]][language], *public_cells(one, language)] for one in found.publics]
    show_table(columns, publics)
    print()
    unmatched = sum(one["contract_key"] is None for one in found.contracts)
    said = words["about"].format(unmatched=unmatched, silent=found.clauses_without_hours)
    tell(said)


def _hours(figure: Figure, value: float | None, language: str) -> str:
    if figure.unit == "percent":
        return format.percent(value, language=language)
    decimals = {"full_time_years": 1, "per_thousand_euros": 2}.get(str(figure.group["measure"]), 0)
    return format.number(value, decimals, language)


def _hours_span(figure: Figure, language: str) -> str:
    if figure.low is None:
        return ""
    low = _hours(figure, figure.low, language)
    if figure.high is None:
        return str(texts(language)["numbers"]["at_least"].format(low=low))
    high = _hours(figure, figure.high, language)
    words = texts(language)["numbers"]
    return str(words["exact"] if figure.low == figure.high else words["span"].format(low=low, high=high))


def _late(one: Mapping[str, Any], language: str) -> list[str]:
    hours = format.number(one["left_minutes"] / 60, 1, language)
    return [one["buyer_name"] or one["buyer_siren"], one["contract_id"], format.day(one["due_date"], language), hours]


def hours(figure: Figure, language: str = "fr") -> tuple[str, str]:
    """A measure of hours and its bounds, in words."""
    return _hours(figure, figure.value, language), _hours_span(figure, language)


def public_cells(one: Mapping[str, Any], language: str = "fr") -> tuple[str, str]:
    """Hours done and people of a public; neither where it is masked."""
    masked = str(texts(language)["execution"]["masked"])
    if one["is_masked"]:
        return masked, masked
    hours = None if one["minutes"] is None else one["minutes"] / 60
    return format.number(hours, language=language), format.number(one["people"], language=language)


def counsel_as_dict(found: Any, language: str = "fr") -> dict[str, Any]:
    """The advice for a segment, what it rests on, and the wordings of its family."""
    return {
        "segment": found.segment,
        "lever": found.advice.lever,
        "reason": found.advice.reason,
        "sentences": counsel_sentences(found, language),
        "inclusive_firms": found.supply.firms,
        "firms_told": found.supply.told,
        "dependent_firms": found.supply.dependent,
        "awards": found.awards,
        "awards_of_unknown_holder": found.unknown_awards,
        "figures": [answers.as_dict(figure, language) for figure in found.figures],
        "library": [entry["name"] for entry in wordings(found.segment, found.advice.lever)],
    }


def counsel_sentences(found: Any, language: str = "fr") -> list[str]:
    """What to do, why, on what it rests, and on which text."""
    words, supply = texts(language)["advice"], found.supply
    counts = {
        name: format.number(value, language=language)
        for name, value in (("firms", supply.firms), ("told", supply.told), ("dependent", supply.dependent),
                            ("awards", found.awards), ("unknown", found.unknown_awards),
                            ("least", parameter("reserve_firms_min")), ("share", parameter("dependence_share_pct")))
    }  # fmt: skip
    return [
        words["levers"][found.advice.lever],
        words["reasons"][found.advice.reason].format(**counts),
        words["rests"].format(**counts),
        words["basis"][found.advice.lever],
    ]


def wordings(segment: str, lever: str) -> list[Mapping[str, Any]]:
    """The entries of the library for the family of a segment: those of the lever first."""
    family, kind = segments()[segment]["family_id"], KIND_OF_LEVER.get(lever, "execution_clause")
    found = [entry for entry in clause_library() if family in entry["families"]]
    return sorted(found, key=lambda entry: (entry["axis"] != "social", entry["kind"] != kind))


def show_counsel(found: Any, language: str = "fr") -> None:
    """The advice in sentences, the figures of the segment, the wordings to start from."""
    words = texts(language)["advice"]
    tell(segments()[found.segment][f"segment_{language}"])
    for sentence in counsel_sentences(found, language):
        tell(sentence, indent="    ")
    columns = headed(words, ("measure", "value", "bounds"), ("value", "bounds"))
    rows = [
        [indicator_texts(figure.indicator, language, figure.basis)["title"], format.value(figure, language),
         format.span(figure, language)]
        for figure in found.figures
    ]  # fmt: skip
    print()
    show_table(columns, rows)
    print()
    names = ", ".join(entry["name"] for entry in wordings(found.segment, found.advice.lever)) or words["no_wording"]
    tell(words["library"].format(names=names))
    tell(words["about"])


def lint_as_dict(file: str, points: Sequence[Any], language: str = "fr") -> dict[str, Any]:
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


def show_lint(found: Mapping[str, Any], language: str = "fr") -> None:
    """One block per point: what it is, the passage, why, on which text, and what may be written instead."""
    words = texts(language)["lint"]
    for one in found["points"]:
        place = words["line"].format(line=one["line"]) if one["line"] else words["whole"]
        tell(f"{words[one['severity']]}, {place} ({one['rule']})")
        if one["passage"]:
            tell(words["quoted"].format(passage=" ".join(one["passage"].split())), indent="    ")
        tell(one["reason"], indent="    ")
        tell(words["basis"].format(basis=one["legal_basis"]), indent="    ")
        tell(words["instead"].format(wording=one["wording"]), indent="    ")
        print()
    tell(words["total"].format(unlawful=found["unlawful"], warnings=found["warnings"]))
    tell(words["about"])


def detected_as_dict(file: str, found: Sequence[Any]) -> dict[str, Any]:
    """The passages of a document that tell a consideration; a text is the lowest of evidence."""
    return {"file": file, "evidence": "text", "evidence_rank": TEXT_RANK, "passages": [vars(hit) for hit in found]}


def show_detected(found: Sequence[Any], language: str = "fr") -> None:
    """One line per passage: kind, line, passage."""
    words = texts(language)["detected"]
    if not found:
        tell(words["none"])
    else:
        columns = headed(words, ("kind", "line", "passage"), ("line",))
        rows = [
            [words["kinds"][hit.kind], str(hit.line), " ".join(format.harmless(hit.passage).split())] for hit in found
        ]
        show_table(columns, rows)
        print()
    tell(words["about"])


def show_library(found: Sequence[Mapping[str, Any]], language: str = "fr") -> None:
    """One block per entry: kind, wording, text, verification, weight."""
    words = texts(language)["clauses"]
    for one in found:
        about = {"name": one["name"], "kind": words[one["kind"]], "axis": words[one["axis"]]}
        tell(words["heading"].format(**about, families=", ".join(one["families"])))
        tell(one["fr"], indent="    ")
        tell(words["verification"].format(verification=one["verification"]), indent="    ")
        if one["weight_pct"]:
            tell(words["weight"].format(weight=one["weight_pct"]), indent="    ")
        tell(words["basis"].format(basis=one["basis"]), indent="    ")
        print()
    tell(words["about_library"] if found else words["none"])
