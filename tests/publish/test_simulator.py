"""The simulator over the demonstration: no lever gives today's figures, effects add up, bounds hold, scenarios compare."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from lxml import html
from starlette.testclient import TestClient

from gisement.engine.simulator import KINDS, lever_of
from gisement.pipeline import indicator_named
from gisement.publish import simulator as told
from gisement.publish.web.site import Site
from gisement.terms import Perimeter, Trouble


def test_no_lever_gives_exactly_today_s_figures(site: Site) -> None:
    zero = [lever_of(f"{kind}:maint_building:0") for kind in KINDS]
    for levers in ((), tuple(zero)):
        for outcome in site.simulated(levers).outcomes:
            indicator = indicator_named(KINDS[outcome.kind])
            filters = {"basis": ("contract",)} if indicator.table == "purchase" else {}
            (today,) = site.observatory.measure(indicator, Perimeter(filters))
            assert outcome.then == outcome.today == today


def test_the_effects_of_segments_add_up_and_keep_to_their_bounds(site: Site) -> None:
    segments = sorted({row["segment"] for row in site.served.rows("SELECT segment FROM renewal") if row["segment"]})
    levers = tuple(lever_of(f"{kind}:{segment}:12.5") for kind in KINDS for segment in segments)
    found = site.simulated(levers)
    for outcome in found.outcomes:
        before, after = outcome.today.sums, outcome.then.sums
        known = before.part + before.rest
        effects = sum((part.effect for part in outcome.parts), Fraction(0))
        assert effects == (Fraction(after.part - before.part, known) if known else 0)
        assert all(part.held <= part.feasible for part in outcome.parts)
    assert any(part.held for part in found.outcomes[0].parts)
    assert any(part.is_capped for outcome in found.outcomes for part in outcome.parts)


def test_a_saved_scenario_is_compared_with_mine(client: TestClient, site: Site) -> None:
    (saved,) = site.scenarios()
    assert saved.gain_high_cents > saved.gain_low_cents == 0
    assert {each.interval for each in saved.impact} == {"simulation"}
    page: Any = html.document_fromstring(client.get("/simulator?lever=social:cleaning_services:30").text)
    headings = page.xpath("//section[@aria-labelledby='compared']//thead//th/text()")
    assert headings[2:] == ["Ce scénario", saved.title]
    assert client.get("/simulator").status_code == 200
    assert client.get("/simulator?kind=sme&segment=laundry&points=10&lever=local:laundry:5").status_code == 200
    assert told.as_dicts([saved])[0]["outcomes"][0]["today"]["value"] == saved.outcomes[0].today.value


@pytest.mark.parametrize(
    "text", ["", "local", "local:nowhere:5", "local:laundry:-1", "local:laundry:101", "x:laundry:5"]
)
def test_what_is_no_lever_is_told(client: TestClient, text: str) -> None:
    with pytest.raises(Trouble):
        lever_of(text)
    assert client.get(f"/simulator?lever={text}").status_code == 400
