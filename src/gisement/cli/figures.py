"""What figures say, and the rows behind them: measured, told over time, audited."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gisement.cli.session import (
    Format,
    Group,
    ListFormat,
    Name,
    Settings,
    Where,
    answer,
    here,
    note,
    opened,
    say,
)  # fmt: skip
from gisement.terms import Figure, Indicator, Perimeter, Trouble, Verdict, among
from gisement.terms.toml_text import parsed_toml

if TYPE_CHECKING:
    from gisement.engine import Observatory
    from gisement.studies.impact.shift import Shift


verbs = typer.Typer()


@verbs.command()
def indicators(format: ListFormat = "table") -> None:
    """Dire ce qui se mesure, avec les définitions."""
    from gisement.indicators import ALL
    from gisement.publish import answers, tables

    found = [answers.described(indicator, Settings.language) for indicator in ALL]
    answer(format, lambda: found, lambda: tables.show_indicators(found, Settings.language))


@verbs.command()
def measure(
    indicator: Name,
    by: Annotated[list[str] | None, typer.Option(help="dimensions, autant que voulu : A,B ou --by A --by B")] = None,
    where: Where = None,
    sensitivity: Annotated[bool, typer.Option("--sensitivity", help="toutes les définitions côte à côte")] = False,
    decompose: Annotated[str | None, typer.Option(help="deux années : ce qui a changé, part par part")] = None,
    trend: Annotated[bool, typer.Option("--trend", help="tendance brute et à périmètre constant")] = False,
    progress: Annotated[str | None, typer.Option(help="deux années : le chemin fait (parts des contrats)")] = None,
    scenario: Annotated[Path | None, typer.Option(help="ce que changerait un scénario (impact)")] = None,
    format: Format = "table",
) -> None:
    """Mesurer un indicateur, avec ses bornes."""
    from gisement.pipeline import indicator_named, perimeter_of
    from gisement.publish.component import listing

    chosen, perimeter = indicator_named(indicator), perimeter_of(where)
    if decompose or trend or progress:
        if [bool(each) for each in (decompose, trend, progress, by, sensitivity)].count(True) > 1:
            raise Trouble(
                fr="--decompose, --trend, --progress, --by et --sensitivity ne se combinent pas : n'en garder qu'un.",
                en="--decompose, --trend, --progress, --by and --sensitivity do not combine: keep one.",
            )
        return _over_time(chosen, perimeter, decompose, progress, format)
    dimensions = dimensions_of(chosen, by or ())
    if scenario is not None and chosen.name != "impact":
        raise Trouble(
            fr=f"--scenario ne va qu'avec impact, et non avec {chosen.name} : l'ôter, ou mesurer impact.",
            en=f"--scenario goes with impact only, and not with {chosen.name}: leave it out, or measure impact.",
        )
    held = _observatory()
    perimeter = held.resolved(chosen, perimeter, dimensions)
    gaps = held.ledger_gaps(perimeter) if perimeter.filters.get("basis") == ("payment",) else []
    about: dict[str, Any] = {}
    if chosen.kind == "model":
        figures, about = _modelled(held, chosen, perimeter, dimensions, sensitivity=sensitivity, scenario=scenario)
    elif sensitivity:
        figures = held.sensitivity(chosen, perimeter)
    else:
        figures = held.measure(chosen, perimeter, dimensions)

    def show() -> None:
        from gisement.publish import tables
        from gisement.publish.layout import paragraph, width_here

        command = "" if sensitivity else listing(chosen.name, where or (), here())
        tables.show_figures(
            chosen, figures, Settings.language, with_options=sensitivity, command=command, about=about, gaps=gaps
        )
        _tell_empty(figures, perimeter)
        for caution in _cautions(held, chosen, perimeter, figures):
            print(paragraph(caution, width_here()))

    _answer(format, chosen, perimeter, figures, show, about=about, gaps=gaps)


def _answer(
    format: str, chosen: Indicator, perimeter: Perimeter, figures: Sequence[Figure], show: Any, *,
    more: Mapping[str, Any] | None = None, about: Mapping[str, Any] | None = None, gaps: Sequence[Any] = (),
) -> None:  # fmt: skip
    """Figures of an indicator in the form asked for."""
    from gisement.publish import answers

    language = Settings.language
    answer(
        format,
        lambda: {**answers.answer(chosen, perimeter, figures, language, about or {}, list(gaps)), **(more or {})},
        show,
        lambda: (answers.as_line(figure, language) for figure in figures),
    )


def dimensions_of(indicator: Indicator, by: Sequence[str]) -> list[str]:
    """The dimensions that each `--by` names, with commas between them, each once, in the order given.

    Raises Trouble, with those of the indicator's rows, for any other.
    """
    from gisement.catalog import tables
    from gisement.engine.query import DIMENSIONS, MODEL_DIMENSIONS

    held = tables()[indicator.table].schema
    known = [name for name, column in DIMENSIONS.items() if column in held]
    known += list(MODEL_DIMENSIONS.get(indicator.name, ()))
    asked = list(dict.fromkeys(name.strip() for name in ",".join(by).split(",") if name.strip()))
    unknown = next((name for name in asked if name not in known), None)
    if unknown is not None:
        allowed = among(unknown, known)
        raise Trouble(
            fr=f"« {unknown} » n'est pas une dimension de {indicator.name} : choisir parmi {allowed}.",
            en=f"'{unknown}' is not a dimension of {indicator.name}: choose among {allowed}.",
        )
    return asked


def _modelled(
    observatory: Observatory, indicator: Indicator, perimeter: Perimeter, by: Sequence[str], *,
    sensitivity: bool, scenario: Path | None,
) -> tuple[list[Figure], dict[str, Any]]:  # fmt: skip
    """The figures of an indicator that a model computes, and what they rest on."""
    from gisement.studies import modelled as models

    if not models.is_impact(indicator):
        if sensitivity:
            return models.sensitivity(observatory, indicator, perimeter), {}
        return models.measure(observatory, indicator, perimeter, by), {}
    from gisement.studies.impact.model import Impact

    impact = Impact(observatory)
    if scenario is not None:
        found = impact.what_if(indicator, perimeter, shifts(scenario))
    elif sensitivity:
        found = models.sensitivity(observatory, indicator, perimeter)
    else:
        found = impact.measure(indicator, perimeter, by)
    return found, asdict(impact.about(indicator, perimeter))


def shifts(path: Path) -> list[Shift]:
    """The what-if of a TOML file: `[[shift]]` with `segment`, `points` and `to`. Raises Trouble if unreadable."""
    from gisement.studies.impact.shift import Shift

    if not path.is_file():
        raise Trouble(
            fr=f"{path} n'existe pas, ou n'est pas un fichier : donner un scénario en TOML.",
            en=f"{path} does not exist, or is no file: give a scenario in TOML.",
        )
    try:
        told = parsed_toml(path.read_text(encoding="utf-8"))["shift"]
        found = [Shift(str(one["segment"]), float(one["points"]), str(one["to"])) for one in told]
        if not all(0 < shift.points <= 100 for shift in found):
            raise ValueError(found)
        return found
    except (OSError, UnicodeDecodeError, KeyError, TypeError, ValueError):
        raise Trouble(
            fr=f'{path} ne se lit pas : y écrire [[shift]], puis segment = "…", points = 10 et to = "department".',
            en=f'{path} cannot be read: write [[shift]], then segment = "…", points = 10 and to = "department".',
        ) from None


def _over_time(
    indicator: Indicator, perimeter: Perimeter, decomposed: str | None, progress: str | None, format: str
) -> None:
    """Print the account of a change between two years, how far a share has come, or the trend without years.

    Raises Trouble where the years are no two years.
    """
    from gisement.publish.words import change
    from gisement.studies.change import decompose, trend
    from gisement.studies.progress import is_told

    if progress or (not decomposed and is_told(indicator)):
        return _progress(indicator, perimeter, progress, format)
    observatory, language = _bare(), Settings.language
    account = decompose(observatory, indicator, perimeter, _years(decomposed, "--decompose")) if decomposed else None
    figures = account.figures if account else trend(observatory, indicator, perimeter)

    def show() -> None:
        if account:
            change.show_account(account.figures, account.points, language)
        else:
            change.show_trend(figures, language)

    _answer(format, indicator, perimeter, figures, show, more=change.explained(figures, language))


def _progress(indicator: Indicator, perimeter: Perimeter, years: str | None, format: str) -> None:
    """Print how far a share of contracts has come: between two years, or year by year where none are given."""
    from gisement.catalog.parameters import national_series
    from gisement.publish import answers
    from gisement.publish.words import change
    from gisement.studies import progress

    observatory, language = _bare(), Settings.language
    ends: Sequence[Figure] = ()
    if years:
        pair = _years(years, "--progress")
        figures = progress.between(observatory, indicator, perimeter, pair)
        ends = progress.ends(observatory, indicator, perimeter, pair)
    else:
        figures = progress.series(observatory, indicator, perimeter)
    series = national_series(indicator.name)

    def show() -> None:
        if years:
            change.show_progress(figures, ends, language)
        else:
            change.show_progress_by_year(figures, series, language)

    more = {"national": series, "ends": [answers.as_dict(each, language) for each in ends]}
    _answer(format, indicator, perimeter, figures, show, more={**change.progress_explained(figures, language), **more})


def _years(text: str, option: str) -> tuple[int, int]:
    years = [year.strip() for year in text.split(",")]
    if len(years) != 2 or not all(year.isdecimal() and len(year) == 4 for year in years) or years[0] == years[1]:
        raise Trouble(
            fr=f"« {text} » ne se lit pas : écrire deux années différentes, {option} 2023,2024.",
            en=f"'{text}' cannot be read: write two different years, {option} 2023,2024.",
        )
    return int(years[0]), int(years[1])


@verbs.command()
def rows(
    indicator: Name,
    verdict: Annotated[Verdict, typer.Option(help="ce que l'indicateur dit de la ligne")],
    where: Where = None,
    format: Format = "table",
) -> None:
    """Lister les lignes derrière un chiffre."""
    from gisement.pipeline import indicator_named, perimeter_of

    chosen, perimeter = indicator_named(indicator), perimeter_of(where)
    held = _bare()
    found = held.rows(chosen, perimeter, verdict)
    answer(
        format, lambda: list(found), lambda: _show_rows(held, chosen, perimeter, verdict, found), lambda: found
    )  # fmt: skip


def _show_rows(
    observatory: Observatory, chosen: Indicator, perimeter: Perimeter, verdict: Verdict, found: Iterator[Any]
) -> None:
    """Print the first rows of a verdict; where there is none, that the perimeter is empty, or how many others have."""
    from gisement.publish import tables

    (figure,) = observatory.measure(chosen, perimeter)
    count = figure.sums.rows
    tables.show_rows(found, count(verdict), Settings.language)
    if count(verdict):
        return
    _tell_empty([figure], perimeter)
    told = ", ".join(f"{each} ({count(each)})" for each in Verdict if count(each))
    if told:
        say(
            f"Aucune ligne « {verdict} » ; il y en a d'autres : {told}.",
            f"No row '{verdict}'; there are others: {told}.",
        )


@verbs.command()
def diagnosis() -> None:
    """Dire le diagnostic entier : où va l'argent, et ce qui est connu."""
    from gisement.engine import Observatory
    from gisement.publish.words.diagnosis import diagnose, show

    show(diagnose(Observatory(opened(), load=True)), here())


audit = Group("Auditer la part locale : tirer des lignes, puis estimer.")


@audit.command("draw")
def audit_draw(
    output: Annotated[Path, typer.Option("-o", "--output", help="formulaire à remplir (CSV)")],
    where: Where = None,
    seed: Annotated[int, typer.Option(help="graine du tirage : la même redonne les mêmes lignes")] = 1,
    lines: Annotated[int, typer.Option(help="combien de lignes tirer et vérifier à la main", min=20, max=5000)] = 200,
) -> None:
    """Tirer les lignes à vérifier à la main, et écrire le formulaire."""
    from gisement.pipeline import indicator_named, perimeter_of
    from gisement.publish.words import audit as forms
    from gisement.studies.audit import draw

    chosen, language = indicator_named("local_share"), Settings.language
    form = draw(_bare(), chosen, perimeter_of(where), seed=seed, lines=lines, language=language)
    forms.write(form, output, language)
    say(
        f"{output} : {form.num_rows} lignes à vérifier (graine {seed}) ; remplir les colonnes vides, puis lancer "
        f"« gisement audit estimate {output} --seed {seed} ».",
        f"{output}: {form.num_rows} lines to check (seed {seed}); fill the empty columns, then run "
        f"'gisement audit estimate {output} --seed {seed}'.",
    )


@audit.command("estimate")
def audit_estimate(
    form: Annotated[Path, typer.Argument(help="formulaire rempli (CSV)")],
    seed: Annotated[int, typer.Option(help="graine du tirage")] = 1,
    format: ListFormat = "table",
) -> None:
    """Lire le formulaire rempli : part locale auditée, son intervalle, effet de chaque genre d'erreur."""
    from gisement.pipeline import indicator_named
    from gisement.publish.component import rows_command
    from gisement.publish.words import audit as forms
    from gisement.studies.audit import estimate

    lines, origin = forms.read(form), forms.origin(form)
    perimeter, figure, audited = estimate(_bare(), lines, seed=seed, form=origin)
    told = forms.told(figure, audited, rows_command(figure, here()), Settings.language)
    audited_as = {"audit": forms.as_dict(audited)}
    _answer(format, indicator_named(figure.indicator), perimeter, [figure], lambda: print(told), more=audited_as)


def _bare() -> Observatory:
    from gisement.engine import Observatory

    return Observatory(opened())


def _observatory() -> Observatory:
    """The workspace open for reading; says on the error output that files added or removed are not in it yet."""
    from gisement.engine import Observatory
    from gisement.store.served import is_behind

    workspace = opened()
    behind, held = is_behind(workspace), Observatory(workspace)
    if behind:
        note(
            "Des fichiers ont été ajoutés ou retirés depuis la dernière construction : ces chiffres ne les comptent "
            "pas encore (« gisement build »).",
            "Files were added or removed since the last build: these figures do not count them yet ('gisement build').",
        )
    return held


def _cautions(
    observatory: Observatory, chosen: Indicator, perimeter: Perimeter, figures: Sequence[Figure]
) -> list[str]:
    """What to know before believing figures of the territory: that they rest on few rows, or leave contracts out."""
    from gisement.publish import caution
    from gisement.studies.unplaced import OF_CONTRACTS, left_out

    if chosen.table not in OF_CONTRACTS:
        return []
    unplaced = left_out(observatory, chosen, perimeter)
    if len(figures) == 1 and not set(perimeter.filters) - {"basis", "buyers"}:
        return caution.cautions(figures[0], unplaced, Settings.language)
    return caution.left_out(unplaced, Settings.language)


def _tell_empty(figures: Sequence[Figure], perimeter: Perimeter) -> None:
    """Say that the perimeter holds no row at all: a value may be mistyped. It is an answer, not an error: status 0."""
    from gisement.catalog import texts
    from gisement.publish.layout import paragraph, width_here

    if any(sum(figure.sums.counts.values()) for figure in figures):
        return
    asked = [(key, value) for key, values in perimeter.filters.items() if key != "basis" for value in values]
    if not asked:
        print(texts(Settings.language)["terminal"]["no_row"])
        return
    kept = ", ".join(f"{key}={value}" for key, value in asked)
    told = {
        "fr": f"Aucune ligne dans ce périmètre ({kept}) : vérifier les valeurs de --where.",
        "en": f"No row in this perimeter ({kept}): check the values of --where.",
    }
    print(paragraph(told[Settings.language], width_here()))
