"""What the demonstration territory costs to build, and how much of what was seeded in it is found back.

    python benchmarks/demonstration.py [FOLDER [tiny|demo|full]]

Every command is a process of its own: wall seconds, processor seconds and peak memory are the operating system's. The
files are written first (the time that `write` takes is the generator's own); then they are added and built as real ones
are. The table that follows compares the findings of the workspace with the generator's own account of the faults.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

Key = tuple[Any, ...]
WRITE = """
import json, sys
from pathlib import Path
from gisement.sources.demonstration import write
made = write(Path(sys.argv[1]), sys.argv[2])
print(json.dumps([[file.kind, str(file.path), str(file.mapping or "")] for file in made.files]))
"""
TABLES = ("finding", "payment", "supplier", "account_gap", "purchase", "contract")
NUMBER = "CASE WHEN line_id LIKE '%-%-%' THEN year::VARCHAR || ' ' || split_part(line_id, '-', 2) ELSE line_id END"
"""The year and number of a payment order; a PES file has the number between those of the order and of the line."""
OF_LINES = "SELECT DISTINCT buyer_id, {number} FROM payment JOIN finding USING (record_hash) WHERE rule IN {rules}"
OF_PAYEES = (
    "SELECT DISTINCT buyer_id, {number} FROM payment "
    "JOIN finding ON finding.record_hash = payee_key WHERE rule IN {rules}"
)
OF_CONTRACTS = (
    "SELECT DISTINCT acheteur_id, regexp_extract(id, '[0-9]{{5}}') FROM raw_decp "
    "JOIN finding USING (record_hash) WHERE rule IN {rules} AND record_kind = 'marche'"
)
OF_SUPPLIERS = "SELECT supplier_id FROM supplier WHERE is_in_register AND {condition}"
FOUND: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "payment_supplier_missing": (OF_PAYEES, ("identifier_missing",)),
    "payment_supplier_bad_checksum": (OF_PAYEES, ("identifier_bad_checksum",)),
    "payment_to_head_office": (OF_LINES, ("payment_to_distant_head_office",)),
    "payment_exported_twice": (OF_LINES, ("equal_lines_in_one_file",)),
    "payment_entered_twice": (OF_LINES, ("payment_like_another",)),
    "payment_amount_unreadable": (OF_LINES, ("payment_amount_unreadable",)),
    "supplier_missing": (OF_CONTRACTS, ("supplier_missing", "identifier_missing")),
    "supplier_bad_checksum": (OF_CONTRACTS, ("identifier_bad_checksum",)),
    "supplier_siren_only": (OF_CONTRACTS, ("identifier_siren_as_siret",)),
    "cpv_missing": (OF_CONTRACTS, ("cpv_code_missing", "cpv_code_invalid")),
    "amount_symbolic": (OF_CONTRACTS, ("amount_symbolic",)),
    "amount_absurd": (OF_CONTRACTS, ("amount_absurd", "amount_repeated_digits")),
    "amount_in_thousands": (OF_CONTRACTS, ("amount_maybe_in_thousands", "amount_unusually_low")),
    "date_wrong": (OF_CONTRACTS, ("notification_date_implausible",)),
    "clause_contradiction": (OF_CONTRACTS, ("social_consideration_contradicted",)),
    "accents_lost": (OF_CONTRACTS, ("letters_lost_before_publication",)),
    "lot_under_shared_id": (OF_CONTRACTS, ("lot_under_shared_id",)),
    "published_again": (OF_CONTRACTS, ("same_record_published_again",)),
    "published_again_later": (OF_CONTRACTS, ("same_award_same_id",)),
    "published_under_other_spelling": (OF_CONTRACTS, ("same_award_other_id_spelling",)),
}
"""For each fault, where its findings are and their rules."""
OTHERWISE: Mapping[str, str] = {
    "payment_credit_note": f"SELECT buyer_id, {NUMBER} FROM payment WHERE is_credit_note",
    "account_gap": "SELECT buyer_siren, year, account_code FROM account_gap WHERE gap_reason = 'unexplained'",
    # buyers are no firms: re-invoiced by a partner, they are suppliers without a size
    "establishment_closed": OF_SUPPLIERS.format(condition="is_closed"),
    "size_missing": OF_SUPPLIERS.format(condition="size_class IS NULL AND legal_category NOT LIKE '7%'"),
    "supplier_not_in_register": (
        "SELECT DISTINCT contract.buyer_id, regexp_extract(contract_id, '[0-9]{5}') FROM contract "
        "JOIN purchase USING (contract_key) JOIN supplier USING (supplier_id) WHERE purchase.basis = 'contract' "
        "AND NOT is_in_register AND supplier_id_kind = 'siret' AND supplier_id NOT IN "
        "(SELECT kept FROM finding WHERE rule = 'identifier_bad_checksum' AND kept IS NOT NULL)"
    ),
}
"""What is no problem of a line, and is told by a column of a table."""


@dataclass(frozen=True)
class Recovery:
    """A fault: how many were seeded, how many found, how many of these are the seeded ones."""

    fault: str
    seeded: int
    found: int
    right: int

    @property
    def recall(self) -> float | None:
        """The part of what was seeded that was found; None if nothing was seeded."""
        return self.right / self.seeded if self.seeded else None

    @property
    def precision(self) -> float | None:
        """The part of what was found that was seeded; None if nothing was found."""
        return self.right / self.found if self.found else None


def recovered(tables: Path, truth: Mapping[str, Any]) -> list[Recovery]:
    """What a workspace found of every seeded fault. `tables` is its folder of tables."""
    with duckdb.connect() as connection:
        for name in TABLES:
            connection.execute(f"CREATE VIEW {name} AS FROM read_parquet('{tables / name}.parquet')")
        records = tables.parent / "raw" / "raw_decp" / "**" / "*.parquet"
        connection.execute(f"CREATE VIEW raw_decp AS FROM read_parquet('{records}')")
        return [_recovery(connection, fault, told) for fault, told in truth["faults"].items()]


def _recovery(connection: duckdb.DuckDBPyConnection, fault: str, told: Mapping[str, Any]) -> Recovery:
    if fault in FOUND:
        query, rules = FOUND[fault]
        sql = query.format(number=NUMBER, rules=f"({', '.join(repr(rule) for rule in rules)})")
    else:
        sql = OTHERWISE[fault]
    found = {tuple(row) for row in connection.execute(sql).fetchall()}
    seeded = {_key(told["per"], where) for where in told["where"]}
    if told["per"] == "supplier":
        paid = {tuple(row) for row in connection.execute("SELECT supplier_id FROM supplier").fetchall()}
        seeded &= paid  # nobody looks up a supplier that no file names
    return Recovery(fault, len(seeded), len(found), len(seeded & found))


def _key(per: str, where: Any) -> Key:
    if per == "contract":
        return where[0], where[1][-5:]
    if per == "account":
        return where["buyer"][:9], where["year"], where["account"]
    return (where,) if per == "supplier" else tuple(where)


# --- the cost -----------------------------------------------------------------------------------------------


def run(*command: str) -> str:
    """Run a command to its end, print what it cost; a failure stops the benchmark. What it printed is returned."""
    began = time.perf_counter()
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(command, stdout=output)
        _, status, usage = os.wait4(process.pid, 0)
        output.seek(0)
        told = output.read()
    if status:
        sys.exit(f"failed: {' '.join(command[3:7])}")
    what = " ".join(word if "/" not in word else Path(word).name for word in command[3:8])
    seconds = f"{time.perf_counter() - began:.1f} s | {usage.ru_utime + usage.ru_stime:.1f} s of processor"
    print(f"{what} | {seconds} | {usage.ru_maxrss / 1024:.0f} MB", flush=True)
    return told


def gisement(workspace: Path, *words: str) -> str:
    """Run a command of Gisement."""
    return run(sys.executable, "-c", "from gisement.cli import main; main()", "-w", str(workspace), *words)


def built(folder: Path, size: str) -> Path:
    """A workspace that holds the demonstration of this size, each step measured."""
    workspace = folder / "workspace"
    files = json.loads(run(sys.executable, "-c", WRITE, str(folder / "files"), size))
    gisement(workspace, "init", "--territory", "epci:200069854")
    for kind, path, mapping in files:
        gisement(workspace, "add", kind, path, *(["--mapping", mapping] if mapping else []))
    gisement(workspace, "build")
    return workspace


def main(arguments: Sequence[str]) -> None:
    """Print what each command costs, then one line per fault."""
    folder = Path(arguments[0]) if arguments else Path(tempfile.mkdtemp())
    workspace = built(folder, arguments[1] if len(arguments) > 1 else "tiny")
    truth = json.loads((folder / "files" / "verite-fictive.json").read_text(encoding="utf-8"))
    words = ("measure", "local_share", "--where", "buyers=all", "--where", "basis=payment", "--format", "json")
    (figure,) = json.loads(gisement(workspace, *words))["figures"]
    true = truth["payments"]["in_ledgers"]["local_share"]
    print(f"local share: {figure['value']:.4f} in [{figure['low']:.4f}, {figure['high']:.4f}], true {true:.4f}")
    print("| Défaut | Semés | Trouvés | Rappel | Précision |\n| --- | --- | --- | --- | --- |")
    for one in recovered(workspace / "tables", truth):
        parts = ("–" if part is None else f"{part:.3f}".replace(".", ",") for part in (one.recall, one.precision))
        print(f"| `{one.fault}` | {one.seeded} | {one.found} | {' | '.join(parts)} |")


if __name__ == "__main__":
    main(sys.argv[1:])
