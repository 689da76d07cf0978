"""Same inputs, same outputs, byte for byte: whatever the folder, the order of files and records, the threads, the hour."""

from __future__ import annotations

import datetime as dt
import json
import random
import re
import shutil
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks import decp_generator as generator
from gisement.catalog import Table, tables
from gisement.sources.decp import raw
from gisement.store import Workspace, database
from tests import mixed_files, official_xml
from tests.commands import fresh
from tests.workspaces import added, built, content, created, rows

TYPES: Mapping[str, pa.DataType] = {
    "string": pa.string(), "int64": pa.int64(), "int8": pa.int8(), "boolean": pa.bool_(), "date": pa.date32(),
    "float64": pa.float64(),
}  # fmt: skip
ROW_GROUP = 6144
"""Rows of a group on small tables."""


def files(folder: Path, order: int | None = None) -> dict[str, list[Path]]:
    """The mixed files, and part of their contracts a second time: the same records in XML, and in other words in CSV.

    With `order`, files, records and lines come in another order (each line of these tables is a fact of its own).
    """
    made = mixed_files.write(folder, order)
    again = _records(made["decp"])
    old = [record for record in again if "source" in record]
    recent = [record for record in again if "titulaires" in record and record not in old]
    lines = [_line(record) for record in recent[:25]]
    for number, held in enumerate((old, recent[:20], lines)):
        if order is not None:
            random.Random(order + number).shuffle(held)
    for name, text in (
        ("old.xml", official_xml.document(old)),
        ("recent.xml", official_xml.document(recent[:20])),
        ("lines.csv", ("\n".join((";".join(lines[0]), *(";".join(line.values()) for line in lines)))).encode()),
    ):
        (folder / "decp" / name).write_bytes(text)
        made["decp"].insert(0 if order else len(made["decp"]), folder / "decp" / name)
    return made


def _records(paths: Iterable[Path]) -> list[dict[str, Any]]:
    """The contracts of the demonstration's platforms, in an order that does not depend on that of the files."""
    found: list[dict[str, Any]] = []
    for path in paths:
        if path.name.startswith("decp-fictif"):
            held = json.loads(path.read_bytes())["marches"]
            found += held if isinstance(held, list) else held["marche"]
    return sorted(found, key=lambda record: json.dumps(record, sort_keys=True))


def _line(record: Mapping[str, Any]) -> dict[str, str]:
    """One contract as a line of a house export: its first holder, its amount with a comma."""
    holder = record["titulaires"][0]["titulaire"]
    return {
        "id": record["id"], "acheteur_id": record["acheteur"]["id"], "objet": '"' + record["objet"].replace('"', '""') + '"',
        "codeCPV": record["codeCPV"], "montant": str(record["montant"]).replace(".", ","),
        "dateNotification": record["dateNotification"], "datePublicationDonnees": record["datePublicationDonnees"],
        "dureeMois": str(record["dureeMois"]), "titulaire_id": holder["id"], "titulaire_typeIdentifiant": holder["typeIdentifiant"],
    }  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the workspaces of this file stand."""
    return tmp_path_factory.mktemp("determinism")


@pytest.fixture(scope="module")
def first(folder: Path) -> Workspace:
    """The files in their own order, with corrections, built by one thread, by degrees."""
    workspace = created(folder / "first", mixed_files.TERRITORY)
    _add(workspace, files(folder / "files"))
    built(workspace, ["contract"])  # gives the keys that corrections need
    for order, name in ((None, "first.csv"), (7, "shuffled.csv")):
        mixed_files.corrections(folder / name, _nine(workspace), order)
    _add(workspace, {"correction": [folder / "first.csv"]})
    built(workspace, tuple(tables()))  # those held in memory too
    return workspace


@pytest.fixture(scope="module")
def shuffled(folder: Path, first: Workspace) -> Workspace:
    """The same content, nothing of it in the same order, in a folder of another depth, built by two threads."""
    root = created(folder / "elsewhere" / "a folder with an accent é" / "second", mixed_files.TERRITORY).root
    workspace = Workspace.open(root, threads=2)
    made = files(folder / "shuffled", order=7)
    _add(workspace, {"correction": [folder / "shuffled.csv"], **made})
    assert set(built(workspace, tuple(tables()))) == set(tables())
    return workspace


def _add(workspace: Workspace, made: Mapping[str, Sequence[Path]]) -> None:
    for kind, paths in made.items():
        assert [one.trouble for one in added(workspace, kind, paths) if one.trouble] == []


def _nine(workspace: Workspace) -> list[dict[str, Any]]:
    return rows(workspace, "SELECT * FROM contract ORDER BY contract_key LIMIT 9", ["contract"])


def test_the_files_hold_what_could_differ(first: Workspace) -> None:
    """Else the tests below would compare nothing of note."""

    def count(table: str, where: str, what: str = "count(*)") -> int:
        (found,) = rows(first, f"SELECT {what} AS n FROM {table} WHERE {where}", [table])
        return int(found["n"])

    assert count("raw_decp", "true", "count(DISTINCT snapshot)") == 11
    assert count("raw_decp", "true", "count(DISTINCT source_format)") == 3
    assert count("contract_record", "copies > 1") >= 10
    assert count("record_decision", "true", "count(DISTINCT decision)") == 5
    assert count("contract_supplier", "holders_count > 1 AND amount_cents % holders_count <> 0")
    assert count("amendment", "true", "count(DISTINCT amendment_source)") == 3
    assert count("supplier", "is_in_register") >= 20
    assert count("finding", "rule LIKE 'correction%'", "count(DISTINCT rule)") == 2
    assert count("payee_link", "link_status = 'accepted'") == 1
    assert count("payment", "true") > 40
    assert [table for table in tables() if not pq.read_metadata(database.table_path(first, table)).num_rows] == []


def test_order_folder_and_threads_change_no_byte(first: Workspace, shuffled: Workspace) -> None:
    snapshots = [{path.name for path in held.snapshots.glob("decp/*")} for held in (first, shuffled)]
    assert len(snapshots[0] - snapshots[1]) >= 10, "the shuffled files are other files"
    one, other = content(first), content(shuffled)
    # held in memory: it says where in files records stand, so that the others need not
    assert [name for name in one if one[name] != other[name]] == ["repeated_record"]


def test_the_same_files_later_and_elsewhere_give_the_same_lineage(folder: Path, first: Workspace) -> None:
    later = created(folder / "later" / "workspace", mixed_files.TERRITORY)
    shutil.copytree(first.snapshots, later.snapshots, dirs_exist_ok=True)  # as a workspace that is handed over
    run = fresh("build", *tables(), workspace=later.root)  # in a process of its own, as a user does
    assert (run.returncode, run.stderr) == (0, "")
    one, other = ({path.name: path.read_bytes() for path in held.tables.iterdir()} for held in (first, later))
    assert len(one) == 2 * len(tables())
    assert [name for name in one if one[name] != other[name]] == []


@pytest.mark.parametrize("table", tables())
def test_no_lineage_knows_the_machine_or_the_hour(table: str, first: Workspace) -> None:
    lineage = (first.tables / f"{table}.lineage.json").read_text(encoding="utf-8")
    assert set(json.loads(lineage)) == {"step", "inputs", "content", "rows", "engine", "sql"}
    assert str(first.root) not in lineage
    assert not re.search(r"['\"(]/\w", lineage), "a path that starts at the root"
    today = dt.datetime.now(tz=dt.UTC).date()
    assert not any((today - dt.timedelta(days=days)).isoformat() in lineage for days in (-1, 0, 1))
    assert not re.search(r"(?i)\bcurrent_(?:date|time|timestamp)\b|\bnow\(\)|\btoday\(\)|\brandom\(|\buuid\(", lineage)


@pytest.mark.parametrize("table", tables())
def test_rows_are_sorted_and_alone_under_their_key(table: str, first: Workspace) -> None:
    key = list(tables()[table].key)
    held = pq.read_table(database.table_path(first, table), columns=key)
    # Texts in the order of their letters' numbers, the unknown last.
    keys = [tuple((value is None, value) for value in row.values()) for row in held.to_pylist()]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("table", tables())
def test_columns_and_types_are_those_of_the_catalog(table: str, first: Workspace) -> None:
    found = pq.read_schema(database.table_path(first, table))
    assert {field.name: field.type for field in found} == {
        column: TYPES[kind] for column, kind in tables()[table].schema.items()
    }
    assert found.names == list(tables()[table].schema)


# --- money --------------------------------------------------------------------------------------------------


def split(workspace: Workspace) -> list[tuple[int | None, list[int | None]]]:
    """Of each contract: its cents, and those of its holders in their order."""
    parts: dict[str, list[int | None]] = defaultdict(list)
    held = pq.read_table(database.table_path(workspace, "contract_supplier"), columns=["contract_key", "amount_cents"])
    for row in held.to_pylist():
        parts[row["contract_key"]].append(row["amount_cents"])
    contracts = pq.read_table(database.table_path(workspace, "contract"), columns=["contract_key", "amount_cents"])
    whole = {row["contract_key"]: row["amount_cents"] for row in contracts.to_pylist()}
    assert set(parts) == set(whole)
    return [(cents, parts[key]) for key, cents in whole.items()]


def equal_parts(cents: int | None, holders: int) -> list[int | None]:
    """An equal split in whole cents, what is left over going to the first; nothing is known of an unknown amount."""
    if cents is None:
        return [None] * holders
    each = cents // holders
    return [cents - each * (holders - 1), *[each] * (holders - 1)]


def test_the_cents_of_holders_add_up_to_those_of_the_contract(first: Workspace) -> None:
    held = split(first)
    assert any(cents is not None and cents % len(parts) for cents, parts in held)
    assert any(cents is None and len(parts) > 1 for cents, parts in held)
    assert [(cents, parts) for cents, parts in held if parts != equal_parts(cents, len(parts))] == []


# --- work shared among threads ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shared_work(folder: Path) -> tuple[Workspace, Workspace]:
    """12,000 generated contracts, built by one thread from one file, and by four from three shuffled ones.

    Row groups are cut small: threads share the work by row group, and a small table has one.
    """
    generator.main(["contracts", "12000", str(folder / "contracts.json")])
    generator.main(["register", "20000", str(folder / "register.parquet")])
    records = json.loads((folder / "contracts.json").read_bytes())["marches"]["marche"]
    random.Random(3).shuffle(records)
    paths = [folder / f"part{number}.json" for number in range(3)]
    for number, path in enumerate(paths):
        path.write_text(json.dumps({"marches": {"marche": records[number::3]}}), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "ROW_GROUP", ROW_GROUP)
        patch.setattr(raw, "ROW_GROUP", ROW_GROUP)
        return _generated(folder, 1, [folder / "contracts.json"]), _generated(folder, 4, paths)


def _generated(folder: Path, threads: int, contracts: Sequence[Path]) -> Workspace:
    root = created(folder / f"by-{threads}", mixed_files.TERRITORY).root
    workspace = Workspace.open(root, threads=threads)
    _add(workspace, {"sirene": [folder / "register.parquet"], "decp": contracts})
    built(workspace)
    return workspace


def test_threads_that_share_the_work_change_no_byte(shared_work: tuple[Workspace, Workspace]) -> None:
    one, other = map(content, shared_work)
    counts = [pq.read_metadata(path) for path in shared_work[1].tables.glob("*.parquet")]
    assert sum(found.num_row_groups > 1 for found in counts) >= 10, "threads have work to share"
    assert [name for name in one if one[name] != other[name]] == []


@pytest.mark.parametrize(
    "groups", [[61_440], [61_441], [63_487], [61_440, 2_048], [61_440, 61_440], [61_440, 61_440, 700]], ids=str
)
def test_threads_cut_row_groups_alike(tmp_path: Path, groups: list[int]) -> None:
    """At the real size of a group; fewer than 2,048 rows beyond the first one stay in it."""
    table = Table("numbers", "one row per number", ("text",), {"text": "string"})
    written = []
    for threads in (1, 2, 4):
        connection = database.connect(Workspace(tmp_path, threads=threads))
        path = tmp_path / f"groups{threads}.parquet"
        sql = f"SELECT md5(number::VARCHAR) AS text FROM range({sum(groups)}) n(number)"
        assert database.write_sorted(connection, sql, table, path) == sum(groups)
        connection.close()
        written.append(path.read_bytes())
    assert written[0] == written[1] == written[2], "see ROW_GROUP in store/database.py"
    found = pq.read_metadata(path)
    assert [found.row_group(number).num_rows for number in range(found.num_row_groups)] == groups


def test_their_cents_add_up(shared_work: tuple[Workspace, Workspace]) -> None:
    held = split(shared_work[1])
    assert sum(len(parts) > 1 for _, parts in held) > 500
    assert [(cents, parts) for cents, parts in held if parts != equal_parts(cents, len(parts))] == []
