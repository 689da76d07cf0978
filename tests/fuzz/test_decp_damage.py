"""Files of contracts that were damaged on their way: each is read or refused, and an accident costs only what it hit."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from gisement.store import Workspace
from tests.fuzz.account import json_count, outcome, rows, xml_count
from tests.fuzz.damage import SPLINTERS, damaged, packed, rewritten
from tests.fuzz.material import as_csv, as_json, seeds
from tests.sources.decp_samples import contract, wrapped

few = settings(max_examples=min(settings().max_examples // 3, 40))
"""Each example writes a file and reads it with the engine: some fifty milliseconds. `make fuzz` goes over all several times."""


@few
@given(st.data())
def test_a_damaged_file_is_read_or_refused(
    blocks: None, workspace: Workspace, folder: Path, data: st.DataObject
) -> None:
    name, seed = data.draw(st.sampled_from(seeds()), label="seed")
    how = rewritten if name.endswith(".json") and data.draw(st.booleans(), label="rewritten") else damaged
    harmed = data.draw(how(seed), label="bytes")
    found = outcome(workspace, folder, name, harmed)
    counts_agree(found, harmed)


def counts_agree(found: Sequence[Any], data: bytes) -> None:
    """Where other readers find a document sound, ours reads every record that they count."""
    for count in (json_count, xml_count):
        expected = count(data)
        if expected is not None and len(found) == 1 and found[0].reading is not None:
            assert found[0].reading.records == expected


@few
@given(st.data())
def test_damage_to_a_line_of_a_table_costs_only_lines(
    blocks: None, workspace: Workspace, folder: Path, data: st.DataObject
) -> None:
    """Each line holds a word of its own, which is found again unless its line is told as unreadable."""
    words = [f"MOT{number:04}" for number in range(30)]
    held = [{"id": word, "objet": 'Lot "1", dit l\'été', "acheteur_id": "1", "montant": "1,5"} for word in words]
    quoted = data.draw(st.booleans())
    head, _, body = as_csv(held, quoted=quoted).partition(b"\n")
    harmed = head + b"\n" + data.draw(damaged(body), label="lines")
    (one,) = outcome(workspace, folder, "table.csv", harmed)
    if one.reading is None:
        return
    kept = "\n".join(str(row) for row in rows(workspace, one))
    there = [line for line in harmed.replace(b"\r", b"\n").split(b"\n") if any(word.encode() in line for word in words)]
    lost = [line for line in there if not all(word in kept for word in words if word.encode() in line)]
    assert len(lost) <= one.reading.unreadable


@few
@given(st.data())
def test_damage_to_a_record_costs_only_itself(
    blocks: None, workspace: Workspace, folder: Path, data: st.DataObject
) -> None:
    """One accident in a JSON document: it is refused, or each record but the one that was hit is found again."""
    words = [f"MOT{number:04}" for number in range(12)]
    whole = as_json(wrapped(*(contract(id=word) for word in words)), indent=data.draw(st.sampled_from([None, 1])))
    at = data.draw(st.integers(0, len(whole)), label="place")
    splinter = data.draw(st.sampled_from(SPLINTERS) | st.binary(max_size=2), label="splinter")
    harmed = whole[:at] + splinter + whole[at + data.draw(st.integers(0, 1)) :]
    (one,) = outcome(workspace, folder, "decp.json", harmed)
    if one.reading is None:
        return
    assert one.reading.records >= len(words)
    kept = {row["id"] for row in rows(workspace, one)}
    assert len([word for word in words if word not in kept]) <= 1


@few
@given(st.data())
def test_an_archive_is_read_or_refused(workspace: Workspace, folder: Path, data: st.DataObject) -> None:
    name, seed = data.draw(st.sampled_from(seeds()[:6]), label="seed")
    shown, content = data.draw(packed(name, seed), label="archive")
    outcome(workspace, folder, shown, content)


@few
@given(st.binary(max_size=200) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "replace")))
@example(b"")
@example(b"\xef\xbb\xbf")
@example(b"\xff\xfe")
@example(b"[")
@example(b"<")
@example(b"PAR1")
@example(b"\x1f\x8b")
@example(b"PK\x03\x04")
def test_any_bytes_are_read_or_refused(workspace: Workspace, folder: Path, content: bytes) -> None:
    outcome(workspace, folder, "octets", content)
