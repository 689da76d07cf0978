"""The segment of every payment line: exactly one, by the first evidence that names one."""

from __future__ import annotations

from typing import Any

import ibis

from gisement.segments.decision import DECIDED, candidates, decided, witnessed
from gisement.segments.labels import plain
from gisement.segments.prefixes import bare
from gisement.terms import step_idle_without

CODES = ("buyer_mapping", "nacres_prefix", "cpv_prefix", "account_specific", "naf_prefix")
"""The rules that come before the words of the label."""
SHORTEST_NUMBER = 3


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
