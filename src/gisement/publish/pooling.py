"""Windows of common purchase in words, for the terminal, for pages and for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from gisement.catalog import cooperation_texts, parameter
from gisement.publish import format
from gisement.publish.feeds import holders
from gisement.publish.layout import Column, paragraph, table, width_here
from gisement.publish.renewals import segment_name

OF_A_CONTRACT = (
    "contract_key", "contract_id", "title", "buyer_id", "buyer_name", "end_date", "amount_cents", "annualised_cents",
)  # fmt: skip


def as_dicts(windows: Sequence[Any]) -> list[dict[str, Any]]:
    """Each window with the contracts that it cites, ready for JSON; the gain's interval is that of a scenario."""
    return [
        {
            **asdict(each),
            "interval": "scenario",
            "contracts": [{k: row[k] for k in OF_A_CONTRACT} for row in each.contracts],
        }
        for each in windows
    ]


def told(window: Any, language: str) -> dict[str, str]:
    """What is written of one window on a line."""
    words = cooperation_texts(language)["pooling"]
    lots = window.lots_count
    return {
        "segment": segment_name(window.segment, language),
        "kind": words["kinds"][window.kind],
        "buyers": ", ".join(part.name for part in window.parts),
        "ends": words["from_to"].format(first=_day(window.first_end, language), last=_day(window.last_end, language)),
        "contracts": format.counted(len(window.contracts), words["contract"], words["contracts"], language),
        "amount": amount(window, language),
        "gain": _gain(window, words, language),
        "lots": words["no_lot"] if lots is None else format.counted(lots, words["lot"], words["lots_word"], language),
    }


def amount(window: Any, language: str) -> str:
    """The money of a window: a least value where a contract has no known amount."""
    if window.unknown_count == len(window.contracts):
        return format.not_known(language)
    known = format.euros(window.cents / 100, language)
    words = cooperation_texts(language)["pooling"]
    return words["at_least"].format(amount=known) if window.unknown_count else known


def reasons(window: Any, language: str) -> dict[str, list[str]]:
    """Why, when, with what risk and what gain: sentences by chapter (`why`, `when`, `risk`, `gain_title`)."""
    words = cooperation_texts(language)["pooling"]
    why = words["why_text"].format(
        count=format.number(len(window.contracts), language=language),
        buyers=len(window.parts),
        segment=segment_name(window.segment, language),
        first=_day(window.first_end, language),
        last=_day(window.last_end, language),
        amount=amount(window, language),
        joined=format.euros(window.joined_cents / 100, language),
    )
    when = words["when_stages"][window.stage].format(
        sourcing=_day(window.sourcing_date, language), call=_day(window.call_date, language)
    )
    return {
        "why": [why, *([] if window.is_optimal else [words["not_optimal"]])],
        "when": [when],
        "risk": list(_risk(window, words, language)),
        "gain_title": [_gain_sentence(window, words, language)],
    }


def show(windows: Sequence[Any], language: str) -> None:
    """The windows on a terminal, and every contract of each."""
    width, words = width_here(), cooperation_texts(language)["pooling"]
    if not windows:
        print(paragraph(words["none"], width))
        return
    columns = [Column(words[name]) for name in ("segment", "buyers", "ends", "amount", "gain", "lots")]
    lines = [
        [told(each, language)[name] for name in ("segment", "buyers", "ends", "amount", "gain", "lots")]
        for each in windows
    ]
    print(table(columns, lines, width))
    for each in windows:
        print()
        print(
            paragraph(
                f"{segment_name(each.segment, language)}{format.colon(language)}{told(each, language)['kind']}", width
            )
        )
        for row in each.contracts:
            print(paragraph(cited(row, language), width, "  "))
    print()
    print(paragraph(words["about"], width))


def cited(row: Mapping[str, Any], language: str) -> str:
    """One contract of a window, on a line."""
    parts = (
        row["buyer_name"] or row["buyer_id"],
        row["contract_id"],
        row["title"],
        holders(row, language),
        _day(row["end_date"], language),
    )
    return " – ".join(format.harmless(str(part)) for part in parts if part)


def _risk(window: Any, words: Mapping[str, str], language: str) -> list[str]:
    whole = {name: format.number(getattr(window, f"{name}_count"), language=language) for name in ("small", "local")}
    counts = {"known": window.sized_count, "placed": window.placed_count}
    found = [words["held_small"].format(**whole, **counts) if window.sized_count else words["held_unknown"]]
    if window.lot_cents is None:
        return [*found, words["lot_unknown"]]
    times = window.cents / window.lot_cents
    sentence = "lot_within" if times <= 1 else f"lot_{window.lot_basis}"
    found.append(
        words[sentence].format(
            cases=format.number(window.lot_cases, language=language),
            size=format.euros(window.lot_cents / 100, language),
            whole=amount(window, language),
            times=format.number(times, 1, language),
        )
    )
    return [*found, words["lots_text"].format(lots=told(window, language)["lots"])]


def _gain(window: Any, words: Mapping[str, Any], language: str) -> str:
    if window.gain_low_cents is None:
        return str(words["no_gain"])
    low, high = (format.euros(cents / 100, language) for cents in (window.gain_low_cents, window.gain_high_cents))
    return str(words["gain_range"].format(low=low, high=high))


def _gain_sentence(window: Any, words: Mapping[str, str], language: str) -> str:
    if window.gain_low_cents is None:
        return words["no_gain_text"]
    return words["gain_text"].format(
        low=parameter("pooling_gain_low_pct"),
        high=parameter("pooling_gain_high_pct"),
        low_eur=format.euros(window.gain_low_cents / 100, language),
        high_eur=format.euros(window.gain_high_cents / 100, language),
    )


def _day(day: Any, language: str) -> str:
    return format.day(day, language)
