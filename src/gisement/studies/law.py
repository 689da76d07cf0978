"""Rules of law over a built workspace: outcomes counted, and the rows of each, from the same expression."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import ibis

from gisement.catalog import tables
from gisement.catalog.law import legal_texts
from gisement.engine.measure import Observatory
from gisement.engine.query import filters
from gisement.store.database import schema
from gisement.terms import Outcome, Perimeter, Rule

TO_CHECK = "text_to_check"
TABLES = ("contract", "buyer_year", "food_year")


def decided(rule: Rule, perimeter: Perimeter, buyers: Sequence[str], columns: Sequence[str] | None = None) -> Any:
    """The rows of the perimeter with their `outcome` and its `reason`; with `columns`, these alone of the table.

    A rule whose official text was not read is never said not to be met: it is then indeterminable, text to check.
    """
    rows = ibis.table(schema(rule.table), name=rule.table)
    kept = filters(rows, rule, perimeter, buyers)
    rows = rows.filter(*kept) if kept else rows
    decisions = [_published(rule, decision) for decision in rule.decide(rows)] if rule.decide else []
    otherwise = (ibis.literal(True), Outcome.INDETERMINABLE, "declaration_unknown")
    told = {
        "outcome": ibis.cases(*((held, str(outcome)) for held, outcome, _ in (*decisions, otherwise))),
        "reason": ibis.cases(*((held, reason) for held, _, reason in (*decisions, otherwise))),
    }
    return rows.mutate(**told) if columns is None else rows.select(*columns, **told)


def _published(rule: Rule, decision: tuple[Any, Outcome, str]) -> tuple[Any, Outcome, str]:
    held, outcome, reason = decision
    if outcome == Outcome.NOT_MET and not legal_texts()[rule.name].is_sure:
        return held, Outcome.INDETERMINABLE, TO_CHECK
    return held, outcome, reason


def outcomes(observatory: Observatory, rule: Rule, perimeter: Perimeter) -> list[dict[str, Any]]:
    """How many rows have each outcome and reason; one line without rows for what no source tells."""
    if not rule.table:
        return [{"outcome": str(Outcome.INDETERMINABLE), "reason": rule.why, "rows": 0}]
    found = decided(rule, perimeter, observatory.territory.buyers, ())
    counted = found.group_by(["outcome", "reason"]).agg(rows=found.count())
    return list(_answer(observatory, counted.order_by(["outcome", "reason"])))


def outcomes_by_buyer(observatory: Observatory, rule: Rule, perimeter: Perimeter) -> list[dict[str, Any]]:
    """How many rows of each buyer (legal unit where it is known) have each outcome; none for what no source tells."""
    if not rule.table:
        return []
    found = decided(rule, perimeter, observatory.territory.buyers, ("buyer_siren", "buyer_id"))
    buyer = ibis.coalesce(found.buyer_siren, found.buyer_id)
    counted = found.group_by(buyer=buyer, outcome=found.outcome).agg(rows=found.count())
    return list(_answer(observatory, counted.order_by(["buyer", "outcome"])))


def rows_of(
    observatory: Observatory, rule: Rule, perimeter: Perimeter, outcome: Outcome | None = None,
    limit: int | None = None, offset: int = 0,
) -> Iterator[dict[str, Any]]:  # fmt: skip
    """The rows of a rule (of one outcome, if it is given), in the order of the table's key; a page of them."""
    if not rule.table:
        return
    found = decided(rule, perimeter, observatory.territory.buyers)
    if outcome is not None:
        found = found.filter(found.outcome == str(outcome))
    found = found.order_by(list(tables()[rule.table].key))
    yield from _answer(observatory, found if limit is None else found.limit(limit, offset=offset))


def _answer(observatory: Observatory, expression: Any) -> Iterator[dict[str, Any]]:
    answer = observatory.connection.cursor().execute(str(ibis.to_sql(expression, dialect="duckdb", pretty=False)))
    names = [column[0] for column in answer.description or ()]
    while block := answer.fetchmany(1000):
        yield from (dict(zip(names, row, strict=True)) for row in block)
