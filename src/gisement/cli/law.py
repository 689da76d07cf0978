"""`gisement law`: what the dated rules of law say of contracts, buyers and years."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from gisement.cli.session import Settings, opened
from gisement.terms import Outcome, Trouble

RuleName = Annotated[str | None, typer.Argument(help="une règle (toutes, sinon)", show_default=False)]
OfOutcome = Annotated[Outcome | None, typer.Option("--outcome", help="ce que la règle dit de la ligne")]


def show_law(rule: str | None, outcome: Outcome | None, where: list[str] | None, format: str) -> None:
    """Tell the outcomes of the rules (of one, if it is named), or the rows of one outcome.

    Raises Trouble where rows are asked for without a rule, or of a rule that does not exist.
    """
    from gisement.engine import Observatory
    from gisement.pipeline import RULES, perimeter_of, rule_named
    from gisement.publish import answers
    from gisement.publish.words import law as told
    from gisement.studies.law import TABLES, outcomes, rows_of

    if outcome and not rule:
        raise Trouble(
            fr="--outcome montre les lignes d'une règle : la nommer, par exemple « gisement law publication_delay ».",
            en="--outcome shows the rows of one rule: name it, for instance 'gisement law publication_delay'.",
        )
    perimeter = perimeter_of(where)
    chosen = [rule_named(rule)] if rule else RULES
    observatory = Observatory(opened(), TABLES)
    if rule and outcome:
        found = rows_of(observatory, chosen[0], perimeter, outcome)
        if format == "table":
            told.show_rows(found, Settings.language)
        else:
            listed = list(found)
            sys.stdout.write(answers.to_csv(listed) if format == "csv" else answers.to_json(listed) + "\n")
        return
    answered = [told.described(one, outcomes(observatory, one, perimeter), Settings.language) for one in chosen]
    if format == "json":
        print(answers.to_json({"perimeter": perimeter.as_dict(), "rules": answered}))
    elif format == "csv":
        sys.stdout.write(answers.to_csv(told.as_lines(answered)))
    else:
        told.show_rules(answered, Settings.language)
