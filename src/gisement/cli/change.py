"""`measure --decompose`, `--trend` and `--progress`: why a share changed, its trend, how far it has come."""

from __future__ import annotations

import sys

from gisement.cli.session import Settings, opened
from gisement.terms import Indicator, Perimeter, Trouble


def show(
    name: str, where: list[str] | None, years: str | None, format: str, *, progress: str | None, alone: bool
) -> None:
    """Print the account of a change between two years, how far a share has come, or the trend without years.

    Raises Trouble where the years are no two years, or several of these are asked for at once.
    """
    from gisement.engine import Observatory
    from gisement.pipeline import indicator_named, perimeter_of
    from gisement.publish import answers
    from gisement.publish.words import change
    from gisement.studies.change import decompose, trend
    from gisement.studies.progress import is_told

    indicator, perimeter = indicator_named(name), perimeter_of(where)
    if not alone:
        raise Trouble(
            fr="--decompose, --trend, --progress, --by et --sensitivity ne se combinent pas : n'en garder qu'un.",
            en="--decompose, --trend, --progress, --by and --sensitivity do not combine: keep one.",
        )
    if progress or (not years and is_told(indicator)):
        return show_progress(indicator, perimeter, progress, format)
    observatory = Observatory(opened())
    account = decompose(observatory, indicator, perimeter, _two_years(years, "--decompose")) if years else None
    figures = account.figures if account else trend(observatory, indicator, perimeter)
    if format == "json":
        told = answers.answer(indicator, perimeter, figures, Settings.language)
        print(answers.to_json({**told, **change.explained(figures, Settings.language)}))
    elif format == "csv":
        sys.stdout.write(answers.to_csv(answers.as_line(figure, Settings.language) for figure in figures))
    elif account:
        change.show_account(account.figures, account.points, Settings.language)
    else:
        change.show_trend(figures, Settings.language)


def show_progress(indicator: Indicator, perimeter: Perimeter, years: str | None, format: str) -> None:
    """Print how far a share of contracts has come: between two years, or year by year where none are given."""
    from gisement.catalog.parameters import national_series
    from gisement.engine import Observatory
    from gisement.publish import answers
    from gisement.publish.words import change
    from gisement.studies import progress

    observatory = Observatory(opened())
    if years:
        pair = _two_years(years, "--progress")
        figures = progress.between(observatory, indicator, perimeter, pair)
        ends = progress.ends(observatory, indicator, perimeter, pair)
    else:
        figures, ends = progress.series(observatory, indicator, perimeter), ()
    told, language = change.progress_explained(figures, Settings.language), Settings.language
    if format == "json":
        more = {"national": national_series(indicator.name), "ends": [answers.as_dict(each, language) for each in ends]}
        print(answers.to_json({**answers.answer(indicator, perimeter, figures, language), **told, **more}))
    elif format == "csv":
        sys.stdout.write(answers.to_csv(answers.as_line(figure, language) for figure in figures))
    elif years:
        change.show_progress(figures, ends, language)
    else:
        change.show_progress_by_year(figures, national_series(indicator.name), language)


def _two_years(text: str, option: str) -> tuple[int, int]:
    years = [year.strip() for year in text.split(",")]
    if len(years) != 2 or not all(year.isdecimal() and len(year) == 4 for year in years) or years[0] == years[1]:
        raise Trouble(
            fr=f"« {text} » ne se lit pas : écrire deux années différentes, {option} 2023,2024.",
            en=f"'{text}' cannot be read: write two different years, {option} 2023,2024.",
        )
    return int(years[0]), int(years[1])
