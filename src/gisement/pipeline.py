"""THE list, in reading order: what comes in, what is made of it, what is measured. Start here."""

from __future__ import annotations

from gisement.clean import (
    acts,
    considerations,
    contract_state,
    contracts,
    food,
    holders,
    identity,
    notices,
    partners,
    payees,
    references,
)
from gisement.enrich import (
    buyers,
    economy,
    findings,
    ledgers,
    outliers,
    payments,
    places,
    profile,
    purchases,
    reconciliation,
    register,
    renewals,
    secrecy,
    thresholds,
)
from gisement.enrich.food import purchases as food_purchases
from gisement.enrich.food import supply as food_supply
from gisement.indicators import ALL as ALL
from gisement.indicators import FOOD_CHAIN as FOOD_CHAIN
from gisement.indicators import INDICATORS as INDICATORS
from gisement.indicators import MODELLED as MODELLED
from gisement.indicators import shown_at as shown_at
from gisement.indicators.law import RULES as RULES
from gisement.models.food import conversion, follow, gaps, lots, sourcing
from gisement.models.impact import by_sector as impact_by_sector
from gisement.models.linkage import central_purchasing, suppliers
from gisement.models.secrecy import payments as payment_secrecy
from gisement.models.titles import storage as title_model
from gisement.segments import codes, decision, words
from gisement.sources.registry import SOURCES as SOURCES
from gisement.terms import Indicator, Perimeter, Rule, Step, Trouble, among

STEPS: tuple[Step, ...] = (
    # The map: communes of today, and the rings around the territory.
    references.commune,
    references.contour,
    references.commune_code_today,
    places.ring_commune,
    places.ring_department,
    places.commune_distance,
    # Contracts: published records, what each is to which contract, amendments, the state of today.
    contracts.repeated_record,
    contracts.named_buyer,
    contracts.contract_record,
    identity.shared_record,
    identity.award_unit,
    identity.award_twin,
    identity.award_version,
    identity.shared_decision,
    identity.record_decision,
    acts.nested_act,
    holders.holder,
    acts.amendment,
    holders.further_holder,
    contract_state.observation,
    partners.correction,
    contract_state.contract_state,
    contract_state.contract_supplier,
    notices.notice,
    notices.notice_criterion,
    notices.notice_contract,
    considerations.notice_consideration,
    considerations.consideration,
    considerations.clause,
    partners.insertion_public,
    partners.insertion,
    partners.circular_purchase,
    # Payments: who ledgers pay, what they name, each line once.
    payees.payer,
    payees.payee,
    payments.payee_commune,
    payments.named_establishment,
    suppliers.payee_link,
    payments.payee_supplier,
    payees.repeated_line,
    payments.payment,
    # Who and where: the register, places of suppliers, buyers.
    register.named_supplier,
    register.named_firm,
    register.establishment,
    register.legal_unit,
    register.supplier,
    references.inclusion_structure,
    central_purchasing.central_purchasing_candidate,
    central_purchasing.central_purchasing,
    profile.supplier_profile,
    places.place,
    buyers.buyer,
    # What is bought: codes first, then the words of labels, then the model learnt from titles.
    codes.cpv_segment,
    codes.naf_segment,
    codes.account_segment,
    codes.category_segment,
    codes.own_account_segment,
    decision.contract_open,
    decision.cited_contract_segment,
    decision.payment_label,
    words.label,
    words.word_segment,
    words.label_unsettled,
    title_model.title_segment,
    decision.contract_segment,
    decision.payment_segment,
    # What figures add up: purchases, then contracts, of the same tables. A build begins with what stands first here.
    purchases.joint_place,
    purchases.first_contract,
    purchases.first_payment,
    purchases.partner,
    reconciliation.payment_contract,
    purchases.purchase,
    purchases.contract,
    # What was found wrong.
    findings.source_finding,
    ledgers.ledger_year,
    ledgers.account_gap,
    ledgers.ledger_finding,
    outliers.usual_amount,
    outliers.unusual_amount,
    findings.finding,
    buyers.buyer_year,
    # What everyone may know of payments: the money of each supplier by cell, then the cells that may be shown.
    secrecy.payment_part,
    payment_secrecy.public_payment,
    # What canteens buy: each line once, whose it is, the quality that the law sees in it.
    food.food_line,
    food_purchases.canteen,
    food_purchases.food_purchase,
    food_purchases.food_year,
    # What an impact is computed with: a table of the country, the size of rings, where firms are, emissions.
    economy.io_flow,
    economy.io_sector,
    economy.national_employment,
    economy.ring_size,
    economy.supplier_presence,
    economy.purchase_demand,
    impact_by_sector.impact_by_sector,
    economy.emission_factor,
    # Food: what canteens need, what producers offer, how far it is.
    conversion.food_conversion,
    food_purchases.food_bought,
    conversion.food_text_need,
    food.food_need,
    food_supply.food_offer,
    food_supply.food_distance,
    food.food_rule,
    gaps.food_gap,
    lots.food_lot,
    food_supply.food_balance,
    sourcing.food_prior,
    sourcing.food_origin,
    follow.food_follow,
    food.food_declaration,
    # What comes next: ends of contracts, ceilings, what is paid without a contract.
    reconciliation.contract_payment,
    renewals.renewal,
    thresholds.spend_without_contract,
    # What partners agreed on: objectives, sheets of experience and of action.
    partners.target,
    partners.sheet,
    partners.lever,
    partners.works_operation,
    # What firms of the register here could offer.
    codes.local_offer,
)


OPTION_NAMES = frozenset(option.name for each in ALL for option in each.options)
"""Keys of `--where` that change a definition, and not the rows."""
_NAMED = {indicator.name: indicator for indicator in ALL}


def indicator_named(name: str) -> Indicator:
    """The indicator of that name; raises Trouble, with the names that exist, where none has it."""
    found = _NAMED.get(name)
    if found is None:
        allowed = among(name, _NAMED)
        raise Trouble(
            fr=f"« {name} » n'est pas un indicateur : choisir parmi {allowed}.",
            en=f"'{name}' is not an indicator: choose among {allowed}.",
        )
    return found


def rule_named(name: str) -> Rule:
    """The rule of law of that name; raises Trouble, with the names that exist, where none has it."""
    found = {rule.name: rule for rule in RULES}
    if name not in found:
        allowed = among(name, found)
        raise Trouble(
            fr=f"« {name} » n'est pas une règle : choisir parmi {allowed}.",
            en=f"'{name}' is not a rule: choose among {allowed}.",
        )
    return found[name]


def perimeter_of(where: list[str] | None) -> Perimeter:
    """The perimeter that `--where KEY=VALUE` spells: options of definitions apart from filters on rows.

    A key given several times takes any of its values; an option, the last. Whether a key or value exists is for the
    indicator to say. Raises Trouble for what is not `KEY=VALUE`.
    """
    filters: dict[str, tuple[str, ...]] = {}
    options: dict[str, str] = {}
    for pair in where or ():
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise Trouble(
                fr=f"« {pair} » ne se lit pas : écrire --where clé=valeur, par exemple --where year=2024.",
                en=f"'{pair}' cannot be read: write --where key=value, for instance --where year=2024.",
            )
        if key in OPTION_NAMES:
            options[key] = value
        else:
            filters[key] = (*filters.get(key, ()), value)
    return Perimeter(filters, options)
