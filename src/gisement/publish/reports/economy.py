"""The chapter on what purchases do to the economy: figures of a model, each with its interval and year."""

from __future__ import annotations

from dataclasses import replace

from gisement.catalog import page_texts, report_texts
from gisement.publish.reports import drawings
from gisement.publish.reports.chapters import said, table
from gisement.publish.reports.document import Block, Bullets, Heading, Line, Paragraph, Picture
from gisement.publish.reports.laying import quoting
from gisement.publish.reports.reading import Reading

PER_HUNDRED = "impact_per_hundred"
MOST_FAMILIES = 8
CHAPTER = "economy"
WIDTH_PCT = 70


def economy(reading: Reading) -> list[Block]:
    """Where a hundred euros go, by ring and by need; the local multiplier; what such figures do not say."""
    words, near = report_texts()[CHAPTER], near_ring(reading)
    here = reading.figure(PER_HUNDRED, ring=near)
    if here.value is None:
        return [Heading(1, words["title"]), said(reading, CHAPTER, "unknown")]
    ends, multipliers = _ends(reading), _multipliers(reading)
    families = reading.lines(
        PER_HUNDRED, "family", at_most=MOST_FAMILIES, ring=near, keep=lambda figure: figure.value is not None
    )
    return [
        Heading(1, words["title"], is_apart=False),
        Paragraph(quoting(words["warning"]), "warning"),
        said(reading, CHAPTER, "opening", near=here),
        _drawn("economy-ends", ends),
        table(reading, CHAPTER, "by_place", ends, drawn=None),
        Paragraph(quoting(words["by_place_after"]), "small"),
        Heading(2, words["families"]),
        said(reading, CHAPTER, "about_families"),
        table(reading, CHAPTER, "by_family", families, drawn=None),
        Heading(2, words["multiplier"]),
        said(reading, CHAPTER, "about_multiplier"),
        table(reading, CHAPTER, "by_ring", multipliers, drawn=None),
        Heading(2, words["limits"]),
        Bullets(tuple(quoting(text) for text in words["limits_all"])),
    ]


def near_ring(reading: Reading) -> str:
    """The ring that the chapter speaks of: the department, or the territory's own level where that is wider."""
    return "department" if "department" in reading.places.rings else next(iter(reading.places.rings))


def _ends(reading: Reading) -> tuple[Line, ...]:
    """What each ring adds to the one inside it, then what leaves the country, then taxes where the table tells them."""
    words, rings = report_texts()[CHAPTER], list(reading.places.rings)
    lines = [
        Line(reading.places.rings[ring] if ring == rings[0] else words["rests"][ring], (figure,))
        for figure in reading.by(PER_HUNDRED, "ring")
        if (ring := str(figure.group["ring"])) in reading.places.rings
    ]
    for effect in ("imports", "taxes"):
        figure = reading.figure(PER_HUNDRED, effect=effect)
        if figure.value is not None:
            lines.append(Line(page_texts()["impact"]["to_world" if effect == "imports" else "to_taxes"], (figure,)))
    return tuple(lines)


def _multipliers(reading: Reading) -> tuple[Line, ...]:
    figures = reading.by("local_multiplier", "ring")
    return tuple(Line(reading.places.rings[str(figure.group["ring"])], (figure,)) for figure in figures)


def _drawn(name: str, lines: tuple[Line, ...]) -> Picture:
    return replace(drawings.ranges(name, "", lines), width_pct=WIDTH_PCT)
