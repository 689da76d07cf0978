"""The trajectory to objectives, and the report of a plan for responsible purchasing."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import Any

import pypdf
import pytest
from lxml import html
from starlette.testclient import TestClient

from gisement.pipeline import RULES
from gisement.publish.reports.document import Tally, WordTable
from gisement.publish.reports.laying import laid
from gisement.publish.reports.purchases import name_of
from gisement.publish.reports.reading import read
from gisement.publish.reports.spaser import spaser
from gisement.publish.reports.writing import book, pdf
from gisement.publish.reports.writing import html as html_of
from gisement.publish.web.site import Site
from gisement.studies.law import outcomes
from gisement.studies.trajectory import course, on_line, state_on
from gisement.terms import Figure, Level, Perimeter, Sums, Trouble

SHARE = Figure("contracts", "percent", {}, 0.2, 0.2, 0.2, "missing", 1.0, Sums(), Level.OBSERVED)
LINE = ((2020, 0.1), (2024, 0.3), (2026, 0.4))


@pytest.mark.parametrize(
    ("year", "expected"),
    [(2019, 0.1), (2020, 0.1), (2022, 0.2), (2024, 0.3), (2025, 0.35), (2026, 0.4), (2030, 0.4)],
)
def test_a_trajectory_is_straight_between_what_is_aimed_at(year: int, expected: float) -> None:
    assert on_line(LINE, year) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("low", "high", "at_most", "state"),
    [
        (0.20, 0.25, False, "on_track"),
        (0.1999, 0.25, False, "undetermined"),
        (0.10, 0.20, False, "undetermined"),
        (0.10, 0.1999, False, "behind"),
        (0.10, None, False, "undetermined"),
        (0.10, 0.20, True, "on_track"),
        (0.10, 0.2001, True, "undetermined"),
        (0.2001, 0.30, True, "behind"),
    ],
)
def test_a_trajectory_is_kept_only_where_that_holds_whatever_is_unknown(
    low: float, high: float | None, state: str, *, at_most: bool
) -> None:
    """20 % are asked of this year."""
    assert state_on(replace(SHARE, low=low, high=high), 0.20, at_most=at_most) == state


def test_the_page_draws_each_trajectory_beside_its_table(client: TestClient, site: Site) -> None:
    page: Any = html.document_fromstring(client.get("/targets").text)
    drawn = page.xpath("//figure/svg[@role='img'][.//polyline]")
    names = {each.target["target_name"] for each in site.objectives() if course(each)}
    assert len(drawn) == len(names) > 1
    assert all(svg.xpath("ancestor::section//table") for svg in drawn)
    assert "la trajectoire demande" in page.text_content()


def test_the_report_holds_mandatory_indicators_objectives_and_what_is_unknown(site: Site) -> None:
    made = spaser(read(site.served, "contract"))
    assert not made.is_internal
    content = json.dumps(laid(made), ensure_ascii=False)
    for told in ("Clause sociale d’exécution", "Marché réservé", "insertion", "ESUS", "Légifrance", "trajectoire"):
        assert told in content, told
    (law,) = [block for block in made.blocks if isinstance(block, WordTable) and block.name == "law"]
    assert len(law.rows) == len(RULES)
    for rule, row in zip(RULES, law.rows, strict=True):
        found = outcomes(site.observatory, rule, Perimeter())
        assert sum(cell.count for cell in row[1:] if isinstance(cell, Tally)) == sum(one["rows"] for one in found)
    printed = pypdf.PdfReader(io.BytesIO(pdf(made)))
    assert 6 <= len(printed.pages) <= 14
    assert pdf(made) == pdf(made)
    assert b"<table" in html_of(made)
    assert book(made)[:2] == b"PK"


def test_the_report_of_one_buyer_is_of_its_own_contracts(site: Site) -> None:
    buyer = sorted(site.partners)[0]
    everyone, own = (laid(spaser(read(site.served, "contract", where))) for where in ((), (("buyer", buyer),)))
    assert own["cover"]["tiles"] != everyone["cover"]["tiles"]
    (shown,) = [block for block in own["blocks"] if block.get("name") == "by_buyer"]
    assert [row["label"] for row in shown["rows"]] == [site.partners[buyer]]


def test_a_buyer_without_purchases_has_no_report(site: Site) -> None:
    """A report of « toto » was written, with sentences that lacked its name."""
    with pytest.raises(Trouble, match="toto"):
        name_of(read(site.served, "contract", (("buyer", "toto"),)), "toto")
    buyer = sorted(site.partners)[0]
    assert name_of(read(site.served, "contract", (("buyer", buyer),)), buyer) == site.partners[buyer]
