"""Objectives and sheets: files read or refused in plain words, and states that no bound contradicts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gisement.catalog.file_kinds import file_template
from gisement.sources.partners.sheets import slug
from gisement.store import Workspace
from gisement.studies.targets import MISSED, REACHED, UNCERTAIN, UNDER_WAY, UNKNOWN, state_of
from gisement.terms import Figure, Level, Sums
from tests.workspaces import added, built, created, rows

TARGET = file_template("target")
SHEET = file_template("experience")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """An empty workspace."""
    return created(tmp_path / "workspace", "department:86")


def figure(value: float | None, low: float | None, high: float | None) -> Figure:
    """A share with these bounds."""
    return Figure("local_share", "percent", {}, value, low, high, "missing", None, Sums(), Level.OBSERVED)


@pytest.mark.parametrize(
    ("value", "low", "high", "aim", "at_most", "state"),
    [
        (0.30, 0.25, 0.40, 0.25, False, REACHED),
        (0.30, 0.20, 0.40, 0.25, False, UNCERTAIN),
        (0.30, 0.20, 0.40, 0.41, False, MISSED),
        (0.30, 0.20, None, 0.41, False, UNCERTAIN),
        (None, 0.0, 1.0, 0.25, False, UNKNOWN),
        (0.08, 0.07, 0.10, 0.10, True, REACHED),
        (0.08, 0.07, 0.12, 0.10, True, UNCERTAIN),
        (0.20, 0.11, 0.30, 0.10, True, MISSED),
        (0.08, 0.07, None, 0.10, True, UNCERTAIN),
    ],
)
def test_a_state_is_said_only_where_the_bounds_prove_it(
    value: float | None, low: float | None, high: float | None, aim: float, at_most: bool, state: str
) -> None:
    assert state_of(figure(value, low, high), aim, at_most=at_most, is_over=True) == state
    assert state_of(figure(value, low, high), aim, at_most=at_most, is_over=False) == UNDER_WAY


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('value = 25 ', 'value = "beaucoup" ', ["Objectif 1", "value"]),
        ("value = 25 ", "value = 125 ", ["value", "0 à 100"]),
        ("year = 2026", 'year = "bientôt"', ["year", "année"]),
        ("social_consideration_count_share", "nowhere", ["indicator", "gisement indicators"]),
        ('"200069854", ', '"20006985", ', ["partners", "SIREN"]),
        ("where = []", 'where = ["year=2026"]', ["where", "année"]),
        ("direction =", "directoin =", ["directoin", "champ inconnu"]),
        ("\n[[target]]", "\n[[target", ["TOML", "template target"]),
    ],
)  # fmt: skip
def test_an_objective_that_cannot_be_read_is_told(
    workspace: Workspace, tmp_path: Path, old: str, new: str, words: list[str]
) -> None:
    refused(workspace, "target", tmp_path / "t.toml", TARGET.replace(old, new, 1), words)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("segment: cleaning_services", "segment: nettoyage", ["segment", "nettoyage"]),
        ("date: 2025-06-30", "date: hier", ["date", "2026-03-31"]),
        ("titre:", "titel:", ["titel", "champ inconnu"]),
        ('acheteur: "218601946"', "", ["acheteur"]),
        ("diffusion: partenaires", "diffusion: tous", ["diffusion", "public"]),
        ("Direction de la", "jeanne@example.org, direction de la", ["adresse", "fonction"]),
        ("Une phrase ou deux.", "Appeler le 05 49 00 00 00.", ["téléphone", "fonction"]),
        ("---\n", "", ["en-tête", "template experience"]),
    ],
)
def test_a_sheet_that_cannot_be_read_is_told(
    workspace: Workspace, tmp_path: Path, old: str, new: str, words: list[str]
) -> None:
    refused(workspace, "experience", tmp_path / "e.md", SHEET.replace(old, new, 1), words)


def refused(workspace: Workspace, kind: str, path: Path, text: str, words: list[str]) -> None:
    """The file is refused in one sentence that holds these words."""
    path.write_text(text, encoding="utf-8")
    (one,) = added(workspace, kind, [path])
    assert one.trouble is not None
    assert [word for word in words if word not in one.trouble.fr] == []


def test_a_share_is_kept_as_a_fraction_and_the_latest_sheet_wins(workspace: Workspace, tmp_path: Path) -> None:
    later = SHEET.replace("2025-06-30", "2025-07-01").replace("Une phrase ou deux.", "Mieux dit.")
    texts = {"target": [TARGET, TARGET.replace("value = 25 ", 'value = "27,5 %" ').replace("2026", "2027")]}
    texts["experience"] = [SHEET, later]
    for kind, contents in texts.items():
        for number, text in enumerate(contents):
            path = tmp_path / f"{kind}{number}.txt"
            path.write_text(text, encoding="utf-8")
            assert [one.trouble for one in added(workspace, kind, [path])] == [None]
    built(workspace, ("target", "sheet"))
    held: list[dict[str, Any]] = rows(workspace, "SELECT * FROM target ORDER BY target_year", ["target"])
    assert [(row["target_year"], row["target_value"]) for row in held] == [(2026, 0.25), (2027, 0.275)]
    (sheet,) = rows(workspace, "SELECT * FROM sheet", ["sheet"])
    assert "Mieux dit." in sheet["sheet_text"]
    assert (sheet["is_public"], sheet["buyer_siren"]) == (False, "218601946")


@pytest.mark.parametrize(
    ("pair", "words"),
    [
        ("toto=1", ["Objectif", "2026", "toto", "choisir parmi", "family"]),
        ("basis=payment", ["basis", "contract"]),
        ("buyers=tous", ["buyers", "territory"]),
        ("consideration=jamais", ["consideration", "award_criterion"]),
    ],
)
def test_a_key_of_a_perimeter_is_read_as_the_file_comes_in(
    workspace: Workspace, tmp_path: Path, pair: str, words: list[str]
) -> None:
    """It was taken, and every page and report then stopped on it."""
    refused(workspace, "target", tmp_path / "t.toml", TARGET.replace("where = []", f'where = ["{pair}"]'), words)


def test_an_objective_is_told_by_one_file(workspace: Workspace, tmp_path: Path) -> None:
    """Of two files, the higher value was kept without a word, whichever came last."""
    first = tmp_path / "a.toml"
    first.write_text(TARGET, encoding="utf-8")
    assert [one.trouble for one in added(workspace, "target", [first, first])] == [None, None]
    refused(workspace, "target", tmp_path / "b.toml", TARGET.replace("value = 25 ", "value = 10 "), ["déjà", "remove"])
    twice = TARGET.replace("2026", "2027")
    refused(workspace, "target", tmp_path / "c.toml", f"{twice}\n{twice}", ["déjà", "remove"])


def test_an_objective_on_places_comes_in_with_what_the_law_says(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "t.toml"
    path.write_text(TARGET.replace("social_consideration_count_share", "local_share"), encoding="utf-8")
    (one,) = added(workspace, "target", [path])
    assert one.reading is not None
    assert "L2152-7" in one.reading.details["notes"][0]


def test_a_title_becomes_an_address() -> None:
    assert slug("L'Œuvre : été à Poitiers !") == "l-oeuvre-ete-a-poitiers"
