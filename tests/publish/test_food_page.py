"""The page and the report of the food chain: rates, gaps, lots; what is kept back; no producer anywhere."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

from lxml import html
from starlette.testclient import TestClient

from gisement.publish.reports.document import FigureTable, WordTable
from gisement.publish.reports.food import food
from gisement.publish.reports.reading import read
from gisement.publish.reports.writing import html as laid
from gisement.publish.web.site import Site

MAKERS = re.compile("Maraîcher fictif|Grossiste fictif|Éleveur|Boulangerie fictif", re.I)


def page(client: TestClient, root: str = "") -> Any:
    """The page as a tree."""
    answer = client.get(f"{root}/food")
    assert answer.status_code == 200
    return html.document_fromstring(answer.text)


def test_three_buyers_have_their_rates_with_a_link_to_the_figure(client: TestClient) -> None:
    table, declared = page(client).xpath("//section[@aria-labelledby='rates']//table")
    assert len(declared.xpath(".//tbody/tr")) >= 3
    assert len(declared.xpath(".//td/a[contains(@href, '/figures/canteens_reaching_share')]")) == 6
    rows = table.xpath(".//tbody/tr")
    assert len(rows) == 3
    assert all("/figures/egalim_share?" in row.xpath(".//td[1]/a/@href")[0] for row in rows)


def test_a_month_says_its_state_in_words_and_never_by_colour_alone(client: TestClient, site: Site) -> None:
    rows = page(client).xpath("//table[contains(@class,'board')]/tbody/tr")
    made = "supply_step IN ('field', 'storage')"
    held = list(site.served.rows(f"SELECT count(DISTINCT food_product) AS n FROM food_gap WHERE {made}"))
    assert len(rows) == held[0]["n"] >= 60
    assert all("/figures/food_gap?" in link for link in rows[0].xpath("./td[@class='number'][2]/a/@href"))
    for row in rows:
        cells = row.xpath("./td[contains(@class,'cell')]")
        assert len(cells) == 12
        assert all(cell.xpath("./span[@class='hidden']")[0].text.strip() for cell in cells)


def test_what_tells_of_few_producers_is_in_no_answer(client: TestClient, site: Site) -> None:
    text = client.get("/food").text + client.get("/en/food").text + client.get("/food-gaps.csv").text
    assert MAKERS.search(text) is None
    lines = list(csv.DictReader(io.StringIO(client.get("/food-gaps.csv").text)))
    few = [line for line in lines if line["supply_step"] in ("field", "storage") and line["producers_count"] == ""]
    assert few
    assert all(line["offered_kg"] == line["gap_kg"] == "" for line in few)
    tables = {row["name"] for row in site.served.rows("SELECT table_name AS name FROM information_schema.tables")}
    assert not {"food_offer", "food_distance", "food_need"} & tables
    assert list(site.served.rows("SELECT * FROM food_follow")) == []


def test_lots_come_with_their_possible_bidders_and_the_whole_need(client: TestClient, site: Site) -> None:
    rows = page(client).xpath("//section[@aria-labelledby='lots']//tbody/tr")
    lots = list(site.served.rows("SELECT * FROM food_lot"))
    assert len(rows) == len(lots)
    assert any(row["planned_lots_count"] for row in lots)
    assert all((row["bidders_count"] or 3) >= 3 for row in lots)


def test_the_report_may_be_published_and_names_nobody(site: Site) -> None:
    made = food(read(site.served, "contract"))
    assert not made.is_internal
    tables = {block.name: block for block in made.blocks if isinstance(block, FigureTable)}
    assert len(tables["rates"].lines) == 3
    assert len(tables["stages"].lines) == 4
    assert tables["gaps"].lines[0].label == "Tous les produits"
    assert {block.name for block in made.blocks if isinstance(block, WordTable)} >= {"lots"}
    text = laid(made).decode("utf-8")
    assert MAKERS.search(text) is None
    assert "candidats possibles" in text.lower()
