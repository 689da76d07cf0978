"""The assistant names every fault of an export, and its proposal reads the file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gisement.sources.ledger.assistant import Proposal, propose
from gisement.sources.ledger.mapping import read_mapping
from gisement.sources.ledger.prepare import prepare_ledger
from gisement.terms import Trouble
from tests.ledger_samples import BUYER, GARAGE, HEADER, ROWS, TOTAL, mapping, numeric, write_csv, write_ods, write_xlsx

QUIET = {"buyer_missing", "nomenclature_to_confirm"}


def kinds(proposal: Proposal) -> set[str]:
    """The faults, without what every proposal says."""
    return {remark.kind for remark in proposal.remarks} - QUIET


def reads(proposal: Proposal, export: Path, tmp_path: Path) -> list[Any]:
    """The lines that the proposed mapping, as written, leaves of the export."""
    (tmp_path / "proposed.toml").write_text(proposal.text, encoding="utf-8")
    again = replace(read_mapping(tmp_path / "proposed.toml"), buyer=BUYER)
    prepared = prepare_ledger(export, tmp_path / "masked.csv", again)
    return [(row["supplier_id"], row["amount_ht_cents"], row["payment_date"]) for row in prepared.sample]


PLAIN = [(GARAGE, 123450, "2024-01-15"), ("55208131766522", 10000, "2024-01-16")]
CLEAN = ROWS[:2]


def test_a_clean_export_gives_a_mapping_and_nothing_to_mend(tmp_path: Path) -> None:
    export = write_csv(tmp_path / "export.csv", [HEADER, *CLEAN])
    proposal = propose(export)
    assert kinds(proposal) == set()
    assert proposal.mapping.columns == mapping().columns
    assert reads(proposal, export, tmp_path) == PLAIN


def test_ten_lines_are_shown_masked(tmp_path: Path) -> None:
    export = write_csv(tmp_path / "export.csv", [HEADER, *ROWS * 4])
    proposal = propose(export, buyer=BUYER)
    assert len(proposal.rows) == 10
    assert {row["account"] for row in proposal.rows} <= {"60632", "6064", "60623", "6251", "62268"}
    assert not [row for row in proposal.rows if "INVENT" in f"{row['supplier_name']} {row['label']}"]
    assert "buyer_missing" not in {remark.kind for remark in proposal.remarks}


def test_nothing_is_written(tmp_path: Path) -> None:
    propose(write_csv(tmp_path / "export.csv", [HEADER, *ROWS], encoding="mixed"))
    assert [path.name for path in tmp_path.iterdir()] == ["export.csv"]


def test_a_wrong_column_is_named_with_the_right_one(tmp_path: Path) -> None:
    swapped = [*HEADER[:4], "SIRET", "Fournisseur", *HEADER[6:]]
    export = write_csv(tmp_path / "export.csv", [swapped, *ROWS[:5]])
    proposal = propose(export)
    found = [remark for remark in proposal.remarks if remark.kind == "wrong_column"]
    assert [remark.fix for remark in found] == ['supplier_id = "Fournisseur"', 'supplier_name = "SIRET"']
    assert "QUINCAILLERIE DU CLAIN" in found[0].fr
    assert reads(proposal, export, tmp_path)[:2] == PLAIN


def test_a_wrong_column_of_a_given_mapping_is_named(tmp_path: Path) -> None:
    export = write_csv(tmp_path / "export.csv", [HEADER, *ROWS[:5]])
    wrong = mapping(columns={**mapping().columns, "account": ("N° marché",), "supplier_id": ("Objet",)})
    found = {remark.field: remark.column for remark in propose(export, wrong).remarks if remark.kind == "wrong_column"}
    assert found["supplier_id"] == "SIRET"
    labels = mapping(columns={**mapping().columns, "amount_ht": ("Objet",)})
    assert "wrong_column" in {remark.kind for remark in propose(export, labels).remarks}


def test_mixed_encodings_are_named_and_mended(tmp_path: Path) -> None:
    export = write_csv(tmp_path / "export.csv", [HEADER, *CLEAN, *ROWS[2:4]], encoding="mixed")
    proposal = propose(export)
    (remark,) = [remark for remark in proposal.remarks if remark.kind == "mixed_encodings"]
    assert remark.fix == 'encoding = "mixed"'
    assert proposal.mapping.encoding == "mixed"
    assert [row["label"] for row in proposal.rows] == [row[8] for row in ROWS[:4]]


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-8-sig"])
def test_one_encoding_is_not_called_mixed(tmp_path: Path, encoding: str) -> None:
    proposal = propose(write_csv(tmp_path / "export.csv", [HEADER, *CLEAN], encoding=encoding))
    assert kinds(proposal) == set()
    assert proposal.rows[0]["label"] == "Vis imaginées"


TOP = ["Exercice", "Mandat", "", "Compte", "Fournisseur", "", "", "", "Objet", "Montant", "", "N° marché"]
UNDER = ["", "N°", "Date", "", "Nom", "SIRET", "CP", "Ville", "", "HT", "TTC", ""]


@pytest.mark.parametrize("kind", ["xlsx", "ods", "csv"])
def test_merged_header_cells_are_named_and_mended(tmp_path: Path, kind: str) -> None:
    rows: list[Any] = [["Données fictives", *[""] * 11], TOP, UNDER, *numeric(CLEAN, (9, 10))]
    export = tmp_path / f"export.{kind}"
    if kind == "xlsx":
        write_xlsx(export, rows, merged=["B2:C2", "E2:H2", "J2:K2"])
    elif kind == "ods":
        write_ods(export, rows)
    else:
        write_csv(export, [rows[0], TOP, UNDER, *CLEAN])
    proposal = propose(export)
    assert kinds(proposal) == {"merged_header", "title_lines"}
    (remark,) = [remark for remark in proposal.remarks if remark.kind == "merged_header"]
    assert remark.fix == "header_line = 2\nheader_lines = 2"
    assert proposal.mapping.columns["payment_date"] == ("Mandat / Date",)
    assert reads(proposal, export, tmp_path) == PLAIN


def test_a_header_merged_over_columns_without_names_is_told(tmp_path: Path) -> None:
    export = write_xlsx(
        tmp_path / "a.xlsx", [[*HEADER[:5], "", *HEADER[6:]], *numeric(CLEAN, (9, 10))], merged=["E1:F1"]
    )
    proposal = propose(export)
    assert "merged_header" in kinds(proposal)
    assert "Fournisseur (2)" in proposal.columns


def test_totals_negative_and_zero_amounts_are_counted(tmp_path: Path) -> None:
    proposal = propose(write_csv(tmp_path / "export.csv", [HEADER, *ROWS[:4], TOTAL]))
    told = {remark.kind: remark.fr for remark in proposal.remarks}
    assert kinds(proposal) == {"total_rows", "negative_amounts", "zero_amounts"}
    assert "1 (97 126,60 €)" in told["total_rows"]
    assert "1 sur 4" in told["negative_amounts"]
    assert "1 sur 4" in told["zero_amounts"]


def test_an_amount_of_no_basis_asks_for_it_and_a_dot_is_seen(tmp_path: Path) -> None:
    rows = [[*row[:9], row[9].replace(" ", "").replace(",", ".")] for row in ROWS]
    proposal = propose(write_csv(tmp_path / "export.csv", [[*HEADER[:9], "Montant"], *rows], delimiter=","))
    assert "basis_missing" in kinds(proposal)
    assert (proposal.mapping.decimal, proposal.mapping.delimiter) == (".", ",")
    assert proposal.rows[0]["amount_ht_cents"] == 123450


def test_a_ledger_with_tax_only_proposes_a_guess_that_is_flagged(tmp_path: Path) -> None:
    rows = [[*HEADER[:9], "Montant TTC"], *[[*row[:9], row[10]] for row in CLEAN]]
    proposal = propose(write_csv(tmp_path / "export.csv", rows))
    assert proposal.mapping.guess_vat
    assert kinds(proposal) == {"vat_guessed"}
    assert {row["vat_rule"] for row in proposal.rows} == {"guessed"}


def test_words_of_credit_notes_and_persons_are_found(tmp_path: Path) -> None:
    rows = [[*HEADER, "Type de pièce", "Type tiers"], [*ROWS[0], "Facture", "Personne morale"]]
    rows += [[*ROWS[1], "Avoir", "Personne physique"]]
    proposal = propose(write_csv(tmp_path / "export.csv", rows))
    assert proposal.mapping.credit_values == ("Avoir",)
    assert proposal.mapping.person_values == ("Personne physique",)
    assert [row["amount_ht_cents"] for row in proposal.rows] == [123450, -10000]
    assert proposal.rows[1]["supplier_name"] is None


def test_numbers_that_a_spreadsheet_has_spoilt_and_swapped_taxes_are_told(tmp_path: Path) -> None:
    spoilt = [[*row[:5], "3,56E+13", *row[6:9], row[10], row[9], row[11]] for row in ROWS[:2]]
    proposal = propose(write_csv(tmp_path / "export.csv", [HEADER, *spoilt]))
    assert {"scientific_notation", "tax_inverted"} <= kinds(proposal)


def test_broken_lines_repeated_headers_and_unread_values_are_told(tmp_path: Path) -> None:
    odd = ["2024", "110", "jamais", "60632", "A SARL", GARAGE, "", "", "x", "douze", "", ""]
    proposal = propose(write_csv(tmp_path / "export.csv", [HEADER, *CLEAN, HEADER, [*ROWS[0], "de trop"], odd]))
    assert {"unreadable_lines", "repeated_header", "unreadable_amounts", "without_date"} <= kinds(proposal)


def test_dates_with_the_month_first_and_hospital_accounts_are_guessed(tmp_path: Path) -> None:
    rows = [[*row[:2], f"01/{15 + place}/2024", "60211", *row[4:]] for place, row in enumerate(CLEAN)]
    proposal = propose(write_csv(tmp_path / "export.csv", [HEADER, *rows]))
    assert (proposal.mapping.order, proposal.mapping.nomenclature) == ("month", "M21")


def test_an_export_without_account_or_amount_says_so(tmp_path: Path) -> None:
    proposal = propose(
        write_csv(tmp_path / "export.csv", [HEADER[:3] + HEADER[4:9], *[row[:3] + row[4:9] for row in CLEAN]])
    )
    assert kinds(proposal) == {"account_missing", "amount_missing"}
    assert proposal.rows == ()


def test_a_file_without_header_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="header"):
        propose(write_csv(tmp_path / "export.csv", ROWS[:2]))


def test_every_remark_is_said_in_both_languages(tmp_path: Path) -> None:
    export = write_csv(tmp_path / "export.csv", [["Titre"], HEADER, *ROWS, TOTAL], encoding="mixed")
    for remark in propose(export).remarks:
        assert remark.fr.endswith(".")
        assert remark.en.endswith(".")
        assert remark.fr != remark.en
