"""The map: amounts and shares by department, EPCI and commune; one department from nearer; what adds up to what."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from gisement.publish import format
from gisement.publish.web.drawings.maps import polygons_of
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


def test_the_map_tells_the_share_of_each_place_as_figures_that_add_up(client: TestClient, site: Site) -> None:
    """Values of departments and of what is abroad make 100 %; every area leads to the figure that it shows."""
    tree = page(client, "/map?show=share")
    shares = site.measure("area_share", (), "department")
    abroad = site.figure("area_share", ("department", ""), ("area", "department:86")).sums.rest
    whole = shares[0].sums.part + shares[0].sums.rest
    assert sum(one.sums.part for one in shares) + abroad == whole > 0
    assert sum(one.low or 0 for one in shares) + abroad / (whole + shares[0].sums.unknown) == pytest.approx(
        shares[0].coverage
    )
    told = {a.get("aria-label"): a.get("href") for a in tree.xpath("//figure[contains(@class, 'areas')]//a")}
    for area, name in (("department:33", "Gironde (33)"), ("commune:86194", "Poitiers (86194)")):
        written = format.value(site.figure("area_share", ("area", area)))
        assert page(client, told[f"{name} : {written}"]).xpath("//p[@class='big']/a")[0].text == written
    listed = page(client, "/figures/area_share?by=department").xpath("//tr[td[@class='more']]")
    beside = {line.xpath("th")[0].text: line.xpath("td[2]/a")[0].text for line in listed}
    assert beside["Gironde"] == format.value(site.figure("total_spend", ("department", "33"), ELSEWHERE))
    table = tree.xpath("//section[@aria-labelledby='d']//table//tr[th[contains(., 'Gironde')]]//a/@href")
    assert "/figures/area_share?area=department%3A33" in table
    assert "/figures/area_share/rows?area=department%3A33&verdict=part" in table
    assert "Grand Poitiers (intercommunalité)" in tree.xpath("//p[@class='sentence']")[0].text_content()


def test_the_address_holds_what_the_map_tells(client: TestClient) -> None:
    whole = page(client, "/map?show=share&scale=epci")
    assert whole.xpath("//nav[@class='tabs']//a[@aria-current]/text()") == [
        "La part de chaque lieu", "Par intercommunalité",
    ]  # fmt: skip
    assert whole.xpath("//section[@aria-labelledby='c']//table//a[starts-with(@href, '/figures/area_share?area=epci')]")
    closer = page(client, "/map?show=share&department=86")
    assert "Vienne (département)" in closer.xpath("//p[@class='sentence']")[0].text_content()
    assert closer.xpath("//nav[@class='tabs']//a/@href") == ["/map?department=86", "/map?department=86&show=share"]
    assert "share of each place" in page(client, "/en/map?show=share").text_content()
    for wrong in ("show=x", "scale=x"):
        assert client.get(f"/map?{wrong}").status_code == 404


def test_shares_of_places_are_not_told_of_payments_to_everyone(paid_client: TestClient) -> None:
    for asked in ("by=department", "by=commune", "area=department:86"):
        answer = paid_client.get(f"/api/measure/area_share?basis=payment&{asked}")
        assert answer.status_code == 400
        assert "liste fermée" in answer.json()["detail"]
    assert paid_client.get("/map?show=share").status_code == 200


def test_the_map_to_zoom_tells_what_the_drawing_tells(client: TestClient) -> None:
    """The same areas, words, shades and addresses, in degrees; nothing but what the page of the map asks for."""
    for root, asked in (("", "show=share"), ("/en", "department=86")):
        tree = page(client, f"{root}/map?{asked}")
        for figure in tree.xpath("//figure[@data-contours]"):
            answer = client.get(figure.get("data-contours"))
            assert answer.headers["content-type"] == "application/geo+json"
            told = [area["properties"] for area in answer.json()["features"]]
            drawn = [
                (area.findtext("{*}title") or area.findtext("title"), area.xpath(".//*[name()='path']/@fill")[0])
                for area in figure.xpath(".//*[name()='svg']/*[name()='a' or name()='g']")
            ]
            assert [(one["title"], one["shade"]) for one in told] == drawn
            linked = {one["address"] for one in told if one["address"]}
            assert linked == set(figure.xpath(".//*[name()='svg']/*[name()='a']/@href"))
            corners = answer.json()["features"][0]["geometry"]["coordinates"][0][0]
            assert all(-6 < x < 10 and 41 < y < 52 for x, y in corners)
    for wrong in ("/map/regions.geojson", "/map/communes.geojson?department=00", "/map/communes.geojson?department=33"):
        assert client.get(wrong).status_code == 404
    scripts = page(client, "/map").xpath("//script/@data-library | //script/@data-worker")
    assert [client.get(each).status_code for each in scripts] == [200, 200]
    assert not page(client, "/").xpath("//script[@data-library]")


def test_rings_inside_others_are_holes_and_rings_inside_holes_are_not() -> None:
    square = [((n, n), (20 - n, n), (20 - n, 20 - n), (n, 20 - n), (n, n)) for n in (0.0, 2.0, 4.0)]
    island = ((30.0, 0.0), (31.0, 0.0), (31.0, 1.0), (30.0, 0.0))
    found = polygons_of((square[1], square[0], island, square[2]))
    assert sorted(len(polygon) for polygon in found) == [1, 1, 2]
    assert [square[0], square[1]] in found
