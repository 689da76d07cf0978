"""What a power cut would leave: it cannot be played here, but that content is flushed before it is named can be seen."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.test_cli import TABLE
from tests.workspaces import workspace_of


def test_content_is_on_the_disk_before_it_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: set[int] = set()
    named: dict[Path, bool] = {}
    unflushed: dict[int, Path] = {}
    flush, rename = os.fsync, os.replace

    def seen_flush(descriptor: int) -> None:
        flush(descriptor)
        flushed.add(os.fstat(descriptor).st_ino)
        unflushed.pop(os.fstat(descriptor).st_ino, None)

    def seen_rename(source: Path, target: Path) -> None:
        files = list(Path(source).iterdir()) if Path(source).is_dir() else [Path(source)]
        named[Path(target)] = all(file.stat().st_ino in flushed for file in files)
        rename(source, target)
        unflushed[Path(target).parent.stat().st_ino] = Path(target)

    monkeypatch.setattr(os, "fsync", seen_flush)
    monkeypatch.setattr(os, "replace", seen_rename)
    (tmp_path / "table.csv").write_text(TABLE, encoding="utf-8")
    workspace = workspace_of(tmp_path / "workspace", "department:86", {"decp": [tmp_path / "table.csv"]})
    named = {path: was_flushed for path, was_flushed in named.items() if ".scratch" not in path.parts}
    places = {path.relative_to(workspace.root).parts[0] for path in named}
    assert places >= {"tables", "raw", "snapshots", "territory.toml"}
    assert [path for path, was_flushed in named.items() if not was_flushed] == []
    lost = [path for path in unflushed.values() if ".scratch" not in path.parts]
    assert lost == [], "a name that its folder may forget"
