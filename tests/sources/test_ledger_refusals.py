"""What is refused, what damage costs, and what a workspace keeps of a ledger."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gisement.sources.ledger.masked_file import read_masked
from gisement.sources.ledger.prepare import Prepared, prepare_ledger
from gisement.store import Workspace, add_snapshot, remove_snapshot
from gisement.store.parsed import parse_once
from gisement.terms import Source, Trouble, parse_territory
from tests.ledger_samples import HEADER, ROWS, TOTAL, mapping, write_csv, write_xlsx


def prepared(tmp_path: Path, rows: Sequence[Sequence[str]] = (HEADER, *ROWS, TOTAL), **changes: Any) -> Prepared:
    """The sample export, prepared."""
    export = write_csv(tmp_path / "export.csv", rows)
    return prepare_ledger(export, tmp_path / "masked.csv", mapping(**changes))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"nomenclature": None}, "M57, M21, M14, M4, GBCP"),
        ({"buyer": None}, "--buyer"),
        ({"columns": {"account": ("Compte",)}}, "amount_ht"),
        ({"columns": {"amount_ht": ("Montant HT",)}}, "account"),
        ({"columns": {"account": ("Compte",), "amount": ("Montant HT",)}}, "basis"),
        ({"columns": {"account": ("Comptes",), "amount_ht": ("Montant HT",)}}, "Comptes"),
        ({"decimal": "."}, "decimal"),
        ({"columns": {"account": ("Ville",), "amount_ht": ("Montant HT",)}}, "account"),
        ({"columns": {**mapping().columns, "supplier_id": ("Fournisseur",)}}, "supplier_id"),
        ({"header_line": 400}, "header_line"),
    ],
)
def test_what_cannot_be_read_is_refused_and_nothing_is_written(
    tmp_path: Path, changes: dict[str, Any], told: str
) -> None:
    with pytest.raises(Trouble) as refused:
        prepared(tmp_path, [HEADER, ROWS[0], ROWS[1], ROWS[2]], **changes)
    assert told in refused.value.fr
    assert [path.name for path in tmp_path.iterdir()] == ["export.csv"]


def test_an_export_without_mapping_or_that_is_no_table_is_refused(tmp_path: Path) -> None:
    export = write_csv(tmp_path / "export.csv", [HEADER, *ROWS])
    with pytest.raises(Trouble, match="gisement map"):
        prepare_ledger(export, tmp_path / "masked.csv")
    with pytest.raises(Trouble, match="masked file"):
        read_masked(export, {}, "export.csv")
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04 and no more")
    (tmp_path / "nothing.csv").write_bytes(b"")
    (tmp_path / "bytes.csv").write_bytes(b"a\0b\0\0\1" * 40)
    for name in ("broken.xlsx", "nothing.csv", "bytes.csv", "absent.csv"):
        with pytest.raises(Trouble):
            prepare_ledger(tmp_path / name, tmp_path / "masked.csv", mapping())
    assert not (tmp_path / "masked.csv").exists()


def test_a_masked_file_that_was_damaged_or_rewritten_is_refused(tmp_path: Path) -> None:
    prepared(tmp_path)
    path, whole = tmp_path / "masked.csv", (tmp_path / "masked.csv").read_bytes()
    targets = {name: tmp_path / name for name in ("raw_payment", "raw_payment_dropped")}
    bare = [b"dropped" + b"," * whole.partition(b"\n")[0].count(b",") + b"\n"]  # no reason, no lines, no euros
    for damaged in (
        *(whole + line for line in bare),
        whole[:-40],
        whole.replace(b'"60632",', b'"60632', 1),
        whole + b"payment,1\n",
    ):
        path.write_bytes(damaged)
        with pytest.raises(Trouble, match="damaged"):
            prepare_ledger(path, tmp_path / "again.csv")
        with pytest.raises(Trouble, match="damaged"):
            read_masked(path, targets, "masked.csv")
    for rewritten in (whole.replace(b",", b";"), b"\xef\xbb\xbf" + whole, whole.replace(b"\n", b"\r\n")):
        path.write_bytes(rewritten)
        with pytest.raises(Trouble, match="rewritten"):
            prepare_ledger(path, tmp_path / "again.csv")
    assert not (tmp_path / "again.csv").exists()


@given(st.lists(st.tuples(st.integers(0, 900), st.binary(max_size=3), st.integers(0, 40)), max_size=4))
def test_a_damaged_export_costs_its_lines_or_is_refused(
    tmp_path_factory: pytest.TempPathFactory, damage: list[tuple[int, bytes, int]]
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    export = write_csv(folder / "export.csv", [HEADER, *ROWS])
    content = export.read_bytes()
    for place, added, removed in damage:
        content = content[:place] + added + content[place + removed :]
    export.write_bytes(content)
    found = refused = None
    try:
        found = prepare_ledger(export, folder / "masked.csv", mapping())
    except Trouble as trouble:
        refused = trouble
    assert (folder / "masked.csv").exists() == (found is not None)
    assert found is None or found.lines == found.payments + sum(lines for lines, _ in found.dropped.values())
    assert refused is None or refused.fr.endswith(".")


def test_the_masked_file_takes_no_other_place(tmp_path: Path) -> None:
    export = write_csv(tmp_path / "export.csv", [HEADER, *ROWS])
    before = export.read_bytes()
    with pytest.raises(Trouble, match="original"):
        prepare_ledger(export, tmp_path / "." / "export.csv", mapping())
    with pytest.raises(Trouble, match="cannot be written"):
        prepare_ledger(export, tmp_path / "absent" / "masked.csv", mapping())
    assert export.read_bytes() == before


def test_a_sheet_that_does_not_exist_is_refused_with_those_that_do(tmp_path: Path) -> None:
    export = write_xlsx(tmp_path / "a.xlsx", [HEADER, *ROWS])
    with pytest.raises(Trouble, match="Mandats"):
        prepare_ledger(export, tmp_path / "masked.csv", mapping(sheet="Feuil1"))


def test_the_masked_file_opens_in_any_spreadsheet(tmp_path: Path) -> None:
    rows = [HEADER, [*ROWS[0][:8], 'Vis "à tête", lot\n2', *ROWS[0][9:]]]
    path = tmp_path / "export.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows(rows)
    prepare_ledger(path, tmp_path / "masked.csv", mapping())
    with (tmp_path / "masked.csv").open(encoding="utf-8", newline="") as file:
        (line,) = csv.DictReader(file)
    targets = {name: tmp_path / f"{name}.parquet" for name in ("raw_payment", "raw_payment_dropped")}
    read_masked(tmp_path / "masked.csv", targets, "masked.csv")
    read = duckdb.sql(f"SELECT label FROM read_parquet('{targets['raw_payment']}')").fetchall()
    assert [(line["label"],)] == read == [('Vis "à tête", lot 2',)]


def test_batches_add_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = prepared(tmp_path)
    bytes_of_whole = (tmp_path / "masked.csv").read_bytes()
    monkeypatch.setattr("gisement.sources.ledger.parsing.BATCH", 2)
    parts = prepared(tmp_path)
    assert (parts.lines, parts.payments, parts.dropped) == (whole.lines, whole.payments, whole.dropped)
    assert (tmp_path / "masked.csv").read_bytes() == bytes_of_whole


def test_the_original_never_enters_a_workspace(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "observatory", parse_territory("commune:86194"))
    export = write_csv(tmp_path / "export.csv", [HEADER, *ROWS])
    source = Source(
        "ledger",
        ("raw_payment", "raw_payment_dropped"),
        read_masked,
        "ledger",
        lambda file, target, given, buyer: prepare_ledger(file, target, mapping(), buyer=buyer),
    )
    workspace.scratch.mkdir(exist_ok=True)
    masked = workspace.scratch / "masked.csv"
    assert source.prepare is not None
    source.prepare(export, masked, None, None)
    snapshot = add_snapshot(workspace, source.kind, export.name, masked, {})
    masked.unlink()
    reading = parse_once(workspace, source, snapshot)
    assert reading is not None
    assert reading.records == 6
    inside = b"".join(path.read_bytes() for path in workspace.root.rglob("*") if path.is_file())
    assert b"CABINET FICTIF" in inside
    assert [secret for secret in (b"ALICE", b"Salaires", b"DU RIRE") if secret in inside] == []
    remove_snapshot(workspace, snapshot.identifier)
    assert not [path for path in workspace.root.rglob("*.parquet") if path.parent.name.startswith("raw_payment")]
