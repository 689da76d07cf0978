"""Scenarios in words: today, then, what is feasible, the effect of each segment; gross effects with their bounds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gisement.catalog import cooperation_texts, indicator_texts
from gisement.publish import answers, format
from gisement.publish.layout import Column, show_table, tell
from gisement.publish.words.renewals import segment_name
from gisement.studies.simulator import ALIKE, KEPT


def as_dicts(found: Sequence[Any], language: str = "fr") -> list[dict[str, Any]]:
    """Each scenario with its figures, the part of each segment (exact fractions as texts) and its gross impact."""
    return [
        {
            "name": each.name,
            "title": each.title,
            "levers": [{"kind": v.kind, "segment": v.segment, "points": float(v.points)} for v in each.levers],
            "outcomes": [_outcome(one, language) for one in each.outcomes],
            "pooling": [
                {
                    "segment": one.segment, "volume": answers.as_dict(one.volume, language),
                    "gain": answers.as_dict(one.gain, language),
                }
                for one in each.pooled
            ],
            "impact": [answers.as_dict(figure, language) for figure in each.impact],
            "impact_reach": [answers.as_dict(figure, language) for figure in each.impact_reach],
            "impact_reason": each.impact_reason or None,
        }
        for each in found
    ]  # fmt: skip


def title_of(outcome: Any, language: str) -> str:
    """The title of the indicator that a lever moves; empty where it moves none."""
    return str(indicator_texts(outcome.today.indicator, language)["title"]) if outcome else ""


def effect(outcome: Any, language: str) -> str:
    """The change of a share, in points."""
    if outcome.today.value is None or outcome.then.value is None:
        return format.not_known(language)
    return format.points(float(outcome.effect), language)


def reach(outcome: Any, language: str) -> str:
    """How far the share could go, whatever moves and whatever it becomes; empty where nothing of it moves."""
    figure = outcome.reach
    is_wide = figure.interval == "scenario" and figure.low != figure.high
    return format.span(figure, language) if is_wide else ""


def crossed(one: Any, outcome: Any, language: str) -> str:
    """What a lever does to a share that it does not aim at, in points, and how far that could go."""
    words = cooperation_texts(language)["simulator"]
    sums = outcome.today.sums
    known = sums.part + sums.rest
    if one.how == KEPT or known <= 0:
        return str(words["kept"])
    middle, low, high = (format.points(units / known, language) for units in (one.units, one.low, one.high))
    if one.how == ALIKE:
        middle = format.in_points(one.units / known, language, sign=True)
    return str(words["crossed" if one.how == ALIKE else "crossed_any"].format(middle=middle, low=low, high=high))


def part(one: Any, outcome: Any, language: str) -> dict[str, str]:
    """What one lever does, in words: asked, feasible, held, its effect on the whole."""

    def unit(amount: int) -> str:
        if outcome.today.weight_divisor == 1:
            words = cooperation_texts(language)["simulator"]
            return format.counted(amount, words["contract"], words["contracts"], language)
        return format.euros(amount / 100, language)

    return {
        "segment": segment_name(one.lever.segment, language),
        "points": format.number(float(one.lever.points), 1, language),
        "asked_points": format.in_points(float(one.lever.points) / 100, language),
        "asked": unit(one.asked),
        "feasible": unit(one.feasible),
        "held": unit(one.held),
        "effect": format.points(float(one.effect), language),
        "effect_points": format.in_points(float(one.effect), language, sign=True),
    }


def show(found: Sequence[Any], language: str) -> None:
    """Scenarios side by side on a terminal, then the levers of each."""
    words = cooperation_texts(language)["simulator"]
    columns = [Column(words["indicator"]), Column(words["today"], is_number=True)]
    columns += [Column(each.title or each.name, is_number=True) for each in found]
    rows = [
        [title_of(first, language), format.value(first.today, language)]
        + [f"{format.value(each.outcomes[n].then, language)} ({effect(each.outcomes[n], language)})" for each in found]
        for n, first in enumerate(found[0].outcomes)
    ]
    show_table(columns, rows)
    for each in found:
        for outcome in each.outcomes:
            for one in outcome.parts:
                said = part(one, outcome, language)
                tell(words["line"].format(title=title_of(outcome, language), **said), indent="  ")
            if span := reach(outcome, language):
                told = words["reach_line"].format(title=title_of(outcome, language), span=span)
                tell(told, indent="  ")
    print()
    tell(words["about"])


def _outcome(outcome: Any, language: str) -> dict[str, Any]:
    return {
        "kind": outcome.kind,
        "today": answers.as_dict(outcome.today, language),
        "then": answers.as_dict(outcome.then, language),
        "reach": answers.as_dict(outcome.reach, language),
        "crossed": [
            {
                "kind": one.kind, "segment": one.segment, "how": one.how, "units": one.units, "low": one.low,
                "high": one.high,
            }
            for one in outcome.crossed
        ],
        "segments": [
            {
                "segment": one.lever.segment, "points": float(one.lever.points), "asked": one.asked,
                "feasible": one.feasible, "held": one.held, "effect": str(one.effect),
            }
            for one in outcome.parts
        ],
    }  # fmt: skip
