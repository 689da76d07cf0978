"""What a reading of a DECP file says about itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Progress = Callable[[int, int], None]
"""Told now and then: bytes done, bytes to do."""


@dataclass(frozen=True)
class ReadReport:
    """The account of one file: every record of the file is a row of the raw table.

    `records` counts rows written, `unreadable` those of them that have an `unreadable_reason`,
    `concessions` those of kind `contrat-concession`. `notes` are plain French sentences.
    """

    records: int
    unreadable: int
    concessions: int
    source_format: str
    encoding: str
    notes: tuple[str, ...] = ()
