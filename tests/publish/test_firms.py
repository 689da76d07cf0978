"""For firms: needs found by words and codes, contracts that come back, sizes, and a sheet that `add correction` reads."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from lxml import html
from starlette.testclient import TestClient

from gisement.publish.web.site import Site
from gisement.sources.corrections import HEADER, read_corrections
from gisement.sources.demonstration import Demonstration
from gisement.store import Workspace, add_snapshot
from gisement.studies import firms
from gisement.studies import renewals as calendar
from gisement.terms import Perimeter, parse_territory
from tests.tiny import contract_files
from tests.workspaces import added, built, rows


@pytest.mark.parametrize(
    ("naf", "cpv", "text", "segment"),
    [
        ("81.21Z", "", "", "cleaning_services"),
        ("8121z", "", "", "cleaning_services"),
        ("", "90910000", "", "cleaning_services"),
        ("", "90911", "", "cleaning_services"),
        ("", "", "nettoyage de locaux", "cleaning_services"),
        ("", "", "architecte", "architecture_planning"),
        ("", "", "Pâtisserie", "food_bread_pastry"),
    ],
)
def test_a_firm_finds_its_need(naf: str, cpv: str, text: str, segment: str) -> None:
    assert segment in firms.segments_for(naf, cpv, text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("pain", ["food_bread_pastry"]),
        ("menuisier", ["works_joinery"]),
        ("légume", ["food_fruit_vegetables", "food_processed_fruit_veg"]),
        ("or", []),
    ],
)
def test_words_are_not_parts_of_other_words(text: str, found: list[str]) -> None:
    """A baker was shown who buys paint."""
    assert firms.segments_for(text=text) == found


def test_what_means_nothing_finds_nothing() -> None:
    assert firms.segments_for() == firms.segments_for(text="zzz") == firms.segments_for(naf="??") == []


def test_the_page_says_who_buys_when_it_comes_back_and_who_holds_it(client: TestClient, site: Site) -> None:
    segment = calendar.values_of(site.observatory, "segment", Perimeter())[0]
    page: Any = html.document_fromstring(client.get(f"/firms?segment={segment}").text)
    ahead = calendar.renewals(site.observatory, Perimeter({"segment": (segment,)}))
    cited = page.xpath("//section[@aria-labelledby='back']//th/a/@href")
    assert [link.rsplit("/")[-1] for link in cited] == [row["contract_key"] for row in ahead[:30]]
    assert page.xpath("//section[@aria-labelledby='buyers']//table//th/a")
    for link in page.xpath("//section[@aria-labelledby='back']//p[@class='take']/a/@href"):
        assert client.get(link).status_code == 200
    assert client.get("/firms?text=zzz").status_code == 200
    assert client.get("/en/firms?naf=81.21Z&commune=86194").status_code == 200


def test_sizes_are_those_of_contracts_counted_again(site: Site, client: TestClient) -> None:
    sql = """SELECT segment, list(annualised_cents ORDER BY annualised_cents) AS cents FROM contract
        WHERE annualised_cents IS NOT NULL AND is_concession = false AND is_subsequent_of_known = false
        AND is_buyer_in_territory AND segment IS NOT NULL GROUP BY segment ORDER BY segment"""
    rows = list(site.served.rows(sql))
    halves, quarters = (
        {figure.group["segment"]: figure for figure in site.measure(name, (("basis", "contract"),), "segment")}
        for name in ("median_yearly_amount", "large_yearly_amount")
    )
    for row in rows:
        cents = row["cents"]
        assert halves[row["segment"]].value == cents[-(-len(cents) // 2) - 1] / 100
        assert quarters[row["segment"]].value == cents[-(-len(cents) * 3 // 4) - 1] / 100
    few = next(row["segment"] for row in rows if len(row["cents"]) < firms.LEAST)
    page: Any = html.document_fromstring(client.get(f"/firms?segment={few}").text)
    told = page.xpath("//section[@aria-labelledby='sizes']//tr[td]/td")[:3]
    assert {cell.text_content().strip() for cell in told} == {"non connu"}


def test_the_sheet_corrects_what_is_changed_and_nothing_else(
    client: TestClient, site: Site, demo: Demonstration, tmp_path: Path
) -> None:
    sql = """SELECT s.* FROM supplier s SEMI JOIN (FROM contract_supplier) h USING (supplier_id)
        WHERE size_class = 'PME' AND naf_code IS NOT NULL ORDER BY supplier_id LIMIT 1"""
    supplier = next(site.served.rows(sql))
    answer = client.get(f"/firms/correction.csv?supplier={supplier['supplier_id']}")
    sheet = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert tuple(sheet[0]) == HEADER
    assert all(line["old_value"] == line["new_value"] for line in sheet)
    for line in sheet:
        if line["column"] == "size_class":
            line |= {"new_value": "ETI", "reason": "rachetée en 2025", "author": "l'entreprise", "date": "2026-02-01"}
    path = tmp_path / "correction.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, HEADER)
        writer.writeheader()
        writer.writerows(sheet)
    assert read_corrections(path, tmp_path / "raw.parquet") == len(sheet)
    made = Workspace.create(tmp_path / "workspace", parse_territory(demo.territory, name=demo.name))
    for one in contract_files(demo):
        add_snapshot(made, one.kind, one.path.name, one.path, demo.card)
    assert [one.trouble for one in added(made, "correction", [path])] == [None]
    built(made, ("supplier", "finding"))
    (now,) = rows(made, f"SELECT * FROM supplier WHERE supplier_id = '{supplier['supplier_id']}'", ["supplier"])
    assert (now["size_class"], now["naf_code"]) == ("ETI", supplier["naf_code"])
    told = rows(made, "SELECT rule, count(*) AS n FROM finding WHERE rule LIKE 'correction%' GROUP BY 1", ["finding"])
    assert [row["rule"] for row in told] == ["correction_applied"]


def test_nobody_unknown_or_natural_has_a_sheet(client: TestClient) -> None:
    assert client.get("/firms/correction.csv?supplier=nowhere").status_code == 404
    assert client.get("/firms/correction.csv").status_code == 404
