"""The facts that figures add up: contracts and purchases, with all that a filter or a verdict may ask for."""

from __future__ import annotations

from typing import Any

import ibis

from gisement.enrich.profile import with_age
from gisement.terms import Ring, step, step_idle_without
from gisement.terms.expressions import equal_part


@step
def contract(
    contract_state: Any,
    contract_record: Any,
    consideration: Any,
    notice_contract: Any,
    buyer: Any,
    cpv_segment: Any,
    contract_segment: Any,
) -> Any:
    """One row per contract lot in its current state, with its buyer's place, its segment and its year."""
    lasting = contract_record.select(told_by="record_hash", **LASTING)
    c = _with_considerations(contract_state.inner_join(lasting, [("record_hash", "told_by")]), consideration)
    consulted = notice_contract.select(consulted_for="contract_key", **{column: column for column in ANNOUNCED})
    c = c.left_join(consulted, [("contract_key", "consulted_for")])
    c = placed(c, buyer, cpv_segment, contract_segment)
    return c.mutate(cpv_division=c.cpv_code.substr(0, 2)).select(*CONTRACT)


def placed(contract_state: Any, buyer: Any, cpv_segment: Any, contract_segment: Any) -> Any:
    """Contracts with what their purchases have of them too (`SHARED`): their buyer's place, their segment, their year.

    Of what `contract` is made of and not of `contract`, so that both tables are made at once.
    """
    c = _with_segment(_with_buyer(contract_state, buyer), cpv_segment, contract_segment)
    return c.mutate(basis=ibis.literal("contract"), year=c.notification_date.year().cast("int64"))


CONSIDERATIONS = (
    "social_state",
    "social_clause_state",
    "social_criterion_state",
    "reserved_state",
    "environmental_state",
    "environmental_clause_state",
    "environmental_criterion_state",
)
_TOLD = (
    "record_kind", "source_format", "contract_nature", "title",
    "procurement_method_details", "execution_place_code", "execution_place_kind", "notification_date_reported",
    "publication_date", "amount_reported", "offers_count", "is_framework", "has_purchase_orders", "is_innovative",
    "has_subcontracting", "subcontracts_count",
)  # fmt: skip
# of considerations, what the record would tell alone: that of at least one kind has another name there
_OF_ANY_KIND = {"social_state": "social_any_state", "environmental_state": "environmental_any_state"}
LASTING = {column: column for column in (*_TOLD, *CONSIDERATIONS)} | _OF_ANY_KIND
ANNOUNCED = ("consultation_date", "announced_lots_count", "has_variants_allowed", "is_first_of_notice")
SEGMENT = ("segment", "family", "is_medical", "is_medical_wide", "segment_rule", "segment_confidence")
SHARED = (
    "contract_key", "basis", "year", "buyer_id", "buyer_siren", "buyer_name", "buyer_commune_code",
    "buyer_department_code", "is_buyer_in_territory", "cpv_code", *SEGMENT, "notification_date",
    "is_concession", "is_subsequent_of_known", "has_advance",
)  # fmt: skip
CONTRACT = (
    *SHARED, "buyer_kind", "cpv_division", "offers_count", "is_framework",
    "record_hash", "record_kind", "source_format", "records_count", "lots_count", "contract_id", "framework_id",
    "contract_nature", "title", "procurement_method_details", "execution_place_code", "execution_place_kind",
    "duration_months", "duration_months_initial", "notification_date_reported", "publication_date", "amount_cents",
    "amount_cents_initial", "amount_cents_reported", "amount_reported", "amount_reason", "annualised_cents",
    "amendments_count", "has_purchase_orders", "is_subsequent", "is_innovative", "has_subcontracting",
    "subcontracts_count", "is_subsequent_of_listed", *CONSIDERATIONS, *ANNOUNCED,
)  # fmt: skip


def _with_considerations(c: Any, consideration: Any) -> Any:
    """What several sources state of a contract, where they are several, in place of what its record tells alone."""
    states = consideration.select(stated_of="contract_key", **{f"stated_{column}": column for column in CONSIDERATIONS})
    c = c.left_join(states, [("contract_key", "stated_of")])
    return c.mutate(**{column: ibis.coalesce(c[f"stated_{column}"], c[column]) for column in CONSIDERATIONS})


def _with_buyer(c: Any, buyer: Any) -> Any:
    known = buyer.select(
        known_buyer="buyer_id", known_siren="buyer_siren", known_name="buyer_name", buyer_kind="buyer_kind",
        buyer_commune_code="buyer_commune_code", buyer_department_code="buyer_department_code",
        is_buyer_in_territory="is_in_territory",
    )  # fmt: skip
    c = c.left_join(known, [("buyer_id", "known_buyer")])
    return c.mutate(
        buyer_name=ibis.coalesce(c.known_name, c.buyer_name),
        buyer_siren=ibis.coalesce(c.known_siren, c.buyer_siren),
    )


def _with_segment(c: Any, cpv_segment: Any, contract_segment: Any) -> Any:
    """The segment of the CPV code where it gives one; otherwise that of the other evidence."""
    by_code = cpv_segment.select("cpv_code", **{f"by_code_{name}": name for name in SEGMENT})
    otherwise = contract_segment.select(otherwise_of="contract_key", **{f"otherwise_{name}": name for name in SEGMENT})
    c = c.left_join(by_code.rename(known_cpv="cpv_code"), [("cpv_code", "known_cpv")])
    c = c.left_join(otherwise, [("contract_key", "otherwise_of")])
    return c.mutate(**{name: ibis.coalesce(c[f"by_code_{name}"], c[f"otherwise_{name}"]) for name in SEGMENT})


@step
def joint_place(contract_supplier: Any, place: Any) -> Any:
    """One row per joint award: by place basis, ring bounds of its closest (`any`) and farthest holder (`all`)."""
    joint = contract_supplier.filter(contract_supplier.holders_count > 1).select("contract_key", "supplier_id")
    held = joint.inner_join(_rings_of(place), [("supplier_id", "ring_of")])
    bounds: dict[str, Any] = {}
    for basis in BASES:
        near, far = held[f"{basis}_near"], held[f"{basis}_far"]
        of_basis = (near.min(), far.min(), near.max(), far.max())
        bounds |= {f"{basis}_{which}": bound for which, bound in zip(JOINT, of_basis, strict=True)}
    return held.group_by("contract_key").agg(**bounds)


def _rings_of(place: Any) -> Any:
    """One row per supplier: ring bounds of its establishment and of its head office."""
    s, h = (place.filter(place.place_basis == basis) for basis in BASES)
    s = s.select(
        ring_of="supplier_id", establishment_near=s.ring_nearest.cast("int8"),
        establishment_far=s.ring_farthest.cast("int8"),
        **{f"supplier_{level}_code": f"{level}_code" for level in ("commune", "epci", "department")},
    )  # fmt: skip
    h = h.select(
        headed="supplier_id", head_office_near=h.ring_nearest.cast("int8"), head_office_far=h.ring_farthest.cast("int8")
    )
    return s.left_join(h, [("ring_of", "headed")]).drop("headed")


@step
def first_contract(contract_state: Any, buyer: Any, contract_supplier: Any) -> Any:
    """One row per buyer (legal unit) and supplier that share contracts of several days: the first of these days."""
    c = _with_buyer(contract_state, buyer).select("contract_key", "notification_date", "buyer_siren")
    dated = c.filter(c.notification_date.notnull() & c.buyer_siren.notnull())
    held = contract_supplier.filter(contract_supplier.supplier_id.notnull()).select("contract_key", "supplier_id")
    pairs = dated.inner_join(held, "contract_key")
    pairs = pairs.group_by(["buyer_siren", "supplier_id"]).agg(
        first_date=pairs.notification_date.min(), last_date=pairs.notification_date.max()
    )
    return pairs.filter(pairs.first_date < pairs.last_date).drop("last_date")


@step_idle_without("payment")
def first_payment(payment: Any) -> Any:
    """One row per buyer (legal unit) and supplier paid: the first year paid, and the first year of its ledgers."""
    paid = payment.filter(payment.buyer_siren.notnull() & payment.year.notnull())
    first = paid.filter(paid.supplier_id.notnull()).group_by(["buyer_siren", "supplier_id"])
    years = paid.group_by("buyer_siren").agg(first_year=paid.year.min())
    return first.agg(first_paid_year=lambda t: t.year.min()).inner_join(years, "buyer_siren").select(
        "buyer_siren", "supplier_id", "first_paid_year", "first_year"
    )  # fmt: skip


@step
def partner(buyer: Any, payer: Any) -> Any:
    """One row per legal unit whose own spending is told: buyers of the territory, and whoever brings a ledger."""
    here = buyer.filter(buyer.is_in_territory & buyer.buyer_siren.notnull()).select("buyer_siren")
    return here.union(payer.filter(payer.buyer_siren.notnull()).select("buyer_siren"), distinct=True)


@step
def purchase(
    contract_state: Any, cpv_segment: Any, contract_segment: Any, contract_supplier: Any, payment: Any,
    payment_segment: Any, payment_contract: Any, buyer: Any, supplier: Any, supplier_profile: Any, place: Any,
    joint_place: Any, first_contract: Any, first_payment: Any, partner: Any,
) -> Any:  # fmt: skip
    """One row per spending fact: a payment line, or on the contract basis a contract lot and holder.

    A contract's cents stand in its notification year; a payment's in its budget year. What one partner pays to
    another (`is_between_partners`) is spent again by the other: it is shown, and left out of totals.
    """
    contracts = placed(contract_state, buyer.view(), cpv_segment, contract_segment)
    p = _of_contracts(contracts, contract_supplier, first_contract).union(
        _of_payments(payment, payment_segment, payment_contract, buyer, first_payment, partner)
    )
    p = p.left_join(_known(supplier, place, supplier_profile), [("supplier_id", "known_supplier")])
    return with_age(_with_rings(p, joint_place)).select("purchase_key", *SHARED, *PURCHASE, *PROFILE)


def _known(supplier: Any, place: Any, supplier_profile: Any) -> Any:
    """All that is known of each supplier, in one table: joined to purchases once, and not part by part."""
    known = supplier.select(
        known_supplier="supplier_id", supplier_siren="supplier_siren", supplier_name="supplier_name",
        naf_code="naf_code", size_class="size_class",
    )  # fmt: skip
    known = known.left_join(_rings_of(place), [("known_supplier", "ring_of")])
    return known.left_join(supplier_profile.rename(profiled="supplier_id"), [("known_supplier", "profiled")])


def _of_contracts(contracts: Any, contract_supplier: Any, first_contract: Any) -> Any:
    s = contract_supplier.select(
        "contract_key", "holder_number", "holders_count", "supplier_id", "amount_cents", "amount_level"
    )
    p = s.inner_join(contracts.select(*SHARED, annualised_of_all="annualised_cents"), "contract_key")
    first = first_contract.rename(first_buyer="buyer_siren", first_supplier="supplier_id")
    p = p.left_join(first, [("buyer_siren", "first_buyer"), ("supplier_id", "first_supplier")])
    years = contracts.group_by(bought_by="buyer_siren").agg(first_year=contracts.year.min())
    p = p.left_join(years, [("buyer_siren", "bought_by")])
    # where no two days are known of a buyer and a supplier, theirs is the first
    is_first = ibis.coalesce(p.notification_date == p.first_date, True)
    is_new = ibis.ifelse((p.year > p.first_year) & p.supplier_id.notnull(), is_first, ibis.null("boolean"))
    return p.mutate(
        purchase_key=p.contract_key + "-" + p.holder_number.cast("string"), joint_of=p.contract_key,
        is_new_supplier=is_new, purchase_date=p.notification_date, is_between_partners=ibis.literal(False),
        contract_link_rule=ibis.null("string"),
        annualised_cents=equal_part(p.annualised_of_all, p.holder_number, p.holders_count),
    ).select(*FACT)  # fmt: skip


def _of_payments(
    payment: Any, payment_segment: Any, payment_contract: Any, buyer: Any, first_payment: Any, partner: Any
) -> Any:
    known = buyer.select(
        "buyer_name", "buyer_commune_code", "buyer_department_code", is_buyer_in_territory="is_in_territory",
        known_buyer="buyer_id",
    )  # fmt: skip
    p = payment.left_join(known, [("buyer_id", "known_buyer")])
    p = p.left_join(payment_segment.rename(of_payment="payment_key"), [("payment_key", "of_payment")])
    linked = payment_contract.select("contract_key", "contract_link_rule", linked_payment="payment_key")
    p = p.left_join(linked, [("payment_key", "linked_payment")])
    first = first_payment.rename(first_buyer="buyer_siren", first_supplier="supplier_id")
    p = p.left_join(first, [("buyer_siren", "first_buyer"), ("supplier_id", "first_supplier")])
    p = p.left_join(partner.select(paid_partner="buyer_siren"), [("supplier_siren", "paid_partner")])
    is_new = ibis.ifelse(p.year > p.first_year, p.year == p.first_paid_year, ibis.null("boolean"))
    return p.mutate(
        purchase_key=p.payment_key, joint_of=ibis.null("string"),
        basis=ibis.literal("payment"), cpv_code=ibis.null("string"), notification_date=ibis.null("date"),
        is_concession=ibis.literal(False), is_subsequent_of_known=ibis.literal(False), has_advance=ibis.null("boolean"),
        holder_number=ibis.literal(1, "int64"), holders_count=ibis.literal(1, "int64"), is_new_supplier=is_new,
        amount_level=ibis.coalesce(p.amount_level, "observed"),
        purchase_date=ibis.coalesce(p.payment_date, p.invoice_date),
        is_between_partners=p.paid_partner.notnull(), annualised_cents=ibis.null("int64"),
    ).select(*FACT)  # fmt: skip


PROFILE = (
    "month", "legal_kind", "naf_section_code", "age_class", "is_social_economy", "is_siae", "is_adapted",
    "inclusion_kind", "central_purchasing_body", "group_siren",
)  # fmt: skip
BASES = ("establishment", "head_office")
JOINT = ("any_nearest", "any_farthest", "all_nearest", "all_farthest")
RINGS = tuple(f"{basis}_{which}" for basis in BASES for which in ("nearest", "farthest", *JOINT))
FACT = (
    "purchase_key", *SHARED, "joint_of", "purchase_date", "is_between_partners", "contract_link_rule", "holder_number",
    "holders_count", "supplier_id", "is_new_supplier", "amount_cents", "amount_level",
    "annualised_cents",
)  # fmt: skip
PURCHASE = (
    "purchase_date", "is_between_partners", "contract_link_rule", "holder_number", "holders_count", "supplier_id",
    "supplier_siren", "supplier_name", "naf_code", "size_class", "is_new_supplier", "amount_cents", "amount_level",
    "annualised_cents", "supplier_commune_code", "supplier_epci_code", "supplier_department_code", *RINGS,
)  # fmt: skip


def _with_rings(p: Any, joint_place: Any) -> Any:
    """Ring bounds of the supplier, and of any and of all holders of a joint award (a missing place: no bound known)."""
    joint = joint_place.select(award="contract_key", **{f"joint_{name}": name for name in joint_place.columns[1:]})
    p = p.left_join(joint, [("joint_of", "award")])
    rings: dict[str, Any] = {}
    for basis in BASES:
        near = ibis.coalesce(p[f"{basis}_near"], int(Ring.COMMUNE))
        far = ibis.coalesce(p[f"{basis}_far"], int(Ring.WORLD))
        rings |= {f"{basis}_nearest": near, f"{basis}_farthest": far}
        for which in JOINT:
            alone = near if which.endswith("nearest") else far
            rings[f"{basis}_{which}"] = ibis.coalesce(p[f"joint_{basis}_{which}"], alone)
    return p.mutate(**rings)
