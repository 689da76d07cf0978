"""How values are read, what accounts and names say, and what a mapping file may hold."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from gisement.catalog.tables import read_csv
from gisement.sources.ledger import values
from gisement.sources.ledger.layout import fields_of
from gisement.sources.ledger.mapping import NOMENCLATURES, LedgerMapping, fields, parse_mapping, read_mapping, written
from gisement.sources.ledger.masking import LABEL_PATTERN, is_person, is_social_security
from gisement.sources.ledger.values import PURCHASE, drop_reason, guessed_rate, reasons
from gisement.terms import Trouble

# --- values -------------------------------------------------------------------------------------------------


def cents(text: str, decimal: str = ",") -> int | None:
    """What the SQL expression makes of one amount."""
    query = f"SELECT {values.cents('bare', decimal)} FROM (SELECT {values.bare_amount('$1')} AS bare)"
    found = duckdb.execute(query, [text]).fetchone()
    assert found is not None
    return found[0]  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("text", "decimal", "expected"),
    [
        ("40 000,00", ",", 4000000),
        ("40\u00a0000,00 €", ",", 4000000),
        ("40\u202f000,5", ",", 4000050),
        ("40.000,00", ",", 4000000),
        ("40'000,00 EUR", ",", 4000000),
        ("1234,567", ",", 123457),
        ("-12", ",", -1200),
        ("−12,00", ",", -1200),
        ("12,00-", ",", -1200),
        ("(12,00)", ",", -1200),
        ("- 12,00 €", ",", -1200),
        ("+12", ",", 1200),
        (",50", ",", 50),
        ("0", ",", 0),
        ("12.50", ",", None),
        ("1.234", ",", 123400),
        ("1,234.50", ".", 123450),
        ("12.5", ".", 1250),
        ("1,5", ".", None),
        ("12-34", ",", None),
        ("1-2", ",", None),
        ("12 euros", ",", 1200),
        ("douze", ",", None),
        ("1,2,3", ",", None),
        ("", ",", None),
        ("999999999999,99", ",", 99999999999999),
        ("9999999999999,99", ",", None),
        ("1" * 60, ",", None),
        ("0,005", ",", 1),
        ("-0,005", ",", -1),
    ],
)
def test_an_amount_is_read_exactly_or_not_at_all(text: str, decimal: str, expected: int | None) -> None:
    assert cents(text, decimal) == expected


@given(st.integers(-(10**13), 10**13), st.sampled_from(",."), st.sampled_from(["", " ", "\u00a0", "other"]))
def test_every_written_amount_is_read_back(amount: int, decimal: str, thousands: str) -> None:
    sign = {"other": "." if decimal == "," else ","}.get(thousands, thousands)
    whole, rest = divmod(abs(amount), 100)
    text = ("-" if amount < 0 else "") + f"{whole:,}".replace(",", "_").replace("_", sign) + f"{decimal}{rest:02}"
    assert cents(text, decimal) == amount


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("2024-02-29", "day", "2024-02-29"),
        ("2024-02-29T10:00:00", "day", "2024-02-29"),
        ("29/02/2024", "day", "2024-02-29"),
        ("29/02/2024 10:00", "day", "2024-02-29"),
        ("29.2.24", "day", "2024-02-29"),
        ("02/03/2024", "day", "2024-03-02"),
        ("02/03/2024", "month", "2024-02-03"),
        ("2024/03/02", "day", "2024-03-02"),
        ("20240302", "day", "2024-03-02"),
        ("45292", "day", "2024-01-01"),
        ("30/02/2024", "day", None),
        ("31/12/99", "day", "1999-12-31"),
        ("12/2024", "day", None),
        ("", "day", None),
    ],
)
def test_a_date_is_read_in_the_order_of_the_file_or_not_at_all(text: str, order: str, expected: str | None) -> None:
    assert values.iso_date(text, order) == expected


def test_accounts_and_years_are_taken_out_of_their_texts() -> None:
    told = ["60632", " 60632 - Fournitures", "D-60632", "606 32", "Fournitures", "60632000", ""]
    assert [values.account_number(text) for text in told] == [
        *("60632", "60632", "60632", "60632"),
        None,
        "60632000",
        None,
    ]
    assert [values.fiscal_year(text) for text in ("2024", "Exercice 2024", "20240", "24")] == [
        "2024",
        "2024",
        None,
        None,
    ]


# --- accounts -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("nomenclature", "account", "expected"),
    [
        ("M57", "60632", None),
        ("M57", "6411", "staff"),
        ("M57", "6218", None),
        ("M57", "6215", "staff"),
        ("M57", "65748", "grants"),
        ("M57", "65133", "social_aid"),
        ("M57", "65811", None),
        ("M57", "65888", "transfers"),
        ("M57", "6531", "staff"),
        ("M57", "66111", "debt"),
        ("M57", "1641", "debt"),
        ("M57", "63512", "taxes"),
        ("M57", "739211", "taxes"),
        ("M57", "20422", "grants"),
        ("M57", "2051", None),
        ("M57", "2313", None),
        ("M57", "4581", None),
        ("M57", "7067", "revenue"),
        ("M14", "6518", None),
        ("M14", "6714", "social_aid"),
        ("M21", "60211", None),
        ("M21", "651", None),
        ("GBCP", "6511", None),
        ("unknown", "651", "transfers"),
        ("unknown", "65811", None),
        ("unknown", "60632", None),
    ],
)
def test_an_account_says_what_is_no_purchase(nomenclature: str, account: str, expected: str | None) -> None:
    assert drop_reason(nomenclature, account) == expected


def test_the_rules_are_sourced_and_of_known_charts() -> None:
    rows = list(read_csv("ledger/non_purchase_accounts.csv"))
    assert {row["nomenclature"] for row in rows} == {"ALL", *NOMENCLATURES}
    assert [row for row in rows if not (row["prefix"].isdigit() and row["description"] and row["source"])] == []
    assert len({(row["nomenclature"], row["prefix"]) for row in rows}) == len(rows)
    assert {"staff", "grants", "social_aid", "debt", "taxes", "transfers"} <= reasons()
    assert PURCHASE not in reasons()
    assert [
        row for row in read_csv("ledger/vat_rates.csv") if not (row["rate_per_mille"].isdigit() and row["source"])
    ] == []


def test_a_guessed_rate_is_the_normal_one_unless_the_account_says_otherwise() -> None:
    assert [guessed_rate("M57", account) for account in ("60632", "60623", "6161", "6065")] == [200, 55, 0, 55]
    assert guessed_rate("M21", "60231") == 55


@pytest.mark.parametrize(
    ("file", "nomenclature"),
    [
        ("2024_M57_D_planDeCompte.xml", "M57"),
        ("2024_M57_A_planDeCompte.xml", "M57"),
        ("2024_M14_COM_SUP3500_planDeCompte.xml", "M14"),
        ("2024_M4_planDeCompte.xml", "M4"),
    ],
)
def test_every_account_of_the_official_charts_is_a_purchase_or_has_a_reason(
    shared_data: Path, file: str, nomenclature: str
) -> None:
    tree = etree.parse(str(shared_data / "accounting" / "charts" / file))
    charted = {str(one.get("Code")): str(one.get("Libelle")) for one in tree.iter("Compte")}
    kept = {code: label.lower() for code, label in charted.items() if drop_reason(nomenclature, code) is None}
    assert {code[:1] for code in kept} <= {"2", "4", "6"}
    assert [code for code in charted if code.startswith(("60", "61")) and code not in kept and code[:3] != "603"] == []
    barred = re.compile(r"\b(subvention|allocation|rémunérations du personnel|secours|bourse|cotisations de retraite)")
    suspect = {code for code, label in kept.items() if barred.search(label)}
    assert {code for code in suspect if not code.startswith(("2", "45"))} == set()
    assert [code for code in kept if code.startswith("65")], "licences are purchases in every chart"
    dropped = {label for code, label in charted.items() if code.startswith("65") and code not in kept}
    assert not [label for label in dropped if "informatique en nuage" in label.lower()]


# --- persons ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "MME INVENTEE ALICE",
        "M. INVENTÉ",
        "Monsieur Invente Paul",
        "INVENTE Paul",
        "Jean-Pierre INVENTE",
        "DE INVENTE MARIE",
        "LE INVENTE YANN",
        "INVENTE MARIE-CLAUDE",
    ],
)
def test_the_name_of_a_person_is_known(name: str) -> None:
    assert is_person(name)


@pytest.mark.parametrize(
    "name",
    [
        "GARAGE INVENTE PAUL",
        "INVENTE PAUL SARL",
        "MONSIEUR LE TRESORIER",
        "FERME DES TROIS VACHES",
        "LE JARDIN DE MARIE",
        "MR BRICOLAGE",
        "PAUL",
        "ALICE 86",
        "TOTAL ENERGIES",
        "",
    ],
)
def test_the_name_of_a_body_is_not_a_persons(name: str) -> None:
    assert not is_person(name)


@pytest.mark.parametrize(
    ("label", "is_personal"),
    [
        ("Remboursement Mme Inventée", True),
        ("Conseil à M. Invente", True),
        ("écrire à alice@exemple.fr", True),
        ("tél. 05 49 00 00 00", True),
        ("FR76 3000 1000 0100 0000 0000 123", True),
        ("dossier 1 85 07 86 194 006 42", True),
        ("EA 102 FACT 15-08-0764 15-08-0764 Facture", False),
        ("60 m. de tuyau", False),
        ("Marché 2024-07 lot 2", False),
    ],
)
def test_a_label_that_speaks_of_a_person_is_known(label: str, is_personal: bool) -> None:
    found = duckdb.execute("SELECT regexp_matches($1, $2)", [label, LABEL_PATTERN]).fetchone()
    assert found == (is_personal,)


def test_social_security_numbers_have_their_own_form() -> None:
    assert is_social_security("1 85 07 86 194 006")
    assert is_social_security("2850786194006 42")
    assert not is_social_security("35600000049837")
    assert not is_social_security("123")


# --- mapping ------------------------------------------------------------------------------------------------


def test_a_mapping_that_is_written_is_read_back(tmp_path: Path) -> None:
    mapping = LedgerMapping(
        columns={"account": ("Compte",), "line_id": ("N°", 'Ligne "bis"'), "amount": ("Montant\\€",)},
        buyer="21860194600013",
        nomenclature="M57",
        sheet="Feuil1",
        header_line=3,
        header_lines=2,
        encoding="mixed",
        delimiter="\t",
        decimal=".",
        basis="TTC",
        guess_vat=True,
        order="month",
        credit_values=("Avoir",),
        person_values=("01",),
        persons_kept=("MARIE INVENTEE",),
    )
    (tmp_path / "m.toml").write_text(written(mapping, ["une remarque", "sur deux\nlignes"]), encoding="utf-8")
    assert read_mapping(tmp_path / "m.toml") == mapping


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[ledger]\nnomenclature = "M99"', "M57, M21"),
        ('[ledger]\nbuyer = "123"', "14 chiffres"),
        ('[ledgers]\nbuyer = "1"', "ledgers"),
        ('[columns]\ncompte = "Compte"', "account"),
        ("[columns]\naccount = 3", "texte"),
        ('[columns]\namount = ["A", "B"]', "qu'une colonne"),
        ('[file]\nencoding = "latin"', "cp1252"),
        ("[file]\nheader_line = 0", "positif"),
        ('[amounts]\ndecimal = ";"', "amounts.decimal"),
        ('[amounts]\nguess_vat = "oui"', "true"),
        ("columns = 3", "table"),
        ("[columns", "TOML"),
    ],
)
def test_a_mapping_that_is_wrong_says_where(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "m.toml").write_text(text, encoding="utf-8")
    with pytest.raises(Trouble) as refused:
        read_mapping(tmp_path / "m.toml")
    assert told in refused.value.fr


def test_a_mapping_that_is_absent_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="cannot be opened"):
        read_mapping(tmp_path / "nothing.toml")


def test_the_page_shows_a_mapping_that_reads_and_every_field() -> None:
    page = (Path(__file__).parents[2] / "docs" / "ledgers.md").read_text(encoding="utf-8")
    shown = page.split("```toml\n")[1].split("```")[0]
    mapping = parse_mapping(tomllib.loads(shown))
    assert mapping.nomenclature == "M57"
    assert {field for field in fields() if f"`{field}`" not in page} == set()
    assert {reason for reason in reasons() if f"`{reason}`" not in page} == set()


def test_known_headers_lead_to_their_field() -> None:
    told = {
        "supplier_id": ["SIRET", "N° SIRET fournisseur", "Fournisseur / SIRET"],
        "buyer_id": ["SIRET acheteur", "Acheteur / SIRET"],
        "amount_ht": ["Montant HT", "Mt HT (€)", "Montant / HT"],
        "amount_ttc": ["Montant TTC", "TTC"],
        "account": ["Compte", "Compte nature", "N° compte", "Imputation"],
        "supplier_name": ["Fournisseur", "Raison sociale", "Nom tiers", "Tiers"],
        "payment_date": ["Date mandat", "Date de paiement", "Mandat / Date"],
        "invoice_date": ["Date facture"],
        "contract_id": ["N° marché", "Marché"],
        "segment_code": ["Code NACRES"],
        "label": ["Libellé", "Objet du mandat"],
    }
    for field, headers in told.items():
        assert {header: list(fields_of([header])) for header in headers} == {header: [field] for header in headers}
    assert {row["field"] for row in read_csv("ledger/headers.csv")} <= set(fields())
