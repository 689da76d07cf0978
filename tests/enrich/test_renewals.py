"""Ends of contracts case by case, ceilings nearly used up, and what is paid without a known contract."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import icalendar
import pytest

from gisement.engine import Observatory
from gisement.publish.exports import feeds
from gisement.sources.demonstration import identifiers
from gisement.sources.ledger.mapping import LedgerMapping
from gisement.sources.ledger.prepare import prepare_ledger
from gisement.store import Workspace
from gisement.studies import renewals as calendar
from gisement.studies import thresholds
from gisement.terms import Perimeter
from tests.workspaces import added, created, rows
from tests.workspaces import built as build
from tests.yaml_file import read_yaml

CASES: list[dict[str, Any]] = read_yaml(Path(__file__).with_name("renewals.yaml"))
AS_OF = date(2025, 1, 31)
BUYER, OTHER = "21860194700013", identifiers.siret(identifiers.siren(91_000), 1)
HOLDER = identifiers.siret(identifiers.siren(91_010), 1)
FRAMEWORK_EUR = 100_000


def _record(number: int, case: dict[str, Any]) -> dict[str, Any]:
    acts = [
        {
            "id": act.get("number", 1), "dateNotificationModification": str(act["day"]), "dureeMois": act.get("months"),
            "montant": act.get("amount"), "datePublicationDonneesModification": str(act["day"]),
        }
        for act in case.get("amendments", ())
    ]  # fmt: skip
    return {
        "id": f"CAS{number:02d}", "acheteur": {"id": BUYER}, "nature": "Marché", "objet": case["case"], "codeCPV": "44316000",
        "dureeMois": case.get("months", 12), "dateNotification": str(case.get("notified", "2024-06-15")),
        "datePublicationDonnees": "2024-07-01", "montant": 60_000 + number, "idAccordCadre": case.get("of"),
        "titulaires": [{"titulaire": {"typeIdentifiant": "SIRET", "id": HOLDER}}],
        "modifications": [{"modification": act} for act in acts],
    }  # fmt: skip


def _framework(number: str, buyer: str) -> dict[str, Any]:
    return {
        **_record(0, {"case": f"Accord-cadre {number}"}), "id": number, "acheteur": {"id": buyer}, "nature": "Accord-cadre",
        "montant": FRAMEWORK_EUR, "dureeMois": 36, "techniques": {"technique": ["Accord-cadre"]},
        "datePublicationDonnees": str(AS_OF),
    }  # fmt: skip


def _ledger(folder: Path) -> Path:
    """What the other buyer pays: 85 000 € under its framework, 70 000 € of training under no contract."""
    lines = (("60632", HOLDER, "85000,00", "AC9"), ("6184", HOLDER, "30000,00", ""), ("6184", HOLDER, "40000,00", ""))
    export, masked = folder / "export.csv", folder / "masked.csv"
    with export.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(("compte", "siret", "date", "ht", "marche"))
        writer.writerows((account, siret, "2024-10-01", amount, number) for account, siret, amount, number in lines)
    fields = {
        "account": "compte",
        "supplier_id": "siret",
        "payment_date": "date",
        "amount_ht": "ht",
        "contract_id": "marche",
    }
    columns = {field: (header,) for field, header in fields.items()}
    prepare_ledger(export, masked, LedgerMapping(columns=columns, buyer=OTHER, nomenclature="M57", order="year"))
    return masked


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace of the cases, of two framework agreements and of three payments."""
    folder = tmp_path_factory.mktemp("renewals")
    decp = folder / "decp.json"
    records = [_record(number, case) for number, case in enumerate(CASES, 1)]
    records += [_framework("ACCORD", BUYER), _framework("AC9", OTHER)]
    decp.write_text(json.dumps({"marches": {"marche": records}}), encoding="utf-8")
    workspace = created(folder / "workspace", "department:86")
    for kind, path in (("decp", decp), ("ledger", _ledger(folder))):
        assert [one.trouble for one in added(workspace, kind, [path])] == [None]
    build(workspace, (*calendar.TABLES, *thresholds.TABLES))
    return workspace


@pytest.fixture(scope="module")
def held(built: Workspace) -> dict[str, dict[str, Any]]:
    """The renewals, by the object of the contract."""
    return {row["title"]: row for row in rows(built, "SELECT * FROM renewal", ["renewal"])}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_a_contract_ends_when_its_case_says(case: dict[str, Any], held: dict[str, dict[str, Any]]) -> None:
    row = held[case["case"]]
    assert row["end_date"] == case.get("end")
    assert row["end_reason"] == case.get("reason")
    assert row["renewal_stage"] == case.get("stage", "unknown")


def test_days_to_begin_stand_so_many_months_before_the_end(held: dict[str, dict[str, Any]]) -> None:
    row = held["le 31 août plus dix-huit mois, année ordinaire"]
    days = {name: row[name] for name in feeds.STEPS}
    assert days == {
        "sourcing_date": date(2024, 8, 31), "lots_date": date(2025, 2, 28), "call_date": date(2025, 8, 31),
        "end_date": date(2026, 2, 28),
    }  # fmt: skip
    assert row["left_months"] == 12
    assert held["déjà terminé"]["left_months"] is None


def test_a_framework_whose_ceiling_is_nearly_used_up_is_told(held: dict[str, dict[str, Any]], built: Workspace) -> None:
    used, untold = held["Accord-cadre AC9"], held["Accord-cadre ACCORD"]
    assert (used["paid_cents"], used["ceiling_used_pct"], used["is_ceiling_near"]) == (8_500_000, 85, True)
    assert (untold["paid_cents"], untold["is_ceiling_near"]) == (None, None), "no payment is not no use"
    observatory = Observatory(built, calendar.TABLES)
    everyone = Perimeter({"buyers": ("all",)})
    near = calendar.renewals(observatory, everyone, near_ceiling=True)
    assert [row["contract_id"] for row in near] == ["AC9"]
    observatory.connection.close()


def test_what_is_paid_under_no_known_contract_is_told_above_the_threshold(built: Workspace) -> None:
    """70 000 € of training in 2024, above 40 000 €: R2122-8 as in force on 1 January 2024."""
    observatory = Observatory(built, thresholds.TABLES)
    everyone = Perimeter({"buyers": ("all",)})
    found = thresholds.without_contract(observatory, everyone)
    told = [(r["segment"], r["year"], r["unlinked_cents"], r["threshold_level"], r["contracts_count"]) for r in found]
    assert told == [("training", 2024, 7_000_000, "dispensation", 0)]
    assert thresholds.without_contract(observatory, everyone, ["formal"]) == []
    assert sum(row["needs"] for row in thresholds.by_level(observatory, everyone).values()) == 2
    observatory.connection.close()


def test_a_calendar_of_odd_titles_is_one_that_programs_read() -> None:
    """RFC 5545: lines of 75 octets at most, escaped text, one identifier per event, which later releases keep."""
    odd = {
        "contract_key": "k1", "title": "Lot n° 1 ; menuiserie, \\ « é »\n" + "ñ" * 200, "buyer_name": None, "buyer_id": "1", "segment": "training",
        "amount_cents": 123, "holders": ["A, B"], "holders_count": 2, "change_date": date(2024, 1, 1), "renewal_stage": "call",
        **dict(zip(feeds.STEPS, (date(2024, 1, 31), date(2024, 7, 31), date(2025, 1, 31), date(2025, 7, 31)), strict=True)),
    }  # fmt: skip
    content = feeds.calendar([odd], "Titre, long ; vrai", AS_OF)
    assert max(map(len, content.split(b"\r\n"))) <= feeds.FOLD
    assert b"X-WR-CALNAME:Titre\\, long \\; vrai\r\n" in content
    events = _events(content)
    assert [str(event["UID"]) for event in events] == [f"k1-{s}@gisement" for s in ("sourcing", "lots", "call", "end")]
    assert [event["DTSTART"].dt for event in events] == [odd[step] for step in feeds.STEPS]
    assert "Lot n° 1 ; menuiserie, \\ « é » " + "ñ" * 200 in str(events[0]["SUMMARY"])
    assert [event.errors for event in events] == [[]] * 4
    later = feeds.calendar([{**odd, "end_date": date(2026, 7, 31)}], "Titre", date(2025, 3, 1))
    assert [str(e["UID"]) for e in _events(later)] == [str(e["UID"]) for e in events]


def _events(content: bytes) -> list[Any]:
    """The events of a calendar, as the library reads them (its types say that any value may be anything)."""
    return list(icalendar.Calendar.from_ical(content).walk("VEVENT"))
