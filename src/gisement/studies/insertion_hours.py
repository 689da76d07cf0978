"""What social clauses owe and what was done, over a workspace: figures, contracts, what is overdue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gisement.engine.measure import Observatory
from gisement.models.clauses.insertion import Hours as Hours
from gisement.models.clauses.insertion import insertion_hours as insertion_hours
from gisement.store import database
from gisement.terms import Figure, Level, Sums, Verdict

if TYPE_CHECKING:
    from gisement.models.clauses.insertion import Measure

TABLES = ("contract", "insertion", "insertion_public")
UNITS = {"due": "hours", "done": "hours", "kept": "percent", "per_thousand_euros": "hours", "full_time_years": "years"}
_COLUMNS = (
    "i.buyer_siren, c.buyer_name, i.contract_id, c.title, c.segment, c.family, c.year, c.amount_cents, i.due_minutes, "
    "i.done_minutes, i.left_minutes, i.people_count, i.due_date, i.situation_date, i.is_overdue, i.contract_key, "
    "i.insertion_link"
)


@dataclass(frozen=True)
class Execution:
    """Figures of all contracts (group `measure`), the contracts, the publics, and how many clauses have no hours."""

    figures: list[Figure]
    contracts: list[dict[str, Any]]
    publics: list[dict[str, Any]]
    clauses_without_hours: int


def execution(observatory: Observatory, buyer: str | None = None) -> Execution:
    """Hours due and done of every contract that a file of hours names, or of one buyer's (SIREN or SIRET).

    Contracts that no essential data name are in it: their hours count, their amount and segment are unknown.
    """
    from gisement.models.clauses.insertion import account, by_public

    where = f"WHERE i.buyer_siren = {database.literal(buyer[:9])}" if buyer else ""
    contracts = _rows(
        observatory,
        f"SELECT {_COLUMNS} FROM insertion i LEFT JOIN contract c USING (contract_key) {where} "
        "ORDER BY i.is_overdue DESC NULLS LAST, i.due_date, i.buyer_siren, i.contract_id_key",
    )
    publics = _rows(observatory, f"SELECT insertion_public, done_minutes, people_count FROM insertion_public i {where}")
    told = "SELECT contract_key FROM insertion WHERE contract_key IS NOT NULL"
    ours = f"AND buyer_siren = {database.literal(buyer[:9])}" if buyer else "AND is_buyer_in_territory"
    (silent,) = _rows(
        observatory,
        "SELECT count(*) AS number FROM contract WHERE social_clause_state = 'yes' AND NOT is_concession "
        f"{ours} AND contract_key NOT IN ({told})",
    )
    figures = [_figure(observatory, measure) for measure in account(contracts)]
    return Execution(figures, contracts, by_public(publics), int(silent["number"]))


def _figure(observatory: Observatory, measure: Measure) -> Figure:
    told, silent = measure.told, measure.contracts - measure.told
    return Figure(
        indicator="insertion_hours", unit=UNITS[measure.name], group={"measure": measure.name}, value=measure.value,
        low=measure.low, high=measure.high, interval="missing",
        coverage=told / measure.contracts if measure.contracts else None,
        sums=Sums(counts={Verdict.PART: told, Verdict.UNKNOWN: silent}), level=Level.DERIVED,
        origins=observatory.origins("insertion"), weight_divisor=1,
    )  # fmt: skip


def _rows(observatory: Observatory, sql: str) -> list[dict[str, Any]]:
    found = observatory.connection.cursor().execute(sql)
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
