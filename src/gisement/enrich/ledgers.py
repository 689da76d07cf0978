"""What ledgers cover, how far they agree with the official accounts, and what was found in them and done about it.

Lines left out or masked, amounts unread, suppliers named otherwise.
"""

from __future__ import annotations

from typing import Any

import ibis

from gisement.enrich.findings import identifier_rows, rows
from gisement.enrich.payments import BY_HAND, BY_HAND_RULE
from gisement.terms import step_idle_without
from gisement.terms.expressions import exact


@step_idle_without("payment")
def ledger_year(buyer: Any, payment: Any, contract: Any) -> Any:
    """One row per legal unit of a buyer and year in which some ledger speaks: its payment lines and its contracts.

    A year without a line (`payments_count` 0) is a gap in figures on payments: contracts never fill it.
    """
    units = buyer.filter(buyer.buyer_siren.notnull()).group_by("buyer_siren")
    units = units.agg(
        buyer_name=buyer.buyer_name.min(), is_buyer_in_territory=ibis.coalesce(buyer.is_in_territory.max(), False)
    )
    years = payment.filter(payment.year.notnull()).select("year").distinct()
    grid = units.cross_join(years)
    paid = payment.group_by(paid_siren=payment.buyer_siren, paid_year=payment.year).agg(payments=payment.count())
    held = contract.group_by(held_siren=contract.buyer_siren, held_year=contract.year).agg(contracts=contract.count())
    grid = grid.left_join(paid, [("buyer_siren", "paid_siren"), ("year", "paid_year")])
    grid = grid.left_join(held, [("buyer_siren", "held_siren"), ("year", "held_year")])
    return grid.select(
        "buyer_siren", "year", "buyer_name", "is_buyer_in_territory",
        payments_count=ibis.coalesce(grid.payments, 0), contracts_count=ibis.coalesce(grid.contracts, 0),
    )  # fmt: skip


@step_idle_without("raw_account_balance")
def account_gap(raw_account_balance: Any, raw_payment_dropped: Any, payment: Any, payer: Any, correction: Any) -> Any:
    """One row per buyer, year and account of a ledger or of the official accounts of that year: both sums, their gap.

    The ledger's side holds the lines left out on entry. Accounts are with tax or without it by budget: the closer of
    the two is compared (`account_basis`). A gap above one per cent is explained by a correction of `gap_reason`
    (table `account_gap`), or stays `unexplained`.
    """
    ledger = _of_ledgers(payment, raw_payment_dropped, payer)
    official = _official(raw_account_balance, payer)
    years = official.select("buyer_siren", "year").distinct()
    ledger = ledger.semi_join(years, ["buyer_siren", "year"])
    official = official.semi_join(ledger.select("buyer_siren", "year").distinct(), ["buyer_siren", "year"])
    both = ledger.outer_join(official, ["buyer_siren", "year", "account_code"])
    both = both.select(
        *(name for name in ("ht", "ttc", "lines", "unknown", "official")),
        **{name: ibis.coalesce(both[name], both[f"{name}_right"]) for name in ("buyer_siren", "year", "account_code")},
    )
    return _explained(_compared(both), correction)


def _of_ledgers(payment: Any, dropped: Any, payer: Any) -> Any:
    kept = payment.select(
        "buyer_siren", "year", "account_code", ht=payment.amount_cents, ttc=payment.amount_ttc_cents,
        lines=ibis.literal(1, "int64"),
    )  # fmt: skip
    known = payer.select("buyer_siren", written="buyer_id_reported")
    # the same lines in two exports that overlap are told by the same numbers
    lost = dropped.filter(~dropped.reason.isin(MASKING) & dropped.account.notnull()).drop("snapshot").distinct()
    lost = lost.inner_join(known, [("buyer_id", "written")])
    lost = lost.select(
        "buyer_siren", "year", account_code="account", ht="amount_cents", ttc="amount_cents", lines="lines_count"
    )
    both = kept.union(lost).filter(lambda t: t.account_code.notnull())
    return both.group_by(["buyer_siren", "year", "account_code"]).agg(
        ht=both.ht.sum(), ttc=both.ttc.sum(), lines=both.lines.sum(),
        unknown=(both.ht.isnull() & both.ttc.isnull()).sum(),
    )  # fmt: skip


MASKING = ("personal_name", "personal_id", "unreadable_id", "personal_label")


def _official(balance: Any, payer: Any) -> Any:
    """The accounts of a buyer known by its SIRET or SIREN: main and annexed budgets added up."""
    b = balance.mutate(balance_siren=balance.buyer_id.re_replace("[^0-9]", "").substr(0, 9))
    b = b.semi_join(payer, [("balance_siren", "buyer_siren")]).rename(account_code="account")
    return b.group_by(buyer_siren=b.balance_siren, year=b.year, account_code=b.account_code).agg(
        official=b.amount_cents.sum()
    )


def _compared(b: Any) -> Any:
    whole = {name: exact(b[name]) for name in ("ht", "ttc", "official")}
    b = b.mutate(**whole)
    is_ht = ibis.coalesce((b.official - b.ht).abs() < (b.official - b.ttc).abs(), b.ttc.isnull())
    b = b.mutate(account_basis=ibis.ifelse(is_ht, "HT", "TTC"), ledger_cents=ibis.ifelse(is_ht, b.ht, b.ttc))
    gap = b.official - b.ledger_cents
    reason = ibis.cases(
        (b.lines.isnull(), "no_line_in_ledger"),
        (b.official.isnull(), "not_in_accounts"),
        (gap.abs() * 100 <= b.official.abs(), "within_one_percent"),
        (b.unknown > 0, "amounts_unknown"),
        else_="unexplained",
    )
    return b.select(
        "buyer_siren", "year", "account_code", "account_basis", "ledger_cents", official_cents=b.official,
        gap_cents=gap, gap_reason=reason,
        gap_key=b.buyer_siren + "|" + b.year.cast("string") + "|" + b.account_code,
    )  # fmt: skip


def _explained(gaps: Any, correction: Any) -> Any:
    told = correction.filter((correction["table"] == "account_gap") & correction.is_latest)
    told = told.filter(told["column"] == "gap_reason").select(told_key="key", told="new_value")
    g = gaps.left_join(told, [("gap_key", "told_key")])
    is_told = (g.gap_reason == "unexplained") & g.told.notnull()
    return g.mutate(gap_reason=ibis.ifelse(is_told, g.told, g.gap_reason)).drop("told_key", "told")


DROPPED = (
    "staff", "grants", "social_aid", "debt", "taxes", "transfers", "financial_assets", "treasury", "third_party",
    "accounting_entry", "revenue", "account_missing", "total_row", "repeated_header", "comment_row", "unreadable",
    "personal_name", "personal_id", "unreadable_id", "personal_label",
)  # fmt: skip
"""Reasons for which lines were left out, or a text masked, on entry."""


@step_idle_without("payment", "payee", "raw_payment_dropped", "account_gap", "correction")
def ledger_finding(payment: Any, payee_supplier: Any, payee: Any, payee_link: Any,
                   raw_payment_dropped: Any, repeated_line: Any, account_gap: Any, correction: Any,
                   establishment: Any, place: Any, contract_payment: Any) -> Any:  # fmt: skip
    """One row per problem found in a ledger; lines left out on entry are told by buyer, year and account."""
    return ibis.union(
        *_amounts(payment), *_days(payment), _without_supplier(payment), _identifiers(payee),
        *_links(payee, payee_link, payee_supplier), _told_by_hand(payee_supplier, correction),
        *_repeated(payment, repeated_line), _left_out(raw_payment_dropped),
        *_gaps(account_gap, correction), _twins(payment), _distant_head_offices(payment, establishment, place),
        _above_contract(contract_payment),
    ).distinct()  # fmt: skip


def _amounts(p: Any) -> list[Any]:
    odd = p.filter(p.amount_reason.notnull())
    rule = ibis.literal("payment_amount_") + odd.amount_reason
    guessed = p.filter(p.amount_level == "modelled")
    return [
        rows(odd, rule, "amount_cents", odd.amount_reported, odd.amount_cents, "kept"),
        rows(
            guessed, "payment_amount_guessed", "amount_cents", guessed.amount_ttc_cents, guessed.amount_cents,
            "repaired",
        ),
    ]  # fmt: skip


def _days(p: Any) -> list[Any]:
    unread = p.filter(p.payment_date.isnull() & p.invoice_date.isnull() & p.date_reported.notnull())
    no_year = p.filter(p.year.isnull())
    return [
        rows(unread, "payment_date_unreadable", "payment_date", unread.date_reported, unread.payment_date, "nulled"),
        rows(no_year, "payment_year_missing", "year", no_year.date_reported, no_year.year, "kept"),
    ]


def _without_supplier(p: Any) -> Any:
    nobody = p.filter(p.supplier_id.isnull())
    nothing = ibis.null("string")
    return rows(nobody, "payment_supplier_missing", "supplier_id", nothing, nothing, "kept")


def _identifiers(payee: Any) -> Any:
    named = payee.mutate(record_hash=payee.payee_key)
    return identifier_rows(named, "supplier_id_rule", "supplier_id", named.supplier_id_reported, named.supplier_id)


def _links(payee: Any, payee_link: Any, payee_supplier: Any) -> list[Any]:
    settled = payee_supplier.filter(payee_supplier.supplier_link_rule == BY_HAND_RULE)
    found = payee_link.anti_join(settled, "payee_key")
    found = found.inner_join(payee.select("supplier_name", named="payee_key"), [("payee_key", "named")])
    found = found.mutate(record_hash=found.payee_key, firm=ibis.coalesce(found.siret, found.siren))
    accepted, doubtful = (found.filter(found.link_status == status) for status in ("accepted", "doubtful"))
    return [
        rows(accepted, "supplier_found_by_name", "supplier_id", accepted.supplier_name, accepted.firm, "repaired"),
        rows(doubtful, "supplier_name_in_doubt", "supplier_id", doubtful.supplier_name, doubtful.firm, "kept"),
    ]


def _told_by_hand(payee_supplier: Any, correction: Any) -> Any:
    """Corrections that say which firm stands behind a name: applied where the supplier is now that one."""
    p = payee_supplier.select("supplier_id", "supplier_link_rule", named="payee_key")
    told = correction.filter((correction["table"] == BY_HAND) & correction.is_latest)
    told = told.left_join(p, [("key", "named")]).mutate(record_hash=lambda t: t.key)
    is_by_hand = (told["column"] == "supplier_id") & (told.supplier_link_rule == BY_HAND_RULE)
    is_applied = ibis.coalesce(is_by_hand & (told.supplier_id == told.new_value), False)
    rule = ibis.ifelse(is_applied, "correction_applied", "correction_not_applied")
    action = ibis.ifelse(is_applied, "repaired", "kept")
    return rows(told, rule, "supplier_id", told.old_value, told.supplier_id, action)


def _repeated(payment: Any, repeated_line: Any) -> list[Any]:
    """Equal lines: those of one file are kept as so many payments, those of another file are the same ones."""
    kept = payment.group_by("record_hash").agg(payments=payment.count())
    told = repeated_line.inner_join(kept, "record_hash")
    merged, equal = told.filter(told.copies > told.payments), told.filter(told.payments > 1)
    return [
        rows(merged, "same_line_in_another_file", "record_hash", merged.copies, merged.payments, "merged"),
        rows(equal, "equal_lines_in_one_file", "record_hash", equal.payments, equal.payments, "kept"),
    ]


def _twins(p: Any) -> Any:
    """Lines like an earlier one of their ledger in all but their number: an invoice entered twice, perhaps."""
    keys = ["buyer_id", "supplier_id", "payment_date", "amount_cents"]
    told = p.filter(p.line_id.notnull() & (p.amount_cents > 0))
    again = told.group_by(keys).agg(lines=told.count()).filter(lambda t: t.lines > 1)
    near = told.semi_join(again, keys)
    alike = ibis.window(group_by=[*keys, "account_code", "contract_id_reported", "label"])
    near = near.mutate(first_id=near.line_id.min().over(alike))
    twins = near.filter(near.line_id > near.first_id)
    return rows(twins, "payment_like_another", "line_id", twins.line_id, twins.first_id, "kept")


def _distant_head_offices(p: Any, establishment: Any, place: Any) -> Any:
    """Lines that name a head office although a nearer establishment of the firm is paid too: a place in doubt."""
    paid = p.filter(p.supplier_siren.notnull()).select("supplier_id", "supplier_siren").distinct()
    paid = paid.inner_join(establishment.select("siret", "is_head_office"), [("supplier_id", "siret")])
    here = place.filter(place.place_basis == "establishment")
    here = here.select("ring_nearest", "ring_farthest", place_of="supplier_id")
    paid = paid.inner_join(here, [("supplier_id", "place_of")])
    branches = paid.filter(~paid.is_head_office).group_by(unit="supplier_siren")
    branches = branches.agg(branch_id=paid.supplier_id.min(), nearest=paid.ring_farthest.min())
    heads = paid.filter(paid.is_head_office).inner_join(branches, [("supplier_siren", "unit")])
    heads = heads.filter(heads.ring_nearest > heads.nearest).select("branch_id", head_id="supplier_id")
    found = p.inner_join(heads, [("supplier_id", "head_id")])
    return rows(found, "payment_to_distant_head_office", "supplier_id", found.supplier_id, found.branch_id, "kept")


def _left_out(dropped: Any) -> Any:
    once = dropped.drop("snapshot").distinct()  # two exports that overlap tell the same numbers
    d = once.group_by(["buyer_id", "year", "account", "reason"]).agg(
        lines=once.lines_count.sum(), cents=once.amount_cents.sum()
    )
    where = (ibis.coalesce(part, "") for part in (d.buyer_id, d.year.cast("string"), d.account))
    d = d.mutate(record_hash=ibis.literal("|").join(list(where)))
    lines, money = (exact(d[name]) for name in ("lines", "cents"))
    action = ibis.ifelse(d.reason.isin(MASKING), "masked", "left_out")
    return rows(d, ibis.literal("ledger_") + d.reason, "payment", lines, money, action)


def _above_contract(c: Any) -> Any:
    """Contracts under which more was paid than their amount, which is a price, a ceiling or an estimate."""
    above = c.filter(c.paid_cents > c.ceiling_cents)
    return rows(above, "paid_above_contract", "amount_cents", above.ceiling_cents, above.paid_cents, "kept")


def _gaps(g: Any, correction: Any) -> list[Any]:
    g = g.mutate(record_hash=g.gap_key)
    left = g.filter(g.gap_reason.isin(("unexplained", "no_line_in_ledger", "not_in_accounts")))
    told = correction.filter((correction["table"] == "account_gap") & correction.is_latest)
    told = told.left_join(g.select("gap_key", "gap_reason"), [("key", "gap_key")])
    is_applied = ibis.coalesce((told["column"] == "gap_reason") & (told.gap_reason == told.new_value), False)
    told = told.mutate(record_hash=told.key)
    rule = ibis.ifelse(is_applied, "correction_applied", "correction_not_applied")
    action = ibis.ifelse(is_applied, "repaired", "kept")
    return [
        rows(
            left, ibis.literal("account_gap_") + left.gap_reason, "amount_cents", left.official_cents,
            left.ledger_cents, "kept",
        ),
        rows(told, rule, "gap_reason", told.old_value, told.gap_reason, action),
    ]  # fmt: skip
