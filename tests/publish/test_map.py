"""The map of one department: its communes, drawn where their contours are held, that add up to it."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from gisement.publish.web.site import Site
from tests.publish.test_pages import page

ELSEWHERE = ("medical", "excluded")


def test_communes_of_a_department_add_up_to_it(client: TestClient, site: Site) -> None:
    offered = page(client, "/map").xpath("//select[@name='department']/option/@value")
    assert {"86", "33"} <= set(offered)
    for department in offered[:5]:
        where = (("department", department), ELSEWHERE)
        communes = site.measure("total_spend", where, "commune")
        assert sum(one.sums.part for one in communes) == site.figure("total_spend", *where).sums.part > 0
        assert {str(one.group["commune"])[:2] for one in communes if one.group["commune"]} <= {department[:2]}


def test_a_department_is_drawn_where_its_contours_are_held(client: TestClient) -> None:
    ours, far = (page(client, f"/map?department={code}") for code in ("86", "33"))
    assert "Vienne" in ours.findtext(".//h1")
    assert ours.xpath("//figure[contains(@class, 'areas')]//svg//a")
    assert not far.xpath("//figure")
    assert "le tableau en tient lieu" in far.text_content()
    for told in (ours, far):
        assert told.xpath("//section[@aria-labelledby='c']//td[@class='more']/a/@href")[0].startswith("/figures/")
        assert told.xpath("//p[@class='kicker']/a/@href") == ["/map"]
    drawing = client.get(ours.xpath("//figure//a[@download]/@href")[0])
    assert drawing.status_code == 200
    assert "<svg" in drawing.text


@pytest.mark.parametrize("code", ["00", "*", "86'"])
def test_what_is_no_department_is_absent(client: TestClient, code: str) -> None:
    assert client.get("/map", params={"department": code}).status_code == 404
