"""The smallest demonstration territory, written once for all tests: its files are to be read, never written."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from gisement.sources.demonstration import Demonstration, write


@cache
def tiny() -> Demonstration:
    """Its files, and the truth that they were made from."""
    return write(Path(_folder().name), "tiny")


@cache
def _folder() -> TemporaryDirectory[str]:
    """Gone with the tests."""
    return TemporaryDirectory(prefix="gisement-tiny-")
