"""`report diagnosis`, `note` and `buyer`: reports on purchases, and the chapters that they are put together from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from gisement.catalog import page_texts, report_texts, texts
from gisement.catalog.few import is_few
from gisement.engine import Observatory
from gisement.engine.served import Served
from gisement.pipeline import shown_at
from gisement.publish import format
from gisement.publish.caution import cautions
from gisement.publish.reports import drawings
from gisement.publish.reports.document import (
    Beside,
    Block,
    Bullets,
    Cover,
    Line,
    Report,
    Sentence,
    Tally,
    Tiles,
    WordTable,
    quoting,
)
from gisement.publish.reports.reading import Chapter, Reading, annexes, kinds, read, year_range
from gisement.studies.checks import Checks
from gisement.studies.unplaced import unplaced_contracts
from gisement.terms import Figure, Perimeter, Trouble

MOST, MOST_SEGMENTS, MOST_SECTORS, MOST_DEPARTMENTS, MOST_SUPPLIERS, MOST_RULES = 20, 12, 10, 10, 10, 10
ALL = "included"
"""Totals hold medical goods; the local share leaves them out, as its definition says."""
PER_HUNDRED, MOST_FAMILIES, WIDTH_PCT = "impact_per_hundred", 8, 70
NOTE_FAMILIES, NOTE_PAGES = 7, 2


def diagnosis(reading: Reading) -> Report:
    """The study, for those who decide and for those who check.

    Who buys, what, from whom, where it goes, what a model makes of it, what is known, and how it was counted.
    """
    chapters = (essentials, buyers, needs, suppliers, places, clauses, economy, quality, annexes)
    title = report_texts()["cover"]["diagnosis"]
    return reading.report("diagnosis", cover(reading, title), _laid(reading, chapters))


def buyer_report(served: Served, buyer: str, basis: str = "") -> Report:
    """What a buyer (SIRET or SIREN) buys, from whom and where; by default on payments if its ledger is there.

    Raises Trouble where no purchase of that buyer is known.
    """
    reading = read(served, basis, (("buyer", buyer),))
    if not basis and reading.basis != "contract" and not reading.by("total_spend", "buyer"):
        reading = replace(reading, basis="contract")
    name = name_of(reading, buyer)
    title = report_texts()["cover"]["buyer"].format(buyer=name)
    blocks = _laid(reading, (essentials, needs, suppliers, places, clauses, annexes))
    return reading.report("buyer", cover(reading, title), blocks, territory=name)


def name_of(reading: Reading, buyer: str) -> str:
    """The name of the one buyer of a reading. Raises Trouble where no purchase of that buyer is known."""
    of_buyer = (figure for name in ("contracts", "total_spend") for figure in reading.by(name, "buyer"))
    found = next((reading.name("buyer", figure) for figure in of_buyer), "")
    if not found:
        raise Trouble(
            fr=f"Aucun achat de l'acheteur {buyer} n'est connu : chercher son SIRET par « gisement measure contracts "
            "--by buyer ».",
            en=f"No purchase of the buyer {buyer} is known: look for its SIRET by 'gisement measure contracts "
            "--by buyer'.",
        )
    return found


def note(reading: Reading) -> Report:
    """Two pages for a council: the share as a sentence and a drawing, its years, its readings, the largest needs.

    What a model computes is not in it; what is not known is.
    """
    chapter, of_places, of_needs = (reading.chapter(name) for name in ("note", "places", "needs"))
    families = reading.lines("total_spend", "family", "local_share", at_most=NOTE_FAMILIES, medical=ALL)
    counted = readings(reading, ("excluded", "included"))
    blocks = (
        *chapter.part("years", by_year(of_places, reading.lines("local_share", "year")), level=1),
        *chapter.part("readings", of_places.table("otherwise", counted), level=1),
        *chapter.part("needs", of_needs.table("by_family", families, drawn=1), level=1),
        *chapter.part("unknown", chapter.bullets("limits"), level=1),
    )
    title = report_texts()["cover"]["note"]
    return reading.report("note", cover(reading, title), blocks, contents=False, most_pages=NOTE_PAGES)


def _laid(reading: Reading, chapters: Sequence[Callable[[Reading], list[Block]]]) -> list[Block]:
    return [block for chapter in chapters for block in chapter(reading)]


def cover(reading: Reading, title: str) -> Cover:
    """The share as a sentence and as a hundred coins, and four figures."""
    chapter, share = reading.chapter("cover"), reading.figure("local_share")
    years = year_range(reading.lines("total_spend", "year", medical=ALL))
    told = (
        ("spend", reading.figure("total_spend", medical=ALL)),
        *((text, reading.figure(name)) for text, name in (
            ("suppliers", "suppliers_count"), ("sme", "sme_share"), ("contracts", "contracts"))),
    )  # fmt: skip
    return Cover(
        title=title,
        subtitle=report_texts()["cover"]["subtitle"].format(territory=reading.places.territory, years=years),
        headline=headline(reading, share),
        picture=None if is_few(share) else drawings.coins(share),
        legend=quoting(" ".join([chapter.texts["coins"], *_cautions(reading, share)])),
        tiles=Tiles(tuple(Line(chapter.text(text), (figure,)) for text, figure in told)),
    )


def headline(reading: Reading, share: Figure) -> Sentence:
    """The share as a sentence, with its bounds where there are two."""
    told = "headline_exact" if share.low == share.high else "headline"
    told = "headline_unknown" if share.value is None else "headline_few" if is_few(share) else told
    chapter = reading.chapter("cover", counted=format.part_of(share))
    # no drawing then, whose legend would say it
    beside = _cautions(reading, share) if is_few(share) else []
    return quoting(" ".join([chapter.texts[told], *beside]), chapter.words, share=share)


def _cautions(reading: Reading, share: Figure) -> list[str]:
    return cautions(share, unplaced_contracts(reading.served.observatory))


def essentials(reading: Reading) -> list[Block]:
    """The report in a page: what was measured, in sentences."""
    chapter = reading.chapter("essentials")
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
    sentences = tuple(
        chapter.sentence(name, **{k: f for k, f in figures.items() if f"{{{k}" in chapter.texts[name]})
        for name in ("money", "place", "reading", "suppliers", "known")
    )
    about = ("about_value", "about_bounds", "about_law", reading.basis)
    return [
        chapter.title(is_apart=False), Bullets(sentences), *chapter.part("how", *map(chapter.said, about)),
    ]  # fmt: skip


def buyers(reading: Reading) -> list[Block]:
    """Who buys: how much in all, by whom, year after year."""
    chapter = reading.chapter("buyers")
    spend, first = reading.figure("total_spend", medical=ALL), reading.figure("first_buyer_share")
    lines = reading.lines("total_spend", "buyer", "local_share", at_most=MOST, medical=ALL)
    return [
        chapter.title(),
        chapter.said("opening", spend=spend, first=first),
        chapter.table("by_buyer", lines, drawn=1, after=True),
        *chapter.part("years", by_year(chapter, reading.lines("total_spend", "year", medical=ALL))),
    ]


def by_year(chapter: Chapter, lines: tuple[Line, ...]) -> Beside:
    """Years as a drawing, with their table."""
    told = chapter.table("by_year", lines, drawn=None)
    return Beside(replace(drawings.trend(f"{chapter.name}-years", told.title, lines), title=""), told)


def needs(reading: Reading) -> list[Block]:
    """What is bought: families as areas and as a table, then the largest segments."""
    chapter = reading.chapter("needs")
    whole, without = reading.figure("total_spend", medical=ALL), reading.figure("total_spend", medical="excluded")
    amounts = reading.lines("total_spend", "family", "local_share", medical=ALL)
    segments = reading.lines("total_spend", "segment", "local_share", at_most=MOST_SEGMENTS, medical=ALL)
    return [
        chapter.title(),
        chapter.said("opening", whole=whole, without=without),
        drawings.treemap(chapter.text("treemap_title"), amounts),
        chapter.said("treemap_key", "small"),
        chapter.table("by_family", amounts, drawn=1, after=True),
        *chapter.part("segments", chapter.table("by_segment", segments, drawn=1)),
    ]


def suppliers(reading: Reading) -> list[Block]:
    """From whom: how many, how concentrated, of what size, age and form, how open the contest is."""
    chapter = reading.chapter("suppliers")
    spread = reading.titled(*shown_at("report/spread"))
    opening = {name: reading.figure(name) for name in ("suppliers_count", "median_amount", "average_amount")}
    tables = [
        chapter.table(name, reading.lines("total_spend", key, medical=ALL))
        for name, key in (("by_size", "size_class"), ("by_form", "legal_kind"), ("by_age", "age_class"))
    ]
    sectors = reading.lines("total_spend", "sector", "local_share", at_most=MOST_SECTORS, medical=ALL)
    largest = reading.lines(
        "total_spend", "supplier", "local_share", at_most=MOST_SUPPLIERS, medical=ALL,
        keep=lambda figure: figure.group["supplier"] is not None,
    )  # fmt: skip
    contest = reading.titled(*shown_at("report/contest"))
    return [
        chapter.title(),
        chapter.said("opening", **opening),
        chapter.table("spread", spread, described=True),
        *tables,
        chapter.table("by_sector", sectors, drawn=1),
        *chapter.part("first", chapter.table("by_supplier", largest)),
        *chapter.part("contest", chapter.table("open", contest, described=True)),
    ]


def places(reading: Reading) -> list[Block]:
    """Where it goes: rings, years, readings of the definition, needs, departments."""
    chapter, share = reading.chapter("places"), reading.figure("local_share")
    rings = tuple(reading.line("local_share", name, ring=ring) for ring, name in reading.places.rings.items())
    inside = reading.places.inside
    elsewhere = reading.lines(
        "total_spend", "department", at_most=MOST_DEPARTMENTS, medical="excluded",
        keep=lambda figure: figure.group["department"] not in inside,
    )  # fmt: skip
    return [
        chapter.title(),
        chapter.said("opening", share=share),
        Beside(drawings.rings("", rings), chapter.table("by_ring", rings, drawn=None)),
        chapter.said("by_ring_after", "small"),
        *chapter.part("years", by_year(chapter, reading.lines("local_share", "year"))),
        *chapter.part("readings", chapter.table("otherwise", readings(reading))),
        *chapter.part("families", chapter.table("by_family", reading.lines("local_share", "family"))),
        *chapter.part("elsewhere", chapter.table("by_department", elsewhere)),
    ]


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
    chapter = reading.chapter("clauses")
    social = reading.lines("social_consideration_count_share", "year", "environmental_consideration_count_share")
    return [
        chapter.title(),
        chapter.said("opening"),
        chapter.table("kinds", kinds(reading), drawn=None, described=True),
        *chapter.part("years", chapter.table("by_year", social, drawn=None)),
    ]


def economy(reading: Reading) -> list[Block]:
    """What a model says: where a hundred euros go, by ring and by need; the local multiplier; the limits of both."""
    chapter, rings = reading.chapter("economy"), reading.places.rings
    near = "department" if "department" in rings else next(iter(rings))
    here = reading.figure(PER_HUNDRED, ring=near)
    if here.value is None:
        return [chapter.title(), chapter.said("unknown")]
    ends = _ends(reading)
    multipliers = [
        Line(rings[str(figure.group["ring"])], (figure,)) for figure in reading.by("local_multiplier", "ring")
    ]
    families = reading.lines(
        PER_HUNDRED, "family", at_most=MOST_FAMILIES, ring=near, keep=lambda figure: figure.value is not None
    )
    return [
        chapter.title(is_apart=False),
        chapter.said("warning", "warning"),
        chapter.said("opening", near=here),
        replace(drawings.ranges("economy-ends", "", ends), width_pct=WIDTH_PCT),
        chapter.table("by_place", ends, drawn=None),
        chapter.said("by_place_after", "small"),
        *chapter.part("families", chapter.table("by_family", families, drawn=None)),
        *chapter.part("multiplier", chapter.table("by_ring", multipliers, drawn=None)),
        *chapter.part("limits", chapter.bullets("limits_all")),
    ]


def _ends(reading: Reading) -> tuple[Line, ...]:
    """What each ring adds to the one inside it, then what leaves the country, then taxes where the table tells them."""
    rests, rings = report_texts()["economy"]["rests"], reading.places.rings
    lines = [
        Line(rings[ring] if ring == next(iter(rings)) else rests[ring], (figure,))
        for figure in reading.by(PER_HUNDRED, "ring")
        if (ring := str(figure.group["ring"])) in rings
    ]
    for effect, text in (("imports", "to_world"), ("taxes", "to_taxes")):
        figure = reading.figure(PER_HUNDRED, effect=effect)
        if figure.value is not None:
            lines.append(Line(page_texts()["impact"][text], (figure,)))
    return tuple(lines)


def quality(reading: Reading) -> list[Block]:
    """What is known, gaps of ledgers, what was found wrong by rule, and what a report cannot say."""
    chapter = reading.chapter("quality")
    known = reading.titled(*shown_at("report/known"))
    return [
        chapter.title(),
        chapter.said("opening"),
        chapter.table("known", known, described=True),
        *_gaps(reading, chapter),
        *chapter.part("findings", _findings(reading, chapter)),
        *chapter.part("limits", chapter.bullets("limits_all", reading.basis)),
    ]


def _gaps(reading: Reading, chapter: Chapter) -> list[Block]:
    """Buyers of the territory whose ledger is missing in a year that others have."""
    if reading.basis != "payment":
        return []
    found = Observatory(reading.served.observatory.workspace, ()).ledger_gaps(Perimeter())
    rows = [(str(gap["buyer_name"] or gap["buyer"]), ", ".join(str(year) for year in gap["years"])) for gap in found]
    return [chapter.word_table("gaps", rows) if rows else chapter.said("no_gap")]


def _findings(reading: Reading, chapter: Chapter) -> WordTable:
    """Findings by rule, the most frequent first; their rows are listed by a command."""
    checks, told = Checks(reading.served.observatory.workspace), texts()
    counted = checks.findings_by_rule(of_contracts=reading.basis == "contract")
    checks.connection.close()
    rows = [
        (
            str(told["findings"].get(row["rule"], row["rule"])),
            Tally(row["findings"], "gisement check"),
            str(told["actions"].get(row["action"], row["action"])),
        )
        for row in counted[:MOST_RULES]
    ]
    return chapter.word_table("findings", rows, after=len(counted) > MOST_RULES)
