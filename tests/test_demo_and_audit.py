"""The demonstration territory through the command line, and an audit of it from the draw to the estimate."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

from gisement.cli.workspace import demonstration
from gisement.sources.demonstration import writing
from gisement.sources.demonstration.food import FoodSize
from gisement.sources.demonstration.writing import Size
from gisement.store import database, snapshots
from tests.commands import gisement
from tests.workspaces import built

PLACE, FOUND = "lieu juste ? (oui/non/?)", "lieu constaté (dans/hors)"
SEGMENT, AMOUNT = "segment juste ? (oui/non/?)", "montant juste ? (oui/non/?)"
SEGMENT_FOUND = "segment constaté (code)"
CONTRACTS = ("--where", "basis=contract", "--where", "buyers=all")


@pytest.fixture(scope="module")
def workspace(tiny_home: Path) -> Path:
    """The smallest demonstration territory, built: its contracts are audited."""
    return tiny_home


def drawn(workspace: Path, form: Path, *words: object) -> list[dict[str, str]]:
    """The rows of a form that was drawn."""
    run = gisement("audit", "draw", "-o", form, *CONTRACTS, *words, workspace=workspace)
    assert (run.returncode, run.stderr) == (0, "")
    with form.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines, delimiter=";"))


def completed(form: Path, rows: list[dict[str, str]], place: str = "oui") -> Path:
    """Write a form whose every answer is yes (but for the place), the unknown places being found inside."""
    for row in rows:
        row |= {PLACE: place, SEGMENT: "oui", AMOUNT: "oui"}
        if row["lieu retenu"] == "inconnu":
            row |= {PLACE: "non", FOUND: "dans"}
        if not row["segment retenu"]:
            row |= {SEGMENT: "non", SEGMENT_FOUND: "cleaning_services"}
    with form.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    return form


def estimated(workspace: Path, form: Path) -> Any:
    """What the audit says."""
    run = gisement("audit", "estimate", form, "--format", "json", workspace=workspace)
    assert (run.returncode, run.stderr) == (0, "")
    return json.loads(run.stdout)


def test_without_an_error_the_audit_finds_the_share_again(workspace: Path, tmp_path: Path) -> None:
    """Unknown places are found inside: the audited share is then between the published one and its upper bound."""
    form = tmp_path / "form.csv"
    told = estimated(workspace, completed(form, drawn(workspace, form)))
    run = gisement("measure", "local_share", *CONTRACTS, "--format", "json", workspace=workspace)
    measured = json.loads(run.stdout)
    (found,), (figure,) = told["figures"], measured["figures"]
    assert told["audit"]["book_value"] == pytest.approx(figure["value"], abs=1e-9)
    assert figure["value"] < found["value"] <= figure["high"]
    assert found["low"] < found["value"] < found["high"]
    assert (found["interval"], found["level"], found["coverage"]) == ("sampling", "modelled", 1)
    assert {name: told["audit"][name] for name in ("value", "low", "high")} == {
        name: found[name] for name in ("value", "low", "high")
    }
    same = ("group", "sums_eur", "counts", "options", "rows")
    assert {name: found[name] for name in same} == {name: figure[name] for name in same}
    assert (told["indicator"], told["perimeter"]["buyers"]) == (measured["indicator"], "all")
    *others, last = found["origins"]
    assert others == figure["origins"]
    assert (last["file"], last["sha256"]) == ("form.csv", hashlib.sha256(form.read_bytes()).hexdigest())


def test_places_that_nobody_can_tell_are_said(workspace: Path, tmp_path: Path) -> None:
    form = tmp_path / "form.csv"
    completed(form, drawn(workspace, form), place="?")
    told = gisement("audit", "estimate", form, workspace=workspace).stdout
    assert "restent sans réponse" in told
    assert "intervalle à 95 %" in told.replace("\u00a0", " ")
    assert "form.csv." in told
    assert f"gisement -w {workspace} rows local_share --verdict part --where basis=contract --where buyers=all" in told


def test_the_same_seed_draws_the_same_lines(workspace: Path, tmp_path: Path) -> None:
    one, same, other = (drawn(workspace, tmp_path / "form.csv", "--seed", seed) for seed in (7, 7, 8))
    assert one == same
    assert [row["clé"] for row in one] != [row["clé"] for row in other]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("audit", "estimate", "{form}", "--seed", "99"), "Aucun tirage n'a la graine 99"),
        (("audit", "estimate", "{form}"), "Le formulaire est à compléter : ligne 1"),
        (("audit", "estimate", "absent.csv"), "absent.csv ne se lit pas"),
        (("audit", "draw", "-o", "absent/form.csv"), "absent/form.csv ne peut pas être écrit"),
    ],
)
def test_what_is_wrong_gets_one_sentence(
    workspace: Path, tmp_path: Path, words: tuple[str, ...], sentence: str
) -> None:
    drawn(workspace, tmp_path / "form.csv")
    run = gisement(*(word.format(form=tmp_path / "form.csv") for word in words), workspace=workspace)
    assert run.returncode == 2
    assert sentence in run.stderr
    assert len(run.stderr.splitlines()) == 1


def test_a_demonstration_of_another_size_takes_the_place_of_the_former(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two fictive territories in one folder would add up to a share that is neither's (both are made small here)."""
    food = FoodSize(2, 8, weekly=False)
    sizes = {name: Size(contracts, 200, 20, food, workbooks=False) for name, contracts in (("tiny", 20), ("demo", 30))}
    monkeypatch.setattr(writing, "SIZES", sizes)
    for size in sizes:
        workspace = demonstration(tmp_path / "w", size)
        held = sorted((one.kind, one.name) for one in snapshots(workspace))
    assert len(held) == len(set(held)), "a file of each size"
    built(workspace, ["contract"])
    ((count,),) = database.query(workspace, "SELECT count(*) FROM contract", ["contract"])
    assert 200 < count < 220


def test_the_demonstration_writes_its_study_as_one_page(tiny_home: Path) -> None:
    page = (tiny_home / "out" / "diagnosis.html").read_text(encoding="utf-8")
    assert '<html lang="fr"' in page
    assert "fictif" in page
    assert "dans le département" in page
    assert not re.search(r"""(src|href)=["']https?://[^"']+\.(js|css|png|svg|woff2?)""", page), "it needs no server"
