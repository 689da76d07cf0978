"""A study without pooling ledgers: the same totals before protection, and shares that resist as public tables do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from gisement.catalog import parameter
from gisement.catalog.public_tables import public_tables
from gisement.models.secrecy.payments import joined, linked_cells
from gisement.models.secrecy.rule import rule
from gisement.models.secrecy.suppression import as_everyone_reads
from gisement.pipeline import indicator_named
from gisement.publish.words import sharing as shares
from gisement.sources.demonstration import Demonstration
from gisement.store import Workspace, remove_snapshot, snapshots
from gisement.store.database import table_path
from gisement.studies.sharing import Study, shared_rows
from gisement.terms import Trouble
from tests.commands import gisement
from tests.publish.test_attack import STEP, moves, name_of
from tests.workspaces import built, copied

LEDGERS = ("ledger", "pes")
PLACES = {
    "destination", "place", "establishment_nearest", "establishment_farthest", "head_office_nearest",
    "head_office_farthest",
}  # fmt: skip
PARTNERS = 3


@pytest.fixture(scope="module")
def homes(paid_workspace: Workspace, demo: Demonstration, tmp_path_factory: pytest.TempPathFactory) -> list[Workspace]:
    """The workspace of each partner: the same public files, its own ledgers, and nobody else's."""
    folder, found = tmp_path_factory.mktemp("homes"), []
    for number in range(PARTNERS):
        home = copied(paid_workspace, folder / str(number), demo.territory)
        ledgers = sorted((s for s in snapshots(home) if s.kind in LEDGERS), key=lambda s: s.name)
        for other in [ledger for rank, ledger in enumerate(ledgers) if rank % PARTNERS != number]:
            remove_snapshot(home, other.identifier, other.kind)
        built(home, ["public_payment"])
        found.append(home)
    return found


def whole(workspace: Workspace) -> list[dict[str, Any]]:
    """The public tables before protection and rounding."""
    parts, rows = pq.read_table(table_path(workspace, "payment_part")), []
    for year in sorted(set(parts["year"].to_pylist())):
        linked = linked_cells(parts.filter(pc.equal(parts["year"], year)))
        for (table, key), told, cents in zip(linked.keys, linked.values, linked.cents.tolist(), strict=True):
            values = dict.fromkeys(parts.column_names) | dict(told)
            name = name_of(table.name, year, key)
            rows.append({**values, "public_cell": name, "public_table": table.name, "year": year, "shown_cents": cents})
    return rows


def test_before_protection_joined_tables_are_those_of_the_pooled_build_to_the_cent(
    homes: list[Workspace], paid_workspace: Workspace
) -> None:
    pooled = {row["public_cell"]: row for row in whole(paid_workspace)}
    together = {row["public_cell"]: row for row in joined([whole(home) for home in homes])}
    of_money = [name for name, row in pooled.items() if not PLACES & set(public_tables()[row["public_table"]].by)]
    assert len(of_money) > 1500
    assert {name: together[name]["shown_cents"] for name in of_money} == {
        name: pooled[name]["shown_cents"] for name in of_money
    }
    # where a supplier is, the ledger of another partner may tell: without it, less is known, and nothing else differs
    for known in ("inside", "outside"):
        assert placed(together, known) <= placed(pooled, known)
    everywhere = ("inside", "outside", "place_unknown", "need_unknown", "medical")
    assert sum(placed(together, each) for each in everywhere) == sum(placed(pooled, each) for each in everywhere)


def placed(rows: dict[str, dict[str, Any]], destination: str) -> int:
    """The cents of one destination, over all years."""
    found = [row for row in rows.values() if row["public_table"] == "by_destination"]
    return sum(row["shown_cents"] for row in found if row["destination"] == destination)


def test_protected_shares_give_the_headline_of_the_pooled_study(
    homes: list[Workspace], paid_workspace: Workspace, tmp_path: Path
) -> None:
    files = []
    for number, home in enumerate(homes):
        files.append(tmp_path / f"{number}.csv")
        files[-1].write_text(shares.written(shared_rows(home)), encoding="utf-8")
    study = Study([shares.read(file) for file in files])
    pooled = Study([shared_rows(paid_workspace)])
    for name in ("total_spend", "sme_share", "local_share"):
        (one,), (other,) = study.measure(indicator_named(name)), pooled.measure(indicator_named(name))
        if one.value is not None and other.value is not None:
            assert one.value == pytest.approx(other.value, rel=1e-3)
        assert name != "total_spend" or one.value is not None
    run = gisement("join", *map(str, files), "--format", "json")
    assert run.returncode == 0, run.stderr
    told = json.loads(run.stdout)
    assert [each["indicator"]["name"] for each in told] == ["local_share", "total_spend", "sme_share"]


def test_shares_resist_the_attacker(homes: list[Workspace]) -> None:
    for home in homes:
        shown_cents = {row["public_cell"]: row["shown_cents"] for row in shared_rows(home)}
        parts = pq.read_table(table_path(home, "payment_part"))
        for year in sorted(set(parts["year"].to_pylist())):
            linked = linked_cells(parts.filter(pc.equal(parts["year"], year)))
            shown = np.array([shown_cents.get(name_of(t.name, year, key)) is not None for t, key in linked.keys])
            values = linked.cents / STEP
            cells, secret = as_everyone_reads(values, linked.relations), linked.behind.breaks(rule())
            margin = np.maximum(np.abs(values) * parameter("secrecy_margin_pct") / 100, 1.0)
            up, down = moves(cells, shown, np.flatnonzero(secret), margin)
            assert not (shown & secret).any()
            assert (up[secret] >= margin[secret] - 1e-5).all()
            assert (down[secret] >= np.minimum(margin, values - cells.floor)[secret] - 1e-5).all()


def test_a_buyer_in_two_files_is_refused(homes: list[Workspace]) -> None:
    one = shared_rows(homes[0])
    with pytest.raises(Trouble, match="count twice"):
        Study([one, one])


@pytest.mark.parametrize(
    "text", ["", "a,b\n1,2\n", "public_cell\nx\n", "HEADER\nx,nowhere,2024,,,,,,,,,,,,,1\n", "HEADER\nx,total,,,,,,,,,,,,,,1\n",
             "HEADER\nx,total,2024,,,,,,,,,,,,,beaucoup\n", "HEADER\nx\n"]
)  # fmt: skip
def test_what_is_no_share_is_one_sentence(text: str, tmp_path: Path) -> None:
    file = tmp_path / "share.csv"
    file.write_text(text.replace("HEADER", ",".join(shares.columns())), encoding="utf-8")
    run = gisement("join", str(file))
    assert run.returncode == 2
    assert run.stderr.count("\n") == 1
    assert "share.csv" in run.stderr


def test_a_workspace_without_ledger_has_nothing_to_share(workspace: Workspace, tmp_path: Path) -> None:
    run = gisement("share", "-o", str(tmp_path / "x.csv"), workspace=workspace.root)
    assert run.returncode == 2
    assert "add ledger" in run.stderr
    assert not (tmp_path / "x.csv").exists()
