"""The demonstration's ledgers: other layouts, the same truth; what must not leave is left out, what must be read is."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from stdnum.fr import siret as siret_rules

from gisement.sources.account_balance import read_account_balance
from gisement.sources.demonstration import Demonstration, File
from gisement.sources.demonstration.accounts import account, nacres_code
from gisement.sources.demonstration.ledgers import layouts
from gisement.sources.demonstration.payments import OtherLine
from gisement.sources.demonstration.territory import buyers, family_segments, rows
from gisement.sources.ledger.mapping import LedgerMapping, read_mapping
from gisement.sources.ledger.prepare import Prepared, prepare_ledger
from gisement.sources.ledger.values import drop_reason
from gisement.sources.pes import prepare_pes
from tests.tiny import tiny

GIVEN = [buyer.identifier for buyer in buyers() if buyer.first_year is not None]


@pytest.fixture(scope="module")
def demo() -> Demonstration:
    """The smallest demonstration."""
    return tiny()


@pytest.fixture(scope="module")
def masked(demo: Demonstration, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Prepared]:
    """Each ledger as it would leave its buyer's desk, by SIRET."""
    folder = tmp_path_factory.mktemp("masked")
    found = {}
    for file in ledger_files(demo):
        mapping = mapping_of(file)
        prepare = prepare_pes if file.kind == "pes" else prepare_ledger
        found[str(mapping.buyer)] = prepare(file.path, folder / file.path.name, mapping)
    return found


def ledger_files(demo: Demonstration) -> list[File]:
    return [file for file in demo.files if file.mapping is not None]


def mapping_of(file: File) -> LedgerMapping:
    assert file.mapping is not None
    return read_mapping(file.mapping)


def siret_of(name: str) -> str:
    return next(buyer.siret for buyer in buyers() if buyer.identifier == name)


def truth_of(demo: Demonstration, name: str) -> list[dict[str, Any]]:
    """What is true of a buyer, year by year, for the years of which it gives the ledger."""
    cells = demo.truth["payments"]["by_buyer_and_year"]
    return [cell for cell in cells if cell["buyer"] == name and cell["has_ledger"]]


def test_one_buyer_gives_no_ledger_and_one_gives_two_years(demo: Demonstration) -> None:
    assert len(GIVEN) == 8
    assert {len(truth_of(demo, name)) for name in GIVEN} == {7, 2}
    assert truth_of(demo, "ekidom") == []
    assert [cell["year"] for cell in truth_of(demo, "ch_laborit")] == [2024, 2025]


def test_every_layout_is_used_and_each_is_of_its_own(demo: Demonstration) -> None:
    used = {buyer.layout for buyer in buyers() if buyer.layout}
    assert used == {*layouts(), "pes"}
    signs = {(layout.delimiter, layout.encoding, layout.spelling.decimal) for layout in layouts().values()}
    assert {(";", "cp1252", ","), (",", "utf-8", "."), ("\t", "utf-8", ",")} <= signs
    assert {file.path.suffix for file in ledger_files(demo)} == {".csv", ".xlsx", ".xml"}


@pytest.mark.parametrize("name", GIVEN)
def test_every_line_and_cent_is_read_back(name: str, demo: Demonstration, masked: Mapping[str, Prepared]) -> None:
    """Amounts before tax come back to the cent, also where the ledger has them with tax only."""
    found, cells = masked[siret_of(name)], truth_of(demo, name)
    assert found.payments == sum(cell["lines"] for cell in cells)
    unread = [where for where in lines_of(demo, "payment_amount_unreadable") if where[0] == siret_of(name)]
    assert found.without_amount == len(unread)
    credits = [where for where in lines_of(demo, "payment_credit_note") if where[0] == siret_of(name)]
    assert found.negative == len(credits) > 0
    held = sum(cell[kind] for cell in cells for kind in ("cents", "between_partners_cents", "entered_twice_cents"))
    hidden = abs(held - found.amount_cents)
    assert hidden == 0 if not unread else hidden < 0.02 * held
    assert found.without_date == 0


@pytest.mark.parametrize("name", GIVEN)
def test_what_is_no_purchase_is_left_out_and_persons_are_masked(
    name: str, demo: Demonstration, masked: Mapping[str, Prepared]
) -> None:
    told = [row for row in demo.truth["other_lines"] if row["siret"] == siret_of(name)]
    found = masked[siret_of(name)]
    reasons = {reason for row in told for reason in row["left_out"]}
    assert len(reasons) >= 3
    for reason in reasons:
        assert found.dropped_lines(reason) == sum(row["left_out"].get(reason, 0) for row in told)
    assert found.masked_lines("personal_name") == sum(row["natural_persons"] for row in told)
    assert set(found.dropped) <= {*reasons, "total_row"}


def test_some_persons_are_paid_and_no_name_of_theirs_leaves(
    demo: Demonstration, masked: Mapping[str, Prepared]
) -> None:
    assert sum(row["natural_persons"] for row in demo.truth["other_lines"]) > 100
    for found in masked.values():
        assert found.target is not None
        text = found.target.read_text(encoding="utf-8")
        assert "FICTIF " not in text
        assert "FR0000000000" not in text


def test_faults_of_identifiers_stand_in_the_lines_named(demo: Demonstration, masked: Mapping[str, Prepared]) -> None:
    rows = payments(masked)
    missing = {tuple(where) for where in lines_of(demo, "payment_supplier_missing")}
    assert {key for key, row in rows.items() if not row["supplier_id"]} == missing
    wrong = {tuple(where) for where in lines_of(demo, "payment_supplier_bad_checksum")}
    numbers = {key: row["supplier_id"] for key, row in rows.items() if row["supplier_id"].isdigit()}
    assert {key for key, number in numbers.items() if not siret_rules.is_valid(number)} == wrong


def test_seeded_rates_are_kept(demo: Demonstration) -> None:
    lines = demo.truth["payments"]["in_ledgers"]["lines"]
    for fault in ("payment_supplier_missing", "payment_supplier_bad_checksum", "payment_credit_note"):
        told = demo.truth["faults"][fault]
        assert len(told["where"]) / lines == pytest.approx(told["rate"], rel=0.15)


def test_official_accounts_agree_but_for_the_gaps(demo: Demonstration, tmp_path: Path) -> None:
    (path,) = (file.path for file in demo.files if file.kind == "accounts")
    report = read_account_balance(path, tmp_path / "balance.parquet")
    assert (report.records > 1000, report.unreadable) == (True, 0)
    gaps = demo.truth["faults"]["account_gap"]["where"]
    assert len(gaps) > 10
    assert all(0.02 < gap["official_cents"] / gap["ledger_cents"] - 1 < 0.13 for gap in gaps)


def test_partners_invoice_each_other(demo: Demonstration) -> None:
    told = demo.truth["payments"]["in_ledgers"]
    assert 0 < told["between_partners_cents"] < 0.005 * told["cents"]


def test_accounts_are_those_of_purchases_and_others_are_not() -> None:
    for kept in buyers():
        for segments in family_segments().values():
            for segment in segments:
                assert drop_reason(kept.nomenclature, account(kept.nomenclature, segment)) is None
                assert nacres_code(segment)
    for other in rows(OtherLine, "non_purchase_lines"):
        assert drop_reason(other.nomenclature, other.account) == other.reason


def lines_of(demo: Demonstration, fault: str) -> list[list[str]]:
    where: list[list[str]] = demo.truth["faults"][fault]["where"]
    return where


def payments(masked: Mapping[str, Prepared]) -> dict[tuple[str, str], dict[str, str]]:
    """The masked lines, by buyer and number; PES numbers are told without the order's."""
    found = {}
    for prepared in masked.values():
        assert prepared.target is not None
        with prepared.target.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if row["ledger_record"] == "payment":
                    number = row["line_id"]
                    if number.count("-") == 2:
                        number = f"{row['fiscal_year']} {number.split('-')[1]}"
                    found[row["buyer_id"], number] = row
    return found
