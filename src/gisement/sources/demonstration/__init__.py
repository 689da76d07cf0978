"""The demonstration territory: invented contracts, payments and suppliers, written as the files that real ones come in.

`write` makes official DECP files, ledgers, official accounts, a register extract and a schematic map for nine fictive
buyers of a real geography (Grand Poitiers). Figures are calibrated on public orders of magnitude and assumptions, and
confirm none of them: see `catalog/demonstration`.
"""

from __future__ import annotations

from gisement.sources.demonstration.writing import SIZES as SIZES
from gisement.sources.demonstration.writing import Demonstration as Demonstration
from gisement.sources.demonstration.writing import File as File
from gisement.sources.demonstration.writing import write as write
