"""Figures, rows and lists of what exists, on a terminal: in 80 columns, and every code comes with its words."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gisement.catalog import indicator_texts, texts
from gisement.catalog.few import is_few
from gisement.catalog.segments import families
from gisement.publish import format
from gisement.publish.labels import explained, label, told_options
from gisement.publish.layout import Column, has_room, paragraph, table, width_here
from gisement.publish.words import models
from gisement.terms import Figure, Indicator, Spread, Verdict

LONGEST = 50
WIDE = 100
INDENT = "    "
VERDICTS = (Verdict.PART, Verdict.REST, Verdict.UNKNOWN, Verdict.EXCLUDED)
_ROW_COLUMNS = {
    "purchase_key": "key",
    "notification_date": "date",
    "purchase_date": "date",
    "buyer_name": "buyer",
    "supplier_name": "supplier",
    "title": "title",
    "food_description": "title",
    "food_supplier_name": "supplier",
    "food_family": "family",
    "food_labels": "labels",
    "cpv_code": "cpv",
    "segment": "segment",
    "amount_cents": "amount",
    "unknown_reason": "reason",
}
"""What is shown of a row, in order, and its heading."""
Rows = Sequence[Mapping[str, Any]]


def show_figures(
    indicator: Indicator, figures: Sequence[Figure], language: str, *, with_options: bool = False, command: str = "",
    about: Mapping[str, Any] | None = None, gaps: Rows = (), has_other_basis: bool = True,
) -> None:  # fmt: skip
    """The figures of an indicator: value, bounds, coverage, rows behind, one line per group, and what it all means.

    `has_other_basis`: those of contracts can be asked for, too.
    """
    width, words = width_here(), texts(language)
    said = words["terminal"]
    told = indicator_texts(indicator.name, language, _basis(figures))
    print(told["title"])
    print(paragraph(said["unit"].format(unit=told["unit_label"]), width) + "\n")
    if not figures:
        return
    names = [] if with_options else list(figures[0].group)
    numbers = ["value", "bounds", *([] if with_options else ["known"]), *VERDICTS]
    headings = [Column(words["dimensions"][name]) for name in names]
    headings += [Column(said["definition"])] if with_options else []
    columns = [*headings, *(Column(said[name], is_number=True) for name in numbers)]
    rows = [
        [
            *(_label(f, name, language, width) for name in names),
            *([told_options(f, language)] if with_options else []),
            *(_written(f, name, language) for name in numbers),
        ]
        for f in figures
    ]
    has_counts = width >= WIDE or (not with_options and has_room(columns, rows, width))
    if not has_counts:
        columns, rows = columns[: -len(VERDICTS)], [row[: -len(VERDICTS)] for row in rows]
    print(table(columns, rows, width) + "\n")
    for note in (
        *_notes(indicator, figures, language, has_counts, with_options, has_other_basis),
        *_gaps(gaps, language),
    ):
        print(paragraph(note, width))
    for note in models.notes(about, language) if about else ():
        print(paragraph(note, width))
    if command:
        print(said["see_rows"].format(command=command))


def show_rows(rows: Iterator[Mapping[str, Any]], count: int, language: str) -> None:
    """The first rows behind a figure, out of `count`."""
    width, said = width_here(), texts(language)["terminal"]
    shown = list(itertools.islice(rows, LONGEST))
    if not shown:
        return
    is_food = "food_family" in shown[0]
    is_paid = shown[0].get("basis") == "payment" or is_food
    left_out = {"notification_date", "cpv_code"} if is_paid else {"purchase_date", "segment"}
    left_out |= {"segment"} if is_food else set()
    left_out |= set() if width >= WIDE else {"purchase_key"}
    left_out |= set() if shown[0]["verdict"] == Verdict.UNKNOWN else {"unknown_reason"}
    names = [name for name in _ROW_COLUMNS if name in shown[0] and name not in left_out]
    columns = [Column(said[_ROW_COLUMNS[name]], name == "amount_cents") for name in names]
    print(table(columns, [[_row_cell(row, name, language) for name in names] for row in shown], width) + "\n")
    sentence = "one_row" if count == 1 else "all_rows" if count == len(shown) else "shown_rows"
    written = {"shown": format.number(len(shown), language=language), "count": format.number(count, language=language)}
    print(paragraph(said[sentence].format(**written), width))
    if not is_paid:
        print(paragraph(said["about_amounts"], width))


def show_indicators(found: Rows, language: str) -> None:
    """What can be measured: name, title, definition, unit, options."""
    words = texts(language)
    for one in found:
        options = ", ".join(f"{name} ({', '.join(held['values'])})" for name, held in one["options"].items())
        lines = [
            one["definition"],
            words["terminal"]["unit"].format(unit=words["indicators"][one["name"]]["unit_label"]),
            *([words["terminal"]["options"].format(options=options)] if options else []),
        ]
        print(_block(one["name"], one["title"], lines, language))


def show_sources(known: Rows, held: Rows, withdrawn: Rows, language: str) -> None:
    """The sources that exist with the way to each, then the files of the workspace, and those withdrawn from it."""
    said, width = texts(language)["terminal"], width_here()
    for one in known:
        about = format.listed((one["producer"], one["licence"], one["cadence"]), language)
        way = said[one["way"]].format(name=one["source"], kind=one["kind"])
        print(_block(one["source"], one["title"], [about, way, one["page"]], language))
    if not held:
        print(paragraph(said["no_snapshot"], width))
        return
    print(f"{said['files']}\n")
    columns = [*(Column(said[name]) for name in ("identifier", "kind", "file")), Column(said["size"], True)]
    rows = [
        [one["snapshot"], one["kind"], format.harmless(one["name"]), format.size(one["bytes"], language)]
        for one in held
    ]
    print(table(columns, rows, width))
    if withdrawn:
        print(f"\n{said['withdrawn']}")
        print("\n".join(f"  {one['day']}  {one['kind']}/{one['identifier']}" for one in withdrawn))


def show_segments(found: Rows, language: str) -> None:
    """The segments, family by family, with the CPV prefixes that lead to each."""
    said, width = texts(language)["terminal"], width_here()
    columns = [Column(said[name]) for name in ("segment", "identifier", "prefixes", "medical")]
    for family, members in itertools.groupby(found, key=lambda one: one["family_id"]):
        print(f"{families()[family][f'family_{language}']} ({family})\n")
        rows = [
            [
                one[f"segment_{language}"],
                one["segment_id"],
                one["cpv_prefixes"].replace(";", ", "),
                _medical(one, said),
            ]
            for one in members
        ]
        print(table(columns, rows, width) + "\n")


def _medical(segment: Mapping[str, str], said: Mapping[str, str]) -> str:
    """Whether a segment is medical, in the strict or the wide sense; nothing where it is not."""
    if segment["excluded_medical"] == "true":
        return said["medical_strict"]
    return said["medical_wide"] if segment["excluded_medical_wide"] == "true" else ""


def _written(figure: Figure, name: str, language: str) -> str:
    """The cell of one column of a figure."""
    if name in set(Verdict):
        return format.number(figure.sums.rows(Verdict(name)), language=language)
    if format.is_outside(figure):
        return format.value(figure, language) if name == "bounds" else ""
    if name == "bounds":
        return format.span(figure, language)
    if name == "known":
        return "" if is_few(figure) else format.percent(figure.coverage, language=language)
    return format.value(figure, language)


def _notes(
    indicator: Indicator, figures: Sequence[Figure], language: str, has_counts: bool, with_options: bool,
    has_other_basis: bool,
) -> Iterator[str]:  # fmt: skip
    """What the table does not say by itself."""
    words = texts(language)
    said = words["terminal"]
    yield indicator_texts(indicator.name, language, _basis(figures))["definition"]
    yield said[_about_bounds(indicator, figures)]
    if not with_options:
        yield said["about_known"]
    if has_counts:
        yield said["about_counts"]
    if has_other_basis and _basis(figures) == "payment":
        yield said["about_payments"]
    levels = dict.fromkeys(words["levels"][figure.level] for figure in figures)
    yield said["about_level"].format(levels=format.listed(levels, language))
    if len(figures) == 1 and (share := format.share_of_few(figures[0], language)):
        yield said["few"].format(share=share, bounds=format.whole_bounds(figures[0], language))
    if len(figures) == 1 and (missing := format.missing(figures[0], language)):
        yield missing
    if with_options:
        yield from (explained(name, language) for name in figures[0].options)


def _about_bounds(indicator: Indicator, figures: Sequence[Figure]) -> str:
    """The name of the sentence on what bounds are: those of a model are simulated, or the ends of a scenario."""
    if isinstance(indicator.kind, Spread):
        return "about_spread"
    if any(figure.interval == "scenario" for figure in figures):
        return "about_scenario"
    return "about_simulation" if indicator.kind == "model" else "about_bounds"


def _basis(figures: Sequence[Figure]) -> str | None:
    """The basis of all the figures, if it is one."""
    bases = {figure.basis for figure in figures}
    return bases.pop() if len(bases) == 1 else None


def _gaps(gaps: Rows, language: str) -> Iterator[str]:
    """Buyers without a ledger, with their years: figures on payments do not hold them."""
    if gaps:
        said = texts(language)["terminal"]["without_ledger"]
        each = (f"{one['buyer_name'] or one['buyer']} ({', '.join(map(str, one['years']))})" for one in gaps)
        yield said.format(buyers=format.listed(map(format.harmless, each), language))


def _label(figure: Figure, dimension: str, language: str, width: int) -> str:
    """A value of a dimension in words, with the code that `--where` takes.

    What the data name keeps its code (two buyers may share a name); a word of the catalog, where there is room.
    """
    value = figure.group[dimension]
    if value is None:
        return format.not_known(language)
    told = label(figure, dimension, language)
    if told is None:
        return format.harmless(str(value))
    has_code = dimension in figure.labels or (width >= WIDE and dimension in ("family", "segment"))
    return format.harmless(f"{told} ({value})" if has_code else told)


def _row_cell(row: Mapping[str, Any], column: str, language: str) -> str:
    value = row["buyer_id"] if column == "buyer_name" and row[column] is None else row[column]
    if column == "amount_cents":
        return format.cents(value, language)
    if column == "unknown_reason":
        words = texts(language)["unknown_reasons"]
        return format.listed((words[reason] for reason in str(value).split(",")), language)
    return format.not_known(language) if value is None else format.harmless(str(value))


def _block(name: str, title: str, lines: Sequence[str], language: str) -> str:
    """A name and its title, then lines under them."""
    width = width_here()
    told = [paragraph(f"{name}{format.colon(language)}{title}", width)]
    return "\n".join([*told, *(paragraph(format.harmless(line), width, INDENT) for line in lines), ""])
