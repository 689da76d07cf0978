"""The catalog as compiled says what its files say; a file that changed since, or a damaged copy, is read anew."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from gisement.catalog import compiled
from gisement.catalog.compiled import compiled_at, content_of, to_keep
from gisement.catalog.tables import FOLDER
from gisement.store import code
from tests.yaml_file import read_yaml

FILES = sorted(FOLDER.rglob("*.yaml"))


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package that has two files of the catalog, of which nothing is compiled."""
    for name in ("tables.yaml", "law/rules.yaml"):
        target = tmp_path / "catalog" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(FOLDER / name, target)
    monkeypatch.setattr(code, "PACKAGE", tmp_path)
    return tmp_path


def refused(_: bytes) -> None:
    raise AssertionError("what was compiled is read again")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(FOLDER)))
def test_what_is_compiled_says_what_the_file_says(path: Path, tmp_path: Path) -> None:
    copied = Path(shutil.copy(path, tmp_path))
    told = to_keep(copied)
    if told is not None:
        compiled_at(copied).parent.mkdir()
        compiled_at(copied).write_text(told, encoding="utf-8")
    assert repr(content_of(copied)) == repr(read_yaml(path))  # the order of keys too
    assert (told is None) == (path.parent.name in ("parameters", "law") or path.name == "labels.yaml")


def test_what_was_compiled_is_read_and_not_compiled_again(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tables, rules = package / "catalog" / "tables.yaml", package / "catalog" / "law" / "rules.yaml"
    expected = content_of(tables)
    code.keep_catalog()
    assert (compiled_at(tables).is_file(), compiled_at(rules).is_file()) == (True, False)
    monkeypatch.setattr(compiled, "_parsed", refused)
    assert content_of(tables) == expected
    assert to_keep(tables) is None
    with pytest.raises(AssertionError):
        content_of(rules)


def test_a_file_changed_since_is_read_anew(package: Path) -> None:
    tables = package / "catalog" / "tables.yaml"
    code.keep_catalog()
    tables.write_text("place:\n  grain: one row\n", encoding="utf-8")
    assert content_of(tables) == {"place": {"grain": "one row"}}
    code.keep_catalog()
    assert json.loads(compiled_at(tables).read_bytes())["content"] == content_of(tables)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", "1", '{"of": "another"}'])
def test_a_damaged_copy_is_left_aside(package: Path, text: str) -> None:
    tables = package / "catalog" / "tables.yaml"
    expected = content_of(tables)
    compiled_at(tables).parent.mkdir()
    compiled_at(tables).write_text(text, encoding="utf-8")
    assert content_of(tables) == expected
    assert to_keep(tables) is not None


def test_a_package_that_cannot_be_written_to_is_read_as_it_is(package: Path) -> None:
    tables = package / "catalog" / "tables.yaml"
    (package / "catalog" / "__pycache__").write_text("no folder", encoding="utf-8")
    code.keep_catalog()
    assert content_of(tables) == read_yaml(tables)
