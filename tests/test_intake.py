"""What comes in by mistake costs itself and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from gisement.sources.ledger.prepare import prepare_ledger
from gisement.store import remove_snapshot, snapshots
from gisement.store.snapshots import withdrawals
from gisement.terms import Trouble
from tests.ledger_samples import HEADER, ROWS, mapping, write_csv, write_xlsx
from tests.workspaces import added, created


def masked(folder: Path) -> Path:
    """A masked ledger."""
    target = folder / "masked.csv"
    prepare_ledger(write_csv(folder / "export.csv", [HEADER, *ROWS]), target, mapping())
    return target


@pytest.mark.parametrize("kind", ["sirene", "decp", "correction"])
def test_a_ledger_added_as_another_kind_leaves_nothing(kind: str, tmp_path: Path) -> None:
    """The same content is there already as a ledger: what is taken back is the mistake, not the ledger."""
    workspace = created(tmp_path / "workspace", "department:86")
    file = masked(tmp_path)
    (ledger,) = added(workspace, "ledger", [file])
    assert ledger.trouble is None
    (mistake,) = added(workspace, kind, [file])
    assert mistake.trouble is not None
    assert [held.kind for held in snapshots(workspace)] == ["ledger"]


def test_a_file_of_two_kinds_is_removed_by_its_kind(tmp_path: Path) -> None:
    workspace = created(tmp_path / "workspace", "department:86")
    file = masked(tmp_path)
    added(workspace, "ledger", [file])
    added(workspace, "pes", [file])
    with pytest.raises(Trouble, match="KIND/IDENTIFIER"):
        remove_snapshot(workspace, "masked.csv")
    gone = remove_snapshot(workspace, "pes/masked.csv")
    assert gone.kind == "pes"
    (notice,) = withdrawals(workspace)
    assert notice == {"kind": "pes", "identifier": gone.identifier, "day": datetime.now(UTC).date().isoformat()}
    assert [held.kind for held in snapshots(workspace)] == ["ledger"]


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    workspace = created(tmp_path / "workspace", "department:86")
    (tmp_path / "empty").mkdir()
    (told,) = added(workspace, "decp", [tmp_path / "empty"])
    assert told.trouble is not None
    assert "aucun fichier" in told.trouble.fr


def test_what_a_mapping_is_for_is_told(tmp_path: Path) -> None:
    workspace = created(tmp_path / "workspace", "department:86")
    export = write_xlsx(tmp_path / "export.xlsx", [HEADER, *ROWS])
    (told,) = added(workspace, "ledger", [export])
    assert told.trouble is not None
    assert "gisement map export.xlsx" in told.trouble.fr
    assert list(snapshots(workspace)) == []
