"""Objectives on their page: each with its figure and rows, hits and misses alike."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import html
from starlette.testclient import TestClient

from gisement.pipeline import indicator_named, perimeter_of
from gisement.publish.web.drawings.years import line_at
from gisement.publish.web.site import Site
from gisement.publish.words import targets as told
from gisement.studies import targets
from gisement.studies.targets import MISSED, REACHED, UNDER_WAY
from gisement.terms import Trouble


def test_objectives_of_the_demonstration_are_hit_missed_and_under_way(site: Site) -> None:
    assert {each.state for each in site.objectives()} >= {REACHED, MISSED, UNDER_WAY}
    for each in site.objectives():
        pairs = [pair for pair in each.target["perimeter"].split("\n") if pair]
        perimeter = perimeter_of([*pairs, f"year={each.target['target_year']}"])
        (figure,) = site.observatory.measure(indicator_named(each.target["indicator_name"]), perimeter)
        assert (figure.value, figure.low, figure.high) == (each.figure.value, each.figure.low, each.figure.high)
        assert set(each.partners) == set(each.target["partners"].split())


def test_the_page_shows_every_objective_with_its_state(client: TestClient, site: Site) -> None:
    page: Any = html.document_fromstring(client.get("/targets").text)
    lines = page.xpath("//table[contains(@class, 'grid')]/tbody/tr")
    assert [line.xpath("td[2]")[0].text for line in lines] == [told.told(e, "fr")["state"] for e in site.objectives()]
    assert "non atteint" in page.text_content()
    for link in page.xpath("//section//a[starts-with(@class, 'value')]/@href"):
        assert client.get(link).status_code == 200
    assert client.get("/en/targets").status_code == 200


def test_no_text_of_a_trajectory_is_crossed_by_its_line(client: TestClient) -> None:
    page: Any = html.document_fromstring(client.get("/targets").text)
    drawn = page.xpath("//figure/svg[.//polyline]")
    assert drawn
    for svg in drawn:
        pairs = [point.split(",") for point in svg.xpath(".//polyline/@points")[0].split()]
        line = [(float(x), float(y)) for x, y in pairs]
        years = {text.text for text in svg.xpath(".//text") if text.text.isdigit()}
        for text in svg.xpath(".//text[@font-weight]"):
            x, y = float(text.get("x")), float(text.get("y"))
            for across in (x - 15, x, x + 15) if text.text not in years else ():
                height = line_at(line, across)
                assert height is None or not y - 9 <= height <= y, text.text


def test_a_program_gets_states_and_partners(site: Site) -> None:
    (first, *_) = told.as_dicts(site.objectives())
    assert first["state"] in ("reached", "missed", "uncertain", "unknown", "under_way")
    assert first["figure"]["counts"]


def test_an_objective_that_cannot_be_measured_is_named(site: Site) -> None:
    """Its file was taken, and every report then stopped on a word that named neither the objective nor the file."""
    row = {**site.objectives()[0].target, "target_name": "a-corriger", "perimeter": "toto=1"}
    with pytest.raises(Trouble, match=r"a-corriger.*toto"):
        targets._told(site.observatory, row, {}, None, indicator_named, perimeter_of)


LOCAL = {"target_name": "local", "indicator_name": "local_share", "target_year": 2025, "partners": "", "perimeter": ""}


@pytest.mark.parametrize(
    ("perimeter", "words"), [("basis=contract", "contrats notifiés"), ("basis=payment", "paiements de")]
)
def test_a_line_says_its_basis_period_and_perimeter_and_what_the_law_says(
    site: Site, perimeter: str, words: str
) -> None:
    """Two bases gave two answers to one title, and a local objective was printed without a word on the law."""
    row = {**site.objectives()[0].target, **LOCAL, "perimeter": perimeter}
    each = targets._told(site.observatory, row, {}, None, indicator_named, perimeter_of)
    line = told.told(each, "fr")["measured_on"]
    assert line.startswith(f"{words} ")
    assert "2025 ; dans le département ; acheteurs du territoire" in line
    assert "L2152-7" in told.law(each)
    assert "award criterion" in told.law(each, "en")
    assert "L2152-7" in told.as_dicts([each])[0]["law"]


@pytest.mark.parametrize("area", ["commune=86194", "epci=200069854", "department=86"])
def test_whatever_an_objective_measures_of_a_place_says_what_the_law_says(site: Site, area: str) -> None:
    row = {**site.objectives()[0].target, "indicator_name": "total_spend", "perimeter": f"basis=contract\n{area}"}
    each = targets._told(site.observatory, row, {}, None, indicator_named, perimeter_of)
    assert "L2152-7" in told.law(each)
    assert not told.law(site.objectives()[0])


def test_an_objective_of_payments_that_are_not_published_is_not_shown_and_stops_nothing(site: Site) -> None:
    row = {**site.objectives()[0].target, **LOCAL, "perimeter": "basis=payment\nnaf=41\nring=region"}
    each = targets._told(site.observatory, row, {}, None, indicator_named, perimeter_of)
    assert told.told(each, "fr")["state"] == "non montré"
    assert each.figure.low is None
    assert not each.trajectory


def test_a_name_given_to_two_indicators_makes_no_trajectory(site: Site) -> None:
    row = site.objectives()[0].target
    assert targets._aim(row) == targets._aim({**row, "target_year": 2040, "target_value": 0.9})
    assert targets._aim(row) != targets._aim({**row, "indicator_name": "local_share"})
