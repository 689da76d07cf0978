"""Strong points on pages: the counts are those of the figures, nobody is ranked, every share leads to its rows."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from lxml import html
from starlette.testclient import TestClient

from gisement.models.strengths import STRENGTH, Strength
from gisement.pipeline import indicator_named
from gisement.publish.web.app import create_app
from gisement.publish.web.site import Site
from gisement.studies import strengths as engine
from gisement.terms import Perimeter, Verdict

FOUND = Strength(
    "social_consideration_count_share", "training", "999000045", STRENGTH, 20, 18, 8, 100, 0.3, 0.8, 0.6, 0.9, 1e-9
)


def test_the_counts_of_a_matrix_are_those_of_its_figures(site: Site) -> None:
    known: Counter[str] = Counter()
    yes: Counter[str] = Counter()
    for line in site.strengths():
        known[line.measure] += line.known
        yes[line.measure] += line.yes
    for name, verdict in engine.MEASURES.items():
        indicator = indicator_named(name)
        filters = {"basis": ("contract",)} if indicator.table == "purchase" else {}
        figures = site.observatory.measure(indicator, Perimeter(filters), ("segment", "year"))
        dated = [figure for figure in figures if None not in figure.group.values()]
        assert known[name] == sum(f.sums.rows(Verdict.PART) + f.sums.rows(Verdict.REST) for f in dated) > 0
        assert yes[name] == sum(f.sums.rows(verdict) for f in dated)


def test_the_page_names_whom_to_ask_and_leads_to_the_rows(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site, "strengths", lambda: (FOUND,))
    client = TestClient(create_app(site))
    told: Any = html.document_fromstring(client.get("/strengths/training").text)
    (line,) = told.xpath("//section[@aria-labelledby='ask']//tbody/tr")
    assert line.findtext("th") == site.partners["999000045"]
    assert "18 sur 20" in line.text_content()
    assert "de 60\u00a0% à 90\u00a0%" in line.text_content()
    (figure,) = line.xpath(".//a/@href")
    assert client.get(figure).status_code == 200
    assert site.partners["999000045"] in client.get("/en/strengths").text


def test_partners_stand_in_the_order_of_names(client: TestClient) -> None:
    told: Any = html.document_fromstring(client.get("/strengths/training").text)
    names = told.xpath("//section[@aria-labelledby='all']//tbody/tr/th/a/text()")
    assert names == sorted(names)
    assert len(names) > 1
    assert client.get("/strengths?segment=training").headers["location"] == "/strengths/training"
    assert client.get("/strengths/nowhere").status_code == 404
