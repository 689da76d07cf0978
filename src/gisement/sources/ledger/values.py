"""How the texts of an export are read: amounts as SQL expressions, dates and accounts one by one."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import cache
from typing import Final

from gisement.catalog.tables import read_csv

_BLANKS: Final = "\u00a0\u2007\u2009\u202f\t '’€()+"
_SERIAL: Final = re.compile(r"[34]\d{4}|5[0-9]{4}")
_FIRST_SERIAL: Final = date(1899, 12, 30)
_ISO: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?")
_COMPACT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})")
_PARTS: Final = re.compile(r"(\d{1,4})[/.\- ](\d{1,2})[/.\- ](\d{2,4})(?:[T ].*)?")
_PIVOT: Final = 70
_ACCOUNT: Final = re.compile(r"\D{0,3}(\d[\d ]{1,11})")


def bare_amount(text: str) -> str:
    """The SQL of an amount's text without blanks, currency and parentheses; a sign moves to the front."""
    removed = _BLANKS.replace("'", "''")
    dashes = f"translate({text}, '−–', '--')"
    stripped = f"replace(replace(replace(translate({dashes}, '{removed}-', ''), 'EUR', ''), 'euros', ''), 'eur', '')"
    left, right = f"ltrim({dashes}, ' (€')", f"rtrim({dashes}, ' )€EUR')"
    is_negative = f"starts_with({left}, '-') OR ends_with({right}, '-')"
    is_bracketed = f"starts_with({dashes}, '(') AND ends_with({dashes}, ')')"
    has_inner_dash = f"contains(rtrim(ltrim({dashes}, ' (€-'), ' )€EUR-'), '-')"
    signed = f"CASE WHEN ({is_negative}) OR ({is_bracketed}) THEN '-' || {stripped} ELSE {stripped} END"
    # Most amounts need none of this, which takes ten times as long as to see it.
    is_plain = f"regexp_full_match({text}, '-?[0-9][0-9 ]*([.,][0-9]*)?')"
    plain = f"replace({text}, ' ', '')"
    return f"CASE WHEN {is_plain} THEN {plain} WHEN {has_inner_dash} THEN 'no amount' ELSE {signed} END"


def cents(bare: str, decimal: str) -> str:
    """The SQL of an amount in cents, from that of its bare text; null where the text is no amount.

    The sign of thousands must cut off three digits, so that `12.50` is no amount where the decimal sign is a
    comma, instead of a hundred times too much.
    """
    other = "." if decimal == "," else ","
    whole = rf"([0-9]{{1,3}}([{other}][0-9]{{3}})+|[0-9]+)"
    is_amount = rf"regexp_full_match({bare}, '-?({whole}([{decimal}][0-9]*)?|[{decimal}][0-9]+)')"
    number = f"replace(replace({bare}, '{other}', ''), '{decimal}', '.')"
    # A thousand billion euros and more is no amount; wider decimals took a hundred times as long.
    return f"CASE WHEN {is_amount} THEN CAST(TRY_CAST({number} AS DECIMAL(14, 2)) * 100 AS BIGINT) END"


def rate(text: str) -> str:
    """The SQL of a VAT rate per thousand: `20`, `5,5 %`, `0.2`."""
    bare = f"replace(regexp_replace({text}, '[\\s%\u00a0]', '', 'g'), ',', '.')"
    value = f"TRY_CAST({bare} AS DOUBLE)"
    # No French rate is between 0 and 1 %: 0.2 is a fraction.
    return (
        f"CASE WHEN {value} BETWEEN 0 AND 1 THEN CAST(round({value} * 1000) AS BIGINT) "
        f"WHEN {value} BETWEEN 1 AND 100 THEN CAST(round({value} * 10) AS BIGINT) END"
    )


def iso_date(text: str, order: str = "day") -> str | None:
    """A date as `YYYY-MM-DD`: ISO, `31/01/2024` (or the month first), `20240131`, or a spreadsheet's day number."""
    bare = text.strip()
    if found := _ISO.fullmatch(bare) or _COMPACT.fullmatch(bare):
        return _valid(int(found[1]), int(found[2]), int(found[3]))
    if _SERIAL.fullmatch(bare):
        return (_FIRST_SERIAL + timedelta(days=int(bare))).isoformat()
    if found := _PARTS.fullmatch(bare):
        first, second, third = int(found[1]), int(found[2]), int(found[3])
        if len(found[1]) == 4 or order == "year":
            return _valid(first, second, third)
        day, month = (second, first) if order == "month" else (first, second)
        return _valid(third, month, day)
    return None


def fiscal_year(text: str) -> str | None:
    """The year in a text such as `2024` or `Exercice 2024`."""
    found = re.search(r"(?<!\d)(19|20)[0-9]{2}(?!\d)", text)
    return found[0] if found else None


def account_number(text: str) -> str | None:
    """The number of an account, from `60632`, `60632 - Fournitures` or `D-60632`; spaces inside are taken out."""
    found = _ACCOUNT.match(text.strip())
    return re.sub(r"\s", "", found[1]) if found else None


def _valid(year: int, month: int, day: int) -> str | None:
    whole = year if year > 99 else year + (2000 if year < _PIVOT else 1900)
    try:
        return date(whole, month, day).isoformat()
    except ValueError:
        return None


PURCHASE: Final = "purchase"
_ANY: Final = "ALL"


def drop_reason(nomenclature: str, account: str) -> str | None:
    """Why lines of this account are no purchases (`staff`, `grants`, …); None where they are purchases."""
    found = _longest("non_purchase_accounts", "reason", nomenclature, account)
    return None if found == PURCHASE else found


def guessed_rate(nomenclature: str, account: str) -> int:
    """The VAT rate, per thousand, that lines of this account mostly bear: a guess, to be flagged as such."""
    return int(_longest("vat_rates", "rate_per_mille", nomenclature, account) or 0)


def reasons() -> frozenset[str]:
    """Every reason that an account can give."""
    return frozenset(_rules("non_purchase_accounts", "reason").values()) - {PURCHASE}


def _longest(file: str, column: str, nomenclature: str, account: str) -> str | None:
    """What the longest prefix of an account says, the account's own nomenclature first."""
    rules = _rules(file, column)
    for size in range(len(account), -1, -1):
        for kind in (nomenclature, _ANY):
            if (found := rules.get((kind, account[:size]))) is not None:
                return found
    return None


@cache
def _rules(file: str, column: str) -> dict[tuple[str, str], str]:
    return {(row["nomenclature"], row["prefix"]): row[column] for row in read_csv(f"ledger/{file}.csv")}
