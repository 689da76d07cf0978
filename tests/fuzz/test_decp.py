"""Random files of contracts: none ends in a traceback, and no record is lost uncounted.

`make fuzz` runs these tests over and over with many examples; the ordinary tests run a few of the same.
Files that were damaged on their way are in `test_decp_damage.py`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gisement.store import Workspace
from gisement.studies.checks import BUILT, Checks
from tests import official_xml
from tests.commands import gisement
from tests.fuzz import material
from tests.fuzz.account import outcome, rows
from tests.fuzz.damage import damaged
from tests.fuzz.material import as_csv, as_json, as_parquet, seeds
from tests.sources.decp_samples import concession, contract, published, wrapped
from tests.workspaces import added, built, created

few = settings(max_examples=min(settings().max_examples // 3, 40))
"""Each example writes a file and reads it with the engine: some fifty milliseconds. `make fuzz` goes over all several times."""
fewer = settings(max_examples=min(max(settings().max_examples // 50, 1), 3))
"""A build or a process for each example."""


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


@few
@given(material.columns)
def test_any_row_of_a_table_by_columns_is_counted(
    workspace: Workspace, folder: Path, held: dict[str, dict[str, Any]]
) -> None:
    (one,) = outcome(workspace, folder, "colonnes.json", as_json(held))
    numbers = {number for column in held.values() for number in column}
    assert one.reading.records == len(numbers) if one.reading else not numbers


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
    built(workspace, BUILT)
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
