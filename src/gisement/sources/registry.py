"""What `add` accepts: each kind of file, the raw tables that it feeds, its reader, as `catalog/file_kinds.yaml` says.

A reader is a function of a module of this room: it takes the file, the path of each raw table in their order, and the
name that the user knows the file by. It writes the tables, and gives a `Reading`, or the number of records alone. It is
imported when a file is to be read: a build that has nothing to parse does not wait for its libraries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from typing import Any

from gisement.catalog.file_kinds import FileKind, file_kinds
from gisement.terms import Reading, Source


def read_decp(path: Path, target: Path, name: str) -> Reading:
    """Write `raw_decp` from essential data on contracts."""
    from gisement.sources.decp import read

    report = read(path, target, name=name)
    details = {"format": report.source_format, "encoding": report.encoding, "concessions": report.concessions}
    return Reading(report.records, report.unreadable, {**details, "notes": list(report.notes)})


def read_establishments(path: Path, target: Path, name: str) -> Reading:
    """Write `raw_establishment` from an extract of the business register."""
    from gisement.sources import sirene

    report = sirene.read_establishments(path, target)
    return Reading(report.rows, report.unreadable, {"missing_columns": list(report.columns_missing)})


def read_legal_units(path: Path, target: Path, name: str) -> Reading:
    """Write `raw_legal_unit` from an extract of the business register."""
    from gisement.sources import sirene

    report = sirene.read_legal_units(path, target)
    return Reading(report.rows, report.unreadable, {"missing_columns": list(report.columns_missing)})


def read_masked(path: Path, payments: Path, dropped: Path, name: str) -> Reading:
    """Write `raw_payment` and `raw_payment_dropped` from a masked ledger."""
    from gisement.sources.ledger import masked_file

    return masked_file.read_masked(path, {"raw_payment": payments, "raw_payment_dropped": dropped}, name)


def prepare_ledger(path: Path, target: Path, mapping: Path | None, buyer: str | None) -> None:
    """Write what may be kept of a ledger."""
    from gisement.sources.ledger import prepare
    from gisement.sources.ledger.mapping import read_mapping

    prepare.prepare_ledger(path, target, read_mapping(mapping) if mapping else None, buyer=buyer)


def prepare_pes(path: Path, target: Path, mapping: Path | None, buyer: str | None) -> None:
    """Write what may be kept of a PES flow."""
    from gisement.sources import pes
    from gisement.sources.ledger.mapping import read_mapping

    pes.prepare_pes(path, target, read_mapping(mapping) if mapping else None, buyer=buyer)


def function_of(name: str) -> Callable[..., Any]:
    """The function of this room that a reader's `module.function` names."""
    module, _, function = name.rpartition(".")
    found: Callable[..., Any] = getattr(import_module(f"gisement.sources.{module}"), function)
    return found


class _Sources(Mapping[str, Source]):
    """The kinds of files by their words, read from the catalog when they are asked for."""

    def __getitem__(self, name: str) -> Source:
        return _source(name)

    def __iter__(self) -> Iterator[str]:
        return iter(file_kinds())

    def __len__(self) -> int:
        return len(file_kinds())


@cache
def _source(name: str) -> Source:
    kind = file_kinds()[name]
    prepare = partial(_prepare, kind.prepare) if kind.prepare else None
    return Source(name, kind.tables, partial(_read, kind), kind.card, prepare, kind.workbooks)


def _read(kind: FileKind, path: Path, targets: Mapping[str, Path], name: str) -> Reading:
    told = function_of(kind.reader)(path, *(targets[table] for table in kind.tables), name)
    return told if isinstance(told, Reading) else Reading(told)


def _prepare(preparer: str, path: Path, target: Path, mapping: Path | None, buyer: str | None) -> None:
    function_of(preparer)(path, target, mapping, buyer)


SOURCES: Mapping[str, Source] = _Sources()
"""Every kind of file, by the word that `add` takes."""
