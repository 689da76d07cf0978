"""One page asked for, its language, its address and how its answer is made; and a figure as pages show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from gisement.catalog import page_texts, texts
from gisement.catalog.file_kinds import kind_name
from gisement.engine.protected import NOT_SHOWN
from gisement.publish import format
from gisement.publish.component import Shown, shown
from gisement.publish.web.address import Pairs, address, pairs_of, with_each
from gisement.publish.web.serving.assets import static
from gisement.publish.web.site import Site, kept
from gisement.terms import KILOGRAMS, LOTS, Figure, Trouble, Verdict

MENU: Mapping[str, tuple[str, ...]] = {
    "see": ("", "figures", "needs", "buyers", "suppliers", "contracts", "map", "impact", "quality"),
    "act": ("renewals", "clauses", "law", "cooperate", "food", "firms"),
}
"""What one comes to see, then what one comes to do."""
SESSION = "gisement.session"
"""Where a request holds the session of whoever asks, on a server that partners may sign in to."""
ORDER = ("part", "rest", "unknown", "excluded")
FILES = ("csv", "xlsx", "json")
FOOT = ("explainer", "documents", "methods", "sources", "releases", "secret", "embeds", "api")


@dataclass(frozen=True)
class Page:
    """A request for a page, in the language that its address says (`/en/…`, French otherwise)."""

    site: Site
    request: Request
    language: str

    @property
    def root(self) -> str:
        """What stands before every address of this language."""
        return root_of(self.language)

    @property
    def texts(self) -> Any:
        """The texts of pages in the language of this one, by page."""
        return page_texts(self.language)

    @property
    def query(self) -> list[tuple[str, str]]:
        """What the address asks for, in order."""
        return [(key, value) for key, value in self.request.query_params.multi_items()]

    def asked(self, name: str, default: str = "") -> str:
        """One value of the address."""
        return str(self.request.query_params.get(name, default))

    def card(self, figure: Figure, label: str = "", *, largest: float = 1.0, least: float = 0.0, by: str = "") -> Card:
        """The card of a figure in this language."""
        return Card(self.site, figure, self.language, label, largest=largest, least=least, by=by)

    def card_of(self, name: str, *where: tuple[str, str]) -> Card:
        """The card of an indicator over a perimeter."""
        return self.card(self.site.figure(name, *where))

    def absent(self) -> Trouble:
        """What is told where an address names nothing."""
        return Trouble(fr=page_texts("fr")["trouble"]["absent"], en=page_texts("en")["trouble"]["absent"])

    @property
    def page_number(self) -> int:
        """Which page of the rows is asked for; the first one where the address says nothing that can be read."""
        text = self.asked("page", "1")
        return int(text) if text.isascii() and text.isdigit() and 0 < int(text) < 10**6 else 1

    def pages(self, path: str, pairs: Pairs, goes_on: bool, **more: str) -> dict[str, str]:
        """Where one stands in a list of pages, and the addresses of the one before and of the next."""
        number = self.page_number
        return {
            "number": self.texts["rows"]["page"].format(page=self.number(number)),
            "previous": address(path, pairs, **more, page=number - 1) if number > 1 else "",
            "next": address(path, pairs, **more, page=number + 1) if goes_on else "",
        }

    def number(self, value: int) -> str:
        """A whole number as it is written."""
        return format.number(value, language=self.language)

    def render(self, template: str, status: int = 200, **content: Any) -> Response:
        """The page made from a template; all of its numbers come in as texts."""
        return HTMLResponse(self.html(template, **content), status_code=status)

    def html(self, template: str, **content: Any) -> str:
        """The text of the page."""
        return self.site.environment.get_template(template).render(**{**self._shared(), **content})

    @property
    def amounts(self) -> str:
        """What the amounts of the pages are: of contracts, of payments, or of contracts though ledgers were read, whose
        lines are shown to their partner alone."""
        has_ledger = any(origin.source in ("ledger", "pes") for origin in self.site.origins)
        public = "published_sums" if self.asked("basis") == "payment" else "ledgers_hidden"
        shown = "paid" if self.site.served.partner else public
        return str(self.texts["site"][shown if has_ledger else "ceilings"])

    def _partner_notice(self) -> str:
        """Whose lines of payment are on these pages; empty on everyone's."""
        served, told = self.site.served, self.texts["site"]
        if served.siren:
            return str(told["own"].format(name=self.site.partners.get(served.siren, served.siren)))
        return str(told["partner"]) if served.partner else ""

    def _shared(self) -> dict[str, Any]:
        told = self.texts
        path = self.request.url.path
        bare = path.removeprefix(self.root) or "/"
        other = f"/en{'' if bare == '/' else bare}" if self.language == "fr" else bare
        query = f"?{self.request.url.query}" if self.request.url.query else ""
        return {
            "t": told,
            "f": _macros(self.site, self.language),
            "words": texts(self.language),
            "language": self.language,
            "colon": format.colon(self.language),
            "between": format.semicolon(self.language),
            "root": self.root,
            "static": static,
            "territory": self.site.places[self.language].territory,
            "notice": self.site.notice,
            "is_partner": self.site.served.partner,
            "partner_notice": self._partner_notice(),
            "has_door": SESSION in self.request.scope,
            "amounts": self.amounts,
            "release": told["site"]["release" if self.site.as_of_date else "release_undated"].format(
                release=self.site.served.release, date=format.day(self.site.as_of_date, self.language)
            ),
            "other_language": other + query,
            "menu": _menu(self.site, self.language, _entry(bare)),
            "foot": _foot(self.site, self.language),
        }


def root_of(language: str) -> str:
    """What stands before every address of a language."""
    return "" if language == "fr" else f"/{language}"


def _entry(path: str) -> str | None:
    """The entry of the menu that an address is under; None if it is under none."""
    name = path.split("/", 2)[1]
    is_listed = any(name in names for names in MENU.values())
    return name if is_listed and (name or path == "/") else None


@kept(64)
def _macros(site: Site, language: str) -> Any:
    """What pages write figures with, in a language: made once, since macros made for a page would stay in memory, each
    pointing at the others, until the collector finds them."""
    held = {"t": page_texts(language), "root": root_of(language), "language": language}
    held |= {"colon": format.colon(language), "between": format.semicolon(language)}
    return site.environment.get_template("figure.macros.j2").make_module(held)


@kept(64)
def _menu(site: Site, language: str, current: str | None) -> Any:
    """The menu as HTML, where `current` is the entry that one is under."""
    nav, root = page_texts(language)["nav"], root_of(language)
    groups = [
        (nav[group], [(f"{root}/{name}", nav[name or "home"], name) for name in names]) for group, names in MENU.items()
    ]
    return site.macros["menu"](groups, current)


@kept(64)
def _foot(site: Site, language: str) -> Any:
    """The links at the foot as HTML."""
    nav, root = page_texts(language)["nav"], root_of(language)
    return site.macros["foot"]([(f"{root}/{name}", nav[name]) for name in FOOT])


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
        self._root = root_of(language)
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
