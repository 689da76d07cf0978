"""How far social and environmental considerations have come. Clauses, criteria and reserved contracts never mix.

An execution clause binds the performance, an award criterion weighs on the choice, a reserved contract restricts who
may bid: each has its own rate. The two `pnad_` shares alone count "at least one": it is how the national plan defines
its own target.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import ibis

from gisement.indicators.options import CONSIDERATION, is_own_money
from gisement.terms import PERCENT, Indicator

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


SOCIAL_CONSIDERATION_SHARE = Indicator(
    name="social_consideration_share",
    shown={"figures/clauses": 5},
    unit=PERCENT,
    table="contract",
    weight="amount_cents",
    kind="share",
    options=(CONSIDERATION,),
    scope=lambda row, option: is_own_money(row),
    counts=lambda row, option: _of("social", row, option),
    unknown_counts="consideration_unknown",
    needs=("amount_cents", "social_clause_state", "social_criterion_state"),
    references=(DECP, EXECUTION),
)

SOCIAL_CONSIDERATION_COUNT_SHARE = Indicator(
    name="social_consideration_count_share",
    shown={"figures/clauses": 1},
    unit=PERCENT,
    table="contract",
    weight=None,
    kind="share",
    options=(CONSIDERATION,),
    scope=lambda row, option: counted_once(row),
    counts=lambda row, option: _of("social", row, option),
    unknown_counts="consideration_unknown",
    needs=("social_clause_state", "social_criterion_state"),
    references=(DECP, EXECUTION),
)

ENVIRONMENTAL_CONSIDERATION_SHARE = Indicator(
    name="environmental_consideration_share",
    shown={"figures/clauses": 6},
    unit=PERCENT,
    table="contract",
    weight="amount_cents",
    kind="share",
    options=(CONSIDERATION,),
    scope=lambda row, option: is_own_money(row),
    counts=lambda row, option: _of("environmental", row, option),
    unknown_counts="consideration_unknown",
    needs=("amount_cents", "environmental_clause_state", "environmental_criterion_state"),
    references=(DECP, EXECUTION),
)

ENVIRONMENTAL_CONSIDERATION_COUNT_SHARE = Indicator(
    name="environmental_consideration_count_share",
    shown={"figures/clauses": 2, "chain": 1},
    unit=PERCENT,
    table="contract",
    weight=None,
    kind="share",
    options=(CONSIDERATION,),
    scope=lambda row, option: counted_once(row),
    counts=lambda row, option: _of("environmental", row, option),
    unknown_counts="consideration_unknown",
    needs=("environmental_clause_state", "environmental_criterion_state"),
    references=(DECP, EXECUTION),
)

BOTH_CONSIDERATIONS_COUNT_SHARE = Indicator(
    name="both_considerations_count_share",
    shown={"figures/clauses": 7},
    unit=PERCENT,
    table="contract",
    weight=None,
    kind="share",
    options=(CONSIDERATION,),
    scope=lambda row, option: counted_once(row),
    counts=lambda row, option: _of("social", row, option) & _of("environmental", row, option),
    unknown_counts="consideration_unknown",
    needs=("social_clause_state", "environmental_clause_state"),
    references=(DECP, EXECUTION),
)

RESERVED_SHARE = Indicator(
    name="reserved_share",
    shown={"figures/clauses": 10, "clauses/inclusion": 1},
    unit=PERCENT,
    table="contract",
    weight="amount_cents",
    kind="share",
    scope=lambda row, option: is_own_money(row),
    counts=lambda row, option: told(row.reserved_state),
    unknown_counts="consideration_unknown",
    needs=("amount_cents", "reserved_state"),
    references=(DECP, RESERVED),
)

RESERVED_COUNT_SHARE = Indicator(
    name="reserved_count_share",
    shown={"figures/clauses": 3},
    unit=PERCENT,
    table="contract",
    weight=None,
    kind="share",
    scope=lambda row, option: counted_once(row),
    counts=lambda row, option: told(row.reserved_state),
    unknown_counts="consideration_unknown",
    needs=("reserved_state",),
    references=(DECP, RESERVED),
)

PNAD_SOCIAL_COUNT_SHARE = Indicator(
    name="pnad_social_count_share",
    shown={"figures/clauses": 8},
    unit=PERCENT,
    table="contract",
    weight=None,
    kind="share",
    scope=lambda row, option: counted_once(row),
    counts=lambda row, option: told(row.social_state),
    unknown_counts="consideration_unknown",
    needs=("social_state",),
    references=(PLAN, DECP),
)

PNAD_ENVIRONMENTAL_COUNT_SHARE = Indicator(
    name="pnad_environmental_count_share",
    shown={"figures/clauses": 9},
    unit=PERCENT,
    table="contract",
    weight=None,
    kind="share",
    scope=lambda row, option: counted_once(row),
    counts=lambda row, option: told(row.environmental_state),
    unknown_counts="consideration_unknown",
    needs=("environmental_state",),
    references=(PLAN, DECP),
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
    SOCIAL_CONSIDERATION_SHARE,
    SOCIAL_CONSIDERATION_COUNT_SHARE,
    ENVIRONMENTAL_CONSIDERATION_SHARE,
    ENVIRONMENTAL_CONSIDERATION_COUNT_SHARE,
    BOTH_CONSIDERATIONS_COUNT_SHARE,
    RESERVED_SHARE,
    RESERVED_COUNT_SHARE,
    PNAD_SOCIAL_COUNT_SHARE,
    PNAD_ENVIRONMENTAL_COUNT_SHARE,
    SME_ADVANCE_COUNT_SHARE,
    SUBCONTRACTING_COUNT_SHARE,
)
