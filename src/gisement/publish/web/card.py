"""A figure as pages show it: its texts, and where its rows, method, files, permanent link and frame are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gisement.catalog import page_texts, texts
from gisement.engine.protected import NOT_SHOWN
from gisement.publish import format
from gisement.publish.component import Shown, shown
from gisement.publish.web.address import Pairs, address, pairs_of
from gisement.terms import KILOGRAMS, LOTS, Figure, Verdict

if TYPE_CHECKING:
    from gisement.publish.web.site import Site

ORDER = ("part", "rest", "unknown", "excluded")
FILES = ("csv", "xlsx", "json")


@dataclass(frozen=True)
class VerdictRows:
    """The rows of one verdict: how many, what they weigh, where they are."""

    verdict: str
    label: str
    count: str
    weight: str
    address: str


@dataclass(frozen=True)
class Card:
    """What is written of a figure, and the addresses that go with it."""

    shown: Shown
    page: str
    rows: str
    verdicts: tuple[VerdictRows, ...]
    files: tuple[tuple[str, str], ...]
    method: str
    permanent: str
    embed: str
    origins: tuple[str, ...]
    files_read: str


def card(
    site: Site,
    figure: Figure,
    language: str,
    label: str = "",
    *,
    largest: float = 1.0,
    least: float = 0.0,
    by: str = "",
) -> Card:
    """The card of a figure; `by` is the breakdown that its files hold, its bar goes from `least` to `largest`."""
    root = "" if language == "fr" else f"/{language}"
    whole, told = pairs_of(figure), page_texts(language)["figure"]
    # a permanent link says the basis; elsewhere, it is said where it is not the usual one
    pairs = [pair for pair in whole if pair != ("basis", site.basis)]
    page = address(f"{root}/figures/{figure.indicator}", pairs)
    # of a figure that is not shown, nothing is said of its rows either
    told_of = () if figure.secrecy == NOT_SHOWN else tuple(Verdict)
    rows = tuple(_verdict(figure, verdict, language, root, pairs) for verdict in told_of)
    first = address(f"{root}/figures/{figure.indicator}/rows", pairs, verdict=str(Verdict.PART))
    return Card(
        shown=shown(figure, label, largest=largest, least=least, language=language),
        page=page,
        rows=first,
        verdicts=tuple(sorted(rows, key=lambda row: ORDER.index(row.verdict))),
        files=tuple((kind, address(f"/api/measure/{figure.indicator}", pairs, by=by, format=kind)) for kind in FILES),
        method=f"{root}/methods/{figure.indicator}",
        permanent=address(f"{root}/figures/{figure.indicator}", whole, release=site.served.release),
        embed=address(f"{root}/embed/{figure.indicator}", pairs),
        origins=tuple(dict.fromkeys(o.producer or told["no_producer"].format(source=o.source) for o in figure.origins)),
        files_read=format.counted(len(figure.origins), told["file"], told["files"], language),
    )


def weighed(figure: Figure, cents_or_rows: int, language: str) -> str:
    """A sum of weights: exact euros, a quantity, a number of lots, or a number of rows."""
    if figure.weight_divisor == 1:
        words = page_texts(language)["figure"]
        if figure.unit == LOTS.name:
            return format.counted(cents_or_rows, words["lot"], words["lots"], language)
        return format.counted(cents_or_rows, words["row"], words["rows_word"], language)
    if figure.weight_divisor == KILOGRAMS.divisor:
        return format.weight(cents_or_rows / KILOGRAMS.divisor, language)
    return format.cents(cents_or_rows, language)


def _verdict(figure: Figure, verdict: Verdict, language: str, root: str, pairs: Pairs) -> VerdictRows:
    words = page_texts(language)["figure"]
    one, many = ("cell", "cells") if figure.secrecy else ("row", "rows_word")
    return VerdictRows(
        verdict=str(verdict),
        label=str(texts(language)["verdicts"][verdict]),
        count=format.counted(figure.sums.rows(verdict), words[one], words[many], language),
        weight=weighed(figure, getattr(figure.sums, verdict), language),
        address=address(f"{root}/figures/{figure.indicator}/rows", pairs, verdict=str(verdict)),
    )
