"""Windows of common purchase in words, for the terminal, for pages and for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gisement.catalog import cooperation_texts
from gisement.publish import answers, format
from gisement.publish.layout import headed, show_table, tell
from gisement.publish.words.renewals import holders, segment_name
from gisement.studies.pooling_gain import percents
from gisement.terms import Figure, Verdict

OF_A_CONTRACT = (
    "contract_key", "contract_id", "title", "buyer_id", "buyer_name", "end_date", "amount_cents", "annualised_cents",
)  # fmt: skip


FIGURES = ("volume", "joined", "gain", "small", "local", "lot")
PLAIN = (
    "identifier", "kind", "segment", "family", "first_end", "last_end", "stage", "sourcing_date", "call_date",
    "lot_basis", "lots_count", "is_optimal",
)  # fmt: skip


def as_dicts(windows: Sequence[Any], language: str = "fr") -> list[dict[str, Any]]:
    """Each window with its figures and the contracts that it cites, ready for JSON."""
    return [
        {
            **{name: getattr(each, name) for name in PLAIN},
            **{name: _figure(getattr(each, name), language) for name in FIGURES},
            "parts": [
                {
                    "buyer": part.buyer, "name": part.name, "contracts_count": part.contracts_count,
                    "volume": _figure(part.volume, language), "lots_count": part.lots_count,
                }
                for part in each.parts
            ],
            "contracts": [{k: row[k] for k in OF_A_CONTRACT} for row in each.contracts],
        }
        for each in windows
    ]  # fmt: skip


def _figure(figure: Figure | None, language: str) -> dict[str, Any] | None:
    return None if figure is None else answers.as_dict(figure, language)


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
        "amount": amount(window.volume, language),
        "gain": words["no_gain"] if window.gain is None else gain(window.gain, language),
        "lots": words["no_lot"] if lots is None else format.counted(lots, words["lot"], words["lots_word"], language),
    }


def amount(volume: Figure, language: str) -> str:
    """A yearly amount: a least value where a contract has no known amount."""
    known = format.value(volume, language)
    is_least = volume.value is not None and volume.high is None
    return str(cooperation_texts(language)["pooling"]["at_least"].format(amount=known)) if is_least else known


def gain(figure: Figure, language: str) -> str:
    """What is assumed, from the least to the most; a least value where an amount is missing."""
    words = cooperation_texts(language)["pooling"]
    if figure.low is None:
        return format.not_known(language)
    low = format.euros(figure.low, language)
    if figure.high is None:
        return str(words["gain_open"].format(low=low))
    return str(words["gain_range"].format(low=low, high=format.euros(figure.high, language)))


def reasons(window: Any, language: str) -> dict[str, list[str]]:
    """Why, when, with what risk and what gain: sentences by chapter (`why`, `when`, `risk`, `gain_title`)."""
    words = cooperation_texts(language)["pooling"]
    why = words["why_text"].format(
        count=format.number(len(window.contracts), language=language),
        buyers=len(window.parts),
        segment=segment_name(window.segment, language),
        first=_day(window.first_end, language),
        last=_day(window.last_end, language),
        amount=amount(window.volume, language),
        joined=amount(window.joined, language),
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
    words = cooperation_texts(language)["pooling"]
    if not windows:
        tell(words["none"])
        return
    names = ("segment", "buyers", "ends", "amount", "gain", "lots")
    columns = headed(words, names, ("amount", "gain", "lots"))
    lines = [[told(each, language)[name] for name in names] for each in windows]
    show_table(columns, lines)
    for each in windows:
        print()
        tell(f"{segment_name(each.segment, language)}{format.colon(language)}{told(each, language)['kind']}")
        for row in each.contracts:
            tell(cited(row, language), indent="  ")
    print()
    tell(words["about"])


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
    """Who holds the contracts today, and how the whole compares with what small firms hold alone."""
    small, known = (window.small.sums.rows(verdict) for verdict in (Verdict.PART, Verdict.REST))
    told_small = words["held_small"].format(
        small=format.number(small, language=language),
        known=format.number(small + known, language=language),
        local=format.in_a_cell(window.local, language),
    )
    found = [told_small if small + known else words["held_unknown"]]
    if window.lot is None or window.lot.value is None:
        return [*found, words["lot_unknown"]]
    times = (window.volume.value or 0) / window.lot.value
    found.append(
        words["lot_within" if times <= 1 else f"lot_{window.lot_basis}"].format(
            cases=format.number(window.lot.sums.rows(Verdict.PART), language=language),
            size=format.value(window.lot, language),
            whole=amount(window.volume, language),
            times=format.number(times, 1, language),
        )
    )
    return [*found, words["lots_text"].format(lots=told(window, language)["lots"])]


def _gain_sentence(window: Any, words: Mapping[str, str], language: str) -> str:
    if window.gain is None:
        return words["no_gain_text"]
    low, high = percents(window.gain.options["gain"])
    return words["gain_text"].format(low=low, high=high, range=gain(window.gain, language))


def _day(day: Any, language: str) -> str:
    return format.day(day, language)
