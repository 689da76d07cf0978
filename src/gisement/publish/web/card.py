"""A figure as pages show it: its texts, and where its rows, method, files, permanent link and frame are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from gisement.catalog import page_texts, texts
from gisement.catalog.file_kinds import kind_name
from gisement.engine.protected import NOT_SHOWN
from gisement.publish import format
from gisement.publish.component import Shown, shown
from gisement.publish.web.address import Pairs, address, pairs_of, with_each
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


class Card:
    """What is written of a figure, and the addresses that go with it, each made when a page writes it.

    A table of a hundred lines writes the value and two addresses of each: the rest would be most of the work. `by` is
    the breakdown that its files hold; its bar goes from `least` to `largest`.
    """

    def __init__(
        self, site: Site, figure: Figure, language: str, label: str = "", *, largest: float = 1.0, least: float = 0.0,
        by: str = "",
    ) -> None:  # fmt: skip
        self._site, self._figure, self._language, self._by = site, figure, language, by
        self._root = "" if language == "fr" else f"/{language}"
        self.shown: Shown = shown(figure, label, largest=largest, least=least, language=language)

    @cached_property
    def _whole(self) -> Pairs:
        return pairs_of(self._figure)

    @cached_property
    def _pairs(self) -> Pairs:
        """A permanent link says the basis; elsewhere, it is said where it is not the usual one."""
        return [pair for pair in self._whole if pair != ("basis", self._site.basis)]

    @cached_property
    def page(self) -> str:
        """Where the figure stands alone."""
        return address(f"{self._root}/figures/{self._figure.indicator}", self._pairs)

    @cached_property
    def rows(self) -> str:
        """Where the rows that count are."""
        path = f"{self._root}/figures/{self._figure.indicator}/rows"
        return address(path, self._pairs, verdict=str(Verdict.PART))

    @cached_property
    def verdicts(self) -> tuple[VerdictRows, ...]:
        """The rows by verdict; of a figure that is not shown, nothing is said of its rows either."""
        told_of = () if self._figure.secrecy == NOT_SHOWN else tuple(Verdict)
        whole = address(f"{self._root}/figures/{self._figure.indicator}/rows", self._pairs)
        addresses = zip(told_of, with_each(whole, "verdict", map(str, told_of)), strict=True)
        found = (_verdict(self._figure, verdict, self._language, at) for verdict, at in addresses)
        return tuple(sorted(found, key=lambda row: ORDER.index(row.verdict)))

    @cached_property
    def files(self) -> tuple[tuple[str, str], ...]:
        """The kinds of file, and where each is."""
        whole = address(f"/api/measure/{self._figure.indicator}", self._pairs, by=self._by)
        return tuple(zip(FILES, with_each(whole, "format", FILES), strict=True))

    @property
    def method(self) -> str:
        """The page of the indicator."""
        return f"{self._root}/methods/{self._figure.indicator}"

    @property
    def permanent(self) -> str:
        """The link that says the release, and the basis whatever it is."""
        path = f"{self._root}/figures/{self._figure.indicator}"
        return address(path, self._whole, release=self._site.served.release)

    @property
    def embed(self) -> str:
        """What another site shows in a frame."""
        return address(f"{self._root}/embed/{self._figure.indicator}", self._pairs)

    @cached_property
    def origins(self) -> tuple[str, ...]:
        """Who produced the files that were read."""
        words = page_texts(self._language)["figure"]
        told = (
            o.producer or words["no_producer"].format(source=kind_name(o.source, self._language))
            for o in self._figure.origins
        )
        return tuple(dict.fromkeys(told))

    @property
    def files_read(self) -> str:
        """How many files were read."""
        words = page_texts(self._language)["figure"]
        return format.counted(len(self._figure.origins), words["file"], words["files"], self._language)


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


def _verdict(figure: Figure, verdict: Verdict, language: str, at: str) -> VerdictRows:
    words = page_texts(language)["figure"]
    one, many = ("cell", "cells") if figure.secrecy else ("row", "rows_word")
    return VerdictRows(
        verdict=str(verdict),
        label=str(texts(language)["verdicts"][verdict]),
        count=format.counted(figure.sums.rows(verdict), words[one], words[many], language),
        weight=weighed(figure, getattr(figure.sums, verdict), language),
        address=at,
    )
