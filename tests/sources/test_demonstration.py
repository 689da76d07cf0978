"""The demonstration's files: the same bytes from a seed, fictive through and through, and calibrated."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema_rs import Draft7Validator
from stdnum.fr import siren as siren_rules
from stdnum.fr import siret as siret_rules

from gisement.sources.demonstration import Demonstration, write, writing
from gisement.sources.demonstration.identifiers import LARGEST, PREFIX, siren, siret, with_wrong_key
from gisement.sources.demonstration.territory import cpv_codes, families, matrix
from gisement.terms import Trouble
from tests.tiny import FOOD, tiny

SIRET = re.compile(r"\d{14}")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demonstration:
    """The demonstration at its usual size; its workbooks are written as CSV (half of the time: `tiny` has them)."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(writing.SIZES, "demo", replace(writing.SIZES["demo"], workbooks=False))
        return write(tmp_path_factory.mktemp("demo"), "demo")


@pytest.fixture(scope="module")
def records(demo: Demonstration) -> list[dict[str, Any]]:
    """Every record of every contract file."""
    found: list[dict[str, Any]] = []
    for path in contract_files(demo):
        content = json.loads(path.read_text(encoding="utf-8"))["marches"]
        found += content if isinstance(content, list) else content["marche"]
    return found


@pytest.fixture(scope="module")
def told() -> list[tuple[str, int, int]]:
    """What writing the demonstration said that it began."""
    return []


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory, told: list[tuple[str, int, int]]) -> dict[int, Demonstration]:
    """The smallest demonstration from other seeds."""
    return {
        seed: write(tmp_path_factory.mktemp("seeded"), "tiny", seed, lambda *part: told.append(part)) for seed in (1, 2)
    }


@pytest.mark.usefixtures("seeded")
def test_each_part_and_each_ledger_is_told_as_it_begins(told: list[tuple[str, int, int]]) -> None:
    once = told[: len(told) // 2]
    assert once == told[len(once) :]
    assert [done for _, done, _ in once] == sorted(done for _, done, _ in once)
    assert {done for _, done, _ in once} == set(range(once[0][2]))
    assert sum(done == once[-2][1] for _, done, _ in once) == 8, "a part for each ledger"
    assert "Université de démonstration" in [name for name, _, _ in once]


def contract_files(demo: Demonstration) -> list[Path]:
    return [file.path for file in demo.files if file.kind == "decp"]


def digests(demo: Demonstration) -> list[tuple[str, str]]:
    """What each file holds: of a workbook the parts, since their compression is the machine's own."""
    paths = [path for file in demo.files if file.path.parent.name != FOOD for path in (file.path, file.mapping) if path]
    return [(path.name, hashlib.sha256(content(path)).hexdigest()) for path in (*paths, demo.truth_path)]


def content(path: Path) -> bytes:
    if path.suffix != ".xlsx":
        return path.read_bytes()
    with zipfile.ZipFile(path) as book:
        return b"".join(book.read(name) for name in book.namelist())


def holders(record: dict[str, Any]) -> Iterator[dict[str, str]]:
    yield from (holder.get("titulaire", holder) for holder in record["titulaires"])


def test_the_same_seed_gives_the_same_bytes(seeded: dict[int, Demonstration], tmp_path: Path) -> None:
    one, again = tiny(), write(tmp_path / "two" / "deep", "tiny")
    assert digests(one) == digests(again)
    assert digests(one) != digests(seeded[1])
    assert [one.local_share, dict(one.faults)] == [again.local_share, dict(again.faults)]


def test_the_bytes_are_those_of_every_machine() -> None:
    """Changes only with the generator or its settings: the changelog then says that the demo moves."""
    whole = hashlib.sha256("".join(digest for _, digest in digests(tiny())).encode())
    assert whole.hexdigest()[:16] == "284229b36bb5471e"


def test_sizes_are_kept_and_others_refused(demo: Demonstration, tmp_path: Path) -> None:
    years = len({cell["year"] for cell in demo.truth["payments"]["by_year"]})
    assert years == 7
    # two lots under one identifier bear one day: a few contracts change years
    assert demo.contracts == pytest.approx(2711 * years, rel=0.01)
    assert demo.truth["payments"]["all"]["lines"] == pytest.approx(15_000 * years, rel=0.02)
    with pytest.raises(Trouble, match="choose among tiny, demo, full"):
        write(tmp_path, "enormous")


def test_the_local_share_is_calibrated(seeded: dict[int, Demonstration]) -> None:
    for made in (tiny(), *seeded.values()):
        assert made.local_share == pytest.approx(0.502, abs=0.01)


def test_money_is_that_of_the_calibration(demo: Demonstration) -> None:
    """495 M€ in 2021, 379 M€ of them outside medical goods, 50 % of these in the department: assumptions of the demo."""
    wanted = sum(cents for amounts in matrix().values() for cents in amounts.values())
    assert wanted == pytest.approx(495e8, rel=0.001)
    cells = [cell for cell in demo.truth["payments"]["by_buyer_and_year"] if cell["year"] == 2021]
    assert sum(cell["cents"] for cell in cells) == pytest.approx(wanted, rel=0.01)
    assert sum(cell["in_scope_cents"] for cell in cells) == pytest.approx(379e8, rel=0.01)
    assert demo.local_share == pytest.approx(0.502, abs=0.005)
    assert all(sum(family.ring_shares) == pytest.approx(1) for family in families().values())


def test_contracts_and_payments_are_of_one_territory(demo: Demonstration) -> None:
    """Most spending is under contracts, whose amounts are a little more than what is paid under them."""
    paid, held = demo.truth["payments"]["all"], demo.truth["contracts"]
    assert 0.80 < paid["under_contract_cents"] / paid["cents"] < 0.90
    assert 1 < held["cents"] / paid["under_contract_cents"] < 1.4
    assert held["local_share"] == pytest.approx(paid["local_share"], abs=0.02)


def test_fictive_identifiers_pass_the_checks_and_bear_the_prefix() -> None:
    for number in (0, 1, 123, LARGEST):
        unit = siren(number)
        assert unit.startswith(PREFIX)
        assert siren_rules.is_valid(unit)
        assert siret_rules.is_valid(siret(unit, 1))
        assert siret_rules.is_valid(siret(unit, 2))
        assert not siret_rules.is_valid(with_wrong_key(siret(unit, 1)))


def test_every_identifier_is_fictive(demo: Demonstration, records: list[dict[str, Any]]) -> None:
    buyers = {record["acheteur"]["id"] for record in records}
    assert len(buyers) == 9
    named = [holder["id"] for record in records for holder in holders(record) if holder["id"] != "NC"]
    assert all(PREFIX in name[:5] for name in (*buyers, *named))
    wrong = [name for name in named if SIRET.fullmatch(name) and not siret_rules.is_valid(name)]
    assert len(wrong) == demo.faults["supplier_bad_checksum"]
    assert all(siret_rules.is_valid(buyer) for buyer in buyers)
    for file in demo.files:
        if file.kind in ("sirene", "legal-units"):
            lines = list(csv.DictReader(file.path.read_text(encoding="utf-8").splitlines()))
            assert lines
            assert all(line["siren"].startswith(PREFIX) for line in lines)
            assert all(siret_rules.is_valid(line["siret"]) for line in lines if "siret" in line)


def test_every_file_and_record_says_that_it_is_fictive(demo: Demonstration, records: list[dict[str, Any]]) -> None:
    assert all("fictives" in record["objet"] for record in records)
    assert "fictives" in demo.card["producer"]
    for made in (demo, tiny()):
        for path in (*(file.path for file in made.files if file.path.parent.name != FOOD), made.truth_path):
            assert "fictif" in path.name.lower() or "fictive" in path.name
            held = content(path)
            told = [f"{word} fictives".encode(code) for word in ("Données", "DONNEES") for code in ("utf-8", "cp1252")]
            assert any(word.lower() in held.lower() for word in told), path.name


def test_faults_are_in_the_files_at_their_counts(demo: Demonstration, records: list[dict[str, Any]]) -> None:
    named = [holder["id"] for record in records for holder in holders(record)]
    assert named.count("NC") == demo.faults["supplier_missing"] > 0
    assert sum(len(name) == 9 and name.isdigit() for name in named) == demo.faults["supplier_siren_only"] > 0
    codes = [record.get("codeCPV", "00000000") for record in records]
    assert codes.count("00000000") == demo.faults["cpv_missing"] > 0
    assert sum(record["montant"] == 1 for record in records) == demo.faults["amount_symbolic"] > 0
    assert sum(record["montant"] > 1.2e8 for record in records) == demo.faults["amount_absurd"] > 0
    assert sum("\ufffd" in record["objet"] for record in records) == demo.faults["accents_lost"] > 0
    copied = [fault for fault in demo.faults if fault.startswith("published_")]
    assert len(records) == demo.contracts + sum(demo.faults[fault] for fault in copied)
    assert all(demo.faults.values())


def test_clauses_grow(records: list[dict[str, Any]]) -> None:
    def share(year: str) -> float:
        own = [r for r in records if r["dateNotification"].startswith(year) and "considerationsSociales" in r]
        held = [r for r in own if "Clause environnementale" in str(r["considerationsEnvironnementales"])]
        return len(held) / len(own)

    assert share("2020") < 0.15 < share("2022") < share("2024") < share("2025") < 0.75


def test_cpv_codes_lead_to_their_segment() -> None:
    assert sum(len(codes) for codes in cpv_codes().values()) > 300
    assert all(re.fullmatch(r"\d{8}", code) for codes in cpv_codes().values() for code in codes)


def test_files_of_the_new_format_obey_the_official_schema(demo: Demonstration, shared_data: Path) -> None:
    schema = json.loads((shared_data / "schemas/decp/v2/schema_decp_v2.0.4.json").read_text(encoding="utf-8"))
    validator = Draft7Validator(schema)
    recent = [path for path in contract_files(demo) if "2019" not in path.name]
    assert len(recent) == 5
    for path in recent:
        assert [error.message for error in validator.iter_errors(json.loads(path.read_text(encoding="utf-8")))] == []


def test_cpv_codes_exist(shared_data: Path) -> None:
    text = (shared_data / "nomenclatures/cpv_2008.csv").read_text(encoding="utf-8")
    known = {line[:8] for line in text.splitlines()}
    assert {code for codes in cpv_codes().values() for code in codes} <= known
