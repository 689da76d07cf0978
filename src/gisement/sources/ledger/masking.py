"""What must not leave: lines that are no purchases are dropped and counted, personal texts are masked and counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import duckdb
import pyarrow as pa

from gisement.sources.ledger import persons, rules
from gisement.sources.ledger.columns import PAYMENT
from gisement.sources.ledger.parsing import LINE

Key = tuple[str | None, int | None, str | None, str]

_HIDDEN_OF_PERSONS: Final = ("supplier_name", "supplier_postcode", "label")
_NUMBERS: Final = ("supplier_id", "contracting_authority_id", "beneficiary_id")
_SPOKEN_OF: Final = "625|6184|6185"
"""Accounts (travel, training) whose labels mostly name an agent: none of them leaves."""
_IDENTIFIER: Final = "[0-9].*[0-9].*[0-9].*[0-9].*[0-9]"
"""What has fewer than five digits is no identifier, and may be a name in the wrong column."""


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
    _tell_persons(connection, frozenset(persons.plain(name) for name in kept))
    connection.execute(f"CREATE OR REPLACE TEMP TABLE judged AS {_JUDGED}")
    for reason in ("drop_reason", "name_reason", "id_reason", "label_reason"):
        counted = connection.execute(_COUNTED.format(reason=reason)).fetchall()
        for buyer, year, number, why, lines, amount in counted:
            account.add((buyer, year, number, why), lines, amount)
    return connection.execute(
        f"SELECT {_columns()} FROM judged WHERE drop_reason IS NULL ORDER BY position"
    ).to_arrow_table()


def _tell_accounts(connection: duckdb.DuckDBPyConnection) -> None:
    pairs = connection.execute("SELECT DISTINCT account_kind, account FROM line WHERE account IS NOT NULL").fetchall()
    reasons = [rules.drop_reason(kind, account) for kind, account in pairs]
    _give(
        connection,
        "account_reason",
        {"kind": [kind for kind, _ in pairs], "number": [number for _, number in pairs], "why": reasons},
    )


def _tell_persons(connection: duckdb.DuckDBPyConnection, kept: frozenset[str]) -> None:
    names = [name for (name,) in connection.execute(_DISTINCT.format(column="supplier_name")).fetchall()]
    _give(connection, "person_name", {"name": [name for name in names if persons.is_person(name, kept)]})
    numbers = {
        number
        for column in _NUMBERS
        for (number,) in connection.execute(_DISTINCT.format(column=column)).fetchall()
        if persons.is_social_security(number) and not _is_siret_without_zero(number)
    }
    _give(connection, "person_number", {"number": sorted(numbers)})


def _is_siret_without_zero(number: str) -> bool:
    """13 digits may be a SIRET that lost its first zero: the key tells it from a social security number."""
    digits = "".join(filter(str.isdigit, number))
    if len(digits) != 13:
        return False
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def _give(connection: duckdb.DuckDBPyConnection, name: str, columns: Mapping[str, Sequence[str | None]]) -> None:
    connection.register("given", pa.table({key: pa.array(list(told), pa.string()) for key, told in columns.items()}))
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM given")
    connection.unregister("given")


def _columns() -> str:
    hidden = {
        **{name: f"CASE WHEN name_reason IS NULL THEN {name} END" for name in _HIDDEN_OF_PERSONS},
        **{
            name: f"CASE WHEN NOT has_personal_{name} AND NOT has_unreadable_{name} THEN {name} END"
            for name in _NUMBERS
        },
        "label": "CASE WHEN name_reason IS NULL AND label_reason IS NULL THEN label END",
    }
    return ", ".join(f"{hidden.get(name, name)} AS {name}" for name in PAYMENT)


_DISTINCT: Final = "SELECT DISTINCT {column} FROM line WHERE {column} IS NOT NULL ORDER BY 1"
_UNREADABLE: Final = f"coalesce(NOT regexp_matches(line.{{name}}, '{_IDENTIFIER}'), false)"
_JUDGED: Final = f"""
    SELECT {", ".join(f"line.{name}" for name in LINE)},
           CASE WHEN line.reason IS NOT NULL THEN line.reason
                WHEN line.account IS NULL AND line.segment_code IS NULL THEN 'account_missing'
                ELSE account_reason.why END AS drop_reason,
           CASE WHEN line.is_person OR person_name.name IS NOT NULL THEN 'personal_name' END AS name_reason,
           {", ".join(f"number_{name}.number IS NOT NULL AS has_personal_{name}" for name in _NUMBERS)},
           {", ".join(f"{_UNREADABLE.format(name=name)} AS has_unreadable_{name}" for name in _NUMBERS)},
           CASE WHEN {" OR ".join(f"has_personal_{name}" for name in _NUMBERS)} THEN 'personal_id'
                WHEN {" OR ".join(f"has_unreadable_{name}" for name in _NUMBERS)} THEN 'unreadable_id' END AS id_reason,
           CASE WHEN line.label IS NOT NULL AND regexp_matches(line.account, '^({_SPOKEN_OF})') THEN 'personal_label'
                WHEN regexp_matches(line.label, '{persons.LABEL_PATTERN.replace("'", "''")}')
                THEN 'personal_label' END AS label_reason
    FROM line
    LEFT JOIN account_reason ON account_reason.kind = line.account_kind AND account_reason.number = line.account
    LEFT JOIN person_name ON person_name.name = line.supplier_name
    {" ".join(f"LEFT JOIN person_number number_{name} ON number_{name}.number = line.{name}" for name in _NUMBERS)}"""
_COUNTED: Final = """
    SELECT buyer_id,
           TRY_CAST(coalesce(fiscal_year, left(payment_date, 4), left(invoice_date, 4)) AS BIGINT) AS year,
           CASE WHEN regexp_full_match(account, '[0-9]+') THEN account END AS number, {reason}, count(*),
           CAST(coalesce(sum(coalesce(amount_ht_cents, amount_ttc_cents)), 0) AS BIGINT)
    FROM judged
    WHERE {reason} IS NOT NULL AND ('{reason}' = 'drop_reason' OR drop_reason IS NULL)
      AND NOT ('{reason}' = 'label_reason' AND name_reason IS NOT NULL)
    GROUP BY ALL"""
