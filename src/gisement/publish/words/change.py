"""The account of a change and the trend of a share, on a terminal: laid out, nothing is computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gisement.catalog import page_texts, texts
from gisement.catalog.few import behind, is_few
from gisement.publish import format
from gisement.publish.layout import Column, headed, show_table, tell
from gisement.terms import Figure


def explained(figures: Sequence[Figure], language: str) -> dict[str, Any]:
    """What each part of an account, or each reading of a trend, means: for JSON."""
    key = "effect" if figures and "effect" in figures[0].group else "reading"
    words = texts(language)[f"{key}s"]
    return {f"{key}s": {str(figure.group[key]): words[figure.group[key]] for figure in figures}}


def show_account(figures: Sequence[Figure], points: Mapping[str, float], language: str) -> None:
    """The two shares, then the difference and its parts in percentage points that add up, each with its meaning."""
    words = texts(language)
    said, effects = words["changes"], words["effects"]
    few = any(map(is_few, figures))  # neither does what lies between two shares say anything then
    columns = headed(said, ("part", "points", "rows"), ("points", "rows"))
    rows = [
        [
            effects[name]["title"],
            _points(points.get(name), figure, language, few=few),
            format.number(sum(figure.sums.counts.values()), language=language),
        ]
        for figure in figures
        for name in [str(figure.group["effect"])]
    ]
    show_table(columns, rows)
    print()
    for figure in figures:
        told = effects[str(figure.group["effect"])]
        tell(f"{told['title']}{format.colon(language)}{told['definition']}")
    tell(said["about_account"])


def show_trend(figures: Sequence[Figure], language: str) -> None:
    """One line per year: the raw share with its bounds, then over the same buyers, then with the same needs."""
    words = texts(language)
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
    show_table(columns, rows)
    print()
    for name in names:
        tell(f"{readings[name]['title']}{format.colon(language)}{readings[name]['definition']}")
    tell(said["about_trend"])


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
    words = texts(language)
    said = words["progress"]
    told = (
        f"{each.group['year']}{format.colon(language)}{format.value(each, language)} ({format.span(each, language)})"
        for each in ends
    )
    tell(format.listed(told, language))
    print()
    numbers = ("change", "interval", "compared")
    columns = headed(said, ("reading", *numbers, "verdict"), numbers)
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
    show_table(columns, rows)
    print()
    _explain(said, [str(figure.group["reading"]) for figure in figures], language)


def interval(figure: Figure, language: str) -> str:
    """The interval of a change; that none was reckoned where a change is known without one."""
    is_bare = figure.value is not None and figure.low is None
    return str(texts(language)["progress"]["no_interval"]) if is_bare else format.points_span(figure, language)


def show_progress_by_year(figures: Sequence[Figure], national: Mapping[str, Any] | None, language: str) -> None:
    """One line per year: as measured, then the two constant readings, each with its bounds; then France."""
    words = texts(language)
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
        if national:
            share = national["shares"].get(of_year[0].group["year"])
            line.append("" if share is None else format.percent(share, language=language))
        rows.append(line)
    show_table(columns, rows)
    print()
    _explain(said, names, language)
    if national:
        tell(said["about_country"].format(**national))


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


def _explain(said: Mapping[str, Any], names: Sequence[str], language: str) -> None:
    for name in names:
        told = said["readings"][name]
        tell(f"{told['title']}{format.colon(language)}{told['definition']}")
    tell(said["about"])


def _points(points: float | None, figure: Figure, language: str, *, few: bool = False) -> str:
    """A part in points with its sign; a share as a percentage; no number of points between shares of too few rows."""
    if points is None:
        return format.value(figure, language)
    if few:
        return str(texts(language)["numbers"]["few_change"])
    written = format.number(points, 1, language)
    return f"+{written}" if points > 0 else written
