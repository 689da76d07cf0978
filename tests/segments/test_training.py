"""`gisement segments train`: learnt from published codes alone, kept with its card, gone with what it learnt from."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from gisement import pipeline
from gisement.models.titles.accuracy import Unseen, accuracy
from gisement.publish.words.models import learnt as told
from gisement.sources.demonstration import identifiers
from gisement.sources.segments.cpv_labels import read_cpv_labels
from gisement.store import Workspace, remove_snapshot, snapshots
from gisement.studies.titles import Learnt, learn_titles, withdraw
from gisement.terms import Trouble
from tests.segments.invented_titles import invented
from tests.workspaces import added, built, created, rows

HEADER = ("id", "acheteur_id", "objet", "codeCPV", "montant", "dateNotification")
DAY = "2024-06-01"


def published(path: Path) -> Path:
    """A table of invented contracts of sixteen buyers, and three without CPV code."""
    given = invented()
    lines: list[tuple[object, ...]] = [
        (place, identifiers.siret(identifiers.siren(500 + int(buyer[5:])), 1), title, cpv, 1000 + place, "2024-03-05")
        for place, (title, buyer, cpv) in enumerate(zip(given.titles, given.buyers, given.cpv_codes, strict=True))
    ]
    for place, title in enumerate(("Spécialités pharmaceutiques diverses", "Wkqz", "Nettoyage des vitres")):
        lines.append((f"u{place}", identifiers.siret(identifiers.siren(500), 1), title, "", 9000 + place, "2024-03-06"))
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADER, *lines])
    return path


@pytest.fixture(scope="module")
def learnt(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Learnt]:
    """A workspace whose model was learnt from its own contracts, built with it."""
    folder = tmp_path_factory.mktemp("training")
    workspace = created(folder / "workspace", "department:86")
    added(workspace, "decp", [published(folder / "table.csv")])
    (folder / "labels.csv").write_text(
        "code;label_fr\n33600000-6;Produits pharmaceutiques\n45;court\n", encoding="utf-8"
    )
    added(workspace, "cpv-labels", [folder / "labels.csv"])
    built(workspace, ["contract"])
    made = learn(workspace)
    built(workspace, ["contract"])
    return workspace, made


def learn(workspace: Workspace) -> Learnt:
    """What `segments train` does."""
    return learn_titles(workspace, pipeline.SOURCES["title-model"], DAY, lambda what, done, total: None)


def test_its_card_says_what_it_was_learnt_from_and_what_it_is_worth(learnt: tuple[Workspace, Learnt]) -> None:
    workspace, made = learnt
    card = made.snapshot.card
    (counted,) = rows(
        workspace,
        "SELECT count(DISTINCT (buyer_siren, lower(title), cpv_division)) AS n FROM contract WHERE cpv_code IS NOT NULL",
        ["contract"],
    )
    assert (made.titles, made.buyers, made.labels) == (counted["n"], 16, 1)
    assert (card["titles_count"], card["buyers_count"], card["date"]) == (made.titles, 16, DAY)
    assert set(card["learnt_from"]) == {
        s.identifier for kind in ("decp", "cpv-labels") for s in snapshots(workspace, kind)
    }
    for name in ("division", "segment"):
        assert card["accuracy"][name]["titles"] == made.titles
        assert 0.9 < card["accuracy"][name]["over_all"] <= 1
        assert 0 < card["thresholds"][name] <= 1
    for language in ("fr", "en"):
        assert made.snapshot.identifier in told(made, language)


def test_the_next_build_uses_it_and_published_codes_stay(learnt: tuple[Workspace, Learnt]) -> None:
    workspace, _ = learnt
    found = {row["contract_id"]: row for row in rows(workspace, "SELECT * FROM contract", ["contract"])}
    assert (found["u0"]["segment"], found["u0"]["segment_rule"], found["u0"]["is_medical"]) == (
        "med_drugs", found["u0"]["segment_rule"], True,
    )  # fmt: skip
    assert found["u0"]["segment_rule"] in ("words", "title_model")
    assert found["u1"]["segment_rule"] == "unclassified"
    assert {row["segment_rule"] for row in found.values() if row["cpv_code"]} == {"cpv_prefix"}


def test_learning_again_gives_the_same_model_in_its_place(learnt: tuple[Workspace, Learnt]) -> None:
    workspace, made = learnt
    assert learn(workspace).snapshot.sha256 == made.snapshot.sha256
    assert len(list(snapshots(workspace, "title-model"))) == 1


def test_a_file_withdrawn_takes_the_model_with_it(learnt: tuple[Workspace, Learnt], tmp_path: Path) -> None:
    workspace, made = learnt
    (labels,) = snapshots(workspace, "cpv-labels")
    gone = withdraw(workspace, labels.identifier)
    assert [one.kind for one in gone] == ["cpv-labels", "title-model"]
    again = learn(workspace)
    assert again.labels == 0
    assert again.snapshot.sha256 != made.snapshot.sha256
    remove_snapshot(workspace, again.snapshot.identifier)
    assert list(snapshots(workspace, "decp"))


def test_a_workspace_without_contracts_is_told_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="gisement build"):
        learn(created(tmp_path / "empty", "department:86"))


def test_accuracy_is_judged_by_thresholds_that_other_buyers_set() -> None:
    import numpy as np

    # Buyers of even folds are always answered right, the others never: each half is judged by the other's threshold.
    fold = np.array([0, 1, 2, 3] * 10)
    right = fold % 2 == 0
    unseen = Unseen(np.zeros(40, dtype=int), np.zeros((40, 3)), np.array(["45"] * 40), right, fold)

    def fit(known: Unseen) -> tuple[object, float]:
        return (lambda others: np.full(len(others.truth), 0.5)), (0.0 if known.is_right.all() else 1.0)

    found = accuracy(unseen, fit)  # type: ignore[arg-type]
    assert (found.over_all, found.answered_share, found.when_answered) == (0.5, 0.5, 0.0)
    (only,) = found.classes
    assert (only.name, only.titles, only.answered_share, only.accuracy) == ("45", 40, 0.5, 0.0)


def test_labels_need_their_columns(tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text("a;b\n1;2\n", encoding="utf-8")
    with pytest.raises(Trouble, match="label_fr"):
        read_cpv_labels(tmp_path / "bad.csv", tmp_path / "made.parquet")
