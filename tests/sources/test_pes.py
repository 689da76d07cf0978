"""PES expenditure files become masked payment lines; everything else is refused by name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from gisement.sources.ledger.mapping import LedgerMapping
from gisement.sources.ledger.masked_file import read_masked
from gisement.sources.ledger.prepare import Prepared
from gisement.sources.pes import prepare_pes
from gisement.terms import Trouble

SUPPLIER = "35600000049837"


def line(
    account: str = "60632",
    amount: str = "100.50",
    name: str = "QUINCAILLERIE FICTIVE",
    *,
    extra: str = "",
    payee: str = f'<IdTiers V="{SUPPLIER}"/><NatIdTiers V="01"/><CatTiers V="50"/><NatJur V="03"/>',
) -> str:
    """One line of a payment order."""
    return (
        f'<LigneDePiece><BlocLignePiece><InfoLignePce><IdLigne V="1"/><Nature V="{account}"/><Fonction V="020"/>'
        f'<LibVir1 V="Facture fictive"/><MtHT V="{amount}"/>{extra}</InfoLignePce>'
        '<LiensIdent><IdMarche V="2024-07"/></LiensIdent></BlocLignePiece>'
        f'<Tiers><InfoTiers>{payee}<Nom V="{name}"/></InfoTiers><Adresse><Adr2 V="1 RUE SECRETE"/><CP V="86000"/>'
        '<Ville V="POITIERS "/></Adresse><CpteBancaire><IBAN V="FR7600000000000000000000000"/></CpteBancaire></Tiers>'
        "</LigneDePiece>"
    )


def pes(
    tmp_path: Path, lines: Sequence[str], *, kind: str = "01", domain: str = "PES_DepenseAller", nature: str = "01"
) -> Path:
    """A PES file with one order."""
    path = tmp_path / "mandats.xml"
    text = (
        '<?xml version="1.0" encoding="ISO-8859-1"?><n:PES_Aller xmlns:n="http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller">'
        '<EnTetePES><DteStr V="2024-02-01"/><IdColl V="21860194600013"/><CodBud V="00"/></EnTetePES>'
        f'<{domain}><Bordereau><BlocBordereau><Exer V="2024"/><IdBord V="12"/><DteBordEm V="2024-01-31"/><TypBord V="{kind}"/>'
        f'</BlocBordereau><Piece><BlocPiece><InfoPce><IdPce V="34"/><NatPce V="{nature}"/><Obj V="Vis imaginées"/></InfoPce></BlocPiece>'
        f"{''.join(lines)}</Piece></Bordereau></{domain}><PES_PJ><PJ><Contenu><Fichier>U0VDUkVU</Fichier></Contenu></PJ></PES_PJ></n:PES_Aller>"
    )
    path.write_bytes(text.encode("iso-8859-1"))
    return path


def prepared(tmp_path: Path, *lines: str, mapping: LedgerMapping | None = None, **about: Any) -> Prepared:
    """The file of these lines, prepared."""
    return prepare_pes(pes(tmp_path, lines, **about), tmp_path / "masked.csv", mapping)


def only(found: Prepared) -> dict[str, Any]:
    """The one line that leaves."""
    (row,) = found.sample
    return dict(row)


def test_a_line_has_its_supplier_its_contract_and_its_dates(tmp_path: Path) -> None:
    row = only(prepared(tmp_path, line(extra='<MtTVA V="20.1"/>')))
    assert (row["buyer_id"], row["budget"], row["fiscal_year"]) == ("21860194600013", "00", "2024")
    assert (row["account"], row["account_kind"], row["function_code"]) == ("60632", "unknown", "020")
    assert (row["supplier_id"], row["supplier_id_kind"]) == (SUPPLIER, "SIRET")
    assert (row["supplier_postcode"], row["supplier_commune"]) == ("86000", "POITIERS")
    assert (row["line_id"], row["contract_id"], row["payment_date"]) == ("12-34-1", "2024-07", "2024-01-31")
    assert (row["amount_ht_cents"], row["amount_vat_cents"], row["amount_ttc_cents"]) == (10050, 2010, 12060)
    assert (row["vat_rule"], row["label"]) == ("computed", "Vis imaginées Facture fictive")


def test_tax_that_is_not_told_is_not_known(tmp_path: Path) -> None:
    row = only(prepared(tmp_path, line()))
    assert (row["amount_ttc_cents"], row["amount_vat_cents"], row["vat_rule"]) == (None, None, "unknown")


@pytest.mark.parametrize("about", [{"kind": "02"}, {"kind": "03"}, {"nature": "06"}])
def test_cancellations_are_negative_whatever_their_sign(tmp_path: Path, about: dict[str, Any]) -> None:
    for amount in ("100.50", "-100.50"):
        row = only(prepared(tmp_path, line(amount=amount), **about))
        assert (row["amount_ht_cents"], row["is_credit_note"]) == (-10050, True)


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("7", 700),
        ("7.5", 750),
        ("-0.07", -7),
        ("sept", None),
        ("39724.75", 3972475),
        ("007", 700),
        (".5", 50),
        (".", None),
        ("9" * 12, 99_999_999_999_900),
        ("1" + "0" * 12, None),
        ("9" * 40, None),
        ("1_000", None),
        ("1e3", None),
    ],
)
def test_amounts_are_exact_cents(tmp_path: Path, amount: str, expected: int | None) -> None:
    row = only(prepared(tmp_path, line(amount=amount)))
    assert (row["amount_ht_cents"], row["amount_reported"]) == (expected, amount)


def test_staff_bank_data_addresses_and_attachments_never_leave(tmp_path: Path) -> None:
    found = prepared(tmp_path, line(), line("6411", "2000"), line("65133", "50"), line("651", "70"))
    assert found.dropped == {"staff": (1, 200000), "transfers": (2, 12000)}
    written = (tmp_path / "masked.csv").read_text(encoding="utf-8")
    assert [secret for secret in ("FR76", "SECRETE", "U0VDUkVU") if secret in written] == []


@pytest.mark.parametrize(
    "payee",
    [
        '<CatTiers V="01"/><NatJur V="02"/>',
        '<CatTiers V="50"/><NatJur V="01"/>',
        '<IdTiers V="185078619400642"/><NatIdTiers V="04"/><CatTiers V="50"/>',
        '<CatTiers V="50"/><Civilite V="MME"/>',
    ],
)
def test_a_natural_person_is_masked_by_its_codes(tmp_path: Path, payee: str) -> None:
    found = prepared(tmp_path, line(name="FICTIVE", payee=payee))
    row = only(found)
    assert [row[name] for name in ("supplier_name", "supplier_id", "label", "supplier_postcode")] == [None] * 4
    assert found.masked == {"personal_name": (1, 10050)}


def test_a_mapping_may_say_the_chart_of_accounts(tmp_path: Path) -> None:
    row = only(prepared(tmp_path, line("651"), mapping=LedgerMapping(nomenclature="M14")))
    assert (row["account"], row["account_kind"]) == ("651", "M14")


def test_a_masked_file_is_read_like_that_of_a_ledger(tmp_path: Path) -> None:
    prepared(tmp_path, line(), line("6411"))
    targets = {name: tmp_path / f"{name}.parquet" for name in ("raw_payment", "raw_payment_dropped")}
    assert read_masked(tmp_path / "masked.csv", targets, "masked.csv").records == 1
    prepare_pes(tmp_path / "masked.csv", tmp_path / "again.csv")
    assert (tmp_path / "again.csv").read_bytes() == (tmp_path / "masked.csv").read_bytes()


@pytest.mark.parametrize(
    ("domain", "told"), [("PES_RecetteAller", "recettes"), ("PES_Marche", "marchés"), ("PES_Autre", "autre chose")]
)
def test_what_is_no_expenditure_is_refused_by_name(tmp_path: Path, domain: str, told: str) -> None:
    with pytest.raises(Trouble) as refused:
        prepared(tmp_path, line(), domain=domain)
    assert told in refused.value.fr
    assert not (tmp_path / "masked.csv").exists()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<a>",
        "<a/>",
        '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        "compte;montant",
        "<?xml version='1.0'?>\n<!-- PES",
    ],
)
def test_what_is_no_pes_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "mandats.xml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Trouble) as refused:
        prepare_pes(path, tmp_path / "masked.csv")
    assert "\n" not in refused.value.fr + refused.value.en


def test_expenditure_is_found_beside_revenue(tmp_path: Path) -> None:
    path = pes(tmp_path, [line()])
    text = path.read_bytes().replace(
        b"<PES_DepenseAller>", b"<PES_RecetteAller><Bordereau/></PES_RecetteAller><PES_DepenseAller>"
    )
    path.write_bytes(text)
    assert prepare_pes(path, tmp_path / "masked.csv").payments == 1


def test_a_file_cut_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    path = pes(tmp_path, [line(), line()])
    path.write_bytes(path.read_bytes()[:-400])
    with pytest.raises(Trouble, match="XML"):
        prepare_pes(path, tmp_path / "masked.csv")
    assert [one.name for one in tmp_path.iterdir()] == ["mandats.xml"]


# --- real files ---------------------------------------------------------------------------------------------


def test_the_real_order_has_its_contract_and_supplier(shared_data: Path, tmp_path: Path) -> None:
    path = shared_data / "accounting" / "pes" / "connecteur_iParapheur_data-exemple_PES_ex.xml"
    row = only(prepare_pes(path, tmp_path / "masked.csv"))
    assert row["contract_id"] == "2015-15018D-00"
    assert (row["supplier_id"], row["supplier_id_kind"]) == ("37909534200018", "SIRET")
    assert (row["amount_ht_cents"], row["account"], row["payment_date"]) == (5522, "60628", "2015-09-16")
    assert row["label"] is not None
    assert "FR00" not in (tmp_path / "masked.csv").read_text(encoding="utf-8")


def test_the_real_test_orders_are_contributions(shared_data: Path, tmp_path: Path) -> None:
    for name in ("PESALR2_49101169800000_171227_2045.xml", "pes_aller_helios-seda.xml"):
        found = prepare_pes(shared_data / "accounting" / "pes" / name, tmp_path / "masked.csv")
        assert (found.payments, found.dropped) == (0, {"transfers": (1, 3972475)}), name


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("PESALR1_99988877766655_121211_11.xml", "recettes"),
        ("PES_MARCHE.xml", "marchés"),
        ("PES_Marche_contrat_initial_nov2017.xml", "marchés"),
        ("connecteur_fakeTdt_fixtures_pes_acquit.xml", "accusé"),
    ],
)
def test_the_other_real_files_are_refused(shared_data: Path, tmp_path: Path, name: str, told: str) -> None:
    with pytest.raises(Trouble) as refused:
        prepare_pes(shared_data / "accounting" / "pes" / name, tmp_path / "masked.csv")
    assert told in refused.value.fr
