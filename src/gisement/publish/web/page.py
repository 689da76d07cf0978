"""One page asked for: its language, its address, and how its answer is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from gisement.catalog import page_texts, texts
from gisement.publish import format
from gisement.publish.web.card import Card
from gisement.publish.web.serving.assets import static
from gisement.publish.web.site import Site
from gisement.terms import Figure, Trouble

MENU: Mapping[str, tuple[str, ...]] = {
    "see": ("", "figures", "needs", "buyers", "suppliers", "contracts", "map", "impact", "quality"),
    "act": ("renewals", "clauses", "law", "cooperate", "food", "firms"),
}
"""What one comes to see, then what one comes to do."""
SESSION = "gisement.session"
"""Where a request holds the session of whoever asks, on a server that partners may sign in to."""
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
            "f": self.site.kept(_macros, self.language),
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
            "menu": self.site.kept(_menu, self.language, _entry(bare)),
            "foot": self.site.kept(_foot, self.language),
        }


def root_of(language: str) -> str:
    """What stands before every address of a language."""
    return "" if language == "fr" else f"/{language}"


def _entry(path: str) -> str | None:
    """The entry of the menu that an address is under; None if it is under none."""
    name = path.split("/", 2)[1]
    is_listed = any(name in names for names in MENU.values())
    return name if is_listed and (name or path == "/") else None


def _macros(site: Site, language: str) -> Any:
    """What pages write figures with, in a language: made once, since macros made for a page would stay in memory, each
    pointing at the others, until the collector finds them."""
    held = {"t": page_texts(language), "root": root_of(language), "language": language}
    held |= {"colon": format.colon(language), "between": format.semicolon(language)}
    return site.environment.get_template("figure.macros.j2").make_module(held)


def _menu(site: Site, language: str, current: str | None) -> Any:
    """The menu as HTML, where `current` is the entry that one is under."""
    nav, root = page_texts(language)["nav"], root_of(language)
    groups = [
        (nav[group], [(f"{root}/{name}", nav[name or "home"], name) for name in names]) for group, names in MENU.items()
    ]
    return site.macros["menu"](groups, current)


def _foot(site: Site, language: str) -> Any:
    """The links at the foot as HTML."""
    nav, root = page_texts(language)["nav"], root_of(language)
    return site.macros["foot"]([(f"{root}/{name}", nav[name]) for name in FOOT])
