"""A model learnt from the titles of a workspace: a file of arrays, which `segments train` makes and `add` accepts."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from gisement.terms import Trouble

if TYPE_CHECKING:
    from gisement.models.titles.classifier import TitleModel

KIND = "title-model"


def write_title_model(model: TitleModel, target: Path) -> None:
    """Write a model as the file that `read_title_model` reads: Parquet, the same bytes for the same model."""
    import pyarrow.parquet as pq

    from gisement.models.titles.storage import as_table

    target.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(as_table(model), target, compression="zstd")


def read_title_model(source: Path, target: Path, name: str = "") -> int:
    """Check that a file holds a whole model, and copy it to `target`; returns its number of arrays.

    Raises Trouble if it is anything else. Nothing in the file is run: it holds numbers and texts only.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    from gisement.models.titles.storage import TABLE, of_table

    try:
        table = pq.read_table(source)
    except pa.ArrowMemoryError:
        raise
    except (pa.ArrowException, OSError, UnicodeError):
        table = None
    if table is None or not table.schema.equals(TABLE):
        raise Trouble(
            fr="Ce fichier n'est pas un modèle des intitulés : l'apprendre ici (« gisement segments train »).",
            en="This file is not a model of titles: learn one here ('gisement segments train').",
        )
    of_table(table)
    shutil.copyfile(source, target)
    return int(table.num_rows)
