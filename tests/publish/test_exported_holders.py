"""Holders of exported contracts, against what their records name."""

from __future__ import annotations

from gisement.engine.exports import contracts
from gisement.pipeline import perimeter_of
from gisement.publish.web.site import Site
from gisement.store import Workspace
from gisement.store.database import query

NAMED = """
SELECT d.contract_key, list(DISTINCT coalesce(nullif(t.id, 'NC'), t.denominationSociale)) AS ids
FROM record_decision d JOIN (SELECT DISTINCT record_hash, titulaires FROM raw_decp) r USING (record_hash),
UNNEST(r.titulaires) AS named(t) WHERE d.decision <> 'amendment_line' AND NOT d.has_version GROUP BY ALL
"""
"""What the records of an award, and no later one, say of its holders."""


def test_holders_are_those_that_the_records_of_the_award_name(site: Site, workspace: Workspace) -> None:
    """Most come from `contract_supplier`, those of contracts told several times from `further_holder`."""
    told = {key: set(ids) - {None} for key, ids in query(workspace, NAMED, ["record_decision", "raw_decp"])}
    exported_ones = list(contracts(site.served, perimeter_of(["buyers=all"])))
    assert exported_ones
    for contract in exported_ones:
        named = told.get(contract["contract_key"], set())
        holders = contract["holders"] or []
        assert len(holders) == len(named), contract["contract_key"]
        # of a natural person no published number is exported
        assert {one["reported_id"] for one in holders} - {None} <= named, contract["contract_key"]
    assert any(contract["acts"] for contract in exported_ones)
    assert any(len(named) > 1 for named in told.values())
