"""A study without pooling ledgers: what a partner's workspace shares, and the figures of several shares together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from gisement.engine.measure import Observatory
from gisement.engine.protected import NOT_SHOWN, PROTECTED, PublicTables
from gisement.models.secrecy.payments import joined, twice
from gisement.store.workspace import Workspace
from gisement.terms import Figure, Indicator, Level, Perimeter, Ring, Trouble

TABLE = "public_payment"
COLUMNS = ("year", "buyer", "family", "segment", "size_class")
"""What joined figures can be broken down by, as far as a table holds it."""


def shared_rows(workspace: Workspace) -> list[dict[str, Any]]:
    """The public tables of a workspace: all that travels. Raises Trouble where there is no payment to share."""
    observatory = Observatory(workspace, (TABLE,))
    answer = observatory.connection.execute(f"FROM {TABLE} ORDER BY public_cell")
    names = [column[0] for column in answer.description or ()]
    rows = [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
    if not rows:
        raise Trouble(
            fr="Aucun paiement à partager : ajouter un grand livre (« gisement add ledger ») puis construire.",
            en="No payment to share: add a ledger ('gisement add ledger'), then build.",
        )
    return rows


class Study:
    """The territory that several shares make together; `ring` is that of the local share where they were computed."""

    def __init__(self, shares: Sequence[Sequence[Mapping[str, Any]]], ring: Ring = Ring.DEPARTMENT) -> None:
        double = twice(shares)
        if double:
            raise Trouble(
                fr=f"Deux fichiers parlent du même acheteur ({', '.join(double)}) : son argent compterait deux fois. "
                "N'en garder qu'un.",
                en=f"Two files speak of the same buyer ({', '.join(double)}): its money would count twice. Keep one.",
            )
        self.rows = joined(shares)
        self.partners = len(shares)
        self.tables = PublicTables(self.rows, ring)
        self.ring = ring

    def measure(self, indicator: Indicator, by: Sequence[str] = ()) -> list[Figure]:
        """Figures of the whole territory, by the dimensions that a table holds; not shown where a partner hides."""
        option = self._options(indicator)
        perimeter = Perimeter({"basis": ("payment",)}, vars(option))
        return [
            Figure(
                indicator=indicator.name, unit=indicator.unit.name, group=each.group, value=each.measure.value,
                low=each.measure.low, high=each.measure.high, interval="missing", coverage=each.measure.coverage,
                sums=each.sums, level=Level.DERIVED, basis="payment", options=perimeter.options,
                secrecy=PROTECTED if each.is_shown else NOT_SHOWN,
            )
            for each in self.tables.figures(indicator, perimeter.filters, option, by)
        ]  # fmt: skip

    def _options(self, indicator: Indicator) -> SimpleNamespace:
        option = indicator.choose({})
        if hasattr(option, "ring"):
            option.ring = self.ring.name.lower()
        return option
