"""The pages in Debian's Chromium: wide and narrow, both languages, by keyboard, with and without script."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from gisement.publish.web import app
from gisement.publish.web.site import Site
from tests.publish.accessible import OF_WIDTH, breaches
from tests.publish.conftest import PATIENCE, WIDE, context
from tests.publish.test_pages import paths

PATHS = [path for path, _ in app.PAGES if "svg" not in path]
OPENED = """() => { for (let n = 0; n < 2; n++) document.querySelector("main details:not([open])")?.setAttribute("open", "") }"""


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(("screen", "root"), [("narrow", ""), ("wide", "/en")])
def test_a_page_fits_breaks_no_rule_of_accessibility_and_asks_nobody(
    request: pytest.FixtureRequest, site: Site, complaints: list[str], path: str, screen: str, root: str
) -> None:
    page: Page = request.getfixturevalue(screen)
    complaints.clear()
    page.goto(root + paths(site)[path] if root + path != "/en/" else "/en")
    page.evaluate(OPENED)
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]  # type: ignore[index]
    # colours are the same in a hand, where a walk measures them; and so is all else but the menu: each page is tried in one
    only = () if PATHS.index(path) % 2 == (screen == "narrow") else OF_WIDTH
    assert breaches(page, colours=screen == "wide", only=only) == []
    assert complaints == []


LINES = """<main><h1>Lignes</h1><ul>
<li class="a">dite</li><li class="a">dite</li><li class="b">dite</li><li class="a"><span>dite</span></li><li class="a">dite</li>
</ul></main>"""


@pytest.mark.parametrize(
    ("style", "faults"),
    [
        ("", 0),
        (".b {{color: {}}}", 1),
        (".a {{color: {}}}", 2),
        ("li:nth-child(5) {{color: {}}}", 1),
        ("ul {{background: #555; border-color: {}}}", 3),
    ],
)
def test_a_faint_word_is_seen_wherever_it_differs_from_others(browser: Browser, style: str, faults: int) -> None:
    """Of words that are alike, one is measured: three of class `a` stand alike, the fourth holds another element."""
    page = browser.new_page()
    page.set_content(f"<html lang='fr'><title>x</title><style>{style.format('#ccc')}</style>{LINES}</html>")
    found = dict(breaches(page))
    page.close()
    assert len(found.get("color-contrast", [])) == faults


def test_the_keyboard_is_enough(browser: Browser, address: str, complaints: list[str]) -> None:
    page = context(browser, address, complaints, WIDE).new_page()
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused(timeout=PATIENCE)
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "SUMMARY":
            break
    page.keyboard.press("Enter")
    assert page.locator(".hero .definition").is_visible()
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_an_elected_official_counts_otherwise_and_the_sentence_rewrites_itself(narrow: Page) -> None:
    narrow.goto("/")
    headline = narrow.locator("h1").inner_text()
    assert re.search(r"Sur 100 € .* \d+ € vont à des fournisseurs de la Vienne", headline.replace("\xa0", " "), re.S)
    narrow.get_by_role("link", name="Et si l'on comptait autrement").click()
    before = narrow.locator(".sentence").inner_text()
    narrow.get_by_label("Lieu retenu pour le fournisseur").select_option("head_office")
    expect(narrow.locator(".sentence")).not_to_have_text(before, timeout=PATIENCE)
    assert "le siège de l'entreprise" in narrow.locator(".sentence").inner_text()
    narrow.wait_for_url("**/figures/local_share?place=head_office")
    narrow.reload()
    assert "le siège de l'entreprise" in narrow.locator(".sentence").inner_text()
    narrow.go_back()
    narrow.wait_for_url(re.compile("/figures/local_share$"))
    expect(narrow.locator(".sentence")).to_have_text(before, timeout=PATIENCE)


def test_the_map_is_zoomed_by_keyboard_and_given_back(wide: Page, complaints: list[str]) -> None:
    """MapLibre under the strict policy, from this host alone: the place in the middle is told, and leads to its figure."""
    complaints.clear()
    wide.goto("/map?show=share&department=86")
    opener = wide.get_by_role("button", name="Zoomer dans la carte")
    opener.focus()
    wide.keyboard.press("Enter")
    wide.wait_for_selector(".zoom[data-state=ready]", timeout=PATIENCE)
    expect(wide.locator("figure.areas > svg")).to_be_hidden()
    wide.keyboard.press("+")
    expect(wide.locator(".told")).to_contain_text(re.compile(r"\(86\d{3}\) : "), timeout=PATIENCE)
    wide.get_by_role("button", name="Plus près").click()
    assert breaches(wide, ".zoomed") == []
    wide.get_by_role("button", name="Revenir au dessin").click()
    expect(opener).to_be_focused()
    expect(wide.locator("figure.areas > svg")).to_be_visible()
    assert complaints == []


def test_a_drawing_is_taken_as_an_image_and_figures_as_a_file(wide: Page, tmp_path: Path) -> None:
    wide.goto("/")
    with wide.expect_download() as waited:
        wide.locator("a[data-png]").first.click()
    waited.value.save_as(tmp_path / "drawing.png")
    assert (tmp_path / "drawing.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "drawing.png").stat().st_size > 5_000
    with wide.expect_download() as waited:
        wide.locator("#rest ~ .take a", has_text="CSV").click()
    assert waited.value.suggested_filename.endswith(".csv")


def test_pages_work_without_script(browser: Browser, address: str, complaints: list[str]) -> None:
    page = context(browser, address, complaints, WIDE, java_script_enabled=False).new_page()
    page.goto("/figures/local_share")
    page.get_by_label("Année (budget, ou notification du contrat)", exact=True).select_option("2024")
    page.get_by_role("button", name="Mesurer").click()
    page.wait_for_url("**/figures/local_share?year=2024")
    assert "2024" in page.locator(".sentence").inner_text()


def test_the_other_language_shows_the_same_figure(wide: Page) -> None:
    wide.goto("/figures/local_share?year=2024")
    wide.get_by_role("link", name="English").click()
    assert wide.url.endswith("/en/figures/local_share?year=2024")
    assert wide.locator("html").get_attribute("lang") == "en"
    assert wide.locator("h1").inner_text() == "Local share of purchases"
