"""The eight users' questions: on the page that `docs/questions.md` names, the answer is what the engine computes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Page

from gisement.catalog import cooperation_texts, parameter
from gisement.catalog.law import clause_library
from gisement.models.clauses.insertion import insertion_hours
from gisement.pipeline import perimeter_of
from gisement.publish import format
from gisement.publish.web.site import Site
from gisement.publish.words import pooling
from gisement.studies import renewals as calendar
from gisement.studies.addressable import by_kind
from gisement.studies.simulator import lever_of
from gisement.terms import Figure, Verdict

PROJECT = Path(__file__).resolve().parents[2]
TOLD = (PROJECT / "docs" / "questions.md").read_text(encoding="utf-8")
USERS = re.split(r"^## (\d\. .+)$", TOLD, flags=re.MULTILINE)
BY_USER = dict(zip(USERS[1::2], USERS[2::2], strict=True))
ROW = re.compile(
    r"^\| (.+\?) \| `(.+?)`(?: \(connecté\))? \| (?:`(.+?)`|(document|commande)) \| `(\w+)` \|$", re.MULTILINE
)
NEED = "cleaning_services"
CONTRACT = ("basis", "contract")
Row = tuple[str, str, str, str]
Answer = Callable[[Site, str], Sequence[str]]


def rows(user: str) -> list[Row]:
    """Question, page or command, what answers, test."""
    return [(q, where, answer, test) for q, where, answer, _, test in ROW.findall(BY_USER[user].split("\n## ")[0])]


def value(site: Site, name: str, *where: tuple[str, str]) -> str:
    """A figure as it is written."""
    return format.value(site.figure(name, *where))


def largest(site: Site, name: str, by: str, *where: tuple[str, str]) -> list[str]:
    """The largest figure of a breakdown, as it is written."""
    figures = [figure for figure in site.measure(name, where, by) if figure.group[by] and figure.value is not None]
    return [format.value(max(figures, key=lambda figure: figure.value or 0))]


def every(figures: Sequence[Figure]) -> list[str]:
    """Each figure that is known, as it is written."""
    return [format.value(figure) for figure in figures if figure.value is not None]


def first_renewal(site: Site, where: str) -> list[str]:
    """The amount and the end of the first contract of the calendar."""
    pairs = [f"{key}={text}" for key, text in parse_qsl(urlsplit(where).query)]
    row = calendar.renewals(site.observatory, perimeter_of(pairs), limit=1)[0]
    return [format.cents(row["amount_cents"]), format.day(row["end_date"])]


def most_that_leaves(site: Site, kind: str) -> list[str]:
    """What leaves for the first need of a kind."""
    first = next(each for each in site.addressable() if each.kind == kind and each.leaves_cents)
    return [format.verdict_euros(first.local, Verdict.REST)]


def local_then(site: Site) -> list[str]:
    """The local share of the scenario of five points."""
    local, sme, *_ = site.simulated((lever_of("local:maint_building:5"),)).outcomes
    return [format.value(local.then), format.value(sme.then), format.points(float(local.effect))]


def social_effect(site: Site) -> list[str]:
    """The effect of the feasible part of twenty points."""
    outcome = site.simulated((lever_of(f"social:{NEED}:20"),)).outcomes[2]
    return [format.points(float(outcome.parts[0].effect)), f"{outcome.parts[0].held} contrats"]


def rates(site: Site, name: str) -> list[str]:
    """The rates of food of the latest year, by buyer."""
    (row,) = site.served.rows("SELECT max(year) AS latest FROM food_year WHERE is_buyer_in_territory")
    return every(site.measure(name, (("year", str(row["latest"])),), "buyer"))


def where_declared(site: Site) -> list[str]:
    """The latest contract of the need with a social clause."""
    sql = (
        f"SELECT title FROM contract WHERE segment = '{NEED}' AND social_clause_state = 'yes' "
        "AND is_buyer_in_territory AND environmental_clause_state = 'yes' ORDER BY notification_date DESC LIMIT 1"
    )
    return [row["title"] for row in site.served.rows(sql)]


def of_buyer(site: Site) -> str:
    """The buyer that stands for ACHETEUR."""
    return str(site.served.found("", kind="buyer")[0]["key"])


ANSWERS: dict[tuple[str, str], Answer] = {
    ("/", "#years"): lambda site, _: every(site.measure("local_share", (), "year")),
    ("/", "#rest"): lambda site, _: largest(
        site, "total_spend", "department", ("medical", "excluded"), *(("department", d) for d in ("64", "33", "75"))
    ),
    ("/", "#needs"): lambda site, _: [value(site, "local_share", ("family", "building_works"))],
    ("/figures/local_share", "#sensitivity"): lambda site, _: [
        value(site, "local_share", ("medical", "included")), value(site, "local_share", ("place", "head_office")),
    ],
    ("/targets", "table.grid"): lambda site, _: [format.value(each.figure) for each in site.objectives()],
    ("/impact", "#jobs"): lambda site, _: [
        value(site, "impact", ("ring", "department"), ("effect", "jobs"))
    ],
    ("/strengths/BESOIN", "#all"): lambda site, _: every(
        site.measure("total_spend", (CONTRACT, ("segment", NEED)), "buyer")
    ),
    ("/quality", "#findings"): lambda site, _: [format.number(site.checks["findings"][0]["findings"])],
    ("/buyers/ACHETEUR", "#suppliers"): lambda site, _: largest(
        site, "total_spend", "supplier", ("buyer", of_buyer(site))
    ),
    ("/renewals?buyer=ACHETEUR", "table.rows"): first_renewal,
    ("/renewals", "table.rows"): first_renewal,
    ("/renewals?family=food", "table.rows"): first_renewal,
    ("/addressable", "table.grid"): lambda site, _: [
        format.verdict_euros(figure, Verdict.REST) for figure in by_kind(site.addressable()).values()
    ],
    ("/addressable?kind=offered", "form.choose + .scroll"): lambda site, _: most_that_leaves(site, "offered"),
    ("/addressable?kind=gap", "form.choose + .scroll"): lambda site, _: most_that_leaves(site, "gap"),
    ("/clauses/BESOIN", "#how"): lambda site, _: where_declared(site),
    ("/clauses/BESOIN", "#advice"): lambda site, _: [
        f"D'après {sum(site.figure('sme_count_share', CONTRACT, ('segment', NEED)).sums.counts.values())} attributions"
    ],
    ("/clauses/BESOIN", "#write"): lambda _, __: [
        next(each["fr"] for each in clause_library() if "cleaning_hygiene" in each["families"])
    ],
    ("/clauses", "#hours"): lambda site, _: [
        format.number(round(site.execution().figures[0].value or 0)),
    ],
    ("/clauses", "#national"): lambda site, _: [value(site, "pnad_social_count_share", ("year", "2020"))],
    ("/secret", "main"): lambda _, __: [
        f"{parameter('secrecy_min_suppliers')} fournisseurs", f"{parameter('secrecy_max_share_pct')} %"
    ],
    ("/suppliers", "main table"): lambda site, _: largest(site, "total_spend", "supplier"),
    ("/map", "main table"): lambda site, _: [value(site, "total_spend", ("department", "86"), ("medical", "excluded"))],
    ("/simulator?lever=local:maint_building:5", "#outcomes"): lambda site, _: local_then(site),
    ("/simulator?lever=social:BESOIN:20", "#parts"): lambda site, _: social_effect(site),
    ("/chains", "#programme"): lambda _, __: [format.cents(85_000_000), format.cents(21_000_000)],
    ("/food", "#gaps"): lambda site, _: largest(site, "food_need", "food_product"),
    ("/food?stage=workshop", "#gaps"): lambda site, _: every(
        site.measure("food_need", (("supply_stage", "workshop"),), "food_product")
    ),
    ("/food", "#rates"): lambda site, _: [*rates(site, "egalim_share"), *rates(site, "organic_share")],
    ("/food", "#lots"): lambda site, _: largest(site, "food_need_value", "food_product"),
    ("/figures", "main"): lambda site, _: [value(site, name) for name in ("local_share", "sme_share", "contracts")],
    ("/methods/pnad_social_count_share", "article"): lambda _, __: ["objectif national de 30 %"],
    ("/firms?segment=BESOIN", "#buyers"): lambda site, _: [value(site, "total_spend", CONTRACT, ("segment", NEED))],
    ("/firms?segment=BESOIN", "#sizes"): lambda site, _: [
        value(site, "median_yearly_amount", ("segment", NEED)),
        value(site, "large_yearly_amount", ("segment", NEED), ("holder", "small_alone")),
    ],
    ("/firms?segment=BESOIN", "#holders"): lambda site, _: largest(
        site, "total_spend", "supplier", CONTRACT, ("segment", NEED)
    ),
    ("/firms?segment=BESOIN", "#known"): lambda _, __: cooperation_texts("fr")["firms"]["advice"],
    ("/firms", "#mend"): lambda _, __: [cooperation_texts("fr")["firms"]["mend_lead"]],
    ("/pooling/FENÊTRE", "#what"): lambda site, _: [
        pooling.amount(part.volume, "fr") for part in site.windows()[0].parts
    ],
    ("/documents", "#note"): lambda _, __: ["La note de deux pages"],
    ("/documents", "#spaser"): lambda _, __: ["indicateurs obligatoires"],
    ("/documents", "#review"): lambda _, __: ["objectifs tenus"],
    ("/insertion-hours?amount=1000000&labour=40", "#answer"): lambda _, __: [
        format.number(insertion_hours(100_000_000, 40).middle)
    ],
    ("/figures/local_share/rows", ".adds"): lambda site, _: [format.cents(site.figure("local_share").sums.part)],
}  # fmt: skip
"""For each page and what answers on it: what the engine computes, as people read it; all of it must be there."""


def test_every_question_of_the_eight_users_has_its_line() -> None:
    assert [len(rows(user)) for user in BY_USER] == [7, 8, 6, 7, 6, 5, 6, 5]


@pytest.fixture(scope="module")
def opened() -> dict[str, dict[str, str]]:
    """The texts of what answers on pages that were opened already."""
    return {}


@pytest.mark.parametrize("user", BY_USER)
def test_a_user_finds_the_answer_to_each_question(
    user: str, wide: Page, site: Site, opened: dict[str, dict[str, str]]
) -> None:
    words = {"ACHETEUR": of_buyer(site), "BESOIN": NEED, "FENÊTRE": site.windows()[0].identifier}
    for question, where, answer, test in rows(user):
        if test != "test_questions":
            continue
        address = where
        for word, text in words.items():
            address = address.replace(word, text)
        if where not in opened:
            opened[where] = _read(wide, address, {a for u in BY_USER for _, w, a, _ in rows(u) if w == where})
        for expected in ANSWERS[where, answer](site, address):
            assert _plain(expected) in _plain(opened[where][answer]), f"{question} {where} {answer}: {expected}"


def _read(page: Page, address: str, answers: set[str]) -> dict[str, str]:
    """Open a page once, and read what stands around each of the elements that answer."""
    reply = page.goto(address)
    assert reply is not None
    assert reply.status == 200, address
    told = {}
    for answer in answers:
        found = page.locator(answer).first
        assert found.count() == 1, f"{address} {answer}"
        section = found.locator(
            "xpath=ancestor-or-self::*[self::section or self::table or self::article or self::p][1]"
        )
        told[answer] = (section if section.count() else found).first.text_content() or ""
    return told


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def test_an_answer_that_differs_is_seen(site: Site) -> None:
    (shown,) = ANSWERS["/figures/local_share/rows", ".adds"](site, "")
    assert _plain(shown) != _plain(format.cents(site.figure("local_share").sums.part + 1))


def test_every_page_of_the_table_has_an_answer_to_compare() -> None:
    listed = {(where, answer) for user in BY_USER for _, where, answer, test in rows(user) if test == "test_questions"}
    assert listed == set(ANSWERS)


def test_what_is_a_document_or_a_command_is_documented_and_tried() -> None:
    commands = (PROJECT / "docs" / "commands.md").read_text(encoding="utf-8")
    tests = {path.stem for path in (PROJECT / "tests").rglob("test_*.py")}
    for user in BY_USER:
        for question, where, _, test in rows(user):
            assert test in tests, question
            if not where.startswith("/"):
                name = " ".join(word for word in where.split()[1:] if not word.startswith("--"))
                assert f"## `{name}`" in commands, question
