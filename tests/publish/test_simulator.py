"""The simulator over the demonstration: no lever gives today's figures, effects add up, bounds hold, scenarios compare."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from lxml import html
from starlette.testclient import TestClient

from gisement.models.levers import ALIKE
from gisement.pipeline import indicator_named
from gisement.publish.web.site import Site
from gisement.publish.words import simulator as told
from gisement.studies.simulator import EVERY, HOLDERS, KINDS, POOLING, lever_of
from gisement.terms import Perimeter, Trouble


def test_no_lever_gives_exactly_today_s_figures(site: Site) -> None:
    zero = [lever_of(f"{kind}:maint_building:0") for kind in EVERY]
    for levers in ((), tuple(zero)):
        found = site.simulated(levers)
        assert (found.impact, found.impact_reach, found.impact_reason) == ((), (), "")
        for outcome in found.outcomes:
            indicator = indicator_named(KINDS[outcome.kind])
            filters = {"basis": ("contract",)} if indicator.table == "purchase" else {}
            (today,) = site.observatory.measure(indicator, Perimeter(filters))
            assert outcome.reach == outcome.then == outcome.today == today


def test_the_effects_of_segments_add_up_and_keep_to_their_bounds(site: Site) -> None:
    segments = sorted({row["segment"] for row in site.served.rows("SELECT segment FROM renewal") if row["segment"]})
    levers = tuple(lever_of(f"{kind}:{segment}:12.5") for kind in EVERY for segment in segments)
    found = site.simulated(levers)
    for outcome in found.outcomes:
        before, after = outcome.today.sums, outcome.then.sums
        known = before.part + before.rest
        own = sum((part.effect for part in outcome.parts), Fraction(0))
        crossed = Fraction(sum(each.units for each in outcome.crossed), known)
        assert own + crossed == outcome.effect == Fraction(after.part - before.part, known)
        assert after.part + after.rest == known
        assert all(part.held <= part.feasible for part in outcome.parts)
        assert all(each.low <= each.units <= each.high for each in outcome.crossed)
        assert outcome.reach.low is not None
        assert outcome.reach.low <= (outcome.then.value or 0) <= (outcome.reach.high or 0)
        assert {each.kind for each in outcome.crossed} == set(EVERY) - {outcome.kind}, "every lever is told of"
    assert any(part.held for part in found.outcomes[0].parts)
    assert any(part.is_capped for outcome in found.outcomes for part in outcome.parts)


def test_a_lever_moves_what_is_held_with_it_as_counted_again(site: Site) -> None:
    """The share of small firms among what is here and elsewhere, in SQL written apart, gives the effect to the cent."""
    lever = lever_of("local:maint_building:5")
    local, sme = site.simulated((lever,)).outcomes[:2]
    (crossed,) = (each for each in sme.crossed if each.kind == "local")
    sql = """SELECT p.establishment_farthest <= 4 AS here, sum(amount_cents) FILTER (size_class = 'PME') AS small,
        sum(amount_cents) AS known FROM purchase p
        WHERE basis = 'contract' AND segment = 'maint_building' AND is_buyer_in_territory AND amount_cents IS NOT NULL
        AND size_class IS NOT NULL AND NOT is_concession AND NOT is_subsequent_of_known
        AND (p.establishment_farthest <= 4 OR p.establishment_nearest > 4) GROUP BY 1"""
    parts = {row["here"]: Fraction(row["small"] or 0, row["known"]) for row in site.served.rows(sql)}
    assert crossed.how == ALIKE
    assert crossed.units == int(local.parts[0].held * (parts[True] - parts[False]))
    assert sme.effect == Fraction(crossed.units, sme.today.sums.part + sme.today.sums.rest)


@pytest.mark.parametrize("kind", EVERY)
def test_every_lever_tells_of_the_economy_or_why_it_does_not_move(kind: str, site: Site, client: TestClient) -> None:
    segment = next(each.segment for each in site.windows() if each.gain) if kind == POOLING else "maint_building"
    segment = "food_fruit_vegetables" if kind == "food" else segment
    found = site.simulated((lever_of(f"{kind}:{segment}:20"),))
    moves = kind in HOLDERS or any(each.low or each.high for each in found.outcomes[0].crossed)
    assert bool(found.impact) == moves == bool(found.impact_reach)
    for figure in found.impact_reach:
        assert figure.interval == "scenario"
        assert (figure.low or 0) <= (figure.value or 0) <= (figure.high or 0)
    assert (kind == POOLING) == bool(found.pooled)
    page: Any = html.document_fromstring(client.get(f"/simulator?lever={kind}:{segment}:20").text)
    assert page.xpath("//section[@aria-labelledby='impact']")


def test_a_saved_scenario_is_compared_with_mine(client: TestClient, site: Site) -> None:
    (saved,) = site.scenarios()
    assert {each.gain.interval for each in saved.pooled} <= {"scenario"}
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
