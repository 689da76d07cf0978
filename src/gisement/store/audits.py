"""The sample of an audit, kept between its draw and its estimate: `audits/<seed>/sample.parquet`, `about.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gisement.store.workspace import Workspace, put_in_place, write_atomically
from gisement.terms import Trouble

if TYPE_CHECKING:
    import pyarrow as pa

FOLDER = "audits"


def keep_sample(workspace: Workspace, seed: int, sample: pa.Table, about: Mapping[str, Any]) -> None:
    """Keep what was drawn with a seed, and from which perimeter; the same seed again replaces it."""
    import pyarrow.parquet as pq

    folder = _folder(workspace, seed)
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / ".sample.part"
    pq.write_table(sample, unfinished)
    put_in_place(unfinished, folder / "sample.parquet")
    write_atomically(folder / "about.json", json.dumps(dict(about), ensure_ascii=False, indent=1, sort_keys=True))


def kept_sample(workspace: Workspace, seed: int) -> tuple[pa.Table, dict[str, Any]]:
    """The table drawn with a seed, and what it was drawn from; raises Trouble if nothing was drawn with it."""
    import pyarrow.parquet as pq

    folder = _folder(workspace, seed)
    if not (folder / "about.json").is_file():
        raise Trouble(
            fr=f"Aucun tirage n'a la graine {seed} : lancer « gisement audit draw --seed {seed} -o formulaire.csv ».",
            en=f"No draw has the seed {seed}: run 'gisement audit draw --seed {seed} -o form.csv'.",
        )
    about: dict[str, Any] = json.loads((folder / "about.json").read_text(encoding="utf-8"))
    return pq.read_table(folder / "sample.parquet"), about


def _folder(workspace: Workspace, seed: int) -> Path:
    return workspace.root / FOLDER / str(seed)
