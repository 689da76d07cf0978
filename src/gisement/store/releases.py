"""What each release published, kept so that a later one can say which figures moved: a small file for each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from gisement.store.workspace import Workspace, write_atomically

FOLDER = "releases"


def keep_release(workspace: Workspace, name: str, content: Mapping[str, Any]) -> None:
    """Keep what a release published, after those kept before; the latest, published again, keeps its place."""
    kept = sorted((workspace.root / FOLDER).glob("*.json"))
    if kept and _name(kept[-1].stem) == name:
        return
    number = int(kept[-1].stem.split("-")[0]) + 1 if kept else 1
    told = json.dumps({"release": name, **content}, ensure_ascii=False, indent=1, sort_keys=True)
    write_atomically(workspace.root / FOLDER / f"{number:06}-{name}.json", told)


def kept_releases(workspace: Workspace) -> list[dict[str, Any]]:
    """What each release published, the latest first."""
    paths = sorted((workspace.root / FOLDER).glob("*.json"), reverse=True)
    return [json.loads(path.read_text(encoding="utf-8")) for path in paths]


def _name(stem: str) -> str:
    return stem.partition("-")[2]
