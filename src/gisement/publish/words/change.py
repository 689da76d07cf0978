"""The account of a change and the trend of a share, on a terminal: laid out, nothing is computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gisement.catalog import page_texts, texts
from gisement.catalog.few import behind, is_few
from gisement.publish import format
from gisement.publish.layout import Column, paragraph, table, width_here
from gisement.terms import Figure


def explained(figures: Sequence[Figure], language: str) -> dict[str, Any]:
    """What each part of an account, or each reading of a trend, means: for JSON."""
    key = "effect" if figures and "effect" in figures[0].group else "reading"
    words = texts(language)[f"{key}s"]
    return {f"{key}s": {str(figure.group[key]): words[figure.group[key]] for figure in figures}}


def show_account(figures: Sequence[Figure], points: Mapping[str, float], language: str) -> None:
    """The two shares, then the difference and its parts in percentage points that add up, each with its meaning."""
    words, width = texts(language), width_here()
    said, effects = words["changes"], words["effects"]
    few = any(map(is_few, figures))  # neither does what lies between two shares say anything then
    columns = [Column(said["part"]), Column(said["points"], True), Column(said["rows"], True)]
    rows = [
        [effects[name]["title"], _points(points.get(name), figure, language, few=few), _count(figure, language)]
        for figure in figures
        for name in [str(figure.group["effect"])]
    ]
    print(table(columns, rows, width) + "\n")
    for figure in figures:
        told = effects[str(figure.group["effect"])]
        print(paragraph(f"{told['title']}{format.colon(language)}{told['definition']}", width))
    print(paragraph(said["about_account"], width))


def show_trend(figures: Sequence[Figure], language: str) -> None:
    """One line per year: the raw share with its bounds, then over the same buyers, then with the same needs."""
    words, width = texts(language), width_here()
    said, readings = words["changes"], words["readings"]
    names = list(dict.fromkeys(str(figure.group["reading"]) for figure in figures))
    if not figures:
        print(words["terminal"]["no_row"])
        return
    columns = [Column(words["dimensions"]["year"]), *(Column(readings[name]["title"], True) for name in names)]
    columns += [Column(words["terminal"]["bounds"], True), Column(words["terminal"]["known"], True)]
    years = [figures[start : start + len(names)] for start in range(0, len(figures), len(names))]
    rows = [
        [
            str(of_year[0].group["year"]),
            *(
                format.change(of_year[0], language) if is_few(of_year[0]) else format.value(figure, language)
                for figure in of_year
            ),
            _rows(of_year[0], language) if is_few(of_year[0]) else format.span(of_year[0], language),
            format.percent(of_year[0].coverage, language=language),
        ]
        for of_year in years
    ]
    print(table(columns, rows, width) + "\n")
    for name in names:
        print(paragraph(f"{readings[name]['title']}{format.colon(language)}{readings[name]['definition']}", width))
    print(paragraph(said["about_trend"], width))


def progress_explained(figures: Sequence[Figure], language: str) -> dict[str, Any]:
    """What each reading of a progress means, for JSON; and of changes, whether chance explains them."""
    words = texts(language)["progress"]
    names = dict.fromkeys(str(figure.group["reading"]) for figure in figures)
    told: dict[str, Any] = {"readings": {name: words["readings"][name] for name in names}}
    if figures and figures[0].unit == "points":
        told["evidence"] = {str(figure.group["reading"]): evidence(figure) for figure in figures}
    return told


def show_progress(figures: Sequence[Figure], ends: Sequence[Figure], language: str) -> None:
    """Both shares with their bounds, then a line per reading: the change in points, its interval, its evidence."""
    words, width = texts(language), width_here()
    said = words["progress"]
    told = (
        f"{each.group['year']}{format.colon(language)}{format.value(each, language)} ({format.span(each, language)})"
        for each in ends
    )
    print(paragraph(format.listed(told, language), width) + "\n")
    columns = [Column(said["reading"]), Column(said["change"], True), Column(said["interval"], True)]
    columns += [Column(said["compared"], True), Column(said["verdict"])]
    rows = [
        [
            said["readings"][str(figure.group["reading"])]["title"],
            format.change(figure, language),
            interval(figure, language),
            format.percent(figure.coverage, language=language),
            said[evidence(figure)],
        ]
        for figure in figures
    ]
    print(table(columns, rows, width) + "\n")
    _explain(said, [str(figure.group["reading"]) for figure in figures], language, width)


def interval(figure: Figure, language: str) -> str:
    """The interval of a change; that none was reckoned where a change is known without one."""
    is_bare = figure.value is not None and figure.low is None
    return str(texts(language)["progress"]["no_interval"]) if is_bare else format.points_span(figure, language)


def show_progress_by_year(figures: Sequence[Figure], national: Mapping[str, Any] | None, language: str) -> None:
    """One line per year: as measured, then the two constant readings, each with its bounds; then France."""
    words, width = texts(language), width_here()
    said = words["progress"]
    if not figures:
        print(words["terminal"]["no_row"])
        return
    names = list(dict.fromkeys(str(figure.group["reading"]) for figure in figures))
    columns = [Column(words["dimensions"]["year"])]
    for name in names:
        columns += [Column(said["readings"][name]["short"], True), Column(said["span"], True)]
    columns += [Column(said["country"], True)] if national else []
    rows = []
    for start in range(0, len(figures), len(names)):
        of_year = figures[start : start + len(names)]
        line = [str(of_year[0].group["year"])]
        few = is_few(of_year[0])  # every reading of the year rests on its contracts
        for figure in of_year:
            line += ["", ""] if few and figure is not of_year[0] else _apart(figure, language)
        rows.append([*line, *([_of_country(national, of_year[0], language)] if national else [])])
    print(table(columns, rows, width) + "\n")
    _explain(said, names, language, width)
    if national:
        print(paragraph(said["about_country"].format(**national), width))


def _apart(figure: Figure, language: str) -> list[str]:
    """A share and its bounds in columns of numbers; of too few contracts, that they are, and how many."""
    if is_few(figure):
        return [format.change(figure, language), _rows(figure, language)]
    return [format.value(figure, language), format.span(figure, language)]


def _rows(figure: Figure, language: str) -> str:
    """How many rows a share rests on, in few letters: a line of years has little room."""
    words = page_texts(language)["figure"]
    return format.counted(behind(figure)[0], words["row"], words["rows_word"], language)


def evidence(figure: Figure) -> str:
    """The word (of the texts) for what a change is evidence of: `progress`, `decline`, `no_evidence` or `unknown`."""
    if figure.low is None or figure.high is None:
        return "unknown"
    return "progress" if figure.low > 0 else "decline" if figure.high < 0 else "no_evidence"


def _of_country(national: Mapping[str, Any], figure: Figure, language: str) -> str:
    share = national["shares"].get(figure.group["year"])
    return "" if share is None else format.percent(share, language=language)


def _explain(said: Mapping[str, Any], names: Sequence[str], language: str, width: int) -> None:
    for name in names:
        told = said["readings"][name]
        print(paragraph(f"{told['title']}{format.colon(language)}{told['definition']}", width))
    print(paragraph(said["about"], width))


def _points(points: float | None, figure: Figure, language: str, *, few: bool = False) -> str:
    """A part in points with its sign; a share as a percentage; no number of points between shares of too few rows."""
    if points is None:
        return format.value(figure, language)
    if few:
        return str(texts(language)["numbers"]["few_change"])
    written = format.number(points, 1, language)
    return f"+{written}" if points > 0 else written


def _count(figure: Figure, language: str) -> str:
    return format.number(sum(figure.sums.counts.values()), language=language)
