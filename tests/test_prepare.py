"""`map` and `prepare ledger`: what a partner sees at the desk, before anything leaves."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from gisement.catalog import texts
from gisement.catalog.tables import read_csv
from gisement.sources.ledger.masking import MASKING
from tests import ledger_samples
from tests.commands import gisement

BY_THE_READER = {"total_row", "comment_row", "repeated_header", "unreadable", "account_missing"}


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """An export in cp1252 with semicolons, as finance software writes them."""
    path = tmp_path / "export.csv"
    with path.open("w", encoding="cp1252", newline="") as lines:
        writer = csv.writer(lines, delimiter=";")
        writer.writerow(ledger_samples.HEADER)
        writer.writerows(ledger_samples.ROWS)
    return path


def test_the_proposed_mapping_prepares_the_file(export: Path, tmp_path: Path) -> None:
    proposed = gisement("map", export, "--buyer", ledger_samples.BUYER)
    assert (proposed.returncode, proposed.stderr) == (0, "")
    assert "Lignes à montant négatif : 1 sur 6" in proposed.stdout
    assert len([line for line in proposed.stdout.splitlines() if " | " in line]) == 6
    mapping, masked = tmp_path / "mapping.toml", tmp_path / "masked.csv"
    mapping.write_text(proposed.stdout.partition("à relire :\n")[2], encoding="utf-8")
    prepared = gisement("prepare", "ledger", export, "--mapping", mapping, "-o", masked)
    assert (prepared.returncode, prepared.stderr) == (0, "")
    assert f"{masked} : 6 lignes de paiement" in prepared.stdout
    assert "Écarté, personnel" in prepared.stdout
    assert "QUINCAILLERIE DU CLAIN" in masked.read_text(encoding="utf-8")


def test_without_a_mapping_the_sentence_says_what_to_do(export: Path, tmp_path: Path) -> None:
    run = gisement("prepare", "ledger", export, "-o", tmp_path / "masked.csv")
    assert (run.returncode, run.stdout) == (2, "")
    assert (
        run.stderr == "export.csv demande un fichier de correspondance : « gisement map export.csv » en propose un.\n"
    )
    assert not (tmp_path / "masked.csv").exists()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_reason_has_its_words(language: str) -> None:
    reasons = {row["reason"] for row in read_csv("ledger/non_purchase_accounts.csv")} - {"purchase"}
    told = {name.removeprefix("reason_") for name in texts(language)["ledger"] if name.startswith("reason_")}
    assert told == reasons | set(MASKING) | BY_THE_READER
