"""What ledgers cover, and how far they agree with the official accounts."""

from __future__ import annotations

from typing import Any

import ibis

from gisement.terms import step_idle_without


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
    whole = {name: b[name].cast("decimal(38,0)").cast("int64") for name in ("ht", "ttc", "official")}
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
