"""Expressions that several rooms write alike: texts and days as published, keys, parts of an amount, rings."""

from __future__ import annotations

from typing import Any

import ibis

# Non-values seen in real files. "0" and "" are values of some columns and are treated there.
ABSENT = ("", "nc", "n/c", "na", "n/a", "nan", "none", "null", "inconnu", "non renseigné", "non renseigne",
          "mq", "cdl", "inx", "indisponible", "non disponible", "#n/a", "-", "/")  # fmt: skip
# One pattern rather than a list: DuckDB then tests the few values of a column once each.
IS_ABSENT = "^(" + "|".join(ABSENT) + r")\z"
BLANKS = " \t\n\f\r"
OUTER_BLANKS = r"^[ \t\n\f\r]+|[ \t\n\f\r]+\z"


def trimmed(text: Any) -> Any:
    """The text without outer blanks.

    (Ibis's own `strip` takes the letters v and f away on Spark: `\\v\\f` is no escape there.)
    """
    return ibis.ifelse(_is_padded(text), text.re_replace(OUTER_BLANKS, ""), text)


def _is_padded(text: Any) -> Any:
    """Whether there may be outer blanks: before `!` come blanks and control characters. (First letters cost more.)"""
    return ibis.or_(text < "!", *(text.endswith(blank) for blank in BLANKS))


def present(text: Any) -> Any:
    """The text without its outer blanks, or null where it is one of the known non-values."""
    stripped, nothing = text.re_replace(OUTER_BLANKS, ""), ibis.null("string")
    # of the column itself where nothing is stripped: DuckDB then tests its few values, and not its rows
    return ibis.cases(
        (_is_padded(text), ibis.ifelse(stripped.lower().re_search(IS_ABSENT), nothing, stripped)),
        (text.lower().re_search(IS_ABSENT), nothing),
        else_=text,
    )


def day(text: Any) -> Any:
    """A calendar day of `2018-12-17`, `2018-12-17+01:00`, `2018-12-17T00:00:00Z` or `17/12/2018`; else null.

    The day is the one written: a time zone does not move it.
    """
    iso = text.re_extract(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}", 0)
    french = text.re_search(r"^[0-9]{2}/[0-9]{2}/[0-9]{4}")
    turned = text.substr(6, 4) + "-" + text.substr(3, 2) + "-" + text.substr(0, 2)
    written = ibis.cases((iso.length() > 0, iso), (french, turned))
    # no calendar has a year 0: DuckDB reads it as 1 BC, Spark as year 0
    return ibis.ifelse(written.startswith("0000"), ibis.null("string"), written).try_cast("date")


def digest(text: Any) -> Any:
    """Sixteen hexadecimal digits of a text's md5: enough to tell millions of keys apart, half as long to sort."""
    return text.hexdigest("md5").substr(0, 16)


def joined(*parts: Any) -> Any:
    """Texts joined by `|`, a missing one being empty: what a comparison key is hashed from."""
    # all at once: two by two, each part would be copied as often as others follow it
    return ibis.literal("|").join([part.fill_null("") for part in parts])


PAYEE = ("supplier_id", "supplier_id_kind", "supplier_name", "supplier_postcode", "supplier_commune")


def payee_key(t: Any) -> Any:
    """The key of a supplier as a line of a ledger names it: all that the line says of it."""
    return digest(joined(*(t[column] for column in PAYEE)))


def equal_part(cents: Any, number: Any, count: Any) -> Any:
    """What the holder of this number, from 1, has of cents that `count` share: the first has the remainder too."""
    remainder = cents % count
    equal = ((cents - remainder) / count).cast("int64")
    shared = ibis.ifelse(number == 1, equal + remainder, equal)
    return ibis.ifelse(count == 1, cents, shared)  # most contracts: nothing to divide


def is_within(nearest: Any, farthest: Any, ring: int) -> Any:
    """Whether a place of a ring between `nearest` and `farthest` is inside `ring`; null if nobody knows."""
    return ibis.cases((farthest <= ring, True), (nearest > ring, False), else_=ibis.null("boolean"))


def exact(sum_of_integers: Any) -> Any:
    """A sum of integers as an integer: cast to it alone, Ibis drops the cast and DuckDB writes floating point."""
    return sum_of_integers.cast("decimal(38,0)").cast("int64")
