"""Considerations told by a text: written cases, and passages of real notices labelled by hand (never their text)."""

from __future__ import annotations

import csv
import hashlib
import html
import json
from collections import Counter
from pathlib import Path

import pytest

from gisement.models.clauses.lint import clause_lexicon, detect, fold, kinds_of
from tests.commands import gisement

LABELS = list(csv.DictReader((Path(__file__).parent / "text_labels.csv").read_text(encoding="utf-8").splitlines()))
DRAFT = """MARCHÉ DE NETTOYAGE, ENVIRONNEMENT URBAIN

Article 6 - Critères d'attribution
Prix des prestations : 60 %
Performance environnementale : 20 %
Démarche d'insertion professionnelle : 20 %

Article 9 - Conditions d'exécution
Le titulaire réserve 300 heures d'insertion à des personnes éloignées de l'emploi.
Le titulaire trie les déchets de la prestation.
Aucune clause sociale ne s'applique au lot 2.

Article 10 - Participation
Le lot 3 est réservé aux entreprises adaptées et aux ESAT.
"""


def test_a_draft_tells_each_kind_in_its_section() -> None:
    assert [(hit.kind, hit.line) for hit in detect(DRAFT)] == [
        ("environmental_criterion", 5), ("social_criterion", 6), ("social_clause", 9), ("environmental_clause", 10),
        ("reserved", 14),
    ]  # fmt: skip
    for hit in detect(DRAFT):
        assert DRAFT[hit.start : hit.end] == hit.passage


@pytest.mark.parametrize(
    ("passage", "section"),
    [
        ("Construction de logements sociaux, exécution par le titulaire", "condition"),
        ("Siège social du titulaire", "condition"),
        ("Fourniture du centre communal d'action sociale", "criterion"),
        ("Ministères sociaux, centre social", "criterion"),
        ("Connaissance de l'environnement Oracle", "criterion"),
        ("Qualité de l'environnement de travail", "criterion"),
        ("Analyses de biologie médicale, épandage de boues biologiques", "criterion"),
        ("AB Habitat", "criterion"),
        ("Considérations sociales : Non", "condition"),
        ("Le marché ne comporte aucune clause sociale", "condition"),
        ("Attestation relative à l'obligation d'emploi des travailleurs handicapés", "criterion"),
        ("Maîtrise d'œuvre pour la construction d'un ESAT", "any"),
        ("Prix de revient de la tonne de déchets", "criterion"),
        ("Insertion paysagère du bâtiment", "criterion"),
        ("Performance environnementale", "other"),
    ],
)
def test_what_must_not_be_taken_for_a_consideration(passage: str, section: str) -> None:
    """The list of the house's knowledge of real titles and notices, and a criterion outside any section."""
    assert kinds_of(fold(passage), {section}) == []


def test_every_kind_has_words_and_a_section() -> None:
    kinds = clause_lexicon()["kinds"]
    assert set(kinds) == {f"{a}_{k}" for a in ("social", "environmental") for k in ("clause", "criterion")} | {
        "reserved"
    }
    assert {kind["section"] for kind in kinds.values()} == {"criterion", "condition", "any"}


def test_labels_hold_no_text_and_are_enough() -> None:
    assert len(LABELS) == 323
    assert set(LABELS[0]) == {"set", "file", "offset", "length", "sha256", "section", "kinds"}
    assert Counter(one["set"] for one in LABELS) == {"read": 227, "blind": 96}


@pytest.mark.parametrize(
    ("chosen", "kind", "expected"),
    [
        ("read", "environmental_criterion", (52, 0, 0)),
        ("read", "social_criterion", (28, 0, 0)),
        ("read", "environmental_clause", (1, 0, 0)),
        ("blind", "environmental_criterion", (45, 1, 6)),
        ("blind", "social_criterion", (2, 0, 0)),
        ("blind", "social_clause", (0, 0, 0)),
        ("blind", "reserved", (0, 0, 0)),
    ],
)
def test_the_measure_on_real_passages(chosen: str, kind: str, expected: tuple[int, ...], shared_data: Path) -> None:
    """Found rightly, found wrongly, missed: the numbers of `docs/notices.md`. The blind set was labelled afterwards."""
    texts: dict[str, str] = {}
    right = wrong = missed = 0
    for one in LABELS:
        if one["set"] != chosen:
            continue
        file = shared_data / "notices" / one["file"]
        if one["file"] not in texts:
            texts[one["file"]] = file.read_text(encoding="utf-8", errors="replace")
        start = int(one["offset"])
        passage = texts[one["file"]][start : start + int(one["length"])]
        assert hashlib.sha256(passage.encode()).hexdigest()[:16] == one["sha256"], one["file"]
        told = kinds_of(fold(html.unescape(passage)), {one["section"]})
        is_told, is_there = kind in told, kind in one["kinds"].split("|")
        right, wrong, missed = (
            right + (is_told and is_there),
            wrong + (is_told > is_there),
            missed + (is_there > is_told),
        )
    assert (right, wrong, missed) == expected


def test_the_command_shows_passages_and_their_rank(tmp_path: Path) -> None:
    path = tmp_path / "projet.txt"
    path.write_text(DRAFT, encoding="utf-8")
    told = json.loads(gisement("clauses", "detect", str(path), "--format", "json").stdout)
    assert (told["evidence"], told["evidence_rank"]) == ("text", 3)
    assert [one["kind"] for one in told["passages"]] == [hit.kind for hit in detect(DRAFT)]
    shown = gisement("clauses", "detect", str(path)).stdout
    assert "300 heures" in shown
    assert "preuve la plus faible" in shown
    path.write_text("Fourniture de papier", encoding="utf-8")
    assert "Aucun passage" in gisement("clauses", "detect", str(path)).stdout
