"""The smallest demonstration territory, written once for all tests: its files are to be read, never written."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from gisement.sources.demonstration import Demonstration, File, write

PAID = ("ledger", "pes", "accounts")
FOOD = "alimentation"


@cache
def tiny() -> Demonstration:
    """Its files, and the truth that they were made from."""
    return write(Path(_folder().name), "tiny")


def contract_files(demo: Demonstration) -> list[File]:
    """Its files without those of payments and of food: contracts, the register, what partners agreed on."""
    return [file for file in demo.files if file.kind not in PAID and file.path.parent.name != FOOD]


@cache
def _folder() -> TemporaryDirectory[str]:
    """Gone with the tests."""
    return TemporaryDirectory(prefix="gisement-tiny-")
