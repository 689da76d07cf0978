"""`gisement audit`: a sample to check by hand, then the share with its interval."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gisement.cli.session import ListFormat, Settings, Where, here, opened, say
from gisement.publish import usage

audit = typer.Typer(
    cls=usage.Commands,
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Auditer la part locale : tirer des lignes, puis estimer.",
    context_settings={"help_option_names": usage.HELP},
)


@audit.command("draw")
def audit_draw(
    output: Annotated[Path, typer.Option("-o", "--output", help="formulaire à remplir (CSV)")],
    where: Where = None,
    seed: Annotated[int, typer.Option(help="graine du tirage : la même redonne les mêmes lignes")] = 1,
    lines: Annotated[int, typer.Option(help="combien de lignes tirer et vérifier à la main", min=20, max=5000)] = 200,
) -> None:
    """Tirer les lignes à vérifier à la main, et écrire le formulaire."""
    from gisement.engine import Observatory
    from gisement.pipeline import indicator_named, perimeter_of
    from gisement.publish.words import audit as forms
    from gisement.studies.audit import draw

    observatory, chosen = Observatory(opened()), indicator_named("local_share")
    form = draw(observatory, chosen, perimeter_of(where), seed=seed, lines=lines, language=Settings.language)
    forms.write(form, output, Settings.language)
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
    from gisement.engine import Observatory
    from gisement.pipeline import indicator_named
    from gisement.publish import answers
    from gisement.publish.component import rows_command
    from gisement.publish.words import audit as forms
    from gisement.studies.audit import estimate

    rows, origin = forms.read(form), forms.origin(form)
    perimeter, figure, audited = estimate(Observatory(opened()), rows, seed=seed, form=origin)
    if format == "json":
        told = answers.answer(indicator_named(figure.indicator), perimeter, [figure], Settings.language)
        print(answers.to_json({**told, "audit": forms.as_dict(audited)}))
    else:
        print(forms.told(figure, audited, rows_command(figure, here()), Settings.language))
