"""Common objectives: where each stands, its years, each partner's part; hits and misses alike."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import Any

from starlette.responses import Response

from gisement.catalog import cooperation_texts
from gisement.catalog.few import is_few
from gisement.publish import format
from gisement.publish.component import shown
from gisement.publish.web.drawings.years import trajectory
from gisement.publish.web.grid import Cell, Grid, grid, number, suggestions
from gisement.publish.web.page import Page
from gisement.publish.words import targets as told
from gisement.studies.targets import UNDER_WAY
from gisement.studies.trajectory import course


def targets(page: Page) -> Response:
    """Every objective with its state, then the trajectory and the partners of each."""
    words = cooperation_texts(page.language)
    found = page.site.objectives()
    return page.render(
        "targets.html.j2",
        c=words["targets"],
        hub=words["hub"]["title"],
        summary=_summary(page, found),
        parts=[_part(page, list(each)) for _, each in groupby(found, key=lambda each: each.target["target_name"])],
    )


def _summary(page: Page, found: Any) -> Grid:
    words = cooperation_texts(page.language)["targets"]
    rows = []
    for each in found:
        said = told.told(each, page.language, page.site.partners)
        where = page.card(each.figure).page if each.figure.rows else ""
        measured = number(said["value"], where, said["span"] if each.figure.low is not None else "")
        name = f"#{each.target['target_name']}"
        rows.append(
            [
                Cell(said["title"], name, said["measured_on"]),
                Cell(words["in_year"].format(aim=said["aim"], year=said["year"])),
                Cell(said["state"]),
                measured,
            ]
        )
    return grid(words["title"], [words[name] for name in ("title_heading", "aim", "state", "value")], rows)


def _part(page: Page, same: list[Any]) -> dict[str, Any]:
    """One objective over its years: the last one that is over speaks first."""
    words = cooperation_texts(page.language)["targets"]
    each = next((one for one in reversed(same) if one.state != UNDER_WAY), same[-1])
    row, names = each.target, page.site.partners
    years = [
        (str(figure.group["year"]), page.card(figure), _aim(each, int(str(figure.group["year"])), page.language))
        for figure in each.trajectory
    ]
    return {
        **told.told(each, page.language, names),
        "law": told.law(each, page.language),
        "id": row["target_name"],
        "card": page.card(each.figure) if each.figure.rows else None,
        "years": years,
        "partners": [(names.get(siren, siren), page.card(figure)) for siren, figure in sorted(each.partners.items())],
        "sheets": suggestions(
            page, page.site.served.sheets(target=row["target_name"], indicator=row["indicator_name"])
        ),
        "drawing": _drawing(page, each),
        "course": told.course_told(course(each), page.language),
        "years_caption": f"{words['trajectory']}{format.colon(page.language)}{row['target_name']}",
        "partners_caption": f"{words['partners']}{format.colon(page.language)}{row['target_name']}",
    }


def _drawing(page: Page, each: Any) -> tuple[str, str] | None:
    """What is measured by year, and the line through what is aimed at, after a summary; none where no year is known."""
    line = course(each)
    if line is None:
        return None
    known = [figure for figure in each.trajectory if figure.value is not None and not is_few(figure)]
    aims = [
        replace(each.figure, group={"year": year}, value=value, low=value, high=value) for year, value in line.line[1:]
    ]
    is_share = each.figure.unit == "percent"
    ends = [end for figure in (*known, *aims) for end in (figure.value, figure.high) if end is not None]
    largest = 1.0 if is_share else max(ends)
    years, squares = (
        [shown(f, str(f.group["year"]), largest=largest, language=page.language) for f in some]
        for some in (known, aims)
    )
    summary = cooperation_texts(page.language)["targets"]["drawing"].format(
        title=told.told(each, page.language)["title"]
    )
    first = str(line.line[0][0])
    return summary, trajectory(years, squares, first, summary, is_share=is_share, language=page.language)


def _aim(each: Any, year: int, language: str) -> str:
    aim = each.years.get(year)
    return "" if aim is None else format.amount(aim, each.figure.unit, language)
