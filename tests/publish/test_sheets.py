"""Sheets on pages: found by words, shown beside needs, contracts and objectives, measured by the data alone."""

from __future__ import annotations

from typing import Any

from lxml import html
from starlette.testclient import TestClient

from gisement.publish.web.methods import rendered
from gisement.publish.web.site import Site
from gisement.studies.sheets import cited, sheets
from gisement.studies.works import operations


def page(client: TestClient, path: str) -> Any:
    """A page as a tree."""
    answer = client.get(path)
    assert answer.status_code == 200
    return html.document_fromstring(answer.text)


def test_sheets_are_found_by_words_without_accents(client: TestClient, site: Site) -> None:
    assert len(sheets(site.observatory)) == 4
    assert len(sheets(site.observatory, "experience")) == 2
    found = page(client, "/experience?text=RECONDITIONNE+universite")
    assert len(found.xpath("//table//th/a")) == 0
    found = page(client, "/experience?text=reconditionne")
    assert ["mobilier" in link.text for link in found.xpath("//table//th/a")] == [True]
    assert "Aucune fiche" in page(client, "/experience?text=zzz").text_content()


def test_a_sheet_is_shown_beside_its_need_its_contracts_and_its_objective(client: TestClient, site: Site) -> None:
    (cleaning,) = (row for row in sheets(site.observatory, "experience") if row["segment"] == "cleaning_services")
    address = f"/experience/experience-{cleaning['sheet_name']}"
    sql = "SELECT contract_key FROM contract WHERE segment = 'cleaning_services' LIMIT 1"
    contract = next(site.served.rows(sql))["contract_key"]
    for where in ("/strengths/cleaning_services", f"/contracts/{contract}", "/targets"):
        assert address in page(client, where).xpath("//a/@href"), where
    assert address not in page(client, "/strengths/training").xpath("//a/@href")
    told = page(client, address)
    assert told.xpath("//section[@aria-labelledby='measured']//a[starts-with(@class, 'value')]")
    assert client.get("/experience/experience-nowhere").status_code == 404
    assert client.get("/experience/nowhere-x").status_code == 404


def test_a_sheet_cites_the_contracts_of_its_buyer_alone(site: Site) -> None:
    sql = (
        "SELECT * FROM contract WHERE contract_id IS NOT NULL AND buyer_siren IS NOT NULL ORDER BY contract_key LIMIT 1"
    )
    row = next(site.served.rows(sql))
    sheet = {"contract_ids": f"{row['contract_id'].lower()}\nnowhere", "buyer_siren": row["buyer_siren"]}
    assert row["contract_key"] in {each["contract_key"] for each in cited(site.observatory, sheet)}
    assert {each["buyer_siren"] for each in cited(site.observatory, sheet)} == {row["buyer_siren"]}
    assert cited(site.observatory, {**sheet, "buyer_siren": "000000000"}) == []


def test_what_someone_wrote_makes_no_tag_and_fetches_nothing() -> None:
    told = rendered("# Titre\n<script>alert(1)</script> ![x](https://example.org/x.png)")
    assert "<script" not in told
    assert "<img" not in told
    assert told.startswith("<h2>Titre</h2>")


def test_planned_operations_are_shown_to_everyone_only_if_their_buyer_says_so(client: TestClient, site: Site) -> None:
    rows = operations(site.observatory)
    assert [str(row["planned_call_date"]) for row in rows] == ["2026-06-01", "2026-09-01", "2026-09-01"]
    assert all(row["is_public"] for row in rows)
    found = page(client, "/chains").xpath("//section[@aria-labelledby='programme']//tbody/tr")
    assert len(found) == 3
    assert "850 000,00 €" in found[1].text_content().replace("\u202f", " ").replace("\xa0", " ")
    own = page(client, "/chains/furniture").xpath("//section[@aria-labelledby='programme']//tbody/tr")
    assert own == [], "this one is told to partners alone, and of another need"
    assert len(operations(site.observatory, ["works_joinery"])) == 1
