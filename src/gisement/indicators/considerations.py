"""How far social and environmental considerations have come. Clauses, criteria and reserved contracts never mix.

An execution clause binds the performance, an award criterion weighs on the choice, a reserved contract restricts who
may bid: each has its own rate. The two `pnad_` shares alone count "at least one": it is how the national plan defines
its own target.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import SimpleNamespace
from typing import Any

import ibis

from gisement.indicators.options import CONSIDERATION, is_own_money
from gisement.terms import PERCENT, Indicator, Option

Counts = Callable[[Any, SimpleNamespace], Any]
"""Whether a row counts, under the options that were asked."""

DECP = "Arrêtés du 22 décembre 2022 (données essentielles), champs « considérations sociales » et « environnementales »"
EXECUTION = "Code de la commande publique, art. L2112-2 (conditions d'exécution) et R2152-7 (critères d'attribution)"
RESERVED = "Code de la commande publique, art. L2113-12 à L2113-16 (marchés réservés)"
PLAN = "Plan national pour des achats durables 2022-2025 (objectifs, non contraignants)"
_COLUMNS = {"execution_clause": "clause", "award_criterion": "criterion"}


def told(state: Any) -> Any:
    """Whether a consideration is there; null where the data do not say, or where nothing was asked."""
    return ibis.cases((state == "yes", True), (state == "none", False), else_=ibis.null("boolean"))


def counted_once(row: Any) -> Any:
    """Whether it is a contract of its own: no concession, no contract under a framework that is counted already."""
    return ~row.is_concession & ~row.is_subsequent_of_listed


def _of(axis: str, row: Any, option: SimpleNamespace) -> Any:
    return told(row[f"{axis}_{_COLUMNS[option.consideration]}_state"])


def _share(
    name: str, weight: str | None, shown: Mapping[str, int], counts: Counts, needs: tuple[str, ...],
    references: tuple[str, ...], options: tuple[Option, ...] = (),
) -> Indicator:  # fmt: skip
    """The share of contracts that have it: of their money where they are weighed, of their number otherwise."""
    return Indicator(
        name=name,
        shown=shown,
        unit=PERCENT,
        table="contract",
        weight=weight,
        kind="share",
        options=options,
        scope=lambda row, option: is_own_money(row) if weight else counted_once(row),
        counts=counts,
        unknown_counts="consideration_unknown",
        needs=(weight, *needs) if weight else needs,
        references=references,
    )


def _axis_share(name: str, weight: str | None, shown: Mapping[str, int]) -> Indicator:
    """The share of contracts with a social, or an environmental, consideration of the asked kind."""
    axis = name.partition("_")[0]
    needs = (f"{axis}_clause_state", f"{axis}_criterion_state")
    return _share(name, weight, shown, partial(_of, axis), needs, (DECP, EXECUTION), options=(CONSIDERATION,))


def _state_share(
    name: str, weight: str | None, shown: Mapping[str, int], state: str, references: tuple[str, ...]
) -> Indicator:
    """The share of contracts with a consideration that one column tells, whatever is asked."""
    return _share(name, weight, shown, lambda row, option: told(row[state]), (state,), references)


BOTH_CONSIDERATIONS_COUNT_SHARE = _share(
    "both_considerations_count_share",
    None,
    {"figures/clauses": 7},
    lambda row, option: _of("social", row, option) & _of("environmental", row, option),
    ("social_clause_state", "environmental_clause_state"),
    (DECP, EXECUTION),
    options=(CONSIDERATION,),
)

SME_ADVANCE_COUNT_SHARE = Indicator(
    name="sme_advance_count_share",
    shown={"figures/sellers": 10, "clauses/consultation": 1},
    unit=PERCENT,
    table="purchase",
    weight=None,
    kind="share",
    bases=("contract",),
    scope=lambda row, option: ~row.is_concession & (row.size_class == "PME"),
    counts=lambda row, option: row.has_advance,
    unknown_scope="size_unknown",
    unknown_counts="advance_unknown",
    needs=("has_advance", "size_class"),
    references=("Code de la commande publique, art. L2191-2 et R2191-3 et suivants (avances)",),
)

SUBCONTRACTING_COUNT_SHARE = Indicator(
    name="subcontracting_count_share",
    shown={"figures/sellers": 11, "clauses/consultation": 2, "report/contest": 6},
    unit=PERCENT,
    table="contract",
    weight=None,
    kind="share",
    scope=lambda row, option: ~row.is_concession,
    counts=lambda row, option: row.has_subcontracting,
    unknown_counts="subcontracting_unknown",
    needs=("has_subcontracting",),
    references=("Loi n° 75-1334 du 31 décembre 1975 relative à la sous-traitance",),
)

CONSIDERATIONS = (
    _axis_share("social_consideration_share", "amount_cents", {"figures/clauses": 5}),
    _axis_share("social_consideration_count_share", None, {"figures/clauses": 1}),
    _axis_share("environmental_consideration_share", "amount_cents", {"figures/clauses": 6}),
    _axis_share("environmental_consideration_count_share", None, {"figures/clauses": 2, "chain": 1}),
    BOTH_CONSIDERATIONS_COUNT_SHARE,
    _state_share(
        "reserved_share",
        "amount_cents",
        {"figures/clauses": 10, "clauses/inclusion": 1},
        "reserved_state",
        (DECP, RESERVED),
    ),
    _state_share("reserved_count_share", None, {"figures/clauses": 3}, "reserved_state", (DECP, RESERVED)),
    _state_share("pnad_social_count_share", None, {"figures/clauses": 8}, "social_state", (PLAN, DECP)),
    _state_share("pnad_environmental_count_share", None, {"figures/clauses": 9}, "environmental_state", (PLAN, DECP)),
    SME_ADVANCE_COUNT_SHARE,
    SUBCONTRACTING_COUNT_SHARE,
)
