"""`measure --decompose` and `--trend`: why a share changed, and its trend over the same buyers."""

from __future__ import annotations

import sys

from gisement.cli.session import Settings, opened
from gisement.terms import Indicator, Perimeter, Trouble


def show(indicator: Indicator, perimeter: Perimeter, years: str | None, format: str, *, alone: bool) -> None:
    """Print the account of a change between two years, or the trend where no years are given."""
    from gisement.engine import Observatory
    from gisement.engine.change import decompose, trend
    from gisement.publish import answers, changes

    if not alone:
        raise Trouble(
            fr="--decompose, --trend, --by et --sensitivity ne se combinent pas : n'en garder qu'un.",
            en="--decompose, --trend, --by and --sensitivity do not combine: keep one.",
        )
    observatory = Observatory(opened())
    account = decompose(observatory, indicator, perimeter, _two_years(years)) if years else None
    figures = account.figures if account else trend(observatory, indicator, perimeter)
    if format == "json":
        told = answers.answer(indicator, perimeter, figures, Settings.language)
        print(answers.to_json({**told, **changes.explained(figures, Settings.language)}))
    elif format == "csv":
        sys.stdout.write(answers.to_csv(answers.as_line(figure, Settings.language) for figure in figures))
    elif account:
        changes.show_account(account.figures, account.points, Settings.language)
    else:
        changes.show_trend(figures, Settings.language)


def _two_years(text: str) -> tuple[int, int]:
    years = [year.strip() for year in text.split(",")]
    if len(years) != 2 or not all(year.isdecimal() and len(year) == 4 for year in years) or years[0] == years[1]:
        raise Trouble(
            fr=f"« {text} » ne se lit pas : écrire deux années différentes, --decompose 2023,2024.",
            en=f"'{text}' cannot be read: write two different years, --decompose 2023,2024.",
        )
    return int(years[0]), int(years[1])
