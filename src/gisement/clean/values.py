"""Published text to values, as Ibis expressions that mean the same in every engine.

Nothing here fails: what cannot be read becomes null, and the caller keeps the text beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import ibis

from gisement.terms.expressions import trimmed

# Spelled out, and \z for the end: Java's \s holds the vertical tab and its $ stands before a last line break too.
YES, NO = ("true", "oui", "1", "vrai", "1.0"), ("false", "non", "0", "faux", "0.0")
WHOLE = r"^[ \t\n\f\r]*(-?[0-9]{1,9})(\.0*)?[ \t\n\f\r]*\z"
LARGEST_EUROS = 10**14
PLAIN_AMOUNT = r"^[-+]?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]{1,2})?$"
ASCENDING = tuple("1234567890123456"[:length] for length in range(9, 15))


def plain_amount(text: Any) -> Any:
    """An amount as digits with a decimal point; null where it is no number or can be read in two ways.

    `40 000,00`, `40 000.00 €` and `1.234.567,89` are one amount each; `1,234` is two (1.234 or 1 234).
    """
    # first: nearly every amount is plain, and the rest is slow
    is_plain = text.re_search(PLAIN_AMOUNT)
    tight = trimmed(text).re_replace(r"[ '\"€]", "").replace("\u00a0", "").replace("\u202f", "").replace("\u2009", "")
    return ibis.cases(
        (is_plain, text),
        (tight.re_search(PLAIN_AMOUNT), tight),
        (tight.re_search(r"^[-+]?[0-9]{1,3}(\.[0-9]{3})+,[0-9]+$"), tight.replace(".", "").replace(",", ".")),
        (tight.re_search(r"^[-+]?[0-9]{1,3}(,[0-9]{3})+\.[0-9]+$"), tight.replace(",", "")),
        (tight.re_search(r"^[-+]?[0-9]{1,3},[0-9]{3}$"), ibis.null("string")),
        (tight.re_search(r"^[-+]?[0-9]+,[0-9]+$"), tight.replace(",", ".")),
    )


def with_cents(table: Any, text: str, name: str) -> Any:
    """`table` with the amounts in euros of its column `text` as integer cents, `name`; null where they cannot be read.

    They are rounded half away from zero. Going through floating point is exact here: below 10^13 euros, text of two
    decimals has one nearest double, and both engines round it alike.
    """
    read = table.mutate(_plain=plain_amount(table[text])).view()
    euros = ibis.ifelse(read["_plain"].length() <= 40, read["_plain"], ibis.null("string")).try_cast("float64")
    amount = ibis.ifelse(euros.abs() < LARGEST_EUROS, (euros * 100).round(), ibis.null("float64")).cast("int64")
    return read.mutate(**{name: amount}).drop("_plain")


def has_only_one_digit(amount_cents: Any) -> Any:
    """Whether an amount in euros is made of one repeated digit (any of 1 to 9) or of ascending digits."""
    euros = ((amount_cents - amount_cents % 100) / 100).cast("int64").cast("string")
    repeated = euros.replace(euros.substr(0, 1), "").length() == 0
    return (repeated & (euros != "0")) | euros.isin(ASCENDING)


def whole(text: Any) -> Any:
    """A whole number of `12`, `12.0` or ` 12 `; null for anything else."""
    return text.re_extract(WHOLE, 1).try_cast("int64")


def yes_no(text: Any) -> Any:
    """A boolean of `true`, `oui`, `1`, `false`, `non`, `0` in any case; null for anything else."""
    small, stripped = text.lower(), trimmed(text).lower()
    # as it is first: of the column alone, whose few values DuckDB reads once each
    return ibis.cases(
        (small.isin(YES), True), (small.isin(NO), False), (stripped.isin(YES), True), (stripped.isin(NO), False)
    )


def identifier_key(text: Any) -> Any:
    """An identifier for comparison only: capitals and digits, without separators and leading zeros (rare: a guard)."""
    bare = text.re_replace(r"[^A-Za-z0-9]", "").upper().re_replace(r"^0+", "")
    return ibis.ifelse(text.re_search(r"^[1-9A-Z][0-9A-Z]*\z"), text, bare)


def loose_identifier_key(key: Any) -> Any:
    """A comparison key without year prefix and without the `00` that the 2019 format appends."""
    has_year = key.re_search(r"^(19|20)[0-9]{2}.{3}")
    bare = ibis.ifelse(has_year, key.substr(4), key)
    has_order = bare.re_search(r"^.{3,}00$")
    return ibis.ifelse(has_order, bare.substr(0, bare.length() - 2), bare).re_replace(r"^0+", "")


def skeleton(text: Any) -> Any:
    """What is left of a title when case, accents (even destroyed ones), vowels and punctuation are taken away.

    `Réfection` and `R\ufffdfection` have the same skeleton; `lot 1` and `lot 2` do not. (A table of letters: a regular
    expression took five times as long.)
    """
    return text.lower().translate(_NO_LETTERS, "")


_NO_LETTERS = (
    "aeiouyc"
    "àâäáãåæçéèêëíîïìñóôöòõœúùûüÿ\ufffd"
    " \t\r\n\u00a0\u202f\u2009"
    "\u0300\u0301\u0302\u0303\u0307\u0308\u030a\u0327σς"
    "-‐‑–—_.,;:!?'’‘`´\"“”«»()[]{}/\\|*+=&%#@<>°ºª^~$€"
)


def cpv(text: Any) -> Any:
    """The eight digits of a CPV code; a lost leading zero is restored, a division or group is filled with zeros."""
    digits = text.re_extract(r"^[ \t\n\f\r]*([0-9]{2,8})", 1)
    is_short = digits.length() == 7
    return ibis.cases(
        (is_short & digits.re_search("^[39]"), ibis.literal("0") + digits),  # divisions 03 and 09
        (is_short, ibis.null("string")),
        (digits.re_search(HAS_CPV_DIVISION), (digits + "00000000").substr(0, 8)),
    )


CPV_DIVISIONS = (
    "03", "09", "14", "15", "16", "18", "19", "22", "24", "30", "31", "32", "33", "34", "35", "37", "38", "39", "41",
    "42", "43", "44", "45", "48", "50", "51", "55", "60", "63", "64", "65", "66", "70", "71", "72", "73", "75", "76",
    "77", "79", "80", "85", "90", "92", "98",
)  # fmt: skip
HAS_CPV_DIVISION = "^(" + "|".join(CPV_DIVISIONS) + ")"


def by_value(table: Any, columns: Sequence[str], made: Callable[[Any], Any], among: Any = None) -> Any:
    """`table` with the columns that `made` adds to its distinct values of `columns` (a null is a value too).

    Worth it where an expression is slow (regular expressions, identifiers) and values are few: joining back has the
    price of one hash table. `among` is a table that holds these values and costs less to read again than `table` (the
    raw table that it comes from, as a `view()`); its further values are read for nothing. Before filters and joins of
    `table`: DuckDB takes each for a loss of four rows in five, and would then hash `table` rather than its values.
    """
    values = (table if among is None else among).select(*columns).distinct()
    read = made(values)
    keys = {column: f"_value_of_{column}" for column in columns}
    read = read.rename({key: column for column, key in keys.items()})
    same = [table[column].identical_to(read[key]) for column, key in keys.items()]
    return table.left_join(read, same).drop(*keys.values())
