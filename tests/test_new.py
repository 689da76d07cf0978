"""`gisement new` in a clone: what it writes obeys the tests that every indicator obeys, before anyone touches it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
START = "from gisement.cli import main; main()"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The tree of a clone, without its history."""
    left_out = shutil.ignore_patterns("__pycache__", ".hypothesis", "official", "fuzz", "publish", "sources")
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


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("local_share",), "« local_share » existe déjà"),
        (("Part-Locale",), "ne peut pas être un nom"),
        (("late_share", "--question", "moneys"), "choisir parmi money,"),
    ],
)
def test_what_cannot_be_a_new_indicator_is_refused_in_one_sentence(
    clone: Path, words: tuple[str, ...], told: str
) -> None:
    refused = run(clone, "-c", START, "new", "indicator", *words)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert told in " ".join(refused.stderr.split())
    assert not (clone / "docs" / "methods" / "late_share.md").exists()


def test_new_is_for_a_clone(tmp_path: Path) -> None:
    assert "n'est pas un clone" in run(tmp_path, "-c", START, "new", "indicator", "late_share").stderr
