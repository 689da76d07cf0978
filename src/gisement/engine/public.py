"""What everyone may measure: contracts down to their rows, payments from the public tables alone."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gisement.engine.labels import labelled
from gisement.engine.measure import Observatory
from gisement.engine.protected import NOT_SHOWN, PROTECTED, Answer, PublicTables
from gisement.engine.row_address import address_of
from gisement.store.workspace import Workspace
from gisement.terms import Figure, Indicator, Level, Perimeter, Ring, Verdict, existing_rings

if TYPE_CHECKING:
    from gisement.engine.arranged import Integers

PAYMENT = ("payment",)
REMAINDER = "0-not-shown"
"""The key of the row that stands for all that is not shown: it comes before the names of cells."""
# A published cell in the place of a line: what a row of purchases has and a cell has not is null.
_CELL = """
SELECT c.public_cell AS purchase_key, NULL::VARCHAR AS contract_key, 'payment' AS basis, c.year, c.buyer_id,
    b.buyer_name, c.family, c.segment, c.destination, c.need, c.size_class, NULL::DATE AS notification_date,
    NULL::VARCHAR AS supplier_id, NULL::VARCHAR AS supplier_name, c.shown_cents AS amount_cents,
    true AS in_scope, true AS counting, 0 AS verdict_number
FROM public_payment c
LEFT JOIN (SELECT buyer_id, min(buyer_name) AS buyer_name FROM buyer GROUP BY ALL) b USING (buyer_id)
WHERE list_contains($cells, c.public_cell)
UNION ALL BY NAME
SELECT $key AS purchase_key, 'payment' AS basis, $remainder::BIGINT AS amount_cents, true AS in_scope, true AS counting,
    0 AS verdict_number
WHERE $remainder IS NOT NULL
"""


class PublicObservatory(Observatory):
    """An observatory over the copy of the tables that everyone may see."""

    def __init__(self, workspace: Workspace, connection: Any) -> None:
        super().__init__(workspace, connection=connection)
        answer = connection.cursor().execute("FROM public_payment ORDER BY public_cell")
        names = [column[0] for column in answer.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
        self.has_payments = bool(rows)
        self.public_tables = PublicTables(rows, max(Ring.DEPARTMENT, self.territory.level.ring))

    def measure(self, indicator: Indicator, perimeter: Perimeter, by: Sequence[str] = ()) -> list[Figure]:
        """Figures; on payments, those of the public tables, or Trouble where none holds what is asked."""
        perimeter = self.resolved(indicator, perimeter, by)
        if not is_of_payments(perimeter):
            return super().measure(indicator, perimeter, by)
        option = self.options(indicator, perimeter)
        found = self.public_tables.figures(indicator, perimeter.filters, option, by)
        figures = [self._public(indicator, perimeter, vars(option), each) for each in found]
        return labelled(self.connection, "buyer" if "buyer" in by else indicator.table, figures)

    def answers(self, indicator: Indicator, perimeter: Perimeter, by: Sequence[str] = ()) -> bool:
        """Whether what is asked is published: always, but on payments."""
        perimeter = self.resolved(indicator, perimeter, by)
        if not is_of_payments(perimeter):
            return True
        return self.public_tables.holds(indicator, perimeter.filters, self.options(indicator, perimeter), by)

    def sensitivity(self, indicator: Indicator, perimeter: Perimeter) -> list[Figure]:
        """The figure under every combination of options that is published."""
        perimeter = self.resolved(indicator, perimeter)
        if not is_of_payments(perimeter):
            return super().sensitivity(indicator, perimeter)
        rings = {ring.name.lower() for ring in existing_rings(self.territory)}
        choices = [[(o.name, v) for v in o.values if o.name != "ring" or v in rings] for o in indicator.options]
        combined = [Perimeter(perimeter.filters, dict(each)) for each in itertools.product(*choices)]
        return [self.measure(indicator, each)[0] for each in combined if self.answers(indicator, each)]

    def rows_query(self, indicator: Indicator, perimeter: Perimeter, verdict: Verdict) -> tuple[str, dict[str, Any]]:
        """The SQL of the rows of one verdict; on payments, published cells and one remainder."""
        perimeter = self.resolved(indicator, perimeter)
        if not is_of_payments(perimeter):
            return super().rows_query(indicator, perimeter, verdict)
        option = self.options(indicator, perimeter)
        found = self.public_tables.detail(indicator, perimeter.filters, option, verdict)
        values = {"cells": list(found.cells), "key": REMAINDER, "remainder": found.remainder}
        return f"SELECT * FROM ({_CELL}) ORDER BY purchase_key", values

    def places(self, indicator: Indicator, perimeter: Perimeter, verdict: Verdict) -> Integers | None:
        """Which rows of a small table have this verdict; of payments, everyone sees no row."""
        if is_of_payments(self.resolved(indicator, perimeter)):
            return None
        return super().places(indicator, perimeter, verdict)

    def _public(self, indicator: Indicator, perimeter: Perimeter, options: dict[str, str], each: Answer) -> Figure:
        result = each.measure
        return Figure(
            indicator=indicator.name, unit=indicator.unit.name, group=each.group, value=result.value, low=result.low,
            high=result.high, interval="missing", coverage=result.coverage, sums=each.sums, level=Level.DERIVED,
            origins=self.origins("public_payment"), rows=address_of(indicator.name, perimeter, options, each.group),
            basis="payment", options=options, secrecy=PROTECTED if each.is_shown else NOT_SHOWN,
        )  # fmt: skip


def is_of_payments(perimeter: Perimeter) -> bool:
    """Whether a resolved perimeter is one of payments."""
    return tuple(set(perimeter.filters.get("basis", ()))) == PAYMENT
