"""Addressable spend: three kinds make up all that leaves, small numbers are not told, no firm is named."""

from __future__ import annotations

import json
from collections import defaultdict

import pytest
from lxml import html
from starlette.testclient import TestClient

from gisement.catalog import cooperation_texts
from gisement.pipeline import indicator_named
from gisement.publish.web.address import pairs_of
from gisement.publish.web.site import Site
from gisement.publish.words import addressable as told
from gisement.studies.addressable import ELSEWHERE, GAP, KINDS, LEAST, OFFERED, by_kind
from gisement.studies.addressable import whole as taken_together
from gisement.terms import Perimeter
from tests.commands import gisement


def test_what_stays_leaves_and_is_unknown_is_all_the_money(site: Site) -> None:
    perimeter = Perimeter({"basis": ("contract",)}, {"medical": "included"})
    (whole,) = site.observatory.measure(indicator_named("local_share"), perimeter)
    found = site.addressable()
    assert taken_together(found).sums == whole.sums
    kinds = by_kind(found)
    assert sum(each.leaves_cents for each in found) == whole.sums.rest == sum(f.sums.rest for f in kinds.values()) > 0
    for figure in kinds.values():
        assert site.figure(figure.indicator, *pairs_of(figure)).sums == figure.sums
    assert {each.kind for each in found} == set(KINDS)


def test_offers_are_those_of_the_register_counted_again(site: Site) -> None:
    counts: dict[str, int] = defaultdict(int)
    for row in site.served.rows("SELECT * FROM local_offer"):
        counts[row["segment"]] += row["establishments_count"]
    for each in site.addressable():
        assert each.firms == (counts[each.segment] if counts[each.segment] >= LEAST else None)
        if each.kind != ELSEWHERE:
            assert (each.kind == OFFERED) == (each.firms is not None)
    assert any(each.kind == GAP for each in site.addressable())


def test_no_small_number_is_told(site: Site) -> None:
    for each in site.addressable():
        for count in (each.firms, each.near_firms, *each.classes.values()):
            assert count is None or count >= LEAST


def test_no_firm_is_named(site: Site, client: TestClient) -> None:
    names = set(site.served.names("supplier").values())
    page = client.get("/addressable").text + json.dumps(told.as_dicts(site.addressable()), default=str)
    assert [name for name in names if name in page] == []
    assert client.get("/addressable?kind=gap").status_code == 200


@pytest.mark.parametrize(("language", "root"), [("fr", ""), ("en", "/en")])
def test_a_territory_without_purchases_is_told_so_in_one_sentence(
    bare_client: TestClient, bare_site: Site, language: str, root: str
) -> None:
    sentence = cooperation_texts(language)["addressable"]["none"]
    page = bare_client.get(f"{root}/addressable")
    assert page.status_code == 200
    (told_once,) = html.fromstring(page.text).findall(".//main//p[@class='remark']")
    assert told_once.text == sentence
    assert html.fromstring(page.text).findall(".//main//table") == []
    home = bare_site.observatory.workspace.root
    shown = gisement("--lang", language, "cooperate", "addressable", workspace=home)
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.split() == sentence.split()
    assert json.loads(gisement("cooperate", "addressable", "--format", "json", workspace=home).stdout) == []
