"""Pages in plain words: figures under questions, names instead of codes, no command for a reader to type."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from starlette.testclient import TestClient

from gisement.catalog import indicator_texts, texts
from gisement.catalog.file_kinds import kind_name
from gisement.pipeline import ALL
from gisement.publish.web.app import PAGES
from gisement.publish.web.questions import QUESTIONS
from gisement.publish.web.site import Site
from gisement.sources.registry import SOURCES
from tests.publish.test_pages import ROOTS, page, paths


def test_indicators_are_all_listed_under_one_question(client: TestClient) -> None:
    told = page(client, "/figures").text_content()
    assert all(texts("fr")["indicators"][indicator.name]["title"] in told for indicator in ALL)
    held = [name for question in QUESTIONS for name in question.indicators]
    assert sorted(held) == sorted(indicator.name for indicator in ALL)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_kind_of_file_has_a_name_in_words(client: TestClient, language: str) -> None:
    names = {kind_name(kind, language) for kind in SOURCES}
    files = page(client, f"{ROOTS[language]}/sources").xpath("//section[@aria-labelledby='files']/div//tbody/tr/th")
    assert {str(cell.text_content()).lower() for cell in files} <= {name.lower() for name in names}


@pytest.mark.parametrize("path", [path for path, _ in PAGES if "svg" not in path])
def test_no_reader_is_told_to_type_a_command(client: TestClient, site: Site, path: str) -> None:
    """What only whoever runs the observatory can do is folded: methods show their own, as they are reproduced."""
    told = page(client, paths(site)[path])
    for folded in told.xpath("//details[@class='keeper'] | //pre | //article"):
        folded.clear()
    found = re.findall(r"gisement (?:add|build|clauses|export|fetch|report|serve|template)\b", told.text_content())
    assert found == []


@pytest.mark.parametrize("path", ["/needs", "/needs/food"])
def test_every_tile_of_needs_has_its_name_or_a_number_that_the_list_explains(client: TestClient, path: str) -> None:
    for svg in page(client, path).xpath(
        "//*[contains(@class, 'treemap')]//*[local-name()='svg'][.//*[local-name()='a']]"
    ):
        tiles = svg.xpath(".//*[local-name()='g'][*[local-name()='rect']]")
        written = [" ".join(t.text_content() for t in tile.xpath("./*[local-name()='text']")) for tile in tiles]
        numbers = [text for text in written if text.isdigit()]
        assert tiles
        assert all(written)
        entries = svg.xpath("./*[local-name()='text'][*[local-name()='tspan']]")
        assert svg.xpath("./*[local-name()='text']/*[local-name()='tspan']/text()") == numbers
        for one, other in pairwise(entries):
            end = float(one.get("x")) + len(one.text_content().strip()) * float(one.get("font-size")) / 2
            assert one.get("y") != other.get("y") or end < float(other.get("x"))


@pytest.mark.parametrize(("text", "address"), [("cantine", "/food"), ("PME", "/figures/sme_share"), ("zzz", "/firms")])
def test_a_search_leads_to_questions_and_figures_or_to_where_to_begin(
    client: TestClient, text: str, address: str
) -> None:
    assert address in page(client, f"/search?q={text}").xpath("//main//a/@href")


def test_english_pages_say_in_english_that_data_are_invented(client: TestClient) -> None:
    assert page(client, "/en").xpath("//aside[@class='notice']")[0].text_content().startswith("Invented")


def test_a_name_keeps_its_capital_inside_a_sentence(client: TestClient) -> None:
    told = page(client, "/figures/total_spend/rows?basis=contract&commune=86194&verdict=part")
    assert "commune du fournisseur : Poitiers" in told.xpath("//p[@class='lead']")[0].text_content()


def test_the_amount_of_a_place_is_not_called_exact_where_some_money_has_no_place(client: TestClient) -> None:
    told = page(client, "/figures/area_share?basis=contract&by=commune")
    amounts = [
        cell.text_content() for cell in told.xpath("//table[contains(@class, 'lines')]//td[contains(@class, 'amount')]")
    ]
    assert any("lieu connu" in amount for amount in amounts)
    assert not any("exact" in amount for amount in amounts)
    assert "Lieu connu" in told.text_content()


def test_the_page_of_the_law_begins_with_what_its_table_says(client: TestClient) -> None:
    told = page(client, "/law")
    lines = told.xpath("//table[@class='answers']/tbody/tr")
    counts = [[cell.text_content().strip() not in ("", "–") for cell in line.findall("td")] for line in lines]
    not_met = sum(1 for _, is_not_met, *_ in counts if is_not_met)
    met = sum(1 for is_met, is_not_met, *_ in counts if is_met and not is_not_met)
    sentence = told.xpath("//p[@class='headline']")[0].text_content()
    assert [int(number) for number in re.findall(r"\d+", sentence)] == [
        len(lines), not_met, met, len(lines) - not_met - met,
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["local_share", "total_spend", "supplier_concentration", "impact"])
def test_a_method_is_told_in_english_from_the_catalog(client: TestClient, name: str) -> None:
    """The long page is in French only: it stands below, folded, and says what language it is in."""
    tree, told = page(client, f"/en/methods/{name}"), indicator_texts(name, "en")
    english = tree.xpath("//article[@class='method'][not(@lang)]")[0].text_content()
    assert all(line in english for line in (*told["excludes"], *told["assumes"]))
    assert "How it is computed" in english
    assert tree.xpath("//details//article/@lang") == ["fr"]
    assert not page(client, f"/methods/{name}").xpath("//details//article")
