"""The calendar of renewals as it is served: valid calendars and feeds, filtered, with identifiers that last."""

from __future__ import annotations

from datetime import date
from typing import Any

import feedparser
import icalendar
import pytest
from icalendar.parser import unescape_char
from lxml import etree
from starlette.testclient import TestClient

from gisement.publish import format
from gisement.publish.exports import feeds
from gisement.publish.web.site import Site
from gisement.studies import renewals as calendar
from gisement.terms import Perimeter
from tests.commands import gisement

ATOM = "{http://www.w3.org/2005/Atom}"
# RFC 4287, 4.1.1 and 4.1.2: what a feed and an entry must hold, and what they may hold once at most.
REQUIRED, ONCE = ("id", "title", "updated"), ("id", "title", "updated", "subtitle", "content")


@pytest.fixture(scope="module")
def segment(site: Site) -> str:
    """A segment with renewals ahead."""
    return calendar.values_of(site.observatory, "segment", Perimeter())[0]


def test_a_calendar_holds_the_four_days_of_every_renewal(client: TestClient, site: Site) -> None:
    answer = client.get("/renewals.ics")
    assert answer.headers["content-type"] == feeds.ICS
    events: list[Any] = list(icalendar.Calendar.from_ical(answer.content).walk("VEVENT"))
    found = calendar.renewals(site.observatory, Perimeter())
    assert len(events) == 4 * len(found) > 40
    assert [event.errors for event in events] == [[]] * len(events)
    assert len({str(event["UID"]) for event in events}) == len(events)
    ends = {str(e["UID"]): e["DTSTART"].dt for e in events if "-end@" in str(e["UID"])}
    assert ends == {f"{row['contract_key']}-end@gisement": row["end_date"] for row in found}


def test_a_calendar_tells_any_name_as_it_is_without_what_no_calendar_may_hold() -> None:
    told = feeds.calendar([], "A;B, c\\d\r\nEND:VCALENDAR\x00\x1b\u00a0%", None)
    name = unescape_char(str(icalendar.Calendar.from_ical(told)["X-WR-CALNAME"]))
    assert str(name) == "A;B, c\\d\nEND:VCALENDAR\u00a0%"


def test_a_feed_is_valid_atom(client: TestClient, site: Site, segment: str) -> None:
    answer = client.get(f"/renewals.atom?segment={segment}")
    assert answer.headers["content-type"] == feeds.ATOM
    read = feedparser.parse(answer.content)
    assert not read.bozo
    assert read.version == "atom10"
    found = calendar.renewals(site.observatory, Perimeter({"segment": (segment,)}))
    assert [entry.title for entry in read.entries] == [row["title"] for row in found]
    tree = etree.fromstring(answer.content)
    for element in (tree, *tree.iter(f"{ATOM}entry")):
        assert all(element.find(ATOM + name) is not None for name in REQUIRED)
        assert all(len(element.findall(ATOM + name)) <= 1 for name in ONCE)
    assert tree.find(f"{ATOM}author/{ATOM}name") is not None
    assert len({e.text for e in tree.iter(f"{ATOM}id")}) == len(found) + 1
    stamps = [date.fromisoformat(str(e.text)[:10]) for e in tree.iter(f"{ATOM}updated")]
    assert max(stamps) <= site.as_of_date
    page = client.get(str(read.entries[0].link))
    assert page.status_code == 200


def test_a_workspace_without_any_day_has_a_valid_feed_without_entries(bare_client: TestClient, bare_site: Site) -> None:
    home = bare_site.observatory.workspace.root
    for content in (
        bare_client.get("/renewals.atom").content,
        gisement("cooperate", "renewals", "--format", "atom", workspace=home).stdout.encode(),
    ):
        read = feedparser.parse(content)
        assert not read.bozo
        assert read.version == "atom10"
        assert read.entries == []
        tree = etree.fromstring(content)
        assert all(len(tree.findall(ATOM + name)) == 1 for name in REQUIRED)
    for content in (
        bare_client.get("/renewals.ics").content,
        gisement("cooperate", "renewals", "--format", "ics", workspace=home).stdout.encode(),
    ):
        assert icalendar.Calendar.from_ical(content).walk("VEVENT") == []


def test_a_feed_is_filtered_by_segment_and_commune_and_keeps_its_entries(
    client: TestClient, site: Site, segment: str
) -> None:
    def entries(query: str, root: str = "") -> set[str]:
        return {e.id for e in feedparser.parse(client.get(f"{root}/renewals.atom{query}").content).entries}

    whole = entries("")
    part = entries(f"?segment={segment}")
    assert part < whole
    assert entries(f"?segment={segment}", "/en") == part
    communes = calendar.values_of(site.observatory, "buyer_commune", Perimeter())
    split = [entries(f"?buyer_commune={commune}") for commune in communes]
    assert sum(map(len, split)) == len(set().union(*split))
    assert set().union(*split) == whole


def test_the_page_leads_to_contracts_and_to_the_feeds_of_its_filters(client: TestClient, segment: str) -> None:
    text = client.get(f"/renewals?segment={segment}&buyer=*").text
    assert f"/renewals.ics?segment={segment}" in text
    assert f"/renewals.atom?segment={segment}" in text
    assert 'class="rows"' in text
    assert client.get("/renewals?page=x&segment=nowhere").status_code == 200


def test_a_day_that_is_past_says_so(client: TestClient, site: Site) -> None:
    (late,) = [count for stage, count in calendar.by_stage(site.observatory, Perimeter()).items() if stage == "call"]
    told = client.get("/renewals").text
    assert f"Pour {format.number(late)} de ces marchés" in told
    first = next(iter(calendar.renewals(site.observatory, Perimeter(), limit=1)))
    assert first["call_date"] <= site.as_of_date
    assert f"en retard\u00a0: à publier avant le {format.day(first['call_date'])}" in told


def test_what_was_paid_is_for_its_partner_alone(site: Site, client: TestClient) -> None:
    sql = "SELECT count(paid_cents) + count(is_ceiling_near) AS n FROM renewal"
    assert next(site.served.rows(sql))["n"] == 0
    assert next(site.served.rows("SELECT count(*) AS n FROM spend_without_contract"))["n"] == 0
    page = client.get("/thresholds").text
    assert 'id="needs"' not in page
    assert 'id="law"' in page
