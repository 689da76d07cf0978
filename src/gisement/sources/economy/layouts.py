"""Input-output tables read from whichever layout they are published in, the one that ships with the program included.

A reader knows its layout from the headers, gives an `IoTable` of domestic flows, and its checks are told to the user:
by how much rows, columns and the account of one euro fail to add up.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gisement.catalog.tables import FOLDER
from gisement.sources.economy import eurostat, figaro, marked, supply_use
from gisement.sources.economy.reading import grid, lines, unknown_layout
from gisement.sources.economy.table import Balance, IoTable, cell_rows, sector_rows, write
from gisement.sources.economy.table import balance as balance
from gisement.sources.raw_rows import write_parquet as write_parquet
from gisement.terms import Reading

EMBEDDED = "fra_2011_flows.csv"
EMBEDDED_NAME = "France 2011, 20 sectors (WIOD 2013), MUSD"


def read_table(path: Path, name: str, *, convert: bool = False) -> IoTable:
    """The table of a file. Raises Trouble: no known layout, total flows (unless `convert`), no year in the name."""
    if supply_use.is_workbook(name):
        return supply_use.read_workbook(path, name, convert=convert)
    content = lines(path, name)
    if len(content) < 3:
        raise unknown_layout(name)
    if figaro.is_figaro(content[0]):
        return figaro.read_figaro(content, name)
    if eurostat.is_long(content[0]):
        return eurostat.read_long(content, name, convert=convert)
    found = grid(content)
    if eurostat.is_wide(found):
        return eurostat.read_wide(found, name, convert=convert)
    if marked.is_british(found):
        return marked.read_british(found, name)
    if marked.is_marked(found):
        return marked.read_marked(found, name)
    raise unknown_layout(name)


def read_io_table(path: Path, cells: Path, sectors: Path, name: str, *, convert: bool = False) -> Reading:
    """Write `raw_io_cell` and `raw_io_sector` of a table; the reading says how well it balances."""
    table = read_table(path, name, convert=convert)
    checked = balance(table)
    write(table, cells, sectors)
    return Reading(len(table.codes), 0, {"notes": notes(table, checked)})


def read_io_table_total(path: Path, cells: Path, sectors: Path, name: str) -> Reading:
    """The same of a table of total flows, converted to domestic ones."""
    return read_io_table(path, cells, sectors, name, convert=True)


def notes(table: IoTable, checked: Balance) -> list[str]:
    """What a user is told of a table, in French: its year, its checks, what it lacks."""
    found = [
        f"Tableau de {table.year}, {len(table.codes)} branches, {table.unit}.",
        f"Écart au plus : lignes {checked.row_gap:.4g}, colonnes {checked.column_gap:.4g}, sur une production de"
        f" {checked.output:.6g} ; un euro de demande se retrouve à {checked.identity_gap:.2g} près.",
    ]
    told = " ; ".join(f"{code} {value:.4f}".replace(".", ",") for code, value in checked.multipliers.items())
    found.append(f"Multiplicateurs de production (type I), par branche ou produit : {told}.")
    if table.note == "converted":
        found.append(
            "Flux totaux convertis en flux intérieurs : la même part importée pour tous les usages d'un produit."
        )
    if table.valuation is not None:
        found.append(
            "Emplois ramenés aux prix de base (marges, impôts sur les produits, TVA à part), puis produits par produits"
            " (technologie de branche)."
        )
    if table.taxes is None:
        found.append("La valeur ajoutée comprend les impôts nets sur les produits, que le tableau ne sépare pas.")
    if table.wages is None:
        found.append("Pas de salaires : ni salaires ni effets induits ne seront calculés.")
    return found


def embedded() -> IoTable:
    """The table that ships with the program: France 2011, 20 sectors; old, without employment, wages or taxes."""
    path = FOLDER / "economy" / EMBEDDED
    return read_table(path, EMBEDDED_NAME)


def own_rows() -> dict[str, list[dict[str, Any]]]:
    """The embedded table as the rows of the two raw tables."""
    table = embedded()
    return {"raw_io_cell": cell_rows(table), "raw_io_sector": sector_rows(table)}
