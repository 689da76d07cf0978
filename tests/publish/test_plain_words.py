"""Pages in plain words: figures under questions, names instead of codes, no command for a reader to type."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

from gisement.catalog import texts
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
    names = texts(language)["file_kinds"]
    assert sorted(names) == sorted(SOURCES)
    files = page(client, f"{ROOTS[language]}/sources").xpath("//section[@aria-labelledby='files']/div//tbody/tr/th")
    assert {str(cell.text_content()).lower() for cell in files} <= {name.lower() for name in names.values()}


@pytest.mark.parametrize("path", [path for path, _ in PAGES if "svg" not in path])
def test_no_reader_is_told_to_type_a_command(client: TestClient, site: Site, path: str) -> None:
    """What only whoever runs the observatory can do is folded: methods show their own, as they are reproduced."""
    told = page(client, paths(site)[path])
    for folded in told.xpath("//details[@class='keeper'] | //pre | //article"):
        folded.clear()
    found = re.findall(r"gisement (?:add|build|clauses|export|fetch|report|serve|template)\b", told.text_content())
    assert found == []


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
