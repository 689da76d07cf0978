"""The rules of law that the data can answer, each as the decisions a lawyer would go through, in order.

The day that decides which text applies is that of the consultation. Without it, a contract notified before a text was
consulted before it too; one notified later cannot be told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import ibis

from gisement.catalog.law import legal_texts
from gisement.catalog.parameters import parameter, parameters
from gisement.terms import Outcome, Rule
from gisement.terms.rule import Decision

MET, NOT_MET = Outcome.MET, Outcome.NOT_MET
NOT_APPLICABLE, INDETERMINABLE = Outcome.NOT_APPLICABLE, Outcome.INDETERMINABLE
WORKS_DIVISION = "45"
OVERSEAS = "97"
LOCAL_KINDS = (
    "commune", "department", "region", "epci", "syndicate", "hospital_or_social", "local_establishment", "education",
)  # fmt: skip


def dated_parameter(name: str, day: Any) -> Any:
    """The value of a dated parameter in force on the day of a row; null before its first date."""
    values = parameters()[name]["values"]
    return ibis.cases(*((day >= ibis.date(str(since)), values[since]) for since in sorted(values, reverse=True)))


def _in_time(name: str, row: Any) -> list[Decision]:
    """Whether the text applies to the consultation, by its day."""
    rule, day = legal_texts()[name], row.consultation_date
    first, since = ibis.date(str(rule.since_earliest)), ibis.date(str(rule.since))
    return [
        (day < first, NOT_APPLICABLE, "consulted_before"),
        (row.notification_date < first, NOT_APPLICABLE, "notified_before"),
        (day.isnull(), INDETERMINABLE, "consultation_date_unknown"),
        (day < since, INDETERMINABLE, "between_two_dates"),
    ]


def _declared(*states: Any) -> list[Decision]:
    """Whether every consideration is declared; what is declared absent may have been filled in beforehand."""
    all_there, one_absent, one_not_asked = states[0] == "yes", states[0] == "none", states[0] == "not_collected"
    for state in states[1:]:
        all_there = all_there & (state == "yes")
        one_absent, one_not_asked = one_absent | (state == "none"), one_not_asked | (state == "not_collected")
    return [
        (all_there, MET, "declared"),
        (one_absent, INDETERMINABLE, "declared_none_may_be_prefilled"),
        (one_not_asked, INDETERMINABLE, "not_asked"),
        (ibis.literal(True), INDETERMINABLE, "declaration_unknown"),
    ]


def _no_concession(row: Any) -> list[Decision]:
    return [(row.is_concession, NOT_APPLICABLE, "concession_has_other_articles")]


def _environmental(name: str, *columns: str) -> Rule:
    def decide(row: Any) -> Sequence[Decision]:
        return [*_no_concession(row), *_in_time(name, row), *_declared(*(row[column] for column in columns))]

    return Rule(name, "contract", decide)


def _european_threshold(row: Any, day: Any) -> tuple[Any, Any]:
    """The lowest and the highest threshold that the contract may be under: its CPV or its buyer may be unknown."""
    state, other = dated_parameter("eu_threshold_state_cents", day), dated_parameter("eu_threshold_other_cents", day)
    works = dated_parameter("eu_threshold_works_cents", day)
    kind = ibis.coalesce(row.buyer_kind, "")
    is_local, is_works = kind.isin(LOCAL_KINDS), row.cpv_division == WORKS_DIVISION
    low = ibis.ifelse(is_local, other, state)
    high = ibis.ifelse(kind == "state", state, other)
    return (
        ibis.cases((is_works, works), else_=low),
        ibis.cases((row.cpv_division.isnull(), works), (is_works, works), else_=high),
    )


def _social_condition(row: Any) -> Sequence[Decision]:
    low, high = _european_threshold(row, row.consultation_date)
    small = row.amount_cents < low
    is_alone = (row.lots_count == 1) & row.procurement_method_details.lower().contains("adapt")
    is_there = (row.social_clause_state == "yes") | (row.reserved_state == "yes")
    return [
        *_no_concession(row),
        *_in_time("a35_soc", row),
        (row.amount_cents.isnull(), INDETERMINABLE, "amount_unknown"),
        (is_there, MET, "declared"),
        (small & is_alone, NOT_APPLICABLE, "below_threshold"),
        (small, INDETERMINABLE, "value_of_all_lots_unknown"),
        (row.amount_cents < high, INDETERMINABLE, "threshold_depends_on_what_is_unknown"),
        (ibis.literal(True), INDETERMINABLE, "exceptions_or_reasons_possible"),
    ]


def _concession(row: Any) -> Sequence[Decision]:
    return [
        (~row.is_concession, NOT_APPLICABLE, "no_concession"),
        *_in_time("a35_conc", row),
        *_declared(row.environmental_clause_state),
    ]


def _publication(row: Any) -> Sequence[Decision]:
    since = ibis.date(str(legal_texts()["publication_delay"].since))
    day = row.notification_date
    due = day + ibis.interval(months=parameter("publication_delay_months"))
    return [
        *_no_concession(row),
        (day.isnull(), INDETERMINABLE, "notification_date_unknown"),
        (day < since, NOT_APPLICABLE, "notified_before"),
        (row.amount_cents.isnull(), INDETERMINABLE, "amount_unknown"),
        (row.amount_cents < dated_parameter("publication_threshold_cents", day), NOT_APPLICABLE, "below_threshold"),
        (row.publication_date.isnull(), INDETERMINABLE, "publication_date_unknown"),
        (row.publication_date <= due, MET, "published_in_time"),
        (row.records_count > 1, INDETERMINABLE, "maybe_published_again"),
        (ibis.literal(True), NOT_MET, "published_late"),
    ]


def _dispensation(row: Any) -> Sequence[Decision]:
    without = row.procurement_method_details.lower().contains("sans publicit")
    day = ibis.coalesce(row.consultation_date, row.notification_date)
    # a contract notified just after a threshold moved was consulted under the former one
    strict = _dispensation_threshold(row, ibis.coalesce(row.consultation_date, day - ibis.interval(months=12)))
    is_new = row.is_innovative & (row.amount_cents < dated_parameter("dispensation_innovation_cents", day))
    return [
        *_no_concession(row),
        (without.isnull(), INDETERMINABLE, "procedure_unknown"),
        (~without, NOT_APPLICABLE, "with_publicity"),
        (day.isnull(), INDETERMINABLE, "notification_date_unknown"),
        (row.amount_cents.isnull(), INDETERMINABLE, "amount_unknown"),
        (day < ibis.date(str(legal_texts()["dispensation"].since)), NOT_APPLICABLE, "notified_before"),
        (row.amount_cents < strict, MET, "below_threshold"),
        (is_new, MET, "innovative_below_threshold"),
        (row.amount_cents < _dispensation_threshold(row, day), INDETERMINABLE, "consultation_date_unknown"),
        (ibis.literal(True), INDETERMINABLE, "another_ground_possible"),
    ]


def _dispensation_threshold(row: Any, day: Any) -> Any:
    """The threshold under which a contract may be awarded directly; that of supplies where the CPV is unknown."""
    works, supplies = (
        dated_parameter("dispensation_works_cents", day),
        dated_parameter("dispensation_supplies_cents", day),
    )
    return ibis.ifelse(ibis.coalesce(row.cpv_division, "") == WORKS_DIVISION, works, supplies)


def _reserved(row: Any) -> Sequence[Decision]:
    return [
        (row.reserved_state == "none", NOT_APPLICABLE, "not_reserved"),
        (row.reserved_state == "yes", INDETERMINABLE, "kind_of_reservation_unknown"),
        (row.reserved_state == "not_collected", INDETERMINABLE, "not_asked"),
        (ibis.literal(True), INDETERMINABLE, "declaration_unknown"),
    ]


def _plan(row: Any) -> Sequence[Decision]:
    """SPASER: the threshold is on yearly spend, which contracts only hint at."""
    day = ibis.date(row.year.cast("int32"), 1, 1)
    threshold = dated_parameter("spaser_threshold_cents", day)
    return [
        (row.year < legal_texts()["spaser"].since.year, NOT_APPLICABLE, "year_before"),
        (row.payment_cents < threshold, NOT_APPLICABLE, "below_threshold"),
        (row.payment_cents >= threshold, INDETERMINABLE, "document_unknown"),
        (row.contract_cents >= threshold, INDETERMINABLE, "likely_by_contracts"),
        (ibis.literal(True), INDETERMINABLE, "spend_unknown"),
    ]


def _target(axis: str, target: Any) -> Any:
    """Whether the share of the year reaches the target, whatever the contracts that do not say may hold."""

    def decide(row: Any) -> Sequence[Decision]:
        rule = legal_texts()[f"pnad_{axis}"]
        yes, none, all_of = row[f"{axis}_yes_count"], row[f"{axis}_none_count"], row.contracts_count
        return [
            (row.year < rule.since.year, NOT_APPLICABLE, "year_before"),
            (row.year > (rule.until or rule.since).year, NOT_APPLICABLE, "plan_ended"),
            (all_of == 0, NOT_APPLICABLE, "no_contract"),
            (yes * 100 >= all_of * target(row), MET, "target_reached"),
            ((all_of - none) * 100 >= all_of * target(row), INDETERMINABLE, "target_within_bounds"),
            (ibis.literal(True), NOT_MET, "target_out_of_reach"),
        ]

    return decide


def _social_target(row: Any) -> Any:
    return dated_parameter("pnad_social_target_pct", ibis.date(row.year.cast("int32"), 12, 31))


def _environmental_target(row: Any) -> Any:
    return dated_parameter("pnad_environmental_target_pct", ibis.date(row.year.cast("int32"), 12, 31))


def _food(rule: str, part: str, whole: str, unclear: str | None, rates: Callable[[Any, Any], tuple[Any, Any]]) -> Rule:
    """A rate of a canteen's year: met or not whatever the unclear purchases are; nothing on part of a year."""

    def decide(row: Any) -> Sequence[Decision]:
        low, high = rates(row, ibis.date(row.year.cast("int32"), 12, 31))
        bought, counting = row[whole], row[part] * 100
        maybe = counting + (row[unclear] * 100 if unclear else 0)
        return [
            (row.year < legal_texts()[rule].since.year, NOT_APPLICABLE, "year_before"),
            (bought <= 0, NOT_APPLICABLE, "no_food_purchase"),
            (row.buyer_department_code.startswith(OVERSEAS), INDETERMINABLE, "other_rates_overseas"),
            (row.months_count < parameter("canteen_months_min"), INDETERMINABLE, "year_incomplete"),
            (row.families_count < parameter("canteen_families_min"), INDETERMINABLE, "families_missing"),
            (counting >= bought * high, MET, "target_reached"),
            (counting >= bought * low, INDETERMINABLE, "texts_disagree_on_hospitals"),
            (maybe >= bought * low, INDETERMINABLE, "target_within_bounds"),
            (ibis.literal(True), NOT_MET, "target_out_of_reach"),
        ]

    return Rule(rule, "food_year", decide)


def _quality_rate(row: Any, day: Any) -> tuple[Any, Any]:
    rate = dated_parameter("egalim_quality_target_pct", day)
    return rate, rate


def _organic_rate(row: Any, day: Any) -> tuple[Any, Any]:
    rate = dated_parameter("egalim_organic_target_pct", day)
    return rate, rate


def _meat_fish_rate(row: Any, day: Any) -> tuple[Any, Any]:
    """The lowest and the highest rate that texts may ask for: they agree on all canteens but those of hospitals."""
    usual = dated_parameter("egalim_meat_fish_target_pct", day)
    state = dated_parameter("egalim_meat_fish_state_target_pct", day)
    low = ibis.ifelse(row.buyer_kind == "state", state, usual)
    return low, ibis.ifelse(row.buyer_kind.isin(("state", "hospital_or_social")), state, usual)


RULES: tuple[Rule, ...] = (
    _environmental("a35_crit", "environmental_criterion_state"),
    _environmental("a35_exec", "environmental_clause_state"),
    _environmental("a35_both", "environmental_criterion_state", "environmental_clause_state"),
    Rule("a35_soc", "contract", _social_condition),
    Rule("a35_conc", "contract", _concession),
    Rule("a35_spec", why="not_in_published_data"),
    Rule("publication_delay", "contract", _publication),
    Rule("dispensation", "contract", _dispensation),
    Rule("reserved", "contract", _reserved),
    Rule("spaser", "buyer_year", _plan, reads_payments=True),
    Rule("pnad_social", "buyer_year", _target("social", _social_target)),
    Rule("pnad_environmental", "buyer_year", _target("environmental", _environmental_target)),
    _food("egalim_quality", "egalim_cents", "food_cents", "unclear_cents", _quality_rate),
    _food("egalim_organic", "organic_cents", "food_cents", None, _organic_rate),
    _food("egalim_meat_fish", "meat_fish_egalim_cents", "meat_fish_cents", "meat_fish_unclear_cents", _meat_fish_rate),
    Rule("agec_reuse", why="agec_rates_not_read"),
)
"""Every rule, in the order in which a buyer meets them."""
