"""SIRET, SIREN and other identifiers: what a published text says, and whether its check digit holds.

Pure Ibis expressions, the same on DuckDB and Spark. A repair is a proposal: the rule that made it
stands beside it, and the published text is never changed here. An identifier that cannot be read is
null with a rule, never a made-up value.

Source: Insee, Sirene (structure of SIREN and SIRET, Luhn key, exception of La Poste); the VAT number
of a French firm is `FR`, two key characters and its SIREN (article 286 ter of the tax code).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cache

import ibis
import ibis.expr.types as ir

Row = Mapping[str, ir.Value]

SEPARATORS = (
    "[^0-9A-Za-z\u00c0-\u00de\u00e0-\u0148\u014a-\u019a\u019c-\u01ef\u01f1-\u0263\u0265-\u038f\u0391-\u03af"
    "\u03b1-\u0586\u0588-\u1c89\u1c8b-\u1e95\u1e9b-\u1f4f\u2c00-\ua7cc\ua7ce-\ua7da\ua7dc-\ud7ff]+"
)
"""Pattern of what may stand between the characters of an identifier: all but digits and letters.

Letters whose capital is several letters, or newer than some engine (ß, ŉ…), are left out: engines differ on them.
"""

RULES = {
    "missing": "no text at all",
    "spaces_removed": "spaces or separators taken out",
    "decimal_removed": "a spreadsheet had added `.0`",
    "leading_zero_restored": "12 or 13 digits that form a valid SIRET once the lost zeros are back",
    "siren_as_siret": "9 digits with a valid key for a SIRET: legal unit known, establishment not",
    "vat_to_siren": "SIREN taken out of a French VAT number",
    "kind_corrected": "the form tells another kind than the declared one",
    "bad_checksum": "right number of digits, wrong key: kept, identity unverified",
    "scientific_notation": "`1.23E+13`: a spreadsheet has lost the last digits, nothing is kept",
    "wrong_length": "digits only, but no identifier has that many",
    "not_an_identifier": "a name, a placeholder or zeros",
}
"""Every value of `identifier_rule`, with its meaning; null means taken exactly as published."""

_FOREIGN_KIND = "(?i)(TAHITI|RIDET|FRW|IREP|HORS|^ *UE *$)"
_VAT_KIND = "(?i)TVA"
_SIREN_KIND = "(?i)SIREN"
_PLACEHOLDERS = (
    *("", "NC", "NA", "ND", "MQ", "CDL", "INX", "NULL", "NAN", "NONE"),
    *("INCONNU", "NONRENSEIGNE", "NONRENSEIGNÉ", "AUCUN", "NEANT", "NÉANT"),
)
_SCIENTIFIC = "^ *([0-9][.,][0-9]+[eE][+]?[0-9]{1,2}|[0-9]+[eE][+][0-9]{1,2}) *\\z"
_DECIMAL = "^ *[0-9]{9,14}[.,]0+ *\\z"
_FRENCH_VAT = "^FR[0-9A-HJ-NP-Z]{2}[0-9]{9}$"
_FOREIGN_VAT = (
    "^(AT|BE|BG|CHE|CY|CZ|DE|DK|EE|EL|ES|FI|GB|HR|HU|IE|IT|LT|LU|LV|MT|NL|PL|PT|RO|SE|SI|SK|XI)"
    "[A-Z]?[0-9]{5,12}[A-Z]?[0-9]{0,3}$"
)

_POST_OFFICE_SIREN = 356000000
_POST_OFFICE_HEAD = 35600000000048


def is_luhn_valid(number: ir.IntegerValue, size: int = 14) -> ir.BooleanValue:
    """True where the integer `number`, of at most `size` digits (up to 14), ends in its Luhn key.

    Luhn adds every digit, every second one doubled (minus 9 above 9), modulo 10. With q(b) = number
    divided by b, rounded down, and modulo 10 throughout:

    - the digits of odd rank are q(100^k) and, doubled, those of even rank are 2 q(10 * 100^k), since what
      stands left of a digit is a multiple of 10;
    - minus 9 is plus 1, and "the digit of even rank is 5 or more" is q(50 * 100^k) - 2 q(100^(k+1)).

    The sum telescopes to q(1) - sum_{k>=1} q(100^k) + 2 sum q(10 * 100^k) + sum q(50 * 100^k): 20 divisions
    for 14 digits, none is ever taken out (twice as fast as reading the characters). Exact: below 2^53.
    """
    pairs, whole = (size + 1) // 2, _uncast_floor()
    odd = _sum_of([whole(number / 100**rank) for rank in range(1, pairs)])
    even = _sum_of([whole(number / (10 * 100**rank)) for rank in range(pairs)])
    carried = _sum_of([whole(number / (50 * 100**rank)) for rank in range(pairs)])
    return (number - odd + 2 * even + carried) % 10 == 0


def identify(table: ir.Table, text: str, kind_text: str | None, prefix: str = "") -> ir.Table:
    """`table` with what the published column `text`, declared as `kind_text`, identifies.

    `kind_text` None: no kind is declared, a SIRET is expected. Columns added, each name after `prefix`:

    - `identifier`: 14-digit SIRET, 9-digit SIREN or foreign identifier, no separators; null if unreadable;
    - `identifier_kind`: `siret`, `siren`, `foreign` (or an overseas register) or `unknown`;
    - `siren`: the SIREN where its own key holds, else null;
    - `is_checksum_valid`: null for foreign and unknown;
    - `identifier_rule`: a key of RULES, or null when taken as is.

    Each stage is a projection of its own, so that no expression is repeated: as one flat expression the
    same thing is megabytes of SQL.
    """
    kind = ibis.null("string") if kind_text is None else table[kind_text]
    names = {"text": "_identity_text", "kind_text": "_identity_kind_text"}
    staged = table.mutate(**{names["text"]: table[text], names["kind_text"]: kind})
    for stage in _STAGES:
        made = stage({name: staged[column] for name, column in names.items()})
        names |= {name: prefix + name if name in IDENTITY_COLUMNS else f"_identity_{name}" for name in made}
        staged = staged.mutate(**{names[name]: value for name, value in made.items()})
    return staged.drop(*(column for column in names.values() if column.startswith("_identity_")))


IDENTITY_COLUMNS = ("identifier", "identifier_kind", "siren", "is_checksum_valid", "identifier_rule")


@cache
def _uncast_floor() -> Callable[[ir.NumericValue], ir.NumericValue]:
    """The engines' own `floor`. Ibis casts what it gives to an integer each time: half of the work of a key."""

    def floor(quotient: float) -> float:
        return float(math.floor(quotient))  # what engines make of it: they run their own, not this

    made: Callable[[ir.NumericValue], ir.NumericValue] = ibis.udf.scalar.builtin(floor)
    return made


def _sum_of(terms: list[ir.NumericValue]) -> ir.NumericValue:
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total


def _compact(text: ir.StringValue) -> ir.StringValue:
    return text.re_replace(SEPARATORS, "").upper()


def _has_key(number: ir.IntegerValue, siren_number: ir.IntegerValue) -> ir.BooleanValue:
    """Luhn, or for La Poste (more establishments than Luhn keys) digits that add up to a multiple of 5."""
    nic = number % 100000
    nic_digits = nic - 9 * (nic // 10 + nic // 100 + nic // 1000 + nic // 10000)
    # a SIREN alone is its own siren_number: La Poste's passes Luhn, as does its head office
    has_own_rule = (siren_number == _POST_OFFICE_SIREN) & ~number.isin((_POST_OFFICE_SIREN, _POST_OFFICE_HEAD))
    return ibis.ifelse(has_own_rule, (14 + nic_digits) % 5 == 0, is_luhn_valid(number))  # 14: digits of its SIREN


def _read_digits(row: Row) -> dict[str, ir.Value]:
    """Stage 1: whether there are digits alone, as in most: nothing has to be taken out of these."""
    return {"is_digits": row["text"].re_search("^[0-9]+\\z")}


def _read_text(row: Row) -> dict[str, ir.Value]:
    """Stage 2: the characters that count, and how the identifier is declared."""
    text, is_digits = row["text"], row["is_digits"]
    is_decimal = ibis.ifelse(is_digits, False, text.re_search(_DECIMAL))
    whole = ibis.ifelse(text.re_search(_DECIMAL), text.re_replace("[.,]0+ *\\z", ""), text)
    kind = row["kind_text"]
    declared = ibis.cases(
        (kind == "SIRET", "siret"),
        (kind.re_search(_FOREIGN_KIND), "foreign"),
        (kind.re_search(_VAT_KIND), "vat"),
        (kind.re_search(_SIREN_KIND), "siren"),
        else_="siret",
    )
    return {
        "compact": ibis.ifelse(is_digits, text, _compact(whole)),
        "declared": declared,
        "is_decimal": is_decimal,
        "is_scientific": ibis.ifelse(is_digits, False, text.re_search(_SCIENTIFIC)),
    }


def _read_form(row: Row) -> dict[str, ir.Value]:
    """Stage 3: what the characters look like, as one of a few forms."""
    compact, declared = row["compact"], row["declared"]
    # nearly all are known to be digits: a pattern once more is half of the work
    only_digits = ibis.cases((row["is_digits"], True), else_=compact.re_search("^[0-9]+$"))
    size = ibis.ifelse(only_digits, compact.length(), 0).cast("int64")
    is_french = ~declared.isin(("vat", "foreign"))
    form = ibis.cases(
        # the usual form first, so that few are tried on the others: it starts with a digit that is not 0
        (row["is_digits"] & (compact.length() == 14) & (compact >= "1") & (declared == "siret"), "siret"),
        (row["is_scientific"], "scientific"),
        (compact.isin(_PLACEHOLDERS) | compact.re_search("^0+$"), "none"),
        (declared == "foreign", "foreign"),
        (size == 14, "siret"),
        ((size == 9) & is_french, "siren"),
        (size.isin((12, 13)) & is_french, "short"),
        (compact.re_search(_FRENCH_VAT), "vat"),
        ((size == 11) & (declared == "vat"), "bare_vat"),
        (compact.re_search(_FOREIGN_VAT) | (declared == "vat"), "foreign"),
        ((size > 0), "wrong_length"),
        else_="none",
    )
    return {"form": form}


def _read_number(row: Row) -> dict[str, ir.Value]:
    """Stage 4: the candidate SIRET or SIREN, as text and as a number (0 where there is none)."""
    compact, form = row["compact"], row["form"]
    candidate = ibis.cases(
        (form.isin(("siret", "siren")), compact),
        (form == "short", compact.lpad(14, "0")),
        (form.isin(("vat", "bare_vat")), compact.right(9)),
        else_=ibis.null("string"),
    )
    number = candidate.try_cast("int64").fill_null(0)
    is_vat = form.isin(("vat", "bare_vat"))
    vat_key = ibis.ifelse(is_vat, compact.right(11).substr(0, 2), ibis.null("string")).try_cast("int64")
    siren_number = ibis.ifelse(form.isin(("siret", "short")), number // 100000, number)
    return {"candidate": candidate, "number": number, "siren_number": siren_number, "vat_key": vat_key}


def _read_keys(row: Row) -> dict[str, ir.Value]:
    """Stage 5: which keys hold."""
    number, siren_number = row["number"], row["siren_number"]
    has_siren_key = (siren_number > 0) & is_luhn_valid(siren_number, 9)
    # a VAT key with letters (the newer kind) cannot be recomputed: the SIREN's own key must do
    has_vat_key = row["vat_key"].isnull() | (row["vat_key"] == (12 + 3 * (siren_number % 97)) % 97)
    return {"has_siren_key": has_siren_key, "has_key": _has_key(number, siren_number) & has_vat_key}


def _join_keys(row: Row) -> dict[str, ir.Value]:
    """Stage 6: a SIRET needs both its own key and that of its SIREN."""
    return {"is_valid": row["has_key"] & row["has_siren_key"]}


def _decide_kind(row: Row) -> dict[str, ir.Value]:
    """Stage 7: siret, siren, foreign or unknown; a repair by zeros or by form needs every key to hold."""
    form, is_valid = row["form"], row["is_valid"]
    is_vat_kind = row["declared"] == "vat"
    kind = ibis.cases(
        (row["text"].isnull() | form.isin(("none", "scientific", "wrong_length")), "unknown"),
        ((form == "short") & ~is_valid, "unknown"),
        (form == "foreign", "foreign"),
        (form.isin(("siret", "bare_vat")) & is_vat_kind & ~is_valid, "foreign"),
        (form.isin(("siret", "short")), "siret"),
        else_="siren",
    )
    return {"identifier_kind": kind}


def _decide_identity(row: Row) -> dict[str, ir.Value]:
    """Stage 8: what is kept, and by which rule."""
    kind = row["identifier_kind"]
    is_french = kind.isin(("siret", "siren"))
    identifier = ibis.cases(
        (is_french, row["candidate"]), (kind == "foreign", row["compact"]), else_=ibis.null("string")
    )
    siren = ibis.ifelse(is_french & row["has_siren_key"], row["candidate"], ibis.null("string"))
    is_siret = kind == "siret"
    return {
        "identifier": identifier,
        "siren": ibis.ifelse(is_siret, siren.substr(0, 9), siren),
        "is_checksum_valid": ibis.ifelse(is_french, row["is_valid"], ibis.null("boolean")),
        "identifier_rule": _rule(row, identifier),
    }


def _rule(row: Row, identifier: ir.StringValue) -> ir.StringValue:
    form, kind, declared = row["form"], row["identifier_kind"], row["declared"]
    is_changed = identifier != row["text"]
    is_foreign = kind == "foreign"
    is_usual = row["is_digits"] & (form == "siret") & (declared == "siret") & row["is_valid"]
    return ibis.cases(
        (is_usual, ibis.null("string")),
        (row["text"].isnull(), "missing"),
        (form == "scientific", "scientific_notation"),
        (form == "none", "not_an_identifier"),
        (kind == "unknown", "wrong_length"),
        (~is_foreign & ~row["is_valid"], "bad_checksum"),
        (~is_foreign & form.isin(("vat", "bare_vat")), "vat_to_siren"),
        (form == "short", "leading_zero_restored"),
        ((form == "siren") & (declared == "siret"), "siren_as_siret"),
        (is_foreign & ~declared.isin(("foreign", "vat")), "kind_corrected"),
        ((kind == "siret") & (declared != "siret"), "kind_corrected"),
        (row["is_decimal"], "decimal_removed"),
        (is_changed, "spaces_removed"),
        else_=ibis.null("string"),
    )


_STAGES: tuple[Callable[[Row], dict[str, ir.Value]], ...] = (
    _read_digits,
    _read_text,
    _read_form,
    _read_number,
    _read_keys,
    _join_keys,
    _decide_kind,
    _decide_identity,
)
