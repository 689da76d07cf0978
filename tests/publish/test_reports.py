"""Reports: every number is that of a figure, each face is the same twice, and what may not be published says so."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdf
import pytest
from python_calamine import CalamineWorkbook

from gisement.catalog import report_texts
from gisement.catalog.texts import typeset
from gisement.indicators import MODELLED
from gisement.publish import reports
from gisement.publish.component import shown
from gisement.publish.reports import purchases
from gisement.publish.reports.document import FigureTable, Heading, Line, Report, Sentence
from gisement.publish.reports.laying import Notes, laid, runs
from gisement.publish.reports.purchases import buyer_report as buyer_of
from gisement.publish.reports.purchases import diagnosis as diagnosis_of
from gisement.publish.reports.purchases import note as note_of
from gisement.publish.reports.reading import Reading, read
from gisement.publish.reports.writing import book, face_of, html, pdf, write
from gisement.publish.web.site import Site
from gisement.terms import Figure, Level, Trouble
from tests.commands import gisement

NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
FACES = (pdf, html, book)


@pytest.fixture(scope="module")
def reading(site: Site) -> Reading:
    """What a public server reads: contracts, as the fixture has no ledger."""
    return read(site.served)


@pytest.fixture(scope="module")
def diagnosis(reading: Reading) -> Report:
    return diagnosis_of(reading)


@pytest.fixture(scope="module")
def printed(diagnosis: Report) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(pdf(diagnosis)))


@pytest.fixture(scope="module")
def pages(printed: pypdf.PdfReader) -> list[str]:
    return [joined(page.extract_text()) for page in printed.pages]


# --- every number is that of a figure -----------------------------------------------------------------------


def test_the_texts_of_reports_hold_no_number() -> None:
    assert [text for text in strings(report_texts()) if re.search(r"\d", text)] == []


def test_every_text_of_a_report_is_used() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in Path(reports.__path__[0]).glob("*.*"))
    names = {key for chapter in report_texts().values() for key in chapter if isinstance(chapter, dict)}
    stems = {re.sub(r"^about_|_(title|heading|columns|after)$", "", name) for name in names}
    read_by_value = {"public_note", "internal_note", "personal_note"}
    read_by_value |= {*report_texts()["readings"], *report_texts()["missing"], *report_texts()["bases"]["payment"]}
    assert {stem for stem in stems if not re.search(rf"\b{stem}\b", code)} <= read_by_value


def test_every_number_printed_is_one_that_was_laid_out(diagnosis: Report, pages: list[str]) -> None:
    """What the PDF says is what the laid out report says, with the numbers of notes and pages."""
    content = laid(diagnosis)
    known = {number for text in strings(content) for number in NUMBER.findall(joined(text))}
    known |= {str(n) for n in range(max(len(pages), len(content["notes"])) + 1)}
    found = [NUMBER.findall(page) for page in pages]
    strange = {number for page in found for number in page} - known
    # the mark of a note touches the number before it: `875` and note 3 read `8753`
    marks = [str(n) for n in range(1, len(content["notes"]) + 1)]
    touching = {number + mark for number in known for mark in marks}
    # two marks read `2,1`
    assert sorted(strange - touching - {f"{one},{two}" for one in marks for two in marks}) == []
    assert sum(map(len, found)) > 800


def test_every_number_laid_out_is_that_of_a_figure(diagnosis: Report) -> None:
    """Cells and quoted pieces are the texts of figures of the report, as the pages write them."""
    told = {text for figure in figures(diagnosis) for text in texts_of(figure)}
    content = laid(diagnosis)
    quoted = [run["text"] for run in pieces(content, "text") if run.get("of")]
    cells = [cell[part] for cell in pieces(content, "under") for part in ("value", "span", "known") if cell[part]]
    assert len(quoted) > 20
    assert len(cells) > 300
    written = {typeset(text) for text in told}
    assert {text for text in cells if text not in written} == set()
    assert {text for text in quoted if text not in written and not set(bracketed(text)) <= written} == set()


def test_pieces_that_quote_nothing_hold_no_number_but_names(diagnosis: Report, reading: Reading) -> None:
    names = (reading.places.territory, *reading.places.rings.values())
    plain = [run["text"] for run in pieces(laid(diagnosis), "text") if run.get("of") == ""]
    assert [text for text in plain if re.search(r"\d", text) and text not in names] == []


def test_a_value_never_stands_without_its_bounds(reading: Reading) -> None:
    share = reading.figure("local_share")
    with pytest.raises(ValueError, match="without its bounds"):
        runs(Sentence("{share.value} des achats.", {"share": share}), Notes())
    with pytest.raises(KeyError):
        runs(Sentence("{other} des achats.", {"share": share}), Notes())
    value, beside = runs(Sentence("{share}", {"share": share}), Notes())
    assert value["note"] == 1
    assert shown(share).bounds in beside["text"]
    assert shown(share).coverage in beside["text"]


def test_each_definition_quoted_has_its_note_and_its_annex(diagnosis: Report) -> None:
    content = laid(diagnosis)
    blocks = [content["cover"], *content["blocks"]]
    called = {run["note"] for run in pieces(blocks, "note")} | {n for b in pieces(blocks, "notes") for n in b["notes"]}
    assert called - {0} == set(range(1, len(content["notes"]) + 1))
    (annex,) = (block["methods"] for block in content["blocks"] if block["kind"] == "methods")
    assert {method["name"] for method in annex} == {figure.indicator for figure in figures(diagnosis)}
    assert all(method["command"].startswith(f"gisement rows {method['name']}") for method in annex)


# --- faces --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("face", FACES)
def test_the_same_report_is_the_same_bytes(face: Any, diagnosis: Report) -> None:
    assert face(diagnosis) == face(diagnosis)


def test_the_pdf_is_accessible_and_of_the_length_of_a_study(printed: pypdf.PdfReader) -> None:
    """typst itself refuses to write PDF/UA-1 where a rule that it knows of is broken: the file says that it was asked."""
    root: Any = printed.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"].startswith("fr")
    assert b"pdfuaid:part" in root["/Metadata"].get_object().get_data()
    assert 12 <= len(printed.pages) <= 20
    assert printed.metadata is not None
    assert str(printed.metadata.title).startswith("Où va l’argent")
    # no clock: the day is that of the data
    assert str(printed.metadata["/CreationDate"]).startswith("D:20260")


def test_invented_data_say_so_on_every_page(pages: list[str]) -> None:
    assert all("Données fictives" in page for page in pages)


def test_the_first_page_is_one_sentence_and_four_figures(pages: list[str]) -> None:
    told = pages[0]
    assert re.search(r"\d+,\d\s%1 des achats, hors matériels médicaux, vont à des", told)
    assert "Document publiable" in told
    assert "Usage interne" not in told


def test_the_page_stands_alone(diagnosis: Report) -> None:
    written = html(diagnosis).decode()
    assert not re.search(r"<script|<link|src=|url\((?!#)|https?://(?!www\.w3\.org)", written)
    anchors = set(re.findall(r'href="#([\w-]+)"', written))
    assert anchors <= set(re.findall(r'id="([\w-]+)"', written))
    assert "Données fictives" in written


def test_the_workbook_holds_numbers_and_no_formula(diagnosis: Report) -> None:
    blocks = list(diagnosis.blocks)
    place, found = next((n, b) for n, b in enumerate(blocks) if isinstance(b, FigureTable) and b.name == "by_buyer")
    attack = Line('=HYPERLINK("http://x")', found.lines[0].figures)
    blocks[place] = replace(found, lines=(attack, *found.lines))
    content = book(replace(diagnosis, blocks=tuple(blocks)))
    with zipfile.ZipFile(io.BytesIO(content)) as held:
        sheets = [held.read(name).decode() for name in held.namelist() if name.startswith("xl/worksheets/sheet")]
        comments = [held.read(name).decode() for name in held.namelist() if "comments" in name]
    assert not any("<f>" in sheet or "<hyperlink" in sheet for sheet in sheets)
    assert any("Source" in text for text in comments)
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    (name,) = (name for name in workbook.sheet_names if name.startswith("Ce que chaque acheteur"))
    _, first, second, *_ = workbook.get_sheet_by_name(name).to_python()
    assert first[0] == '=HYPERLINK("http://x")'
    largest = found.lines[0].figures[0]
    assert largest is not None
    assert second[1] == largest.value


def test_the_note_has_two_pages_and_no_impact(reading: Reading) -> None:
    made = note_of(reading)
    pages = pypdf.PdfReader(io.BytesIO(pdf(made))).pages
    assert len(pages) == 2
    assert {figure.indicator for figure in figures(made)}.isdisjoint({each.name for each in MODELLED})
    assert {figure.level for figure in figures(made)} <= {Level.OBSERVED, Level.DERIVED}


def test_a_longer_note_is_drawn_together_until_it_has_two_pages(reading: Reading) -> None:
    """As with real data, where years and names are more than those of the demonstration."""
    made = note_of(reading)
    longer = replace(made, blocks=(*made.blocks, *made.blocks[-1:]))
    assert len(pypdf.PdfReader(io.BytesIO(pdf(replace(longer, most_pages=0)))).pages) == 3
    assert len(pypdf.PdfReader(io.BytesIO(pdf(longer))).pages) == 2


def test_figures_of_a_model_are_in_their_own_chapter_said_to_be_so_and_dated(diagnosis: Report) -> None:
    names = {each.name for each in MODELLED}
    chapter = ""
    seen = set()
    for block in diagnosis.blocks:
        chapter = block.text if isinstance(block, Heading) and block.level == 1 else chapter
        for figure in figures(block):
            if figure.indicator in names:
                seen.add(figure.indicator)
                assert "(modèle)" in chapter
                assert (figure.level, figure.interval, figure.table_year) == (Level.MODELLED, "simulation", 2011)
                assert "modèle, tableau de 2011" in shown(figure).bounds
    assert seen == {"impact_per_hundred", "local_multiplier"}
    assert {figure.indicator for figure in figures(diagnosis.cover)}.isdisjoint(names)


def test_a_report_on_a_buyer_holds_its_purchases_alone(site: Site, reading: Reading) -> None:
    (first, *_) = reading.by("contracts", "buyer")
    made = buyer_of(site.served, str(first.group["buyer"]))
    assert made.territory == reading.name("buyer", first)
    assert made.cover.tiles is not None
    (contracts,) = (line.figures[0] for line in made.cover.tiles.lines if line.label.startswith("Contrats connus"))
    assert contracts is not None
    assert contracts.value == first.value
    assert all("buyer=" in figure.rows for figure in figures(made))
    with pytest.raises(Trouble, match="No purchase of the buyer 12345"):
        buyer_of(site.served, "12345")


# --- what may be published ----------------------------------------------------------------------------------


def test_payments_are_for_internal_use(site: Site) -> None:
    assert read(site.served).status == "public"
    assert read(site.served, "payment").status == "internal"


# --- the command line ---------------------------------------------------------------------------------------


def test_the_command_refuses_what_it_cannot_write(site: Site, tmp_path: Path) -> None:
    workspace = site.served.observatory.workspace.root
    for words, said in (
        (("report", "diagnosis", "-o", tmp_path / "x.docx"), "un rapport se termine par .pdf, .html, .xlsx"),
        (("report", "diagnosis", "-o", tmp_path / "nowhere" / "x.pdf"), "ne peut pas être écrit"),
        (("report", "buyer", "-o", tmp_path / "x.pdf"), "« gisement report buyer --output … --buyer … »"),
    ):
        ran = gisement(*words, workspace=workspace)
        assert ran.returncode == 2
        assert said in ran.stderr
        assert "Traceback" not in ran.stderr


def test_a_report_is_written_whole_or_not_at_all(diagnosis: Report, tmp_path: Path) -> None:
    target = tmp_path / "out.html"
    write(diagnosis, target)
    assert target.read_bytes() == html(diagnosis)
    (tmp_path / "taken.html").mkdir()
    with pytest.raises(Trouble, match="cannot be written"):
        write(diagnosis, tmp_path / "taken.html")
    assert face_of(target) is html
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.html", "taken.html"]


# --- reading what was laid out ------------------------------------------------------------------------------


def strings(content: Any) -> Iterator[str]:
    """Every text of nested lists and mappings."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict):
        for value in content.values():
            yield from strings(value)
    elif isinstance(content, list | tuple):
        for value in content:
            yield from strings(value)


def pieces(content: Any, key: str) -> Iterator[dict[str, Any]]:
    """Every mapping that has this key."""
    if isinstance(content, dict):
        if key in content:
            yield content
        for value in content.values():
            yield from pieces(value, key)
    elif isinstance(content, list):
        for value in content:
            yield from pieces(value, key)


def figures(content: Any) -> Iterator[Figure]:
    """Every figure of a report."""
    if isinstance(content, Figure):
        yield content
    elif hasattr(content, "__dataclass_fields__"):
        for name in content.__dataclass_fields__:
            yield from figures(getattr(content, name))
    elif isinstance(content, dict):
        for value in content.values():
            yield from figures(value)
    elif isinstance(content, tuple):
        for value in content:
            yield from figures(value)


def texts_of(figure: Figure) -> Iterator[str]:
    """What the pages write of a figure."""
    told = shown(figure)
    yield from (told.value, told.bounds, told.span, told.coverage, told.coverage.removeprefix("connu à "))
    yield str(report_texts()["common"]["no_bounds"])


def bracketed(text: str) -> list[str]:
    """The bounds and the coverage in ` (bounds ; coverage)`, where each is known."""
    return text.strip(" ()").split("\u00a0; ")


def joined(text: str) -> str:
    """A text whose numbers are not cut by spaces, soft hyphens or the ends of lines."""
    plain = re.sub(r"[\u00ad]\n?|-\n", "", text)
    return re.sub(r"(?<=\d)[\u202f\u2009](?=\d)", "", plain).replace("\n", " ")


@pytest.mark.parametrize(("low", "high"), [(0.4, 0.6), (0.5, 0.5)])
def test_every_sentence_of_a_cover_has_its_bounds(site: Site, low: float, high: float) -> None:
    """An exact share, an uncertain one: a value without bounds is refused when the sentence is laid."""
    reading = read(site.served, "contract")
    share = replace(reading.figure("local_share"), value=0.5, low=low, high=high)
    told = purchases.headline(reading, share)
    assert ("exact" in "".join(run["text"] for run in runs(told, Notes()))) == (low == high)
