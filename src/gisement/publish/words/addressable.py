"""Addressable spend in words: what leaves, what could be offered here, what is missing; counts, never names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gisement.catalog import cooperation_texts
from gisement.publish import answers, format
from gisement.publish.layout import headed, show_table, tell
from gisement.publish.words.renewals import segment_name
from gisement.studies import addressable as engine
from gisement.studies.addressable import KINDS, by_kind
from gisement.terms import Verdict

COLUMNS = ("segment", "leaves", "kind", "firms", "sizes", "single", "largest")
NUMBERS = ("leaves", "firms", "single", "largest")


def as_dicts(found: Sequence[Any], language: str = "fr") -> list[dict[str, Any]]:
    """Each segment, ready for JSON; a number of firms under three is null."""
    return [
        {
            "segment": each.segment, "family": each.family, "kind": each.kind, "firms": each.firms,
            "classes": dict(each.classes), "near_firms": each.near_firms,
            **{
                name: None if getattr(each, name) is None else answers.as_dict(getattr(each, name), language)
                for name in ("local", "largest", "competition")
            },
        }
        for each in found
    ]  # fmt: skip


def told(each: Any, language: str) -> dict[str, str]:
    """What a table says of one segment, as texts by column: euros, counts (none under three), sizes of contracts."""
    words = cooperation_texts(language)["addressable"]
    return {
        "segment": segment_name(each.segment, language) or words["no_segment"],
        "leaves": format.verdict_euros(each.local, Verdict.REST, language),
        "leaves_span": format.verdict_span(each.local, Verdict.REST, language),
        "kind": words["kinds"][each.kind],
        "firms": counted(each.firms, language),
        "near": words["near"].format(count=counted(each.near_firms, language)),
        "sizes": sizes(each.classes, language),
        "single": format.not_known(language)
        if each.competition is None
        else format.in_a_cell(each.competition, language),
        "largest": words["few"] if each.largest is None else format.value(each.largest, language),
    }


def counted(count: int | None, language: str) -> str:
    """A number of establishments: under three, no more is said."""
    words = cooperation_texts(language)["addressable"]
    return str(words["few"]) if count is None else format.number(count, language=language)


def sizes(classes: Mapping[str, int | None], language: str) -> str:
    """How many establishments by class of headcount, those told alone."""
    words = cooperation_texts(language)["addressable"]["classes"]
    if len(classes) < 2:
        return ""
    return format.listed(
        (f"{format.number(n, language=language)} {words[c]}" for c, n in classes.items() if n), language
    )


def whole(found: Sequence[Any], language: str) -> str:
    """One sentence on all segments together: the euros that stay, that leave (by kind) and of unknown place.

    Where there is no segment, that no purchase is known.
    """
    if not found:
        return str(cooperation_texts(language)["addressable"]["none"])
    kinds = by_kind(found)
    figure = engine.whole(found)
    parts = {
        kind: format.verdict_euros(kinds[kind], Verdict.REST, language) if kind in kinds else format.euros(0, language)
        for kind in KINDS
    }
    stays, leaves = (format.verdict_euros(figure, verdict, language) for verdict in (Verdict.PART, Verdict.REST))
    unknown = format.verdict_euros(figure, Verdict.UNKNOWN, language)
    sentence: str = cooperation_texts(language)["addressable"]["whole"]
    return sentence.format(leaves=leaves, stays=stays, unknown=unknown, **parts)


def show(found: Sequence[Any], language: str) -> None:
    """The segments on a terminal, and the whole."""
    words = cooperation_texts(language)["addressable"]
    if not found:
        tell(whole(found, language))
        return
    lines = [[told(each, language)[name] for name in COLUMNS] for each in found if each.leaves_cents]
    show_table(headed(words, COLUMNS, NUMBERS), lines)
    print()
    tell(whole(found, language))
    tell(words["about"])
