"""The property: a file is read, and all of it accounted for, or refused in one plain sentence that names it."""

from __future__ import annotations

import faulthandler
import hashlib
import json
import shutil
import signal
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
from lxml import etree

from gisement.engine.intake import Added
from gisement.store import Workspace, remove_snapshot, snapshots
from gisement.terms import Trouble
from tests.workspaces import added

KINDS = ("marche", "marches", "contrat-concession", "contrats-concessions")
BIDIRECTIONAL = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
PATIENCE = 30
"""Seconds of processor time for one small file: a reader that takes more does not end."""


def outcome(workspace: Workspace, folder: Path, name: str, data: bytes) -> list[Added]:
    """Add a file of these bytes to an emptied workspace, and check all that must hold of any file."""
    clear(workspace)
    path = folder / name
    path.write_bytes(data)
    with patience():
        found = added(workspace, "decp", [path])
    for one in found:
        if one.trouble is not None:
            is_plain(one.trouble, one.name.split("/")[0].removesuffix(".gz"))
        elif one.reading is not None:
            assert one.snapshot is not None
            accounts_for(workspace, one)
    held = {one.snapshot.identifier for one in found if one.snapshot}
    assert {snapshot.identifier for snapshot in snapshots(workspace)} == held, "a refused file leaves nothing"
    assert {path.stem for path in workspace.raw.glob("raw_decp/*.parquet")} == held
    assert [path for path in workspace.scratch.rglob("*") if path.is_file()] == []
    return found


def clear(workspace: Workspace) -> None:
    """Take every file out again."""
    for snapshot in list(snapshots(workspace)):
        remove_snapshot(workspace, snapshot.identifier)
    for leftover in (*workspace.scratch.glob("raw/*"), *workspace.scratch.glob("expanded/*")):
        shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()


@contextmanager
def patience() -> Iterator[None]:
    """Fail, and say where, if the reader does not end."""

    def give_up(number: int, frame: object) -> None:
        faulthandler.dump_traceback()
        raise AssertionError("the reader does not end")

    signal.signal(signal.SIGPROF, give_up)
    signal.setitimer(signal.ITIMER_PROF, PATIENCE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def is_plain(trouble: Trouble, name: str) -> None:
    """One sentence in each language, which names the file, or a heading and a sentence for each of the first errors."""
    for told in (trouble.fr, trouble.en):
        assert name in told, told
        sentences = told.split("\n")
        for sentence in sentences:
            assert is_one_line(sentence.removesuffix(":") + "." * sentence.endswith(":")), sentence
            assert len(sentence) < 1000, sentence
        assert len(sentences) < 30, told


def is_one_line(sentence: str) -> bool:
    """Whether a sentence can be shown on a terminal as it is, and has an end."""
    acts = any(
        unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") or letter in BIDIRECTIONAL for letter in sentence
    )
    return not acts and sentence.endswith(".") and "Traceback" not in sentence


def accounts_for(workspace: Workspace, one: Added) -> None:
    """Rows are the records announced, numbered from 1; an unreadable one says why, and is told from others."""
    assert one.reading is not None
    assert one.snapshot is not None
    assert one.snapshot.sha256 == hashlib.sha256(one.snapshot.path.read_bytes()).hexdigest()
    found = rows(workspace, one)
    assert len(found) == one.reading.records
    assert [row["position"] for row in found] == list(range(1, len(found) + 1))
    unread = [row for row in found if row["unreadable_reason"] is not None]
    assert len(unread) == one.reading.unreadable
    assert sum(row["record_kind"] == "contrat-concession" for row in found) == one.reading.details["concessions"]
    assert all(map(is_one_line, one.reading.details["notes"])), one.reading.details["notes"]
    for row in found:
        assert len(row["record_hash"]) == 32
        assert row["unreadable_reason"] or row["source_format"]
    for row in unread:
        assert is_one_line(row["unreadable_reason"]), row["unreadable_reason"]


TOLD_OF_THE_UNREAD = (
    "position",
    "record_hash",
    "record_kind",
    "source_format",
    "unreadable_reason",
    "has_lost_letters",
)


def rows(workspace: Workspace, one: Added) -> list[dict[str, Any]]:
    """The raw rows of a file, in its order."""
    assert one.snapshot is not None
    path = workspace.raw / "raw_decp" / f"{one.snapshot.identifier}.parquet"
    with duckdb.connect() as connection:
        answer = connection.execute("SELECT * FROM read_parquet(?) ORDER BY position", [str(path)])
        names = [column[0] for column in answer.description or ()]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


# --- how many records there are, counted by other means -----------------------------------------------------


class _Twice(Exception):
    """A key that stands twice in one object: JSON does not say which one counts."""


def json_count(data: bytes) -> int | None:
    """The records of a document that Python's own reader accepts as JSON in UTF-8; None where it is not for us to say."""
    try:
        document = json.loads(data.decode("utf-8"), object_pairs_hook=_once)
    except (ValueError, RecursionError, _Twice):
        return None
    if isinstance(document, list):
        return len(document)
    return _count(document) if isinstance(document, dict) else None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise _Twice
    return made


def _count(held: dict[str, Any], depth: int = 0) -> int | None:
    inside = [held[key] for key in KINDS if key in held]
    found = [len(value) for value in inside if isinstance(value, list)]
    if depth < 3:
        found += [
            count for value in inside if isinstance(value, dict) and (count := _count(value, depth + 1)) is not None
        ]
    return sum(found) if found else None


def xml_count(data: bytes) -> int | None:
    """The records of a document that lxml accepts; None where it is no XML of contracts."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    if root.getroottree().docinfo.internalDTD is not None:
        return None
    names = [etree.QName(element).localname for element in (root, *root.iterchildren(tag=etree.Element))]
    return sum(name in ("marche", "contrat-concession") for name in names) if names[0] in KINDS else None
