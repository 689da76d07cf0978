"""What is to be known before a figure is trusted: findings, the account of records, coverage, expectations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gisement.catalog import tables
from gisement.store import database, snapshots
from gisement.store.workspace import Workspace
from gisement.terms import Trouble

_FINDINGS = """
SELECT f.rule, coalesce(s.snapshot, '') AS source, f.record_hash AS key, f."column", f.reported, f.kept, f.action
FROM finding f LEFT JOIN (
    SELECT record_hash, min(snapshot) AS snapshot FROM (
        SELECT record_hash, snapshot FROM raw_decp UNION ALL SELECT record_hash, snapshot FROM raw_payment
    ) GROUP BY record_hash
) s USING (record_hash)
ORDER BY ALL
"""

_ACCOUNT = """
WITH line AS (
    SELECT snapshot, position, record_hash, unreadable_reason IS NOT NULL AS is_unreadable, record_kind,
           row_number() OVER (PARTITION BY record_hash ORDER BY snapshot, position) AS copy
    FROM raw_decp
)
SELECT l.snapshot,
       count(*) AS records,
       count(*) FILTER (NOT is_unreadable AND copy = 1 AND d.decision = 'contract') AS contracts,
       count(*) FILTER (NOT is_unreadable AND copy = 1
           AND d.decision IN ('joint', 'version', 'amendment_line')) AS joined,
       count(*) FILTER (NOT is_unreadable AND (copy > 1 OR d.decision = 'duplicate')) AS duplicates,
       count(*) FILTER (is_unreadable) AS unreadable,
       count(*) FILTER (record_kind = 'contrat-concession') AS concessions
FROM line l LEFT JOIN record_decision d USING (record_hash)
GROUP BY l.snapshot ORDER BY l.snapshot
"""

FINDINGS_BY_RULE = (
    "SELECT rule, action, count(*) AS findings FROM finding {where} GROUP BY ALL ORDER BY findings DESC, rule, action"
)
_OF_CONTRACTS = "WHERE record_hash IN (SELECT record_hash FROM raw_decp)"

_LEDGERS = """
WITH line AS (SELECT snapshot, count(*) AS lines FROM raw_payment GROUP BY snapshot),
     lost AS (
         SELECT snapshot, sum(lines_count) FILTER (NOT is_masking) AS left_out,
                sum(lines_count) FILTER (is_masking) AS masked
         FROM (SELECT *, reason IN ('personal_name', 'personal_id', 'unreadable_id', 'personal_label') AS is_masking
               FROM raw_payment_dropped)
         GROUP BY snapshot
     )
SELECT snapshot, coalesce(lines, 0)::BIGINT AS payments, coalesce(left_out, 0)::BIGINT AS left_out,
       coalesce(masked, 0)::BIGINT AS masked
FROM line FULL JOIN lost USING (snapshot) ORDER BY snapshot
"""

_YEARS = "SELECT * FROM ledger_year WHERE is_buyer_in_territory ORDER BY buyer_siren, year"

_GAPS = """
SELECT g.buyer_siren, any_value(y.buyer_name) AS buyer_name, g.year, g.gap_reason, count(*) AS accounts,
       sum(g.official_cents)::BIGINT AS official_cents, sum(g.ledger_cents)::BIGINT AS ledger_cents
FROM account_gap g LEFT JOIN ledger_year y USING (buyer_siren, year)
GROUP BY g.buyer_siren, g.year, g.gap_reason ORDER BY ALL
"""

_PAIRS = """
SELECT least(a.snapshot, b.snapshot) AS one, greatest(a.snapshot, b.snapshot) AS other,
       count(DISTINCT a.contract_key) AS contracts
FROM told a JOIN told b ON a.contract_key = b.contract_key AND a.snapshot < b.snapshot GROUP BY ALL ORDER BY ALL
"""

_BUYERS = """
SELECT coalesce(buyer_place_rule, 'unknown') AS rule, count(*) AS buyers,
       count(*) FILTER (is_in_territory) AS in_territory, count(*) FILTER (is_in_territory IS NULL) AS unknown
FROM buyer GROUP BY ALL ORDER BY ALL
"""


BUILT = (
    "finding", "record_decision", "contract", "contract_supplier", "payment", "purchase", "buyer", "ledger_year",
    "account_gap",
)  # fmt: skip


class Checks:
    """The findings, accounts and expectations of a built workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self.connection = database.connect(workspace)
        self.names = {snapshot.identifier: snapshot.name for snapshot in snapshots(workspace)}
        for table in BUILT:
            if not database.is_built(workspace, table):
                raise Trouble(
                    fr=f"La table {table} n'est pas construite : lancer d'abord « gisement build ».",
                    en=f"The table {table} is not built: first run 'gisement build'.",
                )
            self.connection.execute(f"CREATE VIEW {table} AS {database.view_sql(workspace, table)}")
        for table in ("raw_decp", "raw_payment", "raw_payment_dropped"):
            self.connection.execute(f"CREATE VIEW {table} AS {database.view_sql(workspace, table)}")

    def findings(self) -> Iterator[dict[str, Any]]:
        """Every finding, with the file of its record (the first one, if several files hold it)."""
        return self._named(self._rows(_FINDINGS), "source")

    def findings_by_rule(self, *, of_contracts: bool = False) -> list[dict[str, Any]]:
        """How many findings of each rule, and what was done; only those of published records with `of_contracts`."""
        return list(self._rows(FINDINGS_BY_RULE.format(where=_OF_CONTRACTS if of_contracts else "")))

    def account(self) -> list[dict[str, Any]]:
        """Per file: records = contracts + joined + duplicates + unreadable, to the unit."""
        return list(self._named(self._rows(_ACCOUNT), "snapshot"))

    def shared(self) -> list[dict[str, Any]]:
        """How many contracts two files have in common."""
        self.connection.execute(
            "CREATE OR REPLACE TABLE told AS SELECT DISTINCT snapshot, contract_key "
            "FROM raw_decp JOIN record_decision USING (record_hash)"
        )
        return list(self._named(self._named(self._rows(_PAIRS), "one"), "other"))

    def coverage(self) -> list[dict[str, Any]]:
        """The account of each file, ledgers by year and beside the official accounts, how the buyers were located."""
        files = [{"of": "file", **row} for row in self.account()]
        shared = [{"of": "files_in_common", **row} for row in self.shared()]
        ledgers = [{"of": "ledger", **row} for row in self._named(self._rows(_LEDGERS), "snapshot")]
        ledgers += [{"of": "ledger_year", **row} for row in self._rows(_YEARS)]
        ledgers += [{"of": "account_gap", **row} for row in self._rows(_GAPS)]
        return [*files, *shared, *ledgers, *({"of": "buyer_place", **row} for row in self._rows(_BUYERS))]

    def expectations(self) -> list[dict[str, Any]]:
        """What must hold of any built workspace: `failed` counts the rows that break it."""
        open_accounts = sum(
            row["records"] != row["contracts"] + row["joined"] + row["duplicates"] + row["unreadable"]
            for row in self.account()
        )
        found = [{"expectation": "records_account_closes", "table": "raw_decp", "failed": open_accounts}]
        found += [{"expectation": "cents_add_up", "table": "contract_supplier", "failed": self._one(_CENTS)}]
        found += [{"expectation": "purchases_cover_contracts", "table": "purchase", "failed": self._one(_COVERED)}]
        found += [{"expectation": "ledger_lines_kept", "table": "payment", "failed": self._one(_LINES)}]
        found += [{"expectation": "purchases_cover_payments", "table": "purchase", "failed": self._one(_PAID)}]
        for name in ("contract", "contract_supplier", "payment", "purchase", "buyer", "record_decision"):
            key = ", ".join(f'"{column}"' for column in tables()[name].key)
            failed = self._one(f"SELECT count(*) - count(DISTINCT ({key})) FROM {name}")
            found.append({"expectation": "key_is_unique", "table": name, "failed": failed})
        return found

    def _one(self, sql: str) -> int:
        row = self.connection.execute(sql).fetchone()
        return int(row[0]) if row else 0

    def _rows(self, sql: str) -> Iterator[dict[str, Any]]:
        answer = self.connection.cursor().execute(sql)
        names = [column[0] for column in answer.description or ()]
        while block := answer.fetchmany(1000):
            yield from (dict(zip(names, row, strict=True)) for row in block)

    def _named(self, rows: Iterator[dict[str, Any]], column: str) -> Iterator[dict[str, Any]]:
        for row in rows:
            yield {**row, column: self.names.get(str(row[column]), row[column])}


_CENTS = """
SELECT count(*) FROM (
    SELECT contract_key, sum(amount_cents) AS parts, min(contract_cents) AS whole, count(*) AS n,
           count(amount_cents) AS known
    FROM contract_supplier GROUP BY contract_key
) WHERE parts IS DISTINCT FROM whole OR (known NOT IN (0, n))
"""
_LINES = """
WITH copies AS (
    SELECT record_hash, max(n) AS most
    FROM (SELECT record_hash, snapshot, count(*) AS n FROM raw_payment GROUP BY ALL) GROUP BY record_hash
)
SELECT count(*) FROM copies FULL JOIN (SELECT record_hash, count(*) AS n FROM payment GROUP BY record_hash) kept
USING (record_hash) WHERE most IS DISTINCT FROM n
"""
_PAID = """
SELECT count(*) FROM payment p FULL JOIN (SELECT * FROM purchase WHERE basis = 'payment') b
ON p.payment_key = b.purchase_key WHERE p.amount_cents IS DISTINCT FROM b.amount_cents OR b.purchase_key IS NULL
OR p.payment_key IS NULL
"""
_COVERED = "SELECT count(*) FROM contract ANTI JOIN purchase USING (contract_key)"
