"""Published contract records to field-standard ones: one row per distinct record, values repaired or left unknown."""

from __future__ import annotations

from functools import partial
from typing import Any

import ibis

from gisement.catalog import parameter
from gisement.clean.considerations import STATES, stated_alone
from gisement.clean.identifiers import identify
from gisement.clean.values import by_value, cpv, has_only_one_digit, identifier_key, whole, with_cents, yes_no
from gisement.terms import step
from gisement.terms.expressions import day, digest, joined, present, trimmed

PLAIN_ID = r"^[1-9][0-9A-Z]*\z"


@step
def repeated_record(raw_decp: Any) -> Any:
    """One row per record that stands several times, in a file or in several: how often, and where it stands first."""
    rows = _readable(raw_decp)
    told = rows.group_by("record_hash").agg(copies=rows.count())
    alike = _readable(raw_decp.view()).inner_join(told.filter(told.copies > 1), "record_hash")
    in_order = ibis.window(group_by=alike.record_hash, order_by=[alike.snapshot, alike.position])
    alike = alike.mutate(place=ibis.row_number().over(in_order))
    return alike.filter(alike.place == 0).select("record_hash", "copies", "snapshot", position_number=alike.position)


def distinct_records(raw_decp: Any, repeated_record: Any) -> Any:
    """Readable records, each content once, with its `copies`: how often it was published."""
    first = repeated_record.select(
        said_again="record_hash", times="copies", first_snapshot="snapshot", first_position="position_number"
    )
    r = _readable(raw_decp).left_join(first, [("record_hash", "said_again")])
    is_first = (r.snapshot == r.first_snapshot) & (r.position == r.first_position)
    return r.filter(r.said_again.isnull() | is_first).mutate(copies=ibis.coalesce(r.times, 1))


def _readable(raw_decp: Any) -> Any:
    return raw_decp.filter(raw_decp.unreadable_reason.isnull())


@step
def named_buyer(raw_decp: Any) -> Any:
    """One row per buyer as records write it (null: none): its SIRET, and its SIREN where that key is right."""
    named = identify(raw_decp.select(buyer_id_reported="acheteur_id").distinct(), "buyer_id_reported", None)
    return named.select(
        "buyer_id_reported", buyer_id=named.identifier, buyer_siren=named.siren, buyer_id_rule=named.identifier_rule
    )


@step
def contract_record(raw_decp: Any, repeated_record: Any, named_buyer: Any) -> Any:
    """One row per distinct record, with comparison keys (`group_key`, `unit_key`) for identity."""
    records = distinct_records(_with_readings(raw_decp, named_buyer), repeated_record)
    records = records.mutate(is_plain_id=records.id.re_search(PLAIN_ID))
    records = with_cents(_with_holders(records), "montant", "amount_cents_reported")
    return _keys(_columns(records).view())


def _with_readings(raw_decp: Any, named_buyer: Any) -> Any:
    """Published records with what their buyers and considerations, which are few, read as."""
    read = by_value(raw_decp, ["acheteur_id"], partial(_with_buyer, named_buyer=named_buyer), raw_decp.view())
    for axis, declared in CONSIDERATIONS.items():
        read = by_value(read, ["source_format", declared], partial(_declarations, axis=axis), raw_decp.view())
    return read


def _with_buyer(values: Any, named_buyer: Any) -> Any:
    is_same = values.acheteur_id.identical_to(named_buyer.buyer_id_reported)
    return values.left_join(named_buyer, is_same).drop("buyer_id_reported")


def _with_holders(records: Any) -> Any:
    """How many distinct holders a record names, the first and the last: enough to compare those of two awards.

    Holders are compared by their identifier; an unreadable one is left out.
    """
    # most records name one: no list to make of it
    is_one = ibis.coalesce(records.titulaires.length(), 0) == 1
    records = records.mutate(only_named=ibis.ifelse(is_one, records.titulaires[0]["id"], ibis.null("string"))).view()
    keys = records.titulaires.map(lambda holder: _holder_key(holder["id"])).filter(lambda key: key.notnull())
    is_one = ibis.coalesce(records.titulaires.length(), 0) == 1
    named = records.mutate(
        only_holder=_holder_key(records.only_named),
        several_holders=ibis.ifelse(is_one, ibis.null("array<string>"), keys),
    ).view()
    distinct_count = ibis.coalesce(named.several_holders.unique().length(), 0)
    return named.mutate(
        holders_count=ibis.ifelse(named.only_holder.notnull(), 1, distinct_count).cast("int64"),
        first_holder=ibis.coalesce(named.only_holder, named.several_holders.mins()),
        last_holder=ibis.coalesce(named.only_holder, named.several_holders.maxs()),
    ).drop("only_named", "only_holder", "several_holders")


def _holder_key(text: Any) -> Any:
    """The identifier of a holder for comparison: capitals and digits, which nearly all are already."""
    bare = text.re_replace(r"[^A-Za-z0-9]", "").upper().nullif("")
    return ibis.ifelse(text.re_search(r"^[0-9A-Z]+\z"), text, bare)


def _columns(r: Any) -> Any:
    """The standard columns, from the file's."""
    amount, reason = trusted_amount(present(r.montant), r.amount_cents_reported)
    # most are written as they are compared, and are not looked at twice
    contract_id = ibis.ifelse(r.is_plain_id, r.id, present(r.id))
    return r.select(
        "record_hash", "copies", "source_format", "record_kind", amendment_number=whole(r.modification_numero),
        title=r.objet, has_lost_letters=ibis.coalesce(r.has_lost_letters & r.objet.notnull(), False),
        buyer_id_reported=r.acheteur_id, buyer_id=r.buyer_id, buyer_id_rule=r.buyer_id_rule,
        buyer_siren=r.buyer_siren, buyer_name=present(r.acheteur_nom),
        buyer_commune_code_reported=present(r.acheteur_commune_code),
        buyer_department_code_reported=department(r.acheteur_departement_code),
        contract_id=contract_id, framework_id=present(r.idAccordCadre),
        contract_nature=present(r.nature),
        cpv_code_reported=r.codeCPV, cpv_code=cpv(r.codeCPV),
        procurement_method_details=present(r.procedure),
        execution_place_code=present(r.lieuExecution_code), execution_place_kind=present(r.lieuExecution_typeCode),
        duration_months_reported=r.dureeMois, duration_months=plausible_duration(r.dureeMois),
        notification_date_reported=r.dateNotification, notification_date=day(r.dateNotification),
        publication_date_reported=r.datePublicationDonnees, publication_date=day(r.datePublicationDonnees),
        amount_reported=r.montant, amount_cents_reported=r.amount_cents_reported, amount_cents=amount,
        amount_reason=reason, offers_count=_positive(whole(r.offresRecues)),
        is_framework=_mentions(r.nature, r.techniques, "accord"),
        has_purchase_orders=_listed(r.modalitesExecution, "commande"),
        is_subsequent=r.nature.lower().contains("subs"),
        is_innovative=yes_no(r.marcheInnovant), has_advance=yes_no(r.attributionAvance),
        has_subcontracting=yes_no(r.sousTraitanceDeclaree),
        social_state=r.social_state, environmental_state=r.environmental_state,
        social_kinds=r.social_kinds, environmental_kinds=r.environmental_kinds,
        **{column: r[column] for column in STATES.values()},
        holders_count=r.holders_count, first_holder=r.first_holder, last_holder=r.last_holder,
        subcontracts_count=ibis.coalesce(r.actesSousTraitance.length(), 0).cast("int64"),
        buyer_key=ibis.coalesce(r.buyer_siren, r.buyer_id, r.acheteur_id),
        id_key=ibis.ifelse(r.is_plain_id, r.id, identifier_key(contract_id)),
    )  # fmt: skip


def _keys(r: Any) -> Any:
    """Comparison keys: the same buyer and id (`group_key`); the same award too, whatever its title (`unit_key`).

    Lines of a flat table hold one holder each, so holders do not tell their awards apart: a joint award is lines that
    agree on all but the holder.
    """
    has_group = r.buyer_key.notnull() & (r.id_key.length() > 0)
    group = joined(r.record_kind, r.buyer_key, r.id_key)
    r = r.mutate(group_key=digest(ibis.ifelse(has_group, group, r.record_hash))).view()
    holders = joined(r.holders_count.cast("string"), r.first_holder, r.last_holder)
    flat = joined(r.duration_months_reported, r.offers_count.cast("string"))
    amount = r.amount_cents_reported.cast("string")
    award = joined(r.group_key, r.notification_date_reported, amount, r.cpv_code_reported)
    return r.mutate(unit_key=digest(award + ibis.ifelse(r.source_format == "tabular", "t" + flat, "r" + holders)))


def trusted_amount(text: Any, amount: Any) -> tuple[Any, Any]:
    """The amount that may enter sums, and the reason where it may not.

    Reasons: `missing`, `unreadable`, `symbolic` (at most one euro, as frameworks without maximum are published),
    `negative`, `absurd` (beyond the absolute bound), `repeated_digits`.
    """
    reason = ibis.cases(
        (amount.isnull() & text.isnull(), "missing"),
        (amount.isnull(), "unreadable"),
        (amount < 0, "negative"),
        (amount <= parameter("amount_symbolic_cents"), "symbolic"),
        (amount >= parameter("amount_absurd_cents"), "absurd"),
        # most amounts end here: their digits are not looked at
        (amount < parameter("amount_repeated_digit_cents"), ibis.null("string")),
        (has_only_one_digit(amount), "repeated_digits"),
    )
    return ibis.ifelse(reason.isnull(), amount, ibis.null("int64")), reason


def department(text: Any) -> Any:
    """A department code of a table: `1` becomes `01`, `2a` becomes `2A`, anything else is null."""
    code = trimmed(text).upper().re_replace(r"\.0\z", "")
    padded = ibis.ifelse(code.length() == 1, ibis.literal("0") + code, code)
    is_code = padded.re_search(r"^([0-9]{2}|2[AB]|9[78][0-9])\z")
    return ibis.cases((text.isnull(), ibis.null("string")), (is_code, padded))


def plausible_duration(text: Any) -> Any:
    """A duration in months, or null where it is none or beyond the longest plausible one."""
    months = whole(text)
    return ibis.ifelse((months > 0) & (months <= parameter("duration_max_months")), months, ibis.null("int64"))


def _positive(number: Any) -> Any:
    return ibis.ifelse(number > 0, number, ibis.null("int64"))


def _mentions(nature: Any, techniques: Any, word: str) -> Any:
    """Whether a nature or a listed technique holds a word; unknown where neither is given."""
    in_nature = ibis.ifelse(nature.isnull(), ibis.null("boolean"), nature.lower().contains(word))
    return ibis.coalesce(in_nature.nullif(False), _listed(techniques, word), in_nature)


def _listed(values: Any, word: str) -> Any:
    text = values.join("|").lower()
    return ibis.ifelse(ibis.coalesce(values.length(), 0) > 0, text.contains(word), ibis.null("boolean"))


CONSIDERATIONS = {"social": "considerationsSociales", "environmental": "considerationsEnvironnementales"}


def _declarations(t: Any, axis: str) -> Any:
    """What lists of considerations declare on an axis: `<axis>_state`, `<axis>_kinds`, and the states by kind."""
    lists = t[CONSIDERATIONS[axis]]
    declared = {f"{axis}_state": _consideration(lists, t.source_format), f"{axis}_kinds": _kinds(lists)}
    return stated_alone(t.mutate(**declared), axis)


def _consideration(values: Any, source_format: Any) -> Any:
    """`yes`, `none` (declared), `unknown` (non-value or contradiction) or `not_collected` (the format had no field).

    Tables write `Sans objet` where they mean none; in a record of 2022, which has a label for that, it is a non-value.
    """
    text = ibis.coalesce(values.join("|"), "").lower()
    positive = text.re_search(r"clause|crit|serv[ée]|serv.e") & ~text.re_search(DENIED)
    none = text.re_search("pas de consid|" + DENIED) | ((source_format == "tabular") & text.contains("sans objet"))
    return ibis.cases(
        ((source_format == "decp_2019") | ((source_format == "tabular") & values.isnull()), "not_collected"),
        (positive & none, "unknown"),
        (positive, "yes"),
        (none, "none"),
        else_="unknown",
    )


DENIED = r"(aucune?|pas de|sans) (clause|crit)"
KINDS = {"clause": r"clause", "criterion": r"crit", "reserved": r"serv[ée]|serv.e"}


def _kinds(values: Any) -> Any:
    """The kinds of consideration that a list holds, joined (`clause+criterion`); null where it holds none."""
    text = ibis.coalesce(values.join("|"), "").lower().re_replace(DENIED, "")
    held = [ibis.ifelse(text.re_search(pattern), f"+{kind}", "") for kind, pattern in KINDS.items()]
    return (held[0] + held[1] + held[2]).substr(1).nullif("")
