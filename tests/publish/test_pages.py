"""The pages: every one answers in both languages, asks nobody anything, can be read and heard, and adds up."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pytest
from lxml import html
from starlette.requests import Request
from starlette.testclient import TestClient

from gisement.catalog import page_texts
from gisement.pipeline import ALL, indicator_named
from gisement.publish import format
from gisement.publish.web import app
from gisement.publish.web.drawings.maps import DEPARTMENTS, contour_drawing
from gisement.publish.web.page import Page
from gisement.publish.web.serving.assets import assets, static
from gisement.publish.web.site import Site
from gisement.studies.sheets import sheets
from gisement.terms import LOTS
from tests.emitted_rules import PACKAGE
from tests.publish.files_of_rows import lines_of

TEMPLATES = PACKAGE / "publish" / "web" / "templates"
ROOTS = {"fr": "", "en": "/en"}
FIGURES_CHECKED = 6
OF_CONTRACTS = (
    "sme_advance_count_share", "yearly_amount", "median_yearly_amount", "large_yearly_amount", "pooling_gain",
)  # fmt: skip
"""Indicators of purchases that only contracts can tell."""
YEARS = {"food_balance": 2027}
# The year of the needs of the demonstration, where rows of 2024 are none.


def page(client: TestClient, path: str) -> Any:
    """A page as a tree (untyped: the library's own types say that any question may have any answer)."""
    return html.document_fromstring(asked(client, path))


def asked(client: TestClient, path: str) -> str:
    """What an address answers."""
    answer = answered(client, path)
    assert answer.status_code == 200, f"{path}: {answer.status_code}"
    return str(answer.text)


@cache
def answered(client: TestClient, path: str) -> Any:
    """The answer of an address; many figures and tests lead to the same one, which is asked once."""
    return client.get(path)


@cache
def paths(site: Site) -> Mapping[str, str]:
    """One address for every entry of the list of pages."""
    buyer = site.served.found("", kind="buyer")[0]["key"]
    supplier = site.served.found("", kind="supplier")[0]["key"]
    contract = site.served.found("", kind="contract")[0]["key"]
    rule = site.checks["findings"][0]["rule"]
    keys = {"needs": "food", "buyers": buyer, "suppliers": supplier, "contracts": contract, "strengths": "training"}
    keys |= {"pooling": site.windows()[0].identifier, "clauses": "cleaning_services"}
    keys["chains"] = "biosourced"
    keys["experience"] = "experience-" + sheets(site.observatory, "experience")[0]["sheet_name"]
    filled = {}
    for path, _ in app.PAGES:
        first = path.split("/")[1]
        name = "family" if "{kind}" in path else "publication_delay" if first == "law" else "local_share"
        told = path.replace("{name}", name).replace("{kind}", "treemap")
        filled[path] = told.replace("{key}", keys.get(first, "")).replace("{rule}", rule)
    scenario = "/impact/what-if?segment=catering_services&points=5&to=department"
    filled["/impact/what-if"] = scenario
    return {**filled, "/search": "/search?q=demonstration", "/suppliers": "/suppliers?q=travaux"}


@pytest.fixture(scope="session", params=[path for path, _ in app.PAGES if "svg" not in path])
def each(request: pytest.FixtureRequest, site: Site) -> str:
    """Every page."""
    return paths(site)[request.param]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_page_answers_in_its_language_and_can_be_heard(
    client: TestClient, each: str, language: str, site: Site
) -> None:
    tree = page(client, (ROOTS[language] + each) if each != "/" else ROOTS[language] or "/")
    assert tree.get("lang") == language
    assert len(tree.findall(".//h1")) == 1
    assert tree.findtext(".//title", "").endswith("Gisement")
    identifiers = [element.get("id") for element in tree.iter() if element.get("id")]
    assert len(identifiers) == len(set(identifiers))
    for table in tree.iter("table"):
        assert table.find("caption") is not None or table.xpath("ancestor::article")
    for drawing in tree.iter("svg"):
        assert drawing.get("aria-hidden") == "true" or drawing.get("aria-label")
    for label in tree.iter("label"):
        assert label.get("for") in identifiers
    if "/embed/" not in each:
        assert tree.find(".//a[@class='skip']") is not None
        assert "fictives" in tree.find(".//aside").text_content() or language == "en"


def test_a_page_asks_nobody_anything_and_holds_no_script_or_style(client: TestClient, each: str) -> None:
    tree = page(client, each)
    for element in tree.iter():
        for name, value in ((str(k), str(v)) for k, v in element.attrib.items()):
            assert not name.startswith("on"), f"{each}: {name}"
            assert name != "style", f"{each}: {element.tag} has a style"
            if name in ("src", "action", "data", "srcset") or (name == "href" and element.tag == "link"):
                assert value.startswith("/"), f"{each}: {value}"
    assert all(script.get("src") for script in tree.iter("script"))
    assert not list(tree.iter("style"))


def test_every_answer_bears_a_strict_policy(client: TestClient, site: Site) -> None:
    for path in [*paths(site).values(), "/nowhere", "/api/indicators", static("app.css"), "/api/measure/nowhere"]:
        headers = answered(client, path).headers
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        is_frame = path.startswith("/embed/")
        assert ("frame-ancestors *" in policy) == is_frame
        assert headers.get("x-frame-options") == (None if is_frame else "DENY")


def test_other_methods_and_too_long_addresses_are_refused(client: TestClient) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
        assert client.request(method, "/").status_code == 405
    assert client.get("/search?q=" + "a" * 5000).status_code == 414
    assert client.head("/").status_code == 200


def test_what_a_browser_holds_is_not_sent_again(client: TestClient) -> None:
    first = client.get("/figures/local_share")
    again = client.get("/figures/local_share", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    part = client.get("/figures/local_share", headers={"HX-Request": "true", "If-None-Match": first.headers["etag"]})
    assert (part.status_code, part.headers["cache-control"]) == (200, "no-store")
    assert "etag" not in part.headers
    assert "immutable" in client.get(static("app.css")).headers["cache-control"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/nowhere", 404), ("/figures/nowhere", 404), ("/contracts/nowhere", 404), ("/buyers/nowhere", 404),
        ("/suppliers/nowhere", 404), ("/needs/nowhere", 404), ("/quality/nowhere", 404), ("/methods/nowhere", 404),
        ("/law/nowhere", 404), ("/law?buyer=nobody", 404), ("/clauses/nowhere", 404),
        ("/charts/pie/family.svg", 404), ("/figures/local_share?ring=planet", 400), ("/figures/local_share?by=colour", 400),
        ("/figures/local_share?year=soon", 400), ("/contracts?page=0", 400), ("/contracts?verdict=maybe", 400),
        ("/contracts?sort=colour", 400), ("/figures/local_share?ring=commune", 400),
    ],
)  # fmt: skip
def test_what_cannot_be_shown_is_one_sentence(client: TestClient, path: str, status: int) -> None:
    for root in ROOTS.values():
        answer = client.get(root + path)
        assert answer.status_code == status
        assert "Traceback" not in answer.text
        assert html.document_fromstring(answer.text).find(".//h1") is not None


def test_what_a_user_types_is_shown_as_text(client: TestClient) -> None:
    nasty = "<script>alert(1)</script>'\"; DROP TABLE purchase --"
    for path in ("/search", "/suppliers", "/contracts"):
        answer = client.get(path, params={"q": nasty})
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text
    answer = client.get("/figures/local_share", params={"buyer": nasty, "supplier": "$v0 §value1§ 770000000"})
    assert answer.status_code == 200
    assert client.get("/").status_code == 200


# --- figures and their rows ---------------------------------------------------------------------------------


def links(tree: Any, path: str) -> Iterator[str]:
    """The addresses that an expression of XPath finds."""
    yield from (str(link) for link in tree.xpath(path))


@pytest.mark.parametrize("indicator", ALL, ids=lambda indicator: indicator.name)
def test_rows_behind_a_figure_add_up_to_it(client: TestClient, indicator: Any) -> None:
    _add_up(client, f"/figures/{indicator.name}?year={YEARS.get(indicator.table, 2024)}", indicator)


@pytest.mark.parametrize(
    "indicator", [each for each in ALL if each.table == "purchase"], ids=lambda indicator: indicator.name
)
def test_lines_of_payment_behind_a_figure_add_up_to_it(partner_client: TestClient, indicator: Any) -> None:
    """On the machine of a single user, where lines may be seen, ten times as many: read in columns, not as texts."""
    bases = _add_up(partner_client, f"/figures/{indicator.name}?year=2024", indicator, "PARQUET")
    assert bases <= {"payment"} or indicator.name in OF_CONTRACTS


def test_lines_of_payment_are_the_same_in_both_files(partner_client: TestClient) -> None:
    rows = page(partner_client, "/figures/total_spend/rows?verdict=part&year=2024")
    one, other = (lines_of(partner_client, rows, kind) for kind in ("CSV", "PARQUET"))
    assert one == other
    assert one.number > 1000


def _add_up(client: TestClient, address: str, indicator: Any, kind: str = "CSV") -> set[str]:
    """Each verdict of a figure's page leads to rows whose sum is what it says; the bases of these rows."""
    tree = page(client, address)
    bases: set[str] = set()
    shown = {a.get("data-verdict"): a for a in tree.xpath("//ul[@class='verdicts']//a")}
    assert set(shown) == {"part", "rest", "unknown", "excluded"}
    for link in shown.values():
        rows = page(client, link.get("href"))
        held = lines_of(client, rows, kind)
        written = _weighed(indicator, held.weight)
        assert link.xpath("span[@class='weight']")[0].text == written
        assert written in rows.xpath("//p[@class='adds']")[0].text
        assert link.xpath("span[@class='count']")[0].text == format.counted(held.number, "ligne", "lignes")
        bases |= held.bases
    return bases


def _weighed(indicator: Any, whole: int) -> str:
    if indicator.weight is None:
        return format.counted(whole, "ligne", "lignes")
    if indicator.unit == LOTS:
        return format.counted(whole, "lot", "lots")
    return format.weight(whole / 1000) if indicator.weight.endswith("_g") else format.cents(whole)


def test_every_figure_of_every_page_is_two_clicks_from_rows_that_add_up(client: TestClient, each: str) -> None:
    tree = page(client, each)
    _two_clicks(client, tree, each, FIGURES_CHECKED, "CSV")
    for line in tree.xpath("//tr[td[@class='more']]")[:1]:
        value = line.xpath(".//a[starts-with(@class, 'value')]")[0]
        rows = page(client, line.xpath("td[@class='more']/a/@href")[0])
        assert rows.xpath("//p[@class='lead']//a[starts-with(@class, 'value')]")[0].text == value.text, each
    for card in tree.xpath("//div[contains(@class, 'card ')]")[:1]:
        assert card.xpath(".//p[@class='definition']")
        assert len(card.xpath(".//ul[@class='verdicts']//a")) == 4


@pytest.mark.parametrize("path", [path for path, _ in app.PAGES if "svg" not in path])
def test_lines_of_payment_are_two_clicks_from_every_page(
    partner_client: TestClient, partner_site: Site, path: str
) -> None:
    address = paths(partner_site)[path]
    _two_clicks(partner_client, page(partner_client, address), address, 1, "PARQUET")


def _two_clicks(client: TestClient, tree: Any, path: str, at_most: int, kind: str) -> None:
    """Figures of a page, each of another indicator: its link shows the same figure, and the next rows of that sum."""
    first = {a.get("href").split("?")[0]: a for a in reversed(tree.xpath("//a[@class='value'][not(ancestor::h1)]"))}
    kept = list(first.values())
    for value in kept[:: max(1, -(-len(kept) // at_most))]:
        figure = page(client, value.get("href"))
        assert figure.xpath("//p[@class='big']/a")[0].text == value.text, path
        (link,) = figure.xpath("//ul[@class='verdicts']//a[@data-verdict='part']")
        indicator = indicator_named(value.get("href").split("?")[0].split("/")[-1])
        rows = page(client, link.get("href"))
        assert link.xpath("span[@class='weight']")[0].text == _weighed(
            indicator, lines_of(client, rows, kind).weight
        ), path


def test_no_value_stands_without_its_figure(client: TestClient, each: str) -> None:
    for value in page(client, each).xpath("//*[starts-with(@class, 'value')]"):
        assert value.tag == "a"
        assert "/figures/" in value.get("href")


def test_pages_of_rows_hold_every_row_once(client: TestClient) -> None:
    seen: list[str] = []
    address = "/contracts?sort=oldest"
    while address:
        tree = page(client, address)
        seen += links(tree, "//table[@class='rows']//th[@scope='row']/a/@href")
        address = next(links(tree, "//a[@rel='next']/@href"), "")
    (figure,) = client.get("/api/measure/contracts").json()["figures"]
    assert len(seen) == len(set(seen)) == figure["counts"]["part"]


def test_a_form_leads_to_an_address_that_holds_its_state(client: TestClient) -> None:
    asked = "/figures/local_share?year=2024&family=*&buyer=*&size_class=*&place=head_office&medical=excluded&ring=department"
    answer = client.get(asked)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/figures/local_share?place=head_office&year=2024"
    tree = page(client, answer.headers["location"])
    chosen = {s.get("name"): s.xpath("option[@selected]/@value")[0] for s in tree.iter("select")}
    assert (chosen["year"], chosen["place"], chosen["family"]) == ("2024", "head_office", "*")
    part = client.get(answer.headers["location"], headers={"HX-Request": "true"}).text
    assert "<html" not in part
    assert part.count("<h1") == 1


def test_a_permanent_link_of_another_release_says_so(client: TestClient, site: Site) -> None:
    link = next(links(page(client, "/figures/local_share"), "//a[contains(@href, 'release=')]/@href"))
    assert link.endswith(f"release={site.served.release}")
    assert page(client, link).find(".//p[@class='gone']") is None
    assert page(client, "/figures/local_share?release=000000000000").find(".//p[@class='gone']") is not None


def test_drawings_are_files_of_their_own(client: TestClient, site: Site) -> None:
    for kind, name in (
        ("trend", "sme_share"),
        ("rings", "local_share"),
        ("treemap", "segment"),
        ("map", "total_spend"),
        ("map", "departments"),
        ("map", "communes"),
        ("flows", "impact_per_hundred"),
    ):
        answer = client.get(f"/charts/{kind}/{name}.svg")
        assert answer.headers["content-type"].startswith("image/svg+xml")
        tree = html.fragment_fromstring(answer.text)
        assert tree.tag == "svg"
        assert "Données fictives" in tree.xpath("./*[name()='text']")[-1].text, "a picture goes without its page"
        assert not tree.xpath(".//@class[contains(., 'style')]")


def test_contours_are_shaded_by_the_amounts_of_the_table_and_lines_lead_where_most_leaves_for(
    client: TestClient, site: Site
) -> None:
    tree = page(client, "/map")
    assert "schématique" not in tree.xpath("//p[@class='lead']")[0].text_content()
    told = {a.get("aria-label"): a for a in tree.xpath("//figure[contains(@class, 'areas')]//*[name()='svg']//a")}
    where = ("medical", "excluded")
    for level, code, name in (("department", "33", "Gironde (33)"), ("commune", "86194", "Poitiers (86194)")):
        figure = site.figure("total_spend", where, (level, code))
        area = told[f"{name} : {format.value(figure)}"]
        assert page(client, area.get("href")).xpath("//p[@class='big']/a")[0].text == format.value(figure)
    drawn = contour_drawing(
        Page(site, Request({"type": "http", "headers": [], "query_string": b"", "path": "/map"}), "fr"),
        DEPARTMENTS,
        "amount",
        [],
    )
    assert drawn is not None
    amounts = [
        f.value
        for f in site.measure("total_spend", (where,), "department")
        if f.group["department"] != "86" and f.value
    ]
    widths = [float(width) for width in re.findall(r'stroke-opacity=".55" stroke-width="([\d.]+)"', drawn.svg)]
    assert len(widths) == min(12, len(amounts))
    assert widths == sorted(widths, reverse=True)
    assert widths[0] == 14.0


# --- texts and weight ---------------------------------------------------------------------------------------


def test_every_page_text_is_used_and_said_in_the_house_s_words() -> None:
    code = "".join(
        p.read_text(encoding="utf-8")
        for p in [PACKAGE / "engine" / "row_sheet.py", *TEMPLATES.rglob("*.j2"), *(PACKAGE / "publish").rglob("*.py")]
    )
    unused = [
        f"{part}.{key}"
        for part, words in page_texts("fr").items()
        for key in words
        if not any(word in code for word in (f"t.{part}.{key}", f"['{key}']", f'"{key}"'))
    ]
    assert unused == []
    for language in ("fr", "en"):
        whole = str(page_texts(language))
        assert not re.search(r"préférence locale|local preference|buy local|acheter local", whole, re.I)


def test_templates_do_no_arithmetic_on_figures() -> None:
    for path in TEMPLATES.glob("*.j2"):
        for expression in re.findall(r"\{\{(.*?)\}\}", path.read_text(encoding="utf-8"), flags=re.DOTALL):
            bare = re.sub(r'"[^"]*"', "", expression)
            assert not re.search(r"\d\.\d|round\(|\*|(?<![\w-])-(?!\d)", bare), f"{path.name}: {expression}"


def test_the_home_page_weighs_little(client: TestClient) -> None:
    answer = client.get("/", headers={"Accept-Encoding": "gzip"})
    compressed = int(answer.headers["content-length"])
    asked = [name for name, asset in assets().items() if asset.address in answer.text]
    weights = {name: len(assets()[name].compressed) for name in asked}
    assert {"app.css", "app.js", "htmx.min.js"} <= set(asked)
    assert "maplibre" not in answer.text
    assert compressed + sum(weights.values()) < 100_000, weights


@pytest.mark.parametrize(("root", "undated"), [("", "Aucune donnée n'y a de date."), ("/en", "None of its data has")])
def test_every_page_of_a_workspace_without_purchases_answers(bare_client: TestClient, root: str, undated: str) -> None:
    plain = [path for path, _ in (*app.PAGES, *app.FILES) if "{" not in path]
    statuses = {path: bare_client.get(root + path if path != "/" else root or "/").status_code for path in plain}
    # the sheet of a firm, none of which is named
    assert {path: status for path, status in statuses.items() if status != 200} == {"/firms/correction.csv": 404}
    releases = page(bare_client, root + "/releases").text_content()
    assert undated in releases
    assert format.not_known(root[1:] or "fr") not in releases
