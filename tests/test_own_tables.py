"""Raw tables that the program gives: untouched, none of them is read again; anything else makes them what they must be."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from gisement.catalog.segments import segment_words
from gisement.engine import own
from gisement.engine.own import give_own_tables
from gisement.sources import geography
from gisement.store import Workspace, code, database, parsed
from gisement.terms import Trouble
from tests.workspaces import created

EMBEDDED, OF_ROWS = "raw_commune", "segment_word"


@pytest.fixture
def given(tmp_path: Path) -> Workspace:
    """A workspace that has what the program gives."""
    workspace = created(tmp_path / "one", "epci:200069854")
    give_own_tables(workspace)
    return workspace


def file_of(workspace: Workspace, table: str) -> Path:
    return workspace.raw / table / "own.parquet"


def content(workspace: Workspace) -> dict[str, bytes]:
    """The file of every table that the program gives."""
    return {path.parent.name: path.read_bytes() for path in workspace.raw.glob("*/own.parquet")}


def communes(workspace: Workspace) -> int:
    """Of the territory."""
    ((count,),) = database.query(workspace, "SELECT count(*) FROM territory", ["territory"])
    return int(count)


def delete(path: Path) -> None:
    """Take a file away."""
    path.unlink()


def cut(path: Path) -> None:
    """Half of a file is lost."""
    path.write_bytes(path.read_bytes()[:100])


def spoil(path: Path) -> None:
    """One octet is another one; the size is what it was."""
    octets = bytearray(path.read_bytes())
    octets[len(octets) // 2] ^= 1
    path.write_bytes(octets)


def spoil_in_secret(path: Path) -> None:
    """One octet is another one; the size and the instant of the last change are what they were."""
    status = path.stat()
    spoil(path)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def refused(*_: object, **__: object) -> None:
    raise AssertionError("what nobody touched is looked at again")


def test_what_nobody_touched_is_not_read_again(given: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("connect", "fingerprint"):
        monkeypatch.setattr(database, name, refused)
    monkeypatch.setattr(geography, "territory_rows", refused)
    before = content(given)
    give_own_tables(given)
    assert content(given) == before
    assert len(before) == 14


@pytest.mark.parametrize("harm", [delete, cut, spoil])
def test_a_file_that_was_harmed_is_whole_again(given: Workspace, harm: Callable[[Path], None]) -> None:
    before = content(given)
    harm(file_of(given, EMBEDDED))
    give_own_tables(given)
    assert content(given) == before


def test_rows_that_were_deleted_or_exchanged_are_back(given: Workspace) -> None:
    before = content(given)
    delete(file_of(given, OF_ROWS))
    give_own_tables(given)
    assert content(given) == before
    connection = database.connect(given)
    database.write_rows(connection, OF_ROWS, [{"phrase": "craie", "segment": "nothing"}], file_of(given, OF_ROWS))
    connection.close()
    give_own_tables(given)
    assert content(given) == before


def test_a_territory_changed_by_hand_is_another_one(given: Workspace) -> None:
    declared = given.root / "territory.toml"
    before = communes(given)
    declared.write_text(declared.read_text(encoding="utf-8").replace("epci:200069854", "commune:86194"))
    give_own_tables(given)
    assert (before > 1, communes(given)) == (True, 1)
    declared.write_text('territory = "commune:99999"\n', encoding="utf-8")
    for _ in range(2):
        with pytest.raises(Trouble, match="99999"):
            give_own_tables(given)


def test_another_version_of_the_code_gives_its_own(given: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    words = segment_words()[:-1]
    monkeypatch.setattr(own, "segment_words", lambda: words)
    before = content(given)
    give_own_tables(given)
    assert content(given) == before
    monkeypatch.setattr(parsed, "code_stamp", lambda: "of another version")
    give_own_tables(given)
    assert {table for table, octets in content(given).items() if octets != before[table]} == {OF_ROWS}
    assert len(database.query(given, f"FROM {OF_ROWS}", [OF_ROWS])) == len(words)


@pytest.mark.parametrize(
    "text", ["", "[", "[]", "{}", '{"files": {}}', '{"files": 1}', '{"files": {"raw_commune": 1}}']
)
def test_a_mark_that_cannot_be_read_costs_only_the_work(given: Workspace, text: str) -> None:
    before = content(given)
    (given.scratch / "plans" / "own_tables.json").write_text(text, encoding="utf-8")
    delete(file_of(given, EMBEDDED))
    give_own_tables(given)
    assert content(given) == before


def test_a_copy_of_a_workspace_needs_no_look(given: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(given.root, tmp_path / "copy")
    monkeypatch.setattr(geography, "territory_rows", refused)
    give_own_tables(Workspace(tmp_path / "copy"))


def test_the_mark_of_another_workspace_is_none(given: Workspace, tmp_path: Path) -> None:
    other = created(tmp_path / "other", "department:86")
    give_own_tables(other)
    mark = (given.scratch / "plans" / "own_tables.json").read_text(encoding="utf-8")
    (other.scratch / "plans" / "own_tables.json").write_text(mark, encoding="utf-8")
    (other.root / "territory.toml").write_bytes((given.root / "territory.toml").read_bytes())
    give_own_tables(other)
    assert content(other) == content(given)


# --- the code -----------------------------------------------------------------------------------------------


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package of two files, in two folders."""
    (tmp_path / "package" / "room").mkdir(parents=True)
    (tmp_path / "package" / "one.py").write_text("ONE = 1\n", encoding="utf-8")
    (tmp_path / "package" / "room" / "two.csv").write_text("a,b\n", encoding="utf-8")
    return tmp_path / "package"


def add_code(package: Path) -> None:
    """A file more."""
    (package / "room" / "three.yaml").write_text("", encoding="utf-8")


def edit_in_secret(package: Path) -> None:
    """Another figure in a file, whose size and instant are what they were."""
    spoil_in_secret(package / "one.py")


def lose_code(package: Path) -> None:
    """A file less."""
    (package / "room" / "two.csv").unlink()


@pytest.mark.parametrize("change", [add_code, edit_in_secret, lose_code])
def test_any_change_of_the_code_changes_its_stamp(package: Path, change: Callable[[Path], None]) -> None:
    before = code.stamp_of(package)
    (package / "__pycache__").mkdir()
    (package / "__pycache__" / "one.cpython-311.pyc").write_bytes(b"compiled")
    assert code.stamp_of(package) == before
    change(package)
    assert code.stamp_of(package) != before


def test_digests_are_taken_once_for_a_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = created(tmp_path / "one", "commune:86194")
    known = code.known_digests(workspace)
    assert (known["code"], known["readers"]) == (code.code_digest(), code.readers_digest())
    monkeypatch.setattr(code, "code_digest", refused)
    assert code.known_digests(workspace) == known
    monkeypatch.setattr(code, "code_digest", lambda *parts: "another")
    monkeypatch.setattr(code, "code_stamp", lambda: "of another version")
    assert code.known_digests(workspace) == {"stamp": "of another version", "code": "another", "readers": "another"}


@pytest.mark.parametrize("text", ["", "[", "[]", "{}", '{"stamp": 1}'])
def test_digests_that_cannot_be_read_are_taken_again(tmp_path: Path, text: str) -> None:
    workspace = created(tmp_path / "one", "commune:86194")
    known = code.known_digests(workspace)
    (workspace.scratch / "plans" / "code.json").write_text(text, encoding="utf-8")
    assert code.known_digests(workspace) == known
