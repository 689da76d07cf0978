"""One segment for each line, by the first evidence that names one, with the rule that decided and its confidence.

The order is that of `segment_rules.csv`: the buyer's own codes, NACRES, CPV, an account that is specific, the
supplier's activity, the words of the label, the model of titles, a vague account, and at last `unclassified`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ibis

from gisement.catalog.segments import UNCLASSIFIED, rules
from gisement.segments.codes import bare
from gisement.segments.words import plain
from gisement.terms import step, step_idle_without

DECIDED = ("segment", "segment_rule", "segment_confidence", "family", "is_medical", "is_medical_wide")
"""What a decision says of a line."""
TOLD = ("segment", "segment_rule", "standing", "segment_confidence")
"""What an evidence says of its key; its other columns are the key."""
Only = tuple[str, str] | None
EVIDENCE_OF: dict[str, tuple[tuple[str, Only], ...]] = {
    "buyer_mapping": (("category", ("segment_rule", "buyer_mapping")), ("own_account", None)),
    "nacres_prefix": (("category", ("segment_rule", "nacres_prefix")),),
    "cpv_prefix": (("cpv", None),),
    "account_specific": (("account", ("standing", "specific")),),
    "naf_prefix": (("naf", None),),
    "words": (("words", None),),
    "title_model": (("title", None),),
    "account_default": (("account", ("standing", "default")),),
}
"""For each rule, the evidences that may speak under it, and where only some of what they say does."""
CODES = ("buyer_mapping", "nacres_prefix", "cpv_prefix", "account_specific", "naf_prefix")
"""The rules that come before the words of the label."""
SHORTEST_NUMBER = 3


def decided(lines: Any, definitions: Any, **evidence: Any) -> Any:
    """The lines with `segment`, `segment_rule`, `segment_confidence`, `family`, `is_medical`, `is_medical_wide`.

    `evidence` names tables of one row per key, with a `segment`: `category` (with `segment_rule`), `own_account`,
    `cpv`, `account` (with `standing`), `naf`, `words`, `title` (with `segment_confidence`). Lines may hold a
    `naf_segment` of their own instead. What is not given decides nothing. There are as many rows out as in, so that no
    line is ever in two segments.
    """
    found = witnessed(lines, **evidence)
    named = candidates(found, tuple(rules()))
    nothing = (ibis.literal(False), UNCLASSIFIED)
    segment = ibis.coalesce(*(candidate for _, candidate in named), UNCLASSIFIED)
    told = ibis.cases(nothing, *((candidate.notnull(), rule) for rule, candidate in named), else_=UNCLASSIFIED)
    chosen = found.mutate(chosen=segment, chosen_rule=told)
    chosen = chosen.mutate(chosen_confidence=_confidence(chosen))
    known = definitions.select("family", "is_medical", "is_medical_wide", described="segment")
    whole = chosen.left_join(known, [("chosen", "described")])
    # A line that nothing classifies may be medical or not: unknown, never "no".
    is_known = whole.chosen != UNCLASSIFIED
    return whole.select(
        *lines.columns,
        segment=whole.chosen,
        segment_rule=whole.chosen_rule,
        segment_confidence=whole.chosen_confidence,
        family=whole.family,
        is_medical=ibis.ifelse(is_known, whole.is_medical, ibis.null("boolean")),
        is_medical_wide=ibis.ifelse(is_known, whole.is_medical_wide, ibis.null("boolean")),
    )


def witnessed(lines: Any, **evidence: Any) -> Any:
    """The lines with what each evidence says of them, in columns that begin with its name."""
    for kind, table in evidence.items():
        lines = _joined(lines, table, kind)
    return lines


def candidates(found: Any, asked: Sequence[str]) -> list[tuple[str, Any]]:
    """The segment that each of these rules gives to each line (null: it says nothing), where its evidence is there."""
    return [
        (rule, _said(found, kind, only))
        for rule in asked
        for kind, only in EVIDENCE_OF.get(rule, ())
        if f"{kind}_segment" in found.columns
    ]


def _joined(lines: Any, table: Any, kind: str) -> Any:
    keys = [name for name in table.columns if name not in TOLD]
    told = [name for name in TOLD if name in table.columns]
    joined = lines.left_join(
        table.select(**{f"{kind}_{name}": name for name in (*keys, *told)}), [(key, f"{kind}_{key}") for key in keys]
    )
    return joined.drop(*(f"{kind}_{key}" for key in keys))


def _said(found: Any, kind: str, only: Only) -> Any:
    segment = found[f"{kind}_segment"]
    if only is None:
        return segment
    column, value = only
    return ibis.ifelse(found[f"{kind}_{column}"] == value, segment, ibis.null("string"))


def _confidence(chosen: Any) -> Any:
    """How often the rule that decided is right; that of the model where it decided; unknown where nothing did."""
    fixed = [
        (chosen.chosen_rule == rule, float(row["confidence"])) for rule, row in rules().items() if row["confidence"]
    ]
    if "title_segment_confidence" in chosen.columns:
        fixed.append((chosen.chosen_rule == "title_model", chosen.title_segment_confidence))
    return ibis.cases(*fixed, else_=ibis.null("float64"))


# --- contract lots ------------------------------------------------------------------------------------------


@step
def contract_open(
    contract_state: Any, cpv_segment: Any, contract_supplier: Any, supplier: Any, naf_segment: Any, contract_record: Any
) -> Any:
    """One row per contract lot that its CPV code does not classify, with what else may.

    That is the segment of its holders' main activity, where all those that name one name the same; and its title
    where they do not.
    """
    c = contract_state.select("contract_key", "record_hash", "cpv_code").anti_join(cpv_segment, "cpv_code")
    held = contract_supplier.select("contract_key", "supplier_id").semi_join(c, "contract_key")
    held = held.inner_join(supplier.select("supplier_id", "naf_code"), "supplier_id")
    held = held.inner_join(naf_segment.rename(named="segment"), "naf_code")
    agreed = held.group_by("contract_key").agg(least=held.named.min(), most=held.named.max())
    agreed = agreed.filter(agreed.least == agreed.most)
    c = c.left_join(agreed.select(agreed_on="contract_key", naf_segment="least"), [("contract_key", "agreed_on")])
    c = c.left_join(contract_record.select("title", titled="record_hash"), [("record_hash", "titled")])
    title = ibis.ifelse(c.naf_segment.isnull(), plain(c.title), ibis.null("string"))
    return c.select("contract_key", "naf_segment", plain_label=title)


@step_idle_without("contract_open")
def contract_segment(contract_open: Any, segment_definition: Any, word_segment: Any, title_segment: Any) -> Any:
    """One row per contract lot that its CPV code does not classify, with its one segment (or `unclassified`)."""
    title = title_segment.drop("cpv_division")
    found = decided(contract_open, segment_definition, words=word_segment, title=title)
    return found.select("contract_key", *DECIDED)


# --- payment lines ------------------------------------------------------------------------------------------


@step_idle_without("payment")
def cited_contract_segment(payment: Any, contract_record: Any, contract_state: Any, cpv_segment: Any) -> Any:
    """One row per contract number that a ledger cites, where all contracts of that number of the buyer agree.

    Numbers are compared without their marks, case and leading zeros; shorter than three letters or digits, they name
    too many contracts. Agreeing is leading, by CPV, to one segment.
    """
    cited = payment.filter(payment.contract_id_reported.notnull() & payment.buyer_siren.notnull())
    cited = cited.select("buyer_siren", "contract_id_reported").distinct()
    cited = cited.mutate(number=_number(cited.contract_id_reported)).filter(
        lambda t: t.number.length() >= SHORTEST_NUMBER
    )
    held = contract_state.select("buyer_siren", "cpv_code", "record_hash").semi_join(cited, "buyer_siren")
    held = held.inner_join(contract_record.select("record_hash", "contract_id"), "record_hash")
    held = held.inner_join(cpv_segment.select("cpv_code", named="segment"), "cpv_code")
    held = held.mutate(number=_number(held.contract_id))
    agreed = held.group_by(["buyer_siren", "number"]).agg(least=held.named.min(), most=held.named.max())
    agreed = agreed.filter(agreed.least == agreed.most)
    return cited.inner_join(agreed, ["buyer_siren", "number"]).select(
        "buyer_siren", "contract_id_reported", segment="least"
    )


def _number(text: Any) -> Any:
    return bare(text).re_replace("^0+", "")


@step_idle_without("payment")
def payment_label(
    payment: Any, supplier: Any, category_segment: Any, own_account_segment: Any, cited_contract_segment: Any,
    account_segment: Any, naf_segment: Any,
) -> Any:  # fmt: skip
    """One row per payment line that no code settles and that has a label: the label, plain."""
    found = witnessed(
        _lines(payment, supplier, "label"), category=category_segment, own_account=own_account_segment,
        cpv=cited_contract_segment, account=account_segment, naf=naf_segment,
    )  # fmt: skip
    told = ibis.coalesce(*(candidate for _, candidate in candidates(found, CODES)))
    is_open = told.isnull() & found.label.notnull()
    return found.filter(is_open).select("payment_key", plain_label=plain(found.label))


@step_idle_without("payment")
def payment_segment(
    payment: Any, supplier: Any, category_segment: Any, own_account_segment: Any, cited_contract_segment: Any,
    account_segment: Any, naf_segment: Any, payment_label: Any, word_segment: Any, title_segment: Any,
    segment_definition: Any,
) -> Any:  # fmt: skip
    """One row per payment line: its one segment, the rule that decided and its confidence."""
    lines = _lines(payment, supplier)
    labelled = payment_label.select("plain_label", labelled="payment_key")
    lines = lines.left_join(labelled, [("payment_key", "labelled")]).drop("labelled")
    found = decided(
        lines, segment_definition, category=category_segment, own_account=own_account_segment,
        cpv=cited_contract_segment, account=account_segment, naf=naf_segment, words=word_segment,
        title=title_segment.drop("cpv_division"),
    )  # fmt: skip
    return found.select("payment_key", *DECIDED)


def _lines(payment: Any, supplier: Any, *more: str) -> Any:
    """What payment lines are known by, the activity of their supplier included."""
    lines = payment.select(
        "payment_key", "buyer_id", "buyer_siren", "segment_code_reported", "contract_id_reported", "account_code",
        "account_nomenclature", "supplier_id", *more,
    )  # fmt: skip
    active = supplier.filter(supplier.naf_code.notnull()).select("naf_code", paid="supplier_id")
    return lines.left_join(active, [("supplier_id", "paid")]).drop("supplier_id", "paid")
