"""Random files of contracts: none ends in a traceback, and no record is lost uncounted.

`make fuzz` runs these tests over and over with many examples; the ordinary tests run a few of the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from gisement.engine.checks import Checks
from gisement.sources.decp import chunks, json_file, tabular
from gisement.store import Workspace
from tests import official_xml
from tests.commands import gisement
from tests.fuzz import material
from tests.fuzz.account import json_count, outcome, rows, xml_count
from tests.fuzz.damage import SPLINTERS, damaged, packed, rewritten
from tests.fuzz.material import as_csv, as_json, as_parquet, seeds
from tests.sources.decp_samples import concession, contract, published, wrapped
from tests.workspaces import added, built, created

few = settings(max_examples=max(settings().max_examples // 3, 1))
"""Each example writes a file and reads it with the engine: some fifty milliseconds."""
fewer = settings(max_examples=max(settings().max_examples // 50, 1))
"""A build or a process for each example."""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """An empty workspace, empty again after each example."""
    return created(tmp_path_factory.mktemp("fuzz") / "workspace", "department:86")


@pytest.fixture(scope="module", params=[None, 700], ids=["whole", "in blocks"])
def blocks(request: pytest.FixtureRequest) -> Iterator[None]:
    """Files are read in blocks of some megabytes: also in such small ones that every document has several."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param:
            patch.setattr(json_file, "SIZE", request.param)
            patch.setattr(chunks, "SIZE", request.param)
            patch.setattr(tabular, "CELLS_AT_ONCE", 40)
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the file of the example is: after a crash of the process, it is still there."""
    return tmp_path_factory.mktemp("example")


# --- sound documents that hold anything ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def sound(workspace: Workspace, folder: Path) -> dict[str, Any]:
    """The row of a sound record in a file of its own."""
    (one,) = outcome(workspace, folder, "seul.json", as_json(wrapped(contract(id="first"))))
    return published(rows(workspace, one)[0])


@few
@given(st.lists(material.records, max_size=6), st.sampled_from([None, 1]), st.booleans())
def test_any_record_of_a_json_document_is_counted(
    blocks: None,
    workspace: Workspace,
    folder: Path,
    sound: dict[str, Any],
    held: list[Any],
    indent: int | None,
    ascii_only: bool,
) -> None:
    document = wrapped(contract(id="first"), *held, contract(id="last"), concessions=(concession(),))
    (one,) = outcome(workspace, folder, "decp.json", as_json(document, indent=indent, ascii_only=ascii_only))
    assert one.reading is not None
    assert one.reading.records == len(held) + 3
    found = rows(workspace, one)
    assert published(found[0]) == sound, "the others cost it nothing"
    assert (found[0]["id"], found[-2]["id"], found[-1]["record_kind"]) == ("first", "last", "contrat-concession")


@few
@given(
    material.lines, st.sampled_from([",", ";", "\t", "|"]), st.sampled_from(["\n", "\r\n", "\r"]), st.booleans(),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
)  # fmt: skip
def test_any_line_of_a_table_is_counted(
    blocks: None,
    workspace: Workspace,
    folder: Path,
    held: list[dict[str, str]],
    sign: str,
    ending: str,
    quoted: bool,
    encoding: str,
) -> None:
    data = as_csv(held, sign=sign, ending=ending, quoted=quoted).decode().encode(encoding, "replace")
    (one,) = outcome(workspace, folder, "table.csv", data)
    assert one.reading is not None
    assert one.reading.records == sum(any(line.values()) for line in held)


@few
@given(material.lines, st.dictionaries(st.sampled_from(material.HEADERS), st.sampled_from(material.KINDS)))
def test_any_row_of_a_parquet_table_is_counted(
    workspace: Workspace, folder: Path, held: list[dict[str, str]], kinds: dict[str, Any]
) -> None:
    (one,) = outcome(workspace, folder, "table.parquet", as_parquet(held, kinds))
    assert one.reading is not None
    assert one.reading.records == len(held)


@few
@given(st.lists(material.alike, max_size=5))
def test_any_element_of_an_xml_document_is_counted(workspace: Workspace, folder: Path, held: list[Any]) -> None:
    try:
        data = official_xml.document([contract(), *held], [concession()])
    except ValueError:
        assume(False)
    (one,) = outcome(workspace, folder, "decp.xml", data)
    assert one.reading is not None
    assert one.reading.records == len(held) + 2


# --- damaged files ------------------------------------------------------------------------------------------


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
@given(material.columns)
def test_any_row_of_a_table_by_columns_is_counted(
    workspace: Workspace, folder: Path, held: dict[str, dict[str, Any]]
) -> None:
    (one,) = outcome(workspace, folder, "colonnes.json", as_json(held))
    numbers = {number for column in held.values() for number in column}
    assert one.reading.records == len(numbers) if one.reading else not numbers


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


# --- from file to tables, and the command -------------------------------------------------------------------


@fewer
@given(st.data())
def test_accounts_close_after_a_build(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    home = tmp_path_factory.mktemp("build")
    workspace = created(home / "workspace", "department:86")
    paths = []
    for number, content in enumerate(data.draw(st.lists(_files(), min_size=1, max_size=4), label="files")):
        paths.append(home / f"{number}.decp")
        paths[-1].write_bytes(content)
    readings = [one.reading for one in added(workspace, "decp", paths) if one.reading]
    built(workspace)
    checks = Checks(workspace)
    assert [expectation for expectation in checks.expectations() if expectation["failed"]] == []
    accounts = checks.account()
    for name in ("records", "unreadable", "concessions"):
        assert sum(account[name] for account in accounts) == sum(
            reading.details[name] if name == "concessions" else getattr(reading, name) for reading in readings
        )
    kept = [account["contracts"] + account["joined"] + account["duplicates"] for account in accounts]
    assert sum(kept) == sum(reading.records - reading.unreadable for reading in readings)
    checks.connection.close()


def _files() -> st.SearchStrategy[bytes]:
    """Files whose records meet each other, in any format, sound or not."""
    held = st.lists(material.alike, min_size=1, max_size=25)
    sound = st.one_of(
        held.map(lambda records: as_json(wrapped(*records))),
        held.map(lambda records: as_json(records, indent=1)),
        material.lines.map(as_csv),
        material.lines.map(as_parquet),
        st.lists(material.records, min_size=1, max_size=10).map(lambda records: as_json(wrapped(contract(), *records))),
        st.sampled_from(seeds()).map(lambda seed: seed[1]),
    )
    return sound | sound.flatmap(damaged)


@fewer
@given(st.data())
def test_the_command_says_one_sentence(workspace: Workspace, folder: Path, data: st.DataObject) -> None:
    name, seed = data.draw(st.sampled_from(seeds()), label="seed")
    path = folder / name
    path.write_bytes(data.draw(damaged(seed), label="bytes"))
    run = gisement("add", "decp", path, workspace=workspace.root)
    assert "Traceback" not in run.stderr
    assert "Erreur imprévue" not in run.stderr
    if run.returncode:
        (sentence,) = run.stderr.splitlines()
        assert (run.returncode, sentence.startswith(name), sentence[-1]) == (2, True, ".")
    else:
        assert run.stderr == ""
        assert run.stdout.startswith(f"{name} : ")
