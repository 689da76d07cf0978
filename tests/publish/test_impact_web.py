"""The pages of the impact: intervals first, every figure dated, what is not known said, scenarios gross and lawful."""

from __future__ import annotations

import re
from typing import Any

import pytest
from lxml import html
from starlette.testclient import TestClient

from gisement.pipeline import MODELLED
from gisement.publish.web.site import Site

SCENARIO = "/impact/what-if?segment=catering_services&points={points}&to={ring}"
NAMES = [indicator.name for indicator in MODELLED if indicator.name not in ("spend_emissions", "pooling_gain")]


def tree(client: TestClient, path: str) -> Any:
    """A page as a tree."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    return html.document_fromstring(answer.text)


def text(element: Any) -> str:
    """What is read, on one line, with plain spaces."""
    return re.sub(r"\s+", " ", element.text_content())


def test_the_interval_is_said_before_the_median(client: TestClient, site: Site) -> None:
    page = tree(client, "/impact")
    rows = page.xpath("//section[@aria-labelledby='ends']//tbody/tr[not(@aria-hidden)]")
    figures = site.measure("impact_per_hundred", (), "ring")
    assert len(rows) == len(figures) + 1, "the rings, and abroad"
    for row in rows:
        interval, median = row.xpath(".//td[contains(@class, 'figure')]//a")
        assert (interval.get("class"), median.get("class")) == ("interval", "value")
        assert interval.get("href") == median.get("href")
        assert " à " in text(interval)
        assert row.xpath(".//*[local-name()='line'][@class='span']"), "and it is what is drawn"
    assert "entre" in text(page.xpath("//p[@class='headline']")[0])


def test_every_figure_of_a_model_says_the_year_of_its_table(client: TestClient) -> None:
    page = tree(client, "/impact")
    for part in page.xpath("//main//table/caption | //main//figure/figcaption"):
        assert "2011" in text(part)
    assert "2011" in text(page.xpath("//p[@class='headline']/following-sibling::p")[0])
    for name in NAMES:
        assert "2011" in text(tree(client, f"/figures/{name}").xpath("//p[@class='big']")[0]), name
        assert "2011" in text(tree(client, f"/embed/{name}")), name
        (figure,) = client.get(f"/api/measure/{name}").json()["figures"]
        assert figure["table_year"] == 2011
        assert figure["interval"] == "simulation"
    (local,) = client.get("/api/measure/local_share").json()["figures"]
    assert local["table_year"] is None


def test_no_figure_of_a_model_stands_on_the_home_page(client: TestClient) -> None:
    for root in ("/", "/en"):
        page = tree(client, root)
        figures = [str(link) for link in page.xpath("//main//a/@href") if "/figures/" in link]
        assert figures
        assert not [link for link in figures if any(f"/{each.name}" in link for each in MODELLED)]


def test_jobs_are_not_known_without_a_table_of_them(client: TestClient) -> None:
    for path, words in (("/impact", "Non connu"), ("/en/impact", "Not known"), (scenario(5), "Non connu")):
        told = text(tree(client, path))
        assert words in told
        assert "gisement add employment" in told


def test_a_page_speaks_of_the_purchases_that_it_is_asked_for(client: TestClient, site: Site) -> None:
    whole, part = (tree(client, path) for path in ("/impact", "/impact?family=catering&year=*"))
    assert text(whole.xpath("//p[@class='headline']")[0]) != text(part.xpath("//p[@class='headline']")[0])
    chosen = part.xpath("//select[@name='family']/option[@selected]/@value")
    assert chosen == ["catering"]
    link = part.xpath("//section[@aria-labelledby='ends']//a[@class='value']/@href")[0]
    assert "family=catering" in link
    nothing = tree(client, "/impact?year=1999")
    assert "n'est pas connu" in text(nothing.xpath("//p[@class='headline']")[0])


def test_the_drawing_has_a_band_for_each_part_and_the_values_of_the_figures(client: TestClient, site: Site) -> None:
    drawing = html.fragment_fromstring(client.get("/charts/flows/impact_per_hundred.svg").text)
    parts = site.measure("impact_per_hundred", (), "ring,round")
    known = [part for part in parts if part.group["round"] != "induced"]
    # two rounds from the purchase, each ring and abroad from both rounds
    assert len(drawing.xpath(".//*[local-name()='path']")) == 2 + len(known) + 2
    values = [part for part in drawing.xpath(".//*[local-name()='text']/text()") if "€" in part]
    shown = tree(client, "/impact").xpath("//section[@aria-labelledby='ends']//a[@class='value']/text()")
    assert values[-len(shown) :] == shown


# --- what if ------------------------------------------------------------------------------------------------


def scenario(points: object, ring: str = "department") -> str:
    """The address of a scenario."""
    return SCENARIO.format(points=points, ring=ring)


def test_a_scenario_answers_for_every_ring_gross_and_says_so(client: TestClient, site: Site) -> None:
    page = tree(client, scenario(5))
    rows = page.xpath("//section[@aria-labelledby='answer']//table[1]/tbody/tr")
    assert [text(row.find("th")).strip() for row in rows[: len(site.places["fr"].rings)]] == list(
        site.places["fr"].rings.values()
    )
    told = text(page)
    assert "Ce que ce calcul ne retranche pas" in told
    assert "ne peut pas être un critère" in told
    assert "2011" in text(page.xpath("//section[@aria-labelledby='answer']//caption")[0])
    for link in page.xpath("//td[@class='more moved']/a/@href"):
        rows_page = tree(client, link)
        assert "segment=catering_services" in link
        assert rows_page.xpath("//table")


def test_before_anything_is_chosen_there_is_a_form_and_no_figure(client: TestClient) -> None:
    page = tree(client, "/impact/what-if")
    assert page.xpath("//form//select[@name='segment']/option[@selected]")
    assert page.xpath("//form//select[@name='to']/option[@selected]/@value") == ["department"]
    assert not page.xpath("//main//table")


@pytest.mark.parametrize(
    "path",
    [scenario("0"), scenario("many"), scenario("1e3"), scenario("100", "epci").replace("catering_services", "nothing"),
     scenario("5", "planet"), scenario("99.9", "country")],
)  # fmt: skip
def test_a_scenario_that_cannot_be_is_refused_in_the_form(client: TestClient, path: str) -> None:
    page = tree(client, path)
    (said,) = page.xpath("//p[@role='alert']")
    assert text(said).endswith(".")
    assert not page.xpath("//main//table")
    assert page.xpath("//form")
