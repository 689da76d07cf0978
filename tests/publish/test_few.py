"""Shares that rest on too few rows: their count and amounts come first everywhere, the share stays in the detail."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lxml import html as parser
from python_calamine import CalamineWorkbook
from starlette.testclient import TestClient

from gisement.catalog import parameter
from gisement.catalog.few import is_few
from gisement.engine import Observatory
from gisement.engine.served import Served
from gisement.pipeline import indicator_named, perimeter_of
from gisement.publish import answers, format, tables
from gisement.publish.component import shown
from gisement.publish.reports.purchases import note
from gisement.publish.reports.reading import read
from gisement.publish.reports.writing import book, html
from gisement.publish.web.app import create_app
from gisement.publish.web.site import Site
from gisement.publish.words.diagnosis import diagnose, sentence
from gisement.store import Workspace
from gisement.studies.targets import REACHED, UNKNOWN, state_of
from gisement.terms import Figure, Level, Sums, Verdict

SHARE = "33,3"
"""The local share of the five contracts of `small_home`: two have a known place, 1 000.10 € here and 2 000.20 € afar."""


def of(part: int, rest: int, unknown: int = 0) -> Figure:
    """A share of contract lines of 1,000 € each."""
    counts = {Verdict.PART: part, Verdict.REST: rest, Verdict.UNKNOWN: unknown}
    sums = Sums(part * 100_000, rest * 100_000, unknown * 100_000, counts=counts)
    value = part / (part + rest) if part + rest else None
    return Figure("local_share", "percent", {}, value, 0.0, 1.0, "missing", 0.5, sums, Level.OBSERVED, basis="contract")


@pytest.fixture(scope="module")
def held(small_home: Path) -> Workspace:
    return Workspace.open(small_home)


@pytest.fixture(scope="module")
def client(held: Workspace) -> Iterator[TestClient]:
    with TestClient(create_app(Site(Served(held)))) as asked:
        yield asked


def plain(text: str) -> str:
    return text.replace(format.THIN, " ").replace(format.SPACE, " ")


def test_from_the_parameter_on_a_share_is_one() -> None:
    least = parameter("few_for_share")
    assert not is_few(of(2, least - 2))
    assert is_few(of(1, least - 2))
    assert not is_few(of(0, 0, 3)), "nothing is known: that is another answer than too few"


def test_the_count_and_the_amounts_come_before_the_share() -> None:
    told = shown(of(1, 2, 40))
    assert (told.value, told.value_at, told.coverage) == ("3 lignes de marchés", None, "")
    assert plain(told.bounds) == "trop peu pour une part : 1 000 € sur 3 000 € ; on ne sait pas pour 40 autres"
    assert plain(told.span) == "trop peu : 1 000 € sur 3 000 €"
    assert plain(told.share).startswith("33,3 %, sur 3 lignes de marchés seulement")
    assert plain(told.whole_bounds) == "entre 0,0 % et 100,0 %"
    english = shown(of(1, 0), language="en")
    assert (english.value, english.bounds) == ("1 contract line", "too few for a share: €1,000 of €1,000")
    assert plain(format.in_a_cell(of(1, 2))) == "3 lignes de marchés (trop peu : 1 000 € sur 3 000 €)"
    assert (shown(of(3, 3)).share, format.in_a_cell(of(3, 3))) == ("", format.value(of(3, 3)))


def test_rows_without_weight_are_counted_in_their_own_words() -> None:
    counted = replace(of(1, 2), indicator="single_offer_share", basis=None, table="contract", weight_divisor=1)
    counted = replace(counted, sums=replace(counted.sums, part=1, rest=2))
    assert (shown(counted).value, shown(counted).span) == ("3 contrats", "trop peu : 1 sur 3")


def test_published_sums_of_payments_and_changes_are_not_rows() -> None:
    """A public cell holds three suppliers or more: how many stand behind is not told."""
    assert not is_few(replace(of(1, 2), secrecy="protected"))
    assert not is_few(replace(of(1, 2), interval="sampling"))


def test_a_change_between_years_of_few_contracts_is_no_number() -> None:
    moved = replace(of(3, 3), unit="points", interval="sampling", value=0.4, low=None, high=None, keys=3)
    assert (format.change(moved), format.change(replace(moved, keys=5))) == ("trop peu", "+40,0")


def test_the_share_of_the_first_suppliers_rests_on_suppliers() -> None:
    """Among three suppliers, the first five have all, whatever they sell."""
    first = replace(of(40, 0), indicator="top_5_supplier_share", keys=3)
    assert (shown(first).value, plain(shown(first).span)) == ("3 fournisseurs", "trop peu : 40 k€ en tout")
    assert not is_few(replace(first, indicator="first_buyer_share", keys=1)), "one buyer for forty sales is an answer"


def test_an_objective_is_not_judged_on_them() -> None:
    certain = {"at_most": False, "is_over": True}
    assert state_of(replace(of(3, 0), low=1.0), 0.5, **certain) == UNKNOWN
    assert state_of(replace(of(8, 0), low=1.0), 0.5, **certain) == REACHED


@pytest.mark.parametrize("path", ["/", "/figures", "/needs", "/embed/local_share", "/figures/local_share"])
def test_no_page_headlines_such_a_share(client: TestClient, path: str) -> None:
    page: Any = parser.fromstring(plain(client.get(path).text))
    for detail in page.xpath("//*[@class='sheet'] | //dl | //details"):
        detail.drop_tree()
    text = page.text_content()
    assert "2 lignes de marchés" in text
    assert "1 000 € sur 3 000 €" in " ".join(text.split())
    assert SHARE not in text


def test_the_detail_gives_it_with_its_bounds(client: TestClient) -> None:
    text = plain(client.get("/figures/local_share").text)
    assert "33,3 %, sur 2 lignes de marchés seulement" in text
    assert "entre 29,4 % et 41,2 %" in text
    (figure,) = client.get("/api/measure/local_share").json()["figures"]
    assert (figure["few"], round(figure["value"], 3)) == (True, 0.333)
    assert client.get("/api/measure/total_spend").json()["figures"][0]["few"] is False


def test_the_terminal_says_the_same(held: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    observatory = Observatory(held)
    chosen = indicator_named("local_share")
    tables.show_figures(chosen, observatory.measure(chosen, perimeter_of([])), "fr")
    out = plain(capsys.readouterr().out)
    assert "2 lignes de marchés  trop peu : 1 000 € sur 3 000 €" in out
    assert "Part : 33,3 %, sur 2 lignes de marchés seulement" in " ".join(out.split())
    told = plain(sentence(diagnose(observatory)))
    assert told.startswith("1 000 € sur 3 000 € de commande publique hors médical vont à des fournisseurs de la Vienne")
    assert answers.as_line(observatory.measure(chosen, perimeter_of([]))[0])["few"] is True


def test_reports_say_the_same(held: Workspace) -> None:
    report = note(read(Served(held)))
    told = plain(html(report).decode())
    assert "1 000 € sur 3 000 € d’achats, hors matériels médicaux, vont à des fournisseurs de la Vienne." in told
    assert SHARE not in told
    sheets = CalamineWorkbook.from_filelike(io.BytesIO(book(report)))
    cells = [
        str(cell) for name in sheets.sheet_names for row in sheets.get_sheet_by_name(name).to_python() for cell in row
    ]
    assert any(plain(cell) == "2 lignes de marchés, trop peu : 1 000 € sur 3 000 €" for cell in cells)
    assert not any(cell.startswith("0.333") for cell in cells), "a workbook has the bounds and the rows beside"
