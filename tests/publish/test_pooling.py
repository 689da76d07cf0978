"""Windows of common purchase over the demonstration: each cites its contracts, sums are theirs, nobody is named to win."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from lxml import html
from starlette.testclient import TestClient

from gisement.catalog import parameter
from gisement.pipeline import indicator_named
from gisement.publish.web.address import pairs_of
from gisement.publish.web.site import Site
from gisement.publish.words import pooling as told
from gisement.studies import renewals as calendar
from gisement.studies.modelled import measure
from gisement.studies.pooling import LOT_CASES, ONE_OFF, SOURCING, kept
from gisement.terms import Perimeter, Verdict


def test_every_window_cites_contracts_of_several_buyers_that_end_close(site: Site) -> None:
    ahead = {row["contract_key"]: row for row in calendar.renewals(site.observatory, Perimeter())}
    cited: Counter[str] = Counter()
    assert len(site.windows()) > 3
    for window in site.windows():
        rows = [ahead[row["contract_key"]] for row in window.contracts]
        cited.update(row["contract_key"] for row in rows)
        assert {row["segment"] for row in rows} == {window.segment}
        assert len({row["buyer_siren"] for row in rows}) == len(window.parts) > 1
        assert (window.last_end - window.first_end).days <= parameter("pooling_reach_days")
        assert window.volume.sums.part == sum(row["annualised_cents"] or 0 for row in rows)
        assert window.volume.sums.part == sum(part.volume.sums.part for part in window.parts)
        assert window.joined.sums.part == window.volume.sums.part - max(p.volume.sums.part for p in window.parts)
        assert (window.volume.high is None) == any(row["annualised_cents"] is None for row in rows)
        assert window.call_date == min(row["call_date"] for row in rows)
    assert max(cited.values()) == 1, "a contract is in one window"


def test_the_figures_of_a_window_are_those_that_its_address_measures(site: Site) -> None:
    window = next(each for each in site.windows() if each.gain is not None and each.volume.value)
    for figure in (window.volume, window.joined, window.gain, window.small, window.local, window.parts[0].volume):
        assert figure is not None
        again = site.figure(figure.indicator, *pairs_of(figure))
        told = ("value", "low", "high", "interval", "coverage", "sums", "level", "origins", "basis", "unit")
        assert [getattr(again, name) for name in told] == [getattr(figure, name) for name in told]
        assert figure.origins


def test_lots_are_no_larger_than_what_small_firms_have_held(site: Site) -> None:
    sized = [window for window in site.windows() if window.lot]
    assert sized
    for window in sized:
        assert window.lot is not None
        assert window.lot.value is not None
        assert window.lot.sums.rows(Verdict.PART) >= LOT_CASES
        assert window.lots_count == sum(part.lots_count or 1 for part in window.parts)
        for part in window.parts:
            if part.lots_count is not None and part.volume.value is not None:
                assert part.volume.value <= part.lots_count * window.lot.value
                assert part.volume.value > (part.lots_count - 1) * window.lot.value


def test_works_are_met_together_and_promise_no_gain(site: Site) -> None:
    for window in site.windows():
        assert (window.kind == SOURCING) == (window.family in ONE_OFF) == (window.gain is None)
        if window.gain is not None:
            assert (window.gain.interval, window.gain.level) == ("scenario", "modelled")
            part = window.volume.value or 0
            assert window.gain.value == pytest.approx(part * parameter("pooling_gain_high_pct") / 200)
    assert all(window.gain is None or not window.gain.high for window in site.windows("none"))
    assert measure(site.observatory, indicator_named("pooling_gain"), Perimeter())[0].value is None


def test_a_filter_keeps_windows_whole(site: Site) -> None:
    first = site.windows()[0]
    by_buyer = kept(site.windows(), Perimeter({"buyer": (first.parts[0].buyer,)}))
    assert first in by_buyer
    assert all(first.parts[0].buyer in {part.buyer for part in window.parts} for window in by_buyer)
    assert kept(site.windows(), Perimeter({"segment": (first.segment,)}))[0] == first


def test_pages_lead_from_windows_to_their_contracts(client: TestClient, site: Site) -> None:
    whole: Any = html.document_fromstring(client.get("/pooling").text)
    links = whole.xpath("//table//th/a/@href")
    assert len(links) == len(site.windows())
    window = site.windows()[0]
    page: Any = html.document_fromstring(client.get(links[0]).text)
    cited = page.xpath("//section[@aria-labelledby='which']//th/a/@href")
    assert [link.rsplit("/")[-1] for link in cited] == [row["contract_key"] for row in window.contracts]
    assert client.get("/pooling/nowhere").status_code == 404
    assert client.get(f"/pooling?segment={window.segment}&buyer=*").status_code == 200


def test_a_program_gets_the_contracts_and_the_kind_of_the_interval(site: Site) -> None:
    (first, *_) = told.as_dicts(site.windows())
    assert first["volume"]["rows"].startswith("/figures/yearly_amount/rows?")
    kinds = {each["gain"]["interval"] for each in told.as_dicts(site.windows()) if each["gain"]}
    assert kinds == {"scenario"}
    assert set(told.OF_A_CONTRACT) == set(first["contracts"][0])
