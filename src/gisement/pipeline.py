"""THE list, in reading order: what comes in, what is made of it, what is measured. Start here."""

from __future__ import annotations

from gisement.clean import acts, contract_state, contracts, corrections, geography, holders, identity
from gisement.enrich import buyers, findings, outliers, places, purchases, register, rings
from gisement.indicators import INDICATORS as INDICATORS
from gisement.segments import by_cpv
from gisement.sources.registry import SOURCES as SOURCES
from gisement.terms import Step

STEPS: tuple[Step, ...] = (
    # The map: communes of today, and the rings around the territory.
    geography.commune,
    geography.commune_code_today,
    rings.ring_commune,
    rings.ring_department,
    # Contracts: published records, what each is to which contract, amendments, the state of today.
    contracts.contract_record,
    identity.award_unit,
    identity.award_twin,
    identity.award_version,
    identity.record_decision,
    holders.holder,
    acts.nested_act,
    acts.amendment,
    contract_state.observation,
    corrections.correction,
    contract_state.contract_state,
    contract_state.contract_supplier,
    # Who and where: the register, places of suppliers, buyers.
    register.establishment,
    register.legal_unit,
    register.supplier,
    places.place,
    buyers.buyer,
    # What figures add up.
    by_cpv.cpv_segment,
    purchases.contract,
    purchases.joint_place,
    purchases.first_contract,
    purchases.purchase,
    # What was found wrong, and what was done about it.
    outliers.usual_amount,
    outliers.unusual_amount,
    findings.finding,
)


def steps() -> tuple[Step, ...]:
    """Every step of the pipeline."""
    return STEPS
