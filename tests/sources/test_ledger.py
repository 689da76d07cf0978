"""Ledgers: what leaves, what is dropped, and that nothing else is ever written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from gisement.sources.ledger.masked_file import read_masked
from gisement.sources.ledger.parsing import DROPPED, PAYMENT, columns_of
from gisement.sources.ledger.prepare import Prepared, prepare_ledger
from tests.ledger_samples import (
    BUYER,
    GARAGE,
    HEADER,
    ROWS,
    TOTAL,
    mapping,
    numeric,
    write_csv,
    write_ods,
    write_xlsx,
)


def prepared(tmp_path: Path, rows: Sequence[Sequence[str]] = (HEADER, *ROWS, TOTAL), **changes: Any) -> Prepared:
    """The sample export, prepared."""
    export = write_csv(tmp_path / "export.csv", rows)
    return prepare_ledger(export, tmp_path / "masked.csv", mapping(**changes))


def payments(tmp_path: Path) -> list[dict[str, Any]]:
    """`raw_payment` of the masked file, through the reader of `add`."""
    targets = {name: tmp_path / f"{name}.parquet" for name in ("raw_payment", "raw_payment_dropped")}
    read_masked(tmp_path / "masked.csv", targets, "masked.csv")
    return rows_of(targets["raw_payment"])


def rows_of(path: Path) -> list[dict[str, Any]]:
    """The rows of a Parquet file."""
    found = duckdb.sql(f"SELECT * FROM read_parquet('{path}')")
    return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]


def test_lines_become_payments_with_both_tax_bases(tmp_path: Path) -> None:
    prepared(tmp_path)
    first, *_ = rows = payments(tmp_path)
    assert [row["position"] for row in rows] == [2, 3, 4, 5, 8, 9]
    assert list(first) == ["record_hash", *columns_of(PAYMENT)]
    assert first["buyer_id"] == BUYER
    assert (first["account"], first["account_kind"], first["supplier_id"]) == ("60632", "M57", GARAGE)
    assert (first["amount_ht_cents"], first["amount_ttc_cents"], first["amount_vat_cents"]) == (123450, 148140, 24690)
    assert (first["vat_rule"], first["is_credit_note"], first["contract_id"]) == ("computed", False, "2023-07")
    assert (first["payment_date"], first["date_reported"]) == ("2024-01-15", "15/01/2024")
    assert (first["amount_reported"], first["fiscal_year"]) == ("1 234,50", "2024")


def test_what_is_no_purchase_is_dropped_and_counted_before_anything_is_written(tmp_path: Path) -> None:
    account = prepared(tmp_path)
    assert account.dropped == {"grants": (1, 500000), "staff": (1, 9000000), "total_row": (1, 9712660)}
    assert account.masked == {"personal_label": (1, 80000), "personal_name": (1, 4210)}
    assert account.lines == account.payments + sum(lines for lines, _ in account.dropped.values()) == 9
    written = (tmp_path / "masked.csv").read_text(encoding="utf-8")
    for secret in ("INVENTEE", "ALICE", "INVENTE", "Salaires", "ASSOCIATION DU RIRE", "Remboursement"):
        assert secret not in written
    assert sorted(path.name for path in tmp_path.iterdir()) == ["export.csv", "masked.csv"]


def test_the_account_of_what_was_dropped_is_a_table(tmp_path: Path) -> None:
    prepared(tmp_path)
    payments(tmp_path)
    rows = rows_of(tmp_path / "raw_payment_dropped.parquet")
    assert list(rows[0]) == list(columns_of(DROPPED))
    staff = next(row for row in rows if row["reason"] == "staff")
    assert staff == {
        "buyer_id": BUYER,
        "year": 2024,
        "account": "6411",
        "reason": "staff",
        "lines_count": 1,
        "amount_cents": 9000000,
    }
    total = next(row for row in rows if row["reason"] == "total_row")
    assert (total["year"], total["account"]) == (None, None)


def test_a_person_keeps_the_euros_and_the_commune_and_loses_the_rest(tmp_path: Path) -> None:
    prepared(tmp_path)
    person = next(row for row in payments(tmp_path) if row["account"] == "6251")
    assert person["amount_ht_cents"] == 4210
    assert person["supplier_commune"] == "POITIERS"
    assert [person[name] for name in ("supplier_name", "supplier_postcode", "label")] == [None, None, None]


def test_columns_that_are_not_named_never_leave(tmp_path: Path) -> None:
    rows = [[*HEADER, "IBAN"], *[[*row, "FR7612345678901234567890123"] for row in ROWS]]
    account = prepared(tmp_path, rows)
    assert account.held_back == ("IBAN",)
    assert account.leaving["supplier_id"] == ("SIRET",)
    assert "FR76" not in (tmp_path / "masked.csv").read_text(encoding="utf-8")


def test_a_masked_file_goes_through_the_rules_again_and_is_the_same(tmp_path: Path) -> None:
    prepared(tmp_path)
    again = prepare_ledger(tmp_path / "masked.csv", tmp_path / "again.csv")
    assert (tmp_path / "again.csv").read_bytes() == (tmp_path / "masked.csv").read_bytes()
    assert (again.payments, again.dropped["staff"]) == (6, (1, 9000000))


def test_a_masked_file_that_was_edited_brings_nothing_in(tmp_path: Path) -> None:
    prepared(tmp_path)
    text = (tmp_path / "masked.csv").read_text(encoding="utf-8")
    edited = text.replace('"60632"', '"6411"').replace("CABINET FICTIF", "MME INVENTEE ZOE")
    (tmp_path / "masked.csv").write_text(edited, encoding="utf-8")
    again = prepare_ledger(tmp_path / "masked.csv", tmp_path / "again.csv")
    assert again.dropped["staff"] == (2, 9000000 + 123450)
    assert "ZOE" not in (tmp_path / "again.csv").read_text(encoding="utf-8")


def test_every_kind_of_file_gives_the_same_payments(tmp_path: Path) -> None:
    prepared(tmp_path)
    wanted = [{**row, "amount_reported": None} for row in payments(tmp_path)]
    whole = [HEADER, *ROWS, TOTAL]
    files = {
        "cp1252": write_csv(tmp_path / "a.csv", whole, encoding="cp1252"),
        "utf-8-sig": write_csv(tmp_path / "b.csv", whole, encoding="utf-8-sig", delimiter="\t"),
        "utf-16": write_csv(tmp_path / "c.csv", [HEADER, *ROWS, TOTAL], encoding="utf-16-le"),
        "xlsx": write_xlsx(tmp_path / "d.xlsx", numeric(whole, (9, 10))),
        "ods": write_ods(tmp_path / "e.ods", numeric(whole, (9, 10))),
    }
    for kind, path in files.items():
        prepare_ledger(path, tmp_path / "masked.csv", mapping())
        assert [{**row, "amount_reported": None} for row in payments(tmp_path)] == wanted, kind


def test_mixed_encodings_are_read_line_by_line_when_the_mapping_says_so(tmp_path: Path) -> None:
    export = write_csv(tmp_path / "export.csv", [HEADER, *ROWS], encoding="mixed")
    prepare_ledger(export, tmp_path / "masked.csv", mapping(encoding="mixed"))
    assert [row["label"] for row in payments(tmp_path)][:3] == [row[8] for row in ROWS[:3]]


def test_a_sheet_may_stand_anywhere_under_titles_and_merged_headers(tmp_path: Path) -> None:
    top = ["Exercice", "Mandat", "", "Compte", "Fournisseur", "", "", "", "Objet", "Montant", "", "N° marché"]
    under = ["", "N°", "Date", "", "Nom", "SIRET", "CP", "Ville", "", "HT", "TTC", ""]
    rows = [["Données fictives"], [], top, under, *numeric(ROWS, (9, 10))]
    export = write_xlsx(tmp_path / "a.xlsx", rows, merged=["B5:C5"], first_row=3, first_column=2)
    columns = {
        "payment_date": ("Mandat / Date",),
        "account": ("Compte",),
        "supplier_name": ("Fournisseur / Nom",),
        "supplier_id": ("Fournisseur / SIRET",),
        "amount_ht": ("Montant / HT",),
    }
    prepare_ledger(export, tmp_path / "masked.csv", mapping(columns=columns, header_line=5, header_lines=2))
    first, *_ = payments(tmp_path)
    assert (first["position"], first["supplier_id"], first["amount_ht_cents"]) == (7, GARAGE, 123450)


# --- amounts ------------------------------------------------------------------------------------------------


def taxed(tmp_path: Path, cells: dict[str, str], **changes: Any) -> dict[str, Any]:
    """One line with these amount columns, prepared and read back."""
    fields = {"HT": "amount_ht", "TTC": "amount_ttc", "TVA": "amount_vat", "Taux": "vat_rate", "Montant": "amount"}
    fields |= {"Crédit": "credit_amount", "Type": "credit_note"}
    columns = {"account": ("Compte",), **{fields[name]: (name,) for name in cells}}
    rows = [["Compte", "Fournisseur", *cells], ["60623", "FERME FICTIVE SARL", *cells.values()]]
    prepared(tmp_path, rows, columns={**columns, "supplier_name": ("Fournisseur",)}, header_line=1, **changes)
    return payments(tmp_path)[0]


@pytest.mark.parametrize(
    ("cells", "changes", "expected"),
    [
        ({"HT": "100,00", "TTC": "105,50", "TVA": "5,50"}, {}, (10000, 10550, 550, "declared")),
        ({"HT": "100,00", "TTC": "105,50"}, {}, (10000, 10550, 550, "computed")),
        ({"TTC": "105,50", "TVA": "5,50"}, {}, (10000, 10550, 550, "computed")),
        ({"TTC": "105,50", "Taux": "5,5 %"}, {}, (10000, 10550, 550, "computed")),
        ({"HT": "100", "Taux": "0,2"}, {}, (10000, 12000, 2000, "computed")),
        ({"HT": "100", "Taux": "-1e300"}, {}, (10000, None, None, "unknown")),
        ({"TTC": "105,50"}, {}, (None, 10550, None, "unknown")),
        ({"TTC": "105,50"}, {"guess_vat": True}, (10000, 10550, 550, "guessed")),
        ({"HT": "100,00"}, {"guess_vat": True}, (10000, 10550, 550, "guessed")),
        ({"Montant": "105,50"}, {"basis": "TTC"}, (None, 10550, None, "unknown")),
        ({"Montant": "105,50"}, {"basis": "HT"}, (10550, None, None, "unknown")),
        ({"TTC": "-105,50", "Taux": "5,5"}, {}, (-10000, -10550, -550, "computed")),
    ],
)
def test_tax_bases_stay_apart_and_a_guess_says_so(
    tmp_path: Path, cells: dict[str, str], changes: dict[str, Any], expected: tuple[Any, ...]
) -> None:
    row = taxed(tmp_path, cells, **changes)
    names = ("amount_ht_cents", "amount_ttc_cents", "amount_vat_cents", "vat_rule")
    assert tuple(row[name] for name in names) == expected


@pytest.mark.parametrize(
    ("cells", "changes", "expected"),
    [
        ({"HT": "-50,00"}, {}, (-5000, True)),
        ({"HT": "(50,00)"}, {}, (-5000, True)),
        ({"HT": "50,00-"}, {}, (-5000, True)),
        ({"HT": "50,00", "Type": "AVOIR"}, {"credit_values": ("Avoir",)}, (-5000, True)),
        ({"HT": "-50,00", "Type": "Avoir"}, {"credit_values": ("Avoir",)}, (-5000, True)),
        ({"HT": "50,00", "Type": "Facture"}, {"credit_values": ("Avoir",)}, (5000, False)),
        ({"Montant": "", "Crédit": "50,00"}, {"basis": "HT"}, (-5000, True)),
        ({"Montant": "80,00", "Crédit": "0,00"}, {"basis": "HT"}, (8000, False)),
        ({"Montant": "80,00", "Crédit": "30,00"}, {"basis": "HT"}, (5000, False)),
    ],
)
def test_credit_notes_are_negative_by_sign_by_word_or_by_column(
    tmp_path: Path, cells: dict[str, str], changes: dict[str, Any], expected: tuple[int, bool]
) -> None:
    row = taxed(tmp_path, cells, **changes)
    assert (row["amount_ht_cents"], row["is_credit_note"]) == expected


# --- lines that are none ------------------------------------------------------------------------------------


def test_totals_are_told_from_a_supplier_called_total(tmp_path: Path) -> None:
    named = ["2024", "109", "23/01/2024", "60622", "TOTAL ENERGIES SA", GARAGE, "", "", "Gazole", "10,00", "12,00", ""]
    under = ["", "", "", "60632", "Total 60632", "", "", "", "", "1 234,50", "", ""]
    bare = ["", "", "", "", "", "", "", "", "", "1 244,50", "", ""]
    account = prepared(tmp_path, [HEADER, ROWS[0], named, under, bare])
    assert account.dropped == {"total_row": (2, 123450 + 124450)}
    assert [row["supplier_name"] for row in payments(tmp_path)] == ["QUINCAILLERIE DU CLAIN", "TOTAL ENERGIES SA"]


def test_repeated_headers_broken_lines_and_notes_are_counted(tmp_path: Path) -> None:
    note = ["Édité pour un essai", *[""] * 11]
    account = prepared(tmp_path, [HEADER, ROWS[0], HEADER, [*ROWS[1], "de trop"], note, ROWS[2]])
    assert {reason: lines for reason, (lines, _) in account.dropped.items()} == {
        "comment_row": 1,
        "repeated_header": 1,
        "unreadable": 1,
    }
    assert account.payments == 2
    assert account.lines == 5


def test_a_line_without_account_leaves_only_with_the_buyers_own_code(tmp_path: Path) -> None:
    columns = {
        "account": ("Compte",),
        "segment_code": ("NACRES",),
        "supplier_name": ("Fournisseur",),
        "amount_ht": ("HT",),
    }
    rows = [
        ["Compte", "NACRES", "Fournisseur", "HT"],
        ["60632", "", "A SARL", "1,00"],
        ["", "AB01", "B SARL", "2,00"],
        ["", "", "C SARL", "4,00"],
    ]
    account = prepared(tmp_path, rows, columns=columns, nomenclature="GBCP")
    assert account.dropped == {"account_missing": (1, 400)}
    assert [row["segment_code"] for row in payments(tmp_path)] == [None, "AB01"]


def test_social_security_numbers_and_names_in_the_column_of_identifiers_are_masked(tmp_path: Path) -> None:
    numbers = ["1850786194006", "185078619400642", "5600000049837", "INVENTE PAUL", "FR12345678901"]
    rows = [HEADER] + [[*ROWS[0][:5], number, *ROWS[0][6:]] for number in numbers]
    account = prepared(tmp_path, rows)
    assert account.masked == {"personal_id": (2, 246900), "unreadable_id": (1, 123450)}
    found = [row["supplier_id"] for row in payments(tmp_path)]
    assert found == [None, None, "5600000049837", None, "FR12345678901"]


def test_persons_are_told_by_the_column_of_kinds_and_kept_where_the_mapping_says(tmp_path: Path) -> None:
    rows = [[*HEADER, "Type"], [*ROWS[0], "PP"], [*ROWS[1], "PM"]]
    columns = {**mapping().columns, "person": ("Type",)}
    account = prepared(tmp_path, rows, columns=columns, person_values=("pp",))
    assert account.masked == {"personal_name": (1, 123450)}
    shop = [*ROWS[0][:4], "MARIE INVENTEE", *ROWS[0][5:]]
    assert prepared(tmp_path, [HEADER, shop]).masked_lines("personal_name") == 1
    assert prepared(tmp_path, [HEADER, shop], persons_kept=("Marie Inventée",)).masked == {}
