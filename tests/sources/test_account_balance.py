"""Official accounts by account: the open data of DGFiP, and balances that finance software exports."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from gisement.catalog import raw_tables
from gisement.sources.account_balance import read_account_balance
from gisement.terms import Trouble
from tests.ledger_samples import BUYER, write_csv, write_xlsx

OFFICIAL = ["EXER", "IDENT", "LBUDG", "NOMEN", "COMPTE", "BEDEB", "OBNETDEB", "OBNETCRE", "SD"]


def balance(tmp_path: Path, rows: Sequence[Sequence[Any]], **how: Any) -> tuple[list[tuple[Any, ...]], int]:
    """The rows of `raw_account_balance` of a CSV, and how many lines could not be read."""
    reading = read_account_balance(write_csv(tmp_path / "balance.csv", rows, **how), tmp_path / "balance.parquet")
    return found(tmp_path), reading.unreadable


def found(tmp_path: Path) -> list[tuple[Any, ...]]:
    """The rows that were written."""
    table = duckdb.sql(f"SELECT * FROM read_parquet('{tmp_path / 'balance.parquet'}')")
    assert table.columns == list(raw_tables()["raw_account_balance"].schema)
    return table.fetchall()


def test_the_open_data_of_the_state_nets_debits_and_credits(tmp_path: Path) -> None:
    rows, unreadable = balance(
        tmp_path,
        [
            OFFICIAL,
            ["2023", BUYER, "VILLE FICTIVE", "M57A", "60632", "0", "1234.5", "34.5", "9"],
            ["2023", BUYER, "VILLE FICTIVE", "M57A", "6411", "0", "1000", "0", "9"],
            ["2023", BUYER, "VILLE FICTIVE", "M57A", "7067", "0", "0", "50.25", "9"],
        ],
    )
    assert unreadable == 0
    assert rows == [
        (BUYER, 2023, "VILLE FICTIVE", "60632", "M57", 120000),
        (BUYER, 2023, "VILLE FICTIVE", "6411", "M57", 100000),
        (BUYER, 2023, "VILLE FICTIVE", "7067", "M57", -5025),
    ]


def test_an_export_has_one_amount_a_decimal_comma_and_titles(tmp_path: Path) -> None:
    rows, unreadable = balance(
        tmp_path,
        [
            ["Données fictives", "", "", ""],
            ["SIRET", "Exercice", "Compte", "Montant"],
            [BUYER, "2024", "60632 - Petit équipement", "1 234,50"],
            [BUYER, "2024", "Total", "1 234,50"],
            [BUYER, "2024", "6064", "?"],
        ],
        encoding="cp1252",
    )
    assert rows == [(BUYER, 2024, None, "60632", "unknown", 123450)]
    assert unreadable == 2


def test_a_workbook_is_read_too(tmp_path: Path) -> None:
    export = write_xlsx(
        tmp_path / "a.xlsx", [["SIRET", "Exercice", "Compte", "Débit", "Crédit"], [BUYER, 2024.0, "6064", 12.5, 2.25]]
    )
    read_account_balance(export, tmp_path / "balance.parquet")
    assert found(tmp_path) == [(BUYER, 2024, None, "6064", "unknown", 1025)]


def test_a_table_that_is_no_balance_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(Trouble) as refused:
        balance(tmp_path, [["SIRET", "Exercice", "Libellé"], [BUYER, "2024", "x"]])
    assert "account" in refused.value.fr
    assert "debit" in refused.value.fr


def test_the_aggregates_of_the_open_finance_site_are_no_balance(shared_data: Path, tmp_path: Path) -> None:
    with pytest.raises(Trouble):
        read_account_balance(
            shared_data / "accounting" / "ofgl" / "ofgl-base-communes.test.csv", tmp_path / "b.parquet"
        )
