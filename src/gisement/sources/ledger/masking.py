"""What must not leave: lines that are no purchases are dropped and counted, personal texts are masked and counted.

Personal are the names of natural persons, their numbers, and texts that speak of them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any, Final

import duckdb
import pyarrow as pa
from stdnum import luhn

from gisement.catalog.tables import read_csv
from gisement.sources.ledger import values
from gisement.sources.ledger.parsing import PAYMENT, columns_of, give, line_columns

Key = tuple[str | None, int | None, str | None, str]

MASKING: Final = ("personal_name", "personal_id", "unreadable_id", "personal_label")
"""Reasons for which a text was masked and the line kept; every other reason dropped the line."""
_HIDDEN_OF_PERSONS: Final = ("supplier_name", "supplier_postcode")
_NUMBERS: Final = ("supplier_id", "contracting_authority_id", "beneficiary_id")
_SPOKEN_OF: Final = "625|6184|6185"
"""Accounts (travel, training) whose labels mostly name an agent: none of them leaves."""
_IDENTIFIER: Final = "[0-9].*[0-9].*[0-9].*[0-9].*[0-9]"
"""What has fewer than five digits is no identifier, and may be a name in the wrong column."""
_DISTINCT: Final = "SELECT DISTINCT {column} FROM line WHERE {column} IS NOT NULL ORDER BY 1"
_COUNTED: Final = """
    SELECT buyer_id,
           TRY_CAST(coalesce(fiscal_year, left(payment_date, 4), left(invoice_date, 4)) AS BIGINT) AS year,
           CASE WHEN regexp_full_match(account, '[0-9]+') THEN account END AS number, {reason}, count(*),
           CAST(coalesce(sum(coalesce(amount_ht_cents, amount_ttc_cents)), 0) AS BIGINT)
    FROM judged
    WHERE {reason} IS NOT NULL AND ('{reason}' = 'drop_reason' OR drop_reason IS NULL)
      AND NOT ('{reason}' = 'label_reason' AND name_reason IS NOT NULL)
    GROUP BY ALL"""

_CIVILITIES: Final = frozenset(("M", "MR", "MME", "MLLE", "MELLE", "MADAME", "MONSIEUR", "MADEMOISELLE"))
_OFFICES: Final = frozenset(("LE", "LA", "L", "LES"))
_PARTICLES: Final = frozenset(("DE", "DU", "D", "DES", "LE", "LA", "L", "VAN", "VON", "EL", "BEN"))
_LONGEST_NAME: Final = 4
_SOCIAL_SECURITY: Final = re.compile(r"[1-478]\d{2}(0[1-9]|1[0-2]|[2-9]\d)(\d{2}|2[AB])\d{6}(\d{2})?")

LABEL_PATTERN: Final = (
    r"(?i)(\b(mr|mme|mlle|monsieur|madame|mademoiselle)\b\.?\s+[a-zà-ÿ][a-zà-ÿ'-]+"
    r"|(^|[^\d\s]\s+)m\.\s*[a-zà-ÿ][a-zà-ÿ'-]+"
    r"|[\w.+-]+@[\w-]+\.[\w.]+"
    r"|\bfr\d{2}[ ]?([0-9a-z]{4}[ ]?){5}[0-9a-z]{3}\b"
    r"|\b0[1-9](\d{8}|( \d{2}){4}|(\.\d{2}){4})\b"
    r"|\b[12][ ]?\d{2}[ ]?(0[1-9]|1[0-2])[ ]?(\d{2}|2[ab])[ ]?\d{3}[ ]?\d{3}([ ]?\d{2})?\b)"
)
"""A text with a civility and a name, an e-mail address, a telephone, bank or social security number (RE2)."""


@dataclass
class Account:
    """What was dropped or masked so far: lines and cents by buyer, year, account and reason."""

    counts: dict[Key, tuple[int, int]] = field(default_factory=dict)

    def add(self, key: Key, lines: int, amount: int) -> None:
        """Count some more lines."""
        held = self.counts.get(key, (0, 0))
        self.counts[key] = (held[0] + lines, held[1] + amount)

    def rows(self) -> list[tuple[Any, ...]]:
        """`raw_payment_dropped`, in order of its key."""
        ordered = sorted(self.counts.items(), key=lambda item: tuple((part is None, part) for part in item[0]))
        return [(*key, *told) for key, told in ordered]

    def by_reason(self) -> dict[str, tuple[int, int]]:
        """Lines and cents by reason, in order of the reasons' names."""
        found: dict[str, tuple[int, int]] = {}
        for key, (lines, amount) in sorted(self.counts.items(), key=lambda item: item[0][3]):
            held = found.get(key[3], (0, 0))
            found[key[3]] = (held[0] + lines, held[1] + amount)
        return found


def mask(connection: duckdb.DuckDBPyConnection, account: Account, kept: Sequence[str] = ()) -> pa.Table:
    """The lines of `line` that may leave, masked; what was dropped or masked is added to `account`."""
    _tell_accounts(connection)
    _tell_persons(connection, frozenset(plain(name) for name in kept))
    connection.execute(f"CREATE OR REPLACE TEMP TABLE judged AS {_judged()}")
    for reason in ("drop_reason", "name_reason", "id_reason", "label_reason"):
        counted = connection.execute(_COUNTED.format(reason=reason)).fetchall()
        for buyer, year, number, why, lines, amount in counted:
            account.add((buyer, year, number, why), lines, amount)
    return connection.execute(
        f"SELECT {_columns()} FROM judged WHERE drop_reason IS NULL ORDER BY position"
    ).to_arrow_table()


def _tell_accounts(connection: duckdb.DuckDBPyConnection) -> None:
    pairs = connection.execute("SELECT DISTINCT account_kind, account FROM line WHERE account IS NOT NULL").fetchall()
    reasons = [values.drop_reason(kind, account) for kind, account in pairs]
    give(
        connection,
        "account_reason",
        {"kind": [kind for kind, _ in pairs], "number": [number for _, number in pairs], "why": reasons},
    )


def _tell_persons(connection: duckdb.DuckDBPyConnection, kept: frozenset[str]) -> None:
    names = [name for (name,) in connection.execute(_DISTINCT.format(column="supplier_name")).fetchall()]
    give(connection, "person_name", {"name": [name for name in names if is_person(name, kept)]})
    numbers = {
        number
        for column in _NUMBERS
        for (number,) in connection.execute(_DISTINCT.format(column=column)).fetchall()
        if is_social_security(number) and not _is_siret_without_zero(number)
    }
    give(connection, "person_number", {"number": sorted(numbers)})


def _is_siret_without_zero(number: str) -> bool:
    """13 digits may be a SIRET that lost its first zero: the key tells it from a social security number."""
    digits = "".join(filter(str.isdigit, number))
    return len(digits) == 13 and bool(luhn.is_valid(digits))


def _columns() -> str:
    hidden = {
        **{name: f"CASE WHEN name_reason IS NULL THEN {name} END" for name in _HIDDEN_OF_PERSONS},
        **{
            name: f"CASE WHEN NOT has_personal_{name} AND NOT has_unreadable_{name} THEN {name} END"
            for name in _NUMBERS
        },
        "label": "CASE WHEN name_reason IS NULL AND label_reason IS NULL THEN label END",
    }
    return ", ".join(f"{hidden.get(name, name)} AS {name}" for name in columns_of(PAYMENT))


def _judged() -> str:
    """The query from `line` to `judged`: each line, and why it is dropped or what of it is masked."""
    unreadable = f"coalesce(NOT regexp_matches(line.{{name}}, '{_IDENTIFIER}'), false)"
    return f"""
    SELECT {", ".join(f"line.{name}" for name in line_columns())},
           CASE WHEN line.reason IS NOT NULL THEN line.reason
                WHEN line.account IS NULL AND line.segment_code IS NULL THEN 'account_missing'
                ELSE account_reason.why END AS drop_reason,
           CASE WHEN line.is_person OR person_name.name IS NOT NULL THEN 'personal_name' END AS name_reason,
           {", ".join(f"number_{name}.number IS NOT NULL AS has_personal_{name}" for name in _NUMBERS)},
           {", ".join(f"{unreadable.format(name=name)} AS has_unreadable_{name}" for name in _NUMBERS)},
           CASE WHEN {" OR ".join(f"has_personal_{name}" for name in _NUMBERS)} THEN 'personal_id'
                WHEN {" OR ".join(f"has_unreadable_{name}" for name in _NUMBERS)} THEN 'unreadable_id' END AS id_reason,
           CASE WHEN line.label IS NOT NULL AND regexp_matches(line.account, '^({_SPOKEN_OF})') THEN 'personal_label'
                WHEN regexp_matches(line.label, '{LABEL_PATTERN.replace("'", "''")}')
                THEN 'personal_label' END AS label_reason
    FROM line
    LEFT JOIN account_reason ON account_reason.kind = line.account_kind AND account_reason.number = line.account
    LEFT JOIN person_name ON person_name.name = line.supplier_name
    {" ".join(f"LEFT JOIN person_number number_{name} ON number_{name}.number = line.{name}" for name in _NUMBERS)}"""


# --- natural persons ----------------------------------------------------------------------------------------


@lru_cache(maxsize=100_000)
def is_person(name: str, kept: frozenset[str] = frozenset()) -> bool:
    """Whether a supplier's name is that of a natural person: a civility, or a first name beside a family name.

    A word of bodies (`SARL`, `garage`) decides otherwise, and so does a name in `kept`.
    """
    if plain(name) in kept:
        return False
    words = plain(name).split()
    if not words or any(word in _words("body") or word.isdigit() for word in words):
        return False
    if words[0] in _CIVILITIES and len(words) > 1:
        return words[1] not in _OFFICES
    return _is_first_and_family_name(words)


def is_social_security(number: str) -> bool:
    """Whether an identifier has the form of a social security number (13 digits, or 15 with the key)."""
    digits = re.sub(r"[\s.]", "", number).upper()
    return _SOCIAL_SECURITY.fullmatch(digits) is not None


def plain(name: str) -> str:
    """A name in capitals, without accents, signs and spaces too many."""
    bare = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().upper()
    return " ".join(re.sub(r"[^A-Z0-9]+", " ", bare).split())


def _is_first_and_family_name(words: list[str]) -> bool:
    while words and words[0] in _PARTICLES:
        words = words[1:]
    if not 2 <= len(words) <= _LONGEST_NAME:
        return False
    if words[0] in _words("first_name"):
        return len(words[1]) > 1
    return words[-1] in _words("first_name") and words[-2] not in _PARTICLES


@cache
def _words(kind: str) -> frozenset[str]:
    return frozenset(row["word"] for row in read_csv("ledger/name_words.csv") if row["kind"] == kind)
