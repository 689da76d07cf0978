"""What a finding says on a page: an amount in euros whichever way the file or the table holds it."""

from __future__ import annotations

from gisement.publish.words.checks import values


def told(rule: str, column: str, reported: str | None, kept: str | None) -> tuple[str | None, str | None]:
    return values({"rule": rule, "column": column, "reported": reported, "kept": kept}, "en")


def test_amounts_are_told_in_euros() -> None:
    assert told("amount_amended", "amount_cents", "96153100", "113460600") == ("€961,531.00", "€1,134,606.00")
    assert told("amount_maybe_in_thousands", "amount_cents", "32100", "32100000") == ("€321.00", "€321,000.00")


def test_what_a_file_writes_stays_as_it_writes_it() -> None:
    assert told("amount_large", "amount_cents", "221868129", "22186812900") == ("221868129", "€221,868,129.00")
    assert told("payment_amount_unreadable", "amount_cents", "to check", None) == ("to check", None)
    assert told("notification_date_implausible", "notification_date", "2221-12-29", None) == ("2221-12-29", None)
