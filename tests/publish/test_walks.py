"""The jobs of the eight kinds of user, by keyboard alone: from the first page to the answer, in a hand and on a desk."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from gisement.models.clauses.insertion import insertion_hours
from gisement.publish import format
from gisement.publish.web.site import Site
from gisement.terms import Figure, Verdict
from tests.publish.accessible import breaches
from tests.publish.conftest import NARROW, WIDE, context, serving

MOST_TABS = 400
NEED = "cleaning_services"
SCREENS = {"fr": "narrow", "en": "wide"}
OTHER = {"fr": "en", "en": "fr"}
ROOT = {"fr": "", "en": "/en"}


@dataclass(frozen=True)
class Hands:
    """A keyboard before a page: nothing here points, and whatever is reached must be seen to be."""

    page: Page

    def reach(self, selector: str) -> None:
        """Press Tab until what is named has the focus, and shows it."""
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("named => document.activeElement.matches(named)", selector):
                assert self.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid", selector
                return
        raise AssertionError(f"{self.page.url}: {MOST_TABS} tabs lead to no {selector}")

    def follow(self, selector: str) -> None:
        """Reach a link or a button, and press Enter."""
        self.reach(selector)
        self.enter()

    def enter(self) -> None:
        """Press Enter where it leads to another page."""
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def open(self, selector: str) -> None:
        """Reach a summary, and open what it sums up."""
        self.reach(selector)
        self.page.keyboard.press("Enter")

    def menu(self, name: str) -> None:
        """Go to a page of the menu, which waits to be opened on a narrow screen."""
        if self.page.locator(".menu summary").is_visible():
            assert not self.page.locator(".menu ul").first.is_visible()
            self.open(".menu summary")
        self.follow(f'.menu a[href$="/{name}"]')

    def pick(self, selector: str, value: str) -> None:
        """Reach a list, and go down to a value."""
        self.reach(selector)
        for _ in range(MOST_TABS):
            if self.page.locator(selector).input_value() == value:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{selector} has no {value}")

    def write(self, selector: str, text: str) -> None:
        """Reach a field, and type."""
        self.reach(selector)
        self.page.keyboard.type(text)


@dataclass(frozen=True)
class Walk:
    """Who walks, how, and what must stand where the walk ends, in each language."""

    who: str
    steps: Callable[[Hands, Site], None]
    answer: str
    told: Callable[[Site, str], Sequence[str]]


def elected(hands: Hands, _: Site) -> None:
    """Which share goes to the territory, and at the registered office?"""
    hands.follow(".otherwise a")
    before = hands.page.locator(".sentence").inner_text()
    hands.pick("#f-place", "head_office")
    expect(hands.page.locator(".sentence")).not_to_have_text(before)
    hands.page.wait_for_url("**/figures/local_share?place=head_office")


def purchasing(hands: Hands, site: Site) -> None:
    """Who are my first suppliers?"""
    buyer = site.served.found("", kind="buyer")[0]
    hands.write("#q", str(buyer["name"]))
    hands.enter()
    hands.follow(f'main a[href$="/buyers/{buyer["key"]}"]')


def agency(hands: Hands, _: Site) -> None:
    """Which offers are missing here?"""
    hands.menu("cooperate")
    hands.follow('main a[href$="/addressable"]')
    hands.pick("#f-kind", "gap")
    hands.follow("form.choose button")


def food(hands: Hands, _: Site) -> None:
    """How much would a workshop have to take?"""
    hands.menu("food")
    hands.follow('main a[href*="/food?stage=workshop"]')


def clauses(hands: Hands, _: Site) -> None:
    """How many hours for this lot?"""
    hands.menu("clauses")
    hands.follow('main a[href$="/insertion-hours"]')
    hands.write("#f-amount", "1000000")
    hands.write("#f-labour", "40")
    hands.enter()


def spaser(hands: Hands, _: Site) -> None:
    """Where does an indicator of the law start from, and by which method?"""
    hands.menu("figures")
    hands.open('section[aria-labelledby="clauses"] > details.table > summary')
    hands.follow('main a.value[href$="/figures/pnad_social_count_share"]')


def firm(hands: Hands, _: Site) -> None:
    """Who buys what I sell?"""
    hands.menu("firms")
    hands.write("#f-text", "nettoyage")
    hands.enter()


def journalist(hands: Hands, _: Site) -> None:
    """Can I check the share?"""
    hands.open(".hero summary")
    hands.follow('.hero .verdicts a[data-verdict="part"]')


def named(figures: Sequence[Figure], by: str, language: str) -> list[str]:
    """The largest figure, as it is written."""
    known = [figure for figure in figures if figure.group[by] and figure.value is not None]
    return [format.value(max(known, key=lambda figure: figure.value or 0), language)]


def gaps(site: Site, language: str) -> list[str]:
    """What leaves for the first need for which an offer is missing."""
    first = next(each for each in site.addressable() if each.kind == "gap" and each.leaves_cents)
    return [format.verdict_euros(first.local, Verdict.REST, language)]


def suppliers(site: Site, language: str) -> list[str]:
    """The first supplier of the buyer that stands for all."""
    buyer = str(site.served.found("", kind="buyer")[0]["key"])
    return named(site.measure("total_spend", (("buyer", buyer),), "supplier"), "supplier", language)


def workshops(site: Site, language: str) -> list[str]:
    """What each workshop would have to take."""
    figures = site.measure("food_need", (("supply_stage", "workshop"),), "food_product")
    return [format.value(figure, language) for figure in figures if figure.value is not None]


WALKS = (
    Walk("elected", elected, ".result", lambda site, at: [
        format.value(site.figure("local_share", ("place", "head_office")), at)
    ]),
    Walk("purchasing", purchasing, "section:has(> #suppliers)", suppliers),
    Walk("agency", agency, "form.choose + .scroll", gaps),
    Walk("food", food, "section:has(> #gaps)", workshops),
    Walk("clauses", clauses, "section:has(> #answer)", lambda _, at: [
        format.number(insertion_hours(100_000_000, 40).middle, language=at)
    ]),
    Walk("spaser", spaser, ".result", lambda site, at: [format.value(site.figure("pnad_social_count_share"), at)]),
    Walk("firm", firm, "section:has(> #buyers)", lambda site, at: [
        format.value(site.figure("total_spend", ("segment", NEED)), at)
    ]),
    Walk("journalist", journalist, ".adds", lambda site, at: [format.cents(site.figure("local_share").sums.part, at)]),
)  # fmt: skip


def test_each_of_the_eight_users_has_a_walk() -> None:
    assert len({walk.who for walk in WALKS}) == 8


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.who)
def test_a_user_walks_from_the_first_page_to_the_answer_by_keyboard(
    request: pytest.FixtureRequest, site: Site, complaints: list[str], walk: Walk, language: str
) -> None:
    """In a hand in French, on a desk in English; at the end, the same answer in the other language."""
    page: Page = request.getfixturevalue(SCREENS[language])
    complaints.clear()
    page.goto(ROOT[language] or "/")
    hands = Hands(page)
    walk.steps(hands, site)
    for at in (language, OTHER[language]):
        assert page.locator("html").get_attribute("lang") == at
        shown = page.locator(walk.answer).first
        expect(shown).to_be_visible()
        told = " ".join(shown.inner_text().split())
        for expected in walk.told(site, at):
            assert " ".join(expected.split()) in told, f"{page.url}: {expected}"
        if at == language:
            hands.follow("a.language")
    assert complaints == []


# --- payments -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "size"), [("partner_site", NARROW), ("paid_site", WIDE)])
def test_what_is_paid_is_two_clicks_from_its_rows(
    request: pytest.FixtureRequest, browser: Browser, complaints: list[str], kind: str, size: dict[str, int]
) -> None:
    """On one's own machine, to the lines; for everyone, to the finest public sums and one remainder: both add up."""
    paid: Site = request.getfixturevalue(kind)
    complaints.clear()
    with serving(paid) as at, context(browser, at, complaints, size) as window:
        page = window.new_page()
        page.goto("/")
        hands = Hands(page)
        hands.open(".hero summary")
        hands.follow('.hero .verdicts a[data-verdict="part"]')
        sums = paid.figure("local_share", *(() if paid.served.partner else (("basis", "payment"),))).sums
        assert " ".join(format.cents(sums.part).split()) in " ".join(page.locator(".adds").inner_text().split())
        file = page.locator(".take a", has_text="CSV").first.get_attribute("href")
        lines = list(csv.DictReader(io.StringIO(page.request.get(file or "").text())))
        assert sum(int(line["amount_cents"]) for line in lines if line["amount_cents"]) == sums.part > 0
        assert {line["basis"] for line in lines} == {"payment"}
        held = [line for line in lines if "non montré" in str(line.values()).lower()]
        assert len(held) <= (0 if paid.served.partner else 1)
        assert breaches(page) == []
    assert complaints == []
