"""How ledgers name who pays and who is paid, and which of their lines repeat."""

from __future__ import annotations

from typing import Any

import ibis

from gisement.clean.identifiers import identify
from gisement.terms import step_idle_without
from gisement.terms.expressions import PAYEE, digest, payee_key, present


@step_idle_without("raw_payment")
def payee(raw_payment: Any) -> Any:
    """One row per way in which ledgers name a supplier: identifier, name, postcode and commune as written.

    The identifier is a SIRET, a SIREN given in its place, or a foreign one. Where none can be read, a digest of the
    text, or of the name and postcode, stands for the supplier; it is null where nothing names it (masked persons).
    """
    named = raw_payment.select(*PAYEE).distinct()
    named = named.mutate(
        payee_key=payee_key(named),
        reported_id=present(named.supplier_id),
        reported_kind=named.supplier_id_kind,
        supplier_name=present(named.supplier_name),
        supplier_postcode=present(named.supplier_postcode),
        supplier_commune_name=present(named.supplier_commune),
    )
    named = identify(named.drop("supplier_id", "supplier_id_kind", "supplier_commune"), "reported_id", "reported_kind")
    number = ibis.ifelse(named.reported_id.re_search(r"^[0-9]+\z"), named.reported_id, ibis.null("string"))
    said = ibis.coalesce(named.reported_id, named.supplier_name + ibis.coalesce(named.supplier_postcode, ""))
    return named.select(
        "payee_key", "supplier_name", "supplier_postcode", "supplier_commune_name",
        supplier_id=ibis.coalesce(named.identifier, number, ibis.literal("unread-") + digest(said)),
        supplier_id_kind=named.identifier_kind, supplier_id_rule=named.identifier_rule, supplier_siren=named.siren,
        supplier_id_reported=named.reported_id, supplier_id_kind_reported=named.reported_kind,
    )  # fmt: skip


@step_idle_without("raw_payment")
def payer(raw_payment: Any) -> Any:
    """One row per buyer as ledgers write it: its SIRET and SIREN, or the text where no identifier can be read."""
    named = raw_payment.select(buyer_id_reported="buyer_id").distinct().filter(lambda t: t.buyer_id_reported.notnull())
    named = identify(named, "buyer_id_reported", None)
    named = named.mutate(buyer_id=ibis.coalesce(named.identifier, named.buyer_id_reported))
    return named.select(
        "buyer_id_reported", "buyer_id", buyer_siren=ibis.coalesce(named.siren, named.buyer_id.substr(0, 9)),
        buyer_id_kind=named.identifier_kind, buyer_id_rule=named.identifier_rule,
    )  # fmt: skip


@step_idle_without("raw_payment")
def repeated_line(raw_payment: Any) -> Any:
    """One row per content that stands on several lines, in all ledgers together."""
    counted = raw_payment.group_by("record_hash").agg(copies=raw_payment.count())
    return counted.filter(counted.copies > 1)
