"""The chapters that reports are put together from: each takes a reading and gives blocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from gisement.catalog import indicator_texts, report_texts
from gisement.catalog.few import is_few
from gisement.pipeline import shown_at
from gisement.publish import format
from gisement.publish.caution import cautions
from gisement.publish.reports import drawings
from gisement.publish.reports.document import (
    Beside,
    Block,
    Bullets,
    Cover,
    FigureTable,
    Heading,
    Line,
    Paragraph,
    Sentence,
    Tiles,
)
from gisement.publish.reports.laying import quoting
from gisement.publish.reports.reading import Reading, year_range
from gisement.studies.unplaced import unplaced_contracts
from gisement.terms import Figure

MOST, MOST_SEGMENTS, MOST_SECTORS, MOST_DEPARTMENTS, MOST_SUPPLIERS = 20, 12, 10, 10, 10
ALL = "included"
"""Totals hold medical goods; the local share leaves them out, as its definition says."""


def words_of(reading: Reading) -> Mapping[str, str]:
    """The words that depend on the basis and on the territory."""
    return {
        **report_texts()["bases"][reading.basis],
        "of_department": reading.places.of_department,
        "territory": reading.places.territory,
    }


def said(reading: Reading, chapter: str, name: str, **figures: Figure) -> Paragraph:
    """The paragraph `name` of a chapter, as the texts of the reports have it, with the figures that it quotes."""
    return Paragraph(_sentence(reading, chapter, name, **figures))


def _sentence(reading: Reading, chapter: str, name: str, **figures: Figure) -> Sentence:
    return quoting(report_texts()[chapter][name], words_of(reading), **figures)


def _text(reading: Reading, chapter: str, name: str) -> str:
    """A title or a heading, with the words of the basis."""
    return str(report_texts()[chapter][name]).format(**words_of(reading))


def _title(figure: Figure) -> str:
    return str(indicator_texts(figure.indicator, basis=figure.basis)["title"])


def titled(reading: Reading, *names: str) -> tuple[Line, ...]:
    """A line per indicator, under its own title."""
    return tuple(Line(_title(figure), (figure,)) for figure in map(reading.figure, names))


def table(
    reading: Reading, chapter: str, name: str, lines: tuple[Line, ...], *,
    drawn: int | None = 0, described: bool = False, after: str = "",
) -> FigureTable:  # fmt: skip
    """A table whose title, heading and columns are those of the texts."""
    held = report_texts()[chapter]
    columns = tuple(str(text).format(**words_of(reading)) for text in held[f"{name}_columns"])
    told = _sentence(reading, chapter, after) if after else None
    heading = _text(reading, chapter, f"{name}_heading")
    return FigureTable(name, _text(reading, chapter, f"{name}_title"), heading, columns, lines, drawn, described, told)


def by_year(reading: Reading, chapter: str, lines: tuple[Line, ...]) -> Beside:
    """Years as a drawing, with their table."""
    told = table(reading, chapter, "by_year", lines, drawn=None)
    return Beside(replace(drawings.trend(f"{chapter}-years", told.title, lines), title=""), told)


def buyers(reading: Reading) -> list[Block]:
    """Who buys: how much in all, by whom, year after year."""
    spend, first = reading.figure("total_spend", medical=ALL), reading.figure("first_buyer_share")
    lines = reading.lines("total_spend", "buyer", "local_share", at_most=MOST, medical=ALL)
    years = reading.lines("total_spend", "year", medical=ALL)
    return [
        Heading(1, _text(reading, "buyers", "title")),
        said(reading, "buyers", "opening", spend=spend, first=first),
        table(reading, "buyers", "by_buyer", lines, drawn=1, after="by_buyer_after"),
        Heading(2, _text(reading, "buyers", "years")),
        said(reading, "buyers", "about_years"),
        by_year(reading, "buyers", years),
    ]


def needs(reading: Reading) -> list[Block]:
    """What is bought: families as areas and as a table, then the largest segments."""
    whole, without = reading.figure("total_spend", medical=ALL), reading.figure("total_spend", medical="excluded")
    amounts = reading.lines("total_spend", "family", "local_share", medical=ALL)
    segments = reading.lines("total_spend", "segment", "local_share", at_most=MOST_SEGMENTS, medical=ALL)
    return [
        Heading(1, _text(reading, "needs", "title")),
        said(reading, "needs", "opening", whole=whole, without=without),
        drawings.treemap(_text(reading, "needs", "treemap_title"), amounts),
        Paragraph(_sentence(reading, "needs", "treemap_key"), "small"),
        table(reading, "needs", "by_family", amounts, drawn=1, after="by_family_after"),
        Heading(2, _text(reading, "needs", "segments")),
        said(reading, "needs", "about_segments"),
        table(reading, "needs", "by_segment", segments, drawn=1),
    ]


def suppliers(reading: Reading) -> list[Block]:
    """From whom: how many, how concentrated, of what size, age and form, how open the contest is."""
    spread = titled(reading, *shown_at("report/spread"))
    opening = {name: reading.figure(name) for name in ("suppliers_count", "median_amount", "average_amount")}
    tables = [
        table(reading, "suppliers", name, reading.lines("total_spend", key, medical=ALL))
        for name, key in (("by_size", "size_class"), ("by_form", "legal_kind"), ("by_age", "age_class"))
    ]
    sectors = reading.lines("total_spend", "sector", "local_share", at_most=MOST_SECTORS, medical=ALL)
    largest = reading.lines(
        "total_spend", "supplier", "local_share", at_most=MOST_SUPPLIERS, medical=ALL,
        keep=lambda figure: figure.group["supplier"] is not None,
    )  # fmt: skip
    contest = titled(reading, *shown_at("report/contest"))
    return [
        Heading(1, _text(reading, "suppliers", "title")),
        said(reading, "suppliers", "opening", **opening),
        table(reading, "suppliers", "spread", spread, described=True),
        *tables,
        table(reading, "suppliers", "by_sector", sectors, drawn=1),
        Heading(2, _text(reading, "suppliers", "first")),
        said(reading, "suppliers", "about_first"),
        table(reading, "suppliers", "by_supplier", largest),
        Heading(2, _text(reading, "suppliers", "contest")),
        said(reading, "suppliers", "about_contest"),
        table(reading, "suppliers", "open", contest, described=True),
    ]


def places(reading: Reading) -> list[Block]:
    """Where it goes: rings, years, readings of the definition, needs, departments."""
    share = reading.figure("local_share")
    rings = ring_lines(reading)
    years = reading.lines("local_share", "year")
    inside = reading.places.inside
    elsewhere = reading.lines(
        "total_spend", "department", at_most=MOST_DEPARTMENTS, medical="excluded",
        keep=lambda figure: figure.group["department"] not in inside,
    )  # fmt: skip
    families = reading.lines("local_share", "family")
    return [
        Heading(1, _text(reading, "places", "title")),
        said(reading, "places", "opening", share=share),
        Beside(drawings.rings("", rings), table(reading, "places", "by_ring", rings, drawn=None)),
        Paragraph(_sentence(reading, "places", "by_ring_after"), "small"),
        Heading(2, _text(reading, "places", "years")),
        said(reading, "places", "about_years"),
        by_year(reading, "places", years),
        Heading(2, _text(reading, "places", "readings")),
        said(reading, "places", "about_readings"),
        table(reading, "places", "otherwise", readings(reading)),
        Heading(2, _text(reading, "places", "families")),
        said(reading, "places", "about_families"),
        table(reading, "places", "by_family", families),
        Heading(2, _text(reading, "places", "elsewhere")),
        said(reading, "places", "about_elsewhere"),
        table(reading, "places", "by_department", elsewhere),
    ]


def ring_lines(reading: Reading) -> tuple[Line, ...]:
    """The local share in every ring around the territory, from the nearest to the widest."""
    return tuple(reading.line("local_share", name, ring=ring) for ring, name in reading.places.rings.items())


def readings(
    reading: Reading, medical: tuple[str, ...] = ("excluded", "excluded_wide", "included")
) -> tuple[Line, ...]:
    """The local share counted otherwise: place of the supplier × medical goods."""
    words = report_texts()["readings"]
    return tuple(
        reading.line("local_share", f"{words[place]}, {words[goods]}", place=place, medical=goods)
        for place in ("establishment", "head_office")
        for goods in medical
    )


def clauses(reading: Reading) -> list[Block]:
    """Considerations of contracts: three kinds that are never mixed, by count and by amount, year after year."""
    lines = tuple(
        Line(report_texts()["clauses"][text], (reading.figure(count, **option), reading.figure(amount, **option)))
        for text, count, amount, option in KINDS
    )
    social = reading.lines("social_consideration_count_share", "year", "environmental_consideration_count_share")
    return [
        Heading(1, _text(reading, "clauses", "title")),
        said(reading, "clauses", "opening"),
        table(reading, "clauses", "kinds", lines, drawn=None, described=True),
        Heading(2, _text(reading, "clauses", "years")),
        said(reading, "clauses", "about_years"),
        table(reading, "clauses", "by_year", social, drawn=None),
    ]


_CLAUSE, _CRITERION = {"consideration": "execution_clause"}, {"consideration": "award_criterion"}
_SOCIAL = ("social_consideration_count_share", "social_consideration_share")
_ENVIRONMENTAL = ("environmental_consideration_count_share", "environmental_consideration_share")
KINDS: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    ("social_clause", *_SOCIAL, _CLAUSE),
    ("social_criterion", *_SOCIAL, _CRITERION),
    ("reserved", "reserved_count_share", "reserved_share", {}),
    ("environmental_clause", *_ENVIRONMENTAL, _CLAUSE),
    ("environmental_criterion", *_ENVIRONMENTAL, _CRITERION),
)


def cover(reading: Reading, title: str) -> Cover:
    """The share as a sentence and as a hundred coins, and four figures."""
    words, share = report_texts()["cover"], reading.figure("local_share")
    years = year_range(reading.lines("total_spend", "year", medical=ALL))
    return Cover(
        title=title,
        subtitle=words["subtitle"].format(territory=reading.places.territory, years=years),
        headline=headline(reading, share),
        picture=None if is_few(share) else drawings.coins(share),
        legend=quoting(" ".join([words["coins"], *_cautions(reading, share)])),
        tiles=brief(reading),
    )


def headline(reading: Reading, share: Figure) -> Sentence:
    """The share as a sentence, with its bounds where there are two."""
    told = "headline_exact" if share.low == share.high else "headline"
    told = "headline_unknown" if share.value is None else "headline_few" if is_few(share) else told
    words = {**words_of(reading), "counted": format.part_of(share)}
    said = report_texts()["cover"][told]
    # no drawing then, whose legend would say it
    return quoting(" ".join([said, *_cautions(reading, share)]) if is_few(share) else said, words, share=share)


def _cautions(reading: Reading, share: Figure) -> list[str]:
    return cautions(share, unplaced_contracts(reading.served.observatory))


def essentials(reading: Reading) -> list[Block]:
    """The report in a page: what was measured, in sentences."""
    figures = {
        "spend": reading.figure("total_spend", medical=ALL),
        "share": reading.figure("local_share"),
        "with_medical": reading.figure("local_share", medical="included"),
        "at_office": reading.figure("local_share", place="head_office"),
        "sme": reading.figure("sme_share"),
        "suppliers": reading.figure("suppliers_count"),
        "five": reading.figure("top_5_supplier_share"),
        "known": reading.figure("supplier_place_known_share"),
    }
    told = report_texts()["essentials"]
    return [
        Heading(1, _text(reading, "essentials", "title"), is_apart=False),
        Bullets(
            tuple(
                quoting(told[name], words_of(reading), **{k: f for k, f in figures.items() if f"{{{k}" in told[name]})
                for name in ("money", "place", "reading", "suppliers", "known")
            )
        ),
        Heading(2, _text(reading, "essentials", "how")),
        said(reading, "essentials", "about_value"),
        said(reading, "essentials", "about_bounds"),
        said(reading, "essentials", "about_law"),
        said(reading, "essentials", reading.basis),
    ]


def brief(reading: Reading) -> Tiles:
    """Four figures to remember: spend, number of suppliers, share of small firms, number of contracts."""
    words = report_texts()["cover"]
    return Tiles((
        Line(words["spend"].format(**words_of(reading)), (reading.figure("total_spend", medical=ALL),)),
        Line(words["suppliers"], (reading.figure("suppliers_count"),)),
        Line(words["sme"], (reading.figure("sme_share"),)),
        Line(words["contracts"], (reading.figure("contracts"),)),
    ))  # fmt: skip
