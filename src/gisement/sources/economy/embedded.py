"""The economy that ships with the program: France 2011 in 20 sectors, as the two raw tables that a build puts in place.

The files are made of `fra_2011_flows.csv` by `python -m gisement.sources.economy.embedded`; a test holds them equal.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gisement.catalog.tables import FOLDER

RAW_TABLES = ("raw_io_cell", "raw_io_sector")


def raw_files() -> Mapping[str, Path]:
    """The embedded file of each raw table."""
    return {name: FOLDER / "economy" / f"{name}.parquet" for name in RAW_TABLES}


def embed() -> None:
    """Write the embedded files anew, from the table that ships with the program."""
    from gisement.sources.economy.layouts import own_rows
    from gisement.sources.raw_rows import write_parquet

    for name, rows in own_rows().items():
        write_parquet(name, rows, raw_files()[name])


if __name__ == "__main__":
    embed()
