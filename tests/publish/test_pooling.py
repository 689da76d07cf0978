"""Windows of common purchase over the demonstration: each cites its contracts, sums are theirs, nobody is named to win."""

from __future__ import annotations

from collections import Counter
from typing import Any

from lxml import html
from starlette.testclient import TestClient

from gisement.catalog import parameter
from gisement.engine import renewals as calendar
from gisement.engine.pooling import LOT_CASES, ONE_OFF, SOURCING, kept
from gisement.publish import pooling as told
from gisement.publish.web.site import Site
from gisement.terms import Perimeter


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
        assert window.cents == sum(row["annualised_cents"] for row in rows if (row["annualised_cents"] or 0) > 0)
        assert window.cents == sum(part.cents or 0 for part in window.parts)
        assert window.call_date == min(row["call_date"] for row in rows)
    assert max(cited.values()) == 1, "a contract is in one window"


def test_lots_are_no_larger_than_what_small_firms_have_held(site: Site) -> None:
    sized = [window for window in site.windows() if window.lot_cents]
    assert sized
    for window in sized:
        assert window.lot_cases >= LOT_CASES
        assert window.lots_count == sum(part.lots_count or 1 for part in window.parts)
        for part in window.parts:
            if part.cents is not None:
                assert part.lots_count is not None
                assert part.cents <= part.lots_count * (window.lot_cents or 0)
                assert part.cents > (part.lots_count - 1) * (window.lot_cents or 0)


def test_works_are_met_together_and_promise_no_gain(site: Site) -> None:
    for window in site.windows():
        assert (window.kind == SOURCING) == (window.family in ONE_OFF) == (window.gain_high_cents is None)
        if window.gain_high_cents is not None:
            assert window.gain_high_cents == window.cents * parameter("pooling_gain_high_pct") // 100


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
    assert first["interval"] == "scenario"
    assert set(told.OF_A_CONTRACT) == set(first["contracts"][0])
