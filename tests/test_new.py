"""`gisement new` in a clone: what it writes obeys the tests that every indicator obeys, before anyone touches it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

PROJECT = Path(__file__).resolve().parent.parent
START = "from gisement.cli import main; main()"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The tree of a clone, without its history."""
    left_out = shutil.ignore_patterns("__pycache__", ".hypothesis", "official", "fuzz", "publish")
    for name in ("src", "docs"):
        shutil.copytree(PROJECT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(PROJECT / "tests", tmp_path / "tests", ignore=left_out)
    for name in ("pyproject.toml", "Makefile"):
        shutil.copy(PROJECT / name, tmp_path)
    return tmp_path


def run(clone: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run Python in the clone, on its own code."""
    environment = {**os.environ, "PYTHONPATH": str(clone / "src"), "COLUMNS": "100"}
    return subprocess.run([sys.executable, *words], cwd=clone, env=environment, capture_output=True, text=True)


def test_a_new_indicator_works_and_obeys_the_tests_of_all(clone: Path) -> None:
    made = run(clone, "-c", START, "new", "indicator", "late_share", "--question", "sellers")
    assert made.returncode == 0, made.stderr
    assert run(clone, "-m", "tests.method_pages").returncode == 0
    changed = [word for word in made.stdout.split() if "/" in word]
    assert len(changed) == 5, "four files to write, and the list that names the new one"
    style = run(clone, "-m", "ruff", "check", "src/gisement/indicators")
    assert style.returncode == 0, style.stdout
    tests = ["tests/test_cases.py", "tests/test_docs.py", "tests/test_catalog.py", "tests/test_figures.py"]
    held = run(
        clone, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests, "-k", "late_share or README or every or each"
    )
    assert held.returncode == 0, held.stdout
    assert "late_share" in (clone / "docs" / "methods" / "README.md").read_text(encoding="utf-8")


def test_a_new_source_is_added_built_and_obeys_the_tests_of_all(clone: Path) -> None:
    made = run(clone, "-c", START, "new", "source", "late_works")
    assert made.returncode == 0, made.stderr
    style = run(clone, "-m", "ruff", "check", "src/gisement", "tests/sources/test_late_works.py")
    assert style.returncode == 0, style.stdout
    tests = ["tests/test_catalog.py", "tests/sources/test_late_works.py"]
    tests += ["tests/test_docs.py::test_the_kinds_of_files_are_documented", "tests/test_house.py::test_the_house_obeys"]
    held = run(clone, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests)
    assert held.returncode == 0, held.stdout
    (clone / "works.csv").write_text("acheteur;intitule\n200069854;École\n200069854;École\n", encoding="utf-8")
    for words in (
        ("init", "--territory", "epci:200069854"),
        ("add", "late-works", "works.csv"),
        ("build", "late_works"),
    ):
        done = run(clone, "-c", START, "-w", "town", *words)
        assert done.returncode == 0, done.stderr
    assert pq.read_table(clone / "town" / "tables" / "late_works.parquet").to_pylist() == [
        {"buyer_siren": "200069854", "late_works_title": "École"}
    ]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("indicator", "local_share"), "« local_share » existe déjà"),
        (("indicator", "Part-Locale"), "ne peut pas être un nom"),
        (("indicator", "late_share", "--question", "moneys"), "choisir parmi money,"),
        (("source", "works_programme"), "« works_programme » existe déjà"),
    ],
)
def test_what_cannot_be_new_is_refused_in_one_sentence(clone: Path, words: tuple[str, ...], told: str) -> None:
    refused = run(clone, "-c", START, "new", *words)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert told in " ".join(refused.stderr.split())
    assert not (clone / "docs" / "methods" / "late_share.md").exists()


def test_new_is_for_a_clone(tmp_path: Path) -> None:
    assert "n'est pas un clone" in run(tmp_path, "-c", START, "new", "indicator", "late_share").stderr
