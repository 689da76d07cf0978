"""Exports: valid for the official tools of each format, true to the tables, safe in a spreadsheet, without any person."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import tempfile
import threading
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import frictionless
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from jsonschema import Draft7Validator
from libcoveocds.api import ocds_json_output
from libcoveocds.config import LibCoveOCDSConfig
from python_calamine import CalamineWorkbook

from gisement.catalog import tables
from gisement.catalog.words import decp_values
from gisement.engine.exports import EXPORTED, contracts
from gisement.engine.served import Served
from gisement.pipeline import perimeter_of
from gisement.publish.exports import decp, ocds
from gisement.publish.exports.card import about
from gisement.publish.exports.tables import LOOSE, table_schema, write_csv, write_workbook
from gisement.publish.exports.writing import FORMATS, Written, export
from gisement.publish.web.site import Site
from gisement.store import Workspace
from gisement.terms import Trouble
from tests.commands import fresh
from tests.workspaces import added, built, created, rows, workspace_of

OFFICIAL = Path(__file__).resolve().parent.parent / "official"
FILES = {"ocds": "contrats.json", "decp": "decp.json", "csv": "csv", "parquet": "parquet", "xlsx": "tables.xlsx"}
ALL = ("buyers=all",)
COMPARED = (
    "buyer_id, contract_id, title, cpv_code, amount_cents, amount_cents_initial, duration_months, "
    "duration_months_initial, notification_date, publication_date, amendments_count, is_concession, offers_count"
)


@pytest.fixture(scope="module")
def written(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Written]:
    """Every export of the demonstration."""
    return exported(site.served, tmp_path_factory.mktemp("exports"))


@pytest.fixture(scope="module")
def real(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Written]:
    """The exports of the real files in the format of 2022."""
    folder = tmp_path_factory.mktemp("real")
    found = [path for path in sorted((shared_data / "decp" / "format_2022").glob("*.json")) if path.stem != "test-jsn"]
    workspace = workspace_of(folder / "workspace", "region:75", {"decp": found})
    return exported(Served(workspace), folder, *ALL)


def exported(served: Served, folder: Path, *where: str) -> Mapping[str, Written]:
    """Every export of a served workspace, by kind."""
    return {
        kind: export(served, kind, perimeter_of(list(where)), folder / FILES[kind], about(served)) for kind in FORMATS
    }


# --- Open Contracting Data Standard ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def extension() -> Iterator[str]:
    """The address of the sustainability extension, on this machine: the reviewer fetches what a package names."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Silent)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/ocds_sustainability/extension.json"
    server.shutdown()


class _Silent(SimpleHTTPRequestHandler):
    def __init__(self, *given: Any) -> None:
        super().__init__(*given, directory=str(OFFICIAL))

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def reviewed(package: dict[str, Any], extension: str) -> dict[str, Any]:
    """What the reviewer of the standard says of a package, with the standard's own schemas."""
    standard = io.BytesIO()
    with zipfile.ZipFile(standard, "w") as archive:
        archive.writestr("standard/", "")
        for path in (OFFICIAL / "ocds_1_1_5").iterdir():
            archive.write(path, f"standard/schema/{path.name}")
        archive.writestr("standard/schema/codelists/itemClassificationScheme.csv", "Code,Title\nCPV,CPV\n")
    settings = LibCoveOCDSConfig()
    settings.config |= {"standard_zip": standard.getvalue(), "context": "api"}
    with tempfile.TemporaryDirectory() as left:  # it leaves the schema that it put together, beside whoever asks
        told: dict[str, Any] = ocds_json_output(
            left, json_data={**package, "extensions": [extension]}, lib_cove_ocds_config=settings
        )
    return told


def is_sound(package: dict[str, Any], extension: str) -> None:
    """No error, no remark, one release per process."""
    told = reviewed(package, extension)
    assert told["validation_errors"] == []
    assert not told["additional_checks"]
    assert told["additional_closed_codelist_values"] == {}
    assert not told["extensions"]["invalid_extension"]
    assert told["unique_ocids_count"] == told["count"] == len(package["releases"])


def test_the_reviewer_of_ocds_finds_nothing_in_the_demonstration(
    written: Mapping[str, Written], extension: str
) -> None:
    package = read(written["ocds"])
    assert len(package["releases"]) == written["ocds"].counts["contracts"] > 600
    is_sound(package, extension)


def test_the_reviewer_of_ocds_finds_nothing_in_real_files(real: Mapping[str, Written], extension: str) -> None:
    package = read(real["ocds"])
    assert len(package["releases"]) > 1000
    is_sound(package, extension)


def test_the_reviewer_of_ocds_sees_a_fault(written: Mapping[str, Written], extension: str) -> None:
    package = read(written["ocds"])
    package["releases"][0]["tag"] = ["nothing"]
    package["releases"][1]["buyer"]["name"] = ""
    told = reviewed(package, extension)
    assert told["validation_errors"]
    assert told["additional_checks"]


def test_considerations_are_told_in_the_words_of_the_extension(site: Site) -> None:
    one = next(contracts(site.served, perimeter_of([])))
    states = {name: "none" for name in one if name.endswith("_state")}

    def told(**known: str) -> dict[str, Any]:
        tender: dict[str, Any] = ocds.release({**one, **states, **known})["tender"]
        return {name: tender.get(name) for name in ("hasSustainability", "sustainability")}

    assert told() == {"hasSustainability": False, "sustainability": None}
    assert told(social_state="unknown") == {"hasSustainability": None, "sustainability": None}
    assert told(social_state="yes", social_clause_state="yes", reserved_state="yes") == {
        "hasSustainability": True,
        "sustainability": [
            {"goal": "social", "strategies": ["contractPerformanceConditions", "reservedParticipation"]}
        ],
    }
    green = told(environmental_state="yes", environmental_criterion_state="yes")
    assert green["sustainability"] == [{"goal": "environmental", "strategies": ["awardCriteria"]}]


# --- essential data (DECP) ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def schema(shared_data: Path) -> Draft7Validator:
    """The official schema of the essential data, version 2.0.4."""
    path = shared_data / "schemas" / "decp" / "v2" / "schema_decp_v2.0.4.json"
    return Draft7Validator(json.loads(path.read_text(encoding="utf-8")))


def test_the_official_schema_finds_nothing_in_the_demonstration(
    written: Mapping[str, Written], schema: Draft7Validator
) -> None:
    assert written["decp"].counts["contracts"] > 500
    assert [error.message for error in schema.iter_errors(read(written["decp"]))] == []


def test_the_official_schema_finds_nothing_in_real_files(real: Mapping[str, Written], schema: Draft7Validator) -> None:
    assert real["decp"].counts["contracts"] > 1100
    assert [error.message for error in schema.iter_errors(read(real["decp"]))] == []


def test_what_is_set_apart_is_what_the_official_schema_refuses(
    written: Mapping[str, Written], real: Mapping[str, Written], schema: Draft7Validator
) -> None:
    for found in (written, real):
        lists = json.loads(found["decp"].files[1].read_text(encoding="utf-8"))["marches"]
        for kind, records in lists.items():
            valid = [each["id"] for each in records if schema.is_valid({"marches": {kind: [each]}})]
            assert valid == []


def test_the_words_that_are_allowed_are_the_official_ones(schema: Draft7Validator) -> None:
    official = {frozenset(words) for words in _enumerations(schema.schema) if len(words) > 1}
    assert set(decp_values().values()) <= official


def _enumerations(content: Any) -> Iterator[list[str]]:
    if isinstance(content, dict):
        if isinstance(content.get("enum"), list):
            yield content["enum"]
        for value in content.values():
            yield from _enumerations(value)


def test_each_contract_set_apart_says_what_it_lacks(written: Mapping[str, Written], workspace: Workspace) -> None:
    counts, (_, partial_file, list_file, _) = written["decp"].counts, written["decp"].files
    listed = list(csv.DictReader(list_file.open(encoding="utf-8")))
    apart = json.loads(partial_file.read_text(encoding="utf-8"))["marches"]
    assert sum(map(len, apart.values())) == counts["incomplete"] == len({line["contract_key"] for line in listed})
    assert len(listed) == counts["missing"]
    assert counts["contracts"] + counts["incomplete"] == len(table(workspace, "contract", "contract_key"))
    whys = Counter((line["champ"], line["pourquoi"]) for line in listed)
    assert whys["ccag", "absent"] == 100, "the format of 2019 has no such field"
    assert whys["montant", "non conforme"] > 3
    assert "Pas de considération" not in json.dumps(
        [each for each in apart["marche"] if "considerationsSociales" not in each], ensure_ascii=False
    ), "what is not known is not declared absent"


def test_the_essential_data_read_again_give_the_same_contracts_and_cents(
    written: Mapping[str, Written], workspace: Workspace, tmp_path: Path
) -> None:
    again = created(tmp_path / "again", workspace.territory().key)
    told = added(again, "decp", written["decp"].files[:2])
    assert [one.trouble for one in told if one.trouble] == []
    built(again, ["contract", "contract_supplier", "amendment"])
    before, after = (Counter(table(held, "contract", COMPARED)) for held in (workspace, again))
    assert sum(before.values()) > 600
    assert (before - after, after - before) == (Counter(), Counter())
    cents = "SELECT sum(amount_cents)::BIGINT AS cents, count(*) AS holders FROM contract_supplier"
    first, second = (rows(held, cents, ["contract_supplier"]) for held in (workspace, again))
    assert first == second


def test_an_amount_corrected_by_hand_is_the_one_exported(site: Site) -> None:
    amended = next(c for c in contracts(site.served, perimeter_of([])) if c["acts"] and c["amount_cents_initial"])
    told = decp.record({**amended, "amount_cents": 12_345_67}).content
    assert told["montant"] * 100 == amended["amount_cents_initial"]
    assert told["modifications"][-1]["modification"]["montant"] == 12_345.67
    plain = decp.record({**amended, "acts": None, "amount_cents": 9_999}).content
    assert plain["montant"] == 99.99


def test_frictionless_finds_the_tables_as_their_schema_says(written: Mapping[str, Written]) -> None:
    folder = written["csv"].files[0].parent
    told = frictionless.validate(str(folder / "datapackage.json"))
    assert told.errors == []
    assert [(task.name, task.errors) for task in told.tasks if task.errors] == []
    assert {task.name: task.stats["rows"] for task in told.tasks} == {
        name.replace("_", "-"): count for name, count in written["csv"].counts.items()
    }


def test_frictionless_sees_a_fault(written: Mapping[str, Written], tmp_path: Path) -> None:
    folder = written["csv"].files[0].parent
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    with (tmp_path / "amendment.csv").open("a", encoding="utf-8") as lines:
        lines.write("x,y,not a number\n")
    assert not frictionless.validate(str(tmp_path / "datapackage.json")).valid


@pytest.mark.parametrize("name", EXPORTED)
def test_every_schema_is_one_and_describes_each_column(name: str) -> None:
    made = table_schema(name)
    read_back = frictionless.Schema.from_descriptor(made).to_descriptor()
    assert read_back.get("primaryKey", []) == ([] if name in LOOSE else list(tables()[name].key))
    assert [field["name"] for field in made["fields"] if not field["description"]] == []


def test_csv_parquet_and_workbook_hold_the_same_rows(written: Mapping[str, Written]) -> None:
    assert written["csv"].counts == written["parquet"].counts == written["xlsx"].counts
    book = CalamineWorkbook.from_path(str(written["xlsx"].files[0]))
    for name, count in written["csv"].counts.items():
        parquet = pq.read_table(written["parquet"].files[0].parent / f"{name}.parquet")
        lines = list(csv.reader((written["csv"].files[0].parent / f"{name}.csv").open(encoding="utf-8")))
        sheet = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        assert parquet.num_rows == len(lines) - 1 == len(sheet) - 1 == count
        assert [*parquet.column_names, "notice"] == lines[0] == [*sheet[0], "notice"]
        assert {line[-1] for line in lines[1:]} <= {"Données fictives, calibrées"}
        keys = [parquet.column_names.index(key) for key in tables()[name].key if key in tables()[name].schema]
        assert [str(value) for value in parquet.column(keys[0]).to_pylist()] == [line[keys[0]] for line in lines[1:]]


def test_each_heading_of_a_workbook_has_its_definition_as_a_note(written: Mapping[str, Written]) -> None:
    with zipfile.ZipFile(written["xlsx"].files[0]) as archive:
        notes = [archive.read(name).decode() for name in archive.namelist() if "/comments" in name]
        cells = [archive.read(name).decode() for name in archive.namelist() if "/worksheets/sheet" in name]
    assert sum(note.count("<comment ") for note in notes) == sum(len(tables()[name].schema) for name in EXPORTED)
    assert all("<f>" not in cell for cell in cells)


DANGEROUS = ("=1+1", "+33", "-2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "plain", "a=b", "", None)


def test_no_cell_runs_in_a_spreadsheet(tmp_path: Path) -> None:
    batch = pa.RecordBatch.from_pydict({"title": list(DANGEROUS), "row": list(range(len(DANGEROUS)))})
    reader = pa.RecordBatchReader.from_batches(batch.schema, [batch])
    write_csv(reader, tmp_path / "t.csv")
    held = [line[0] for line in csv.reader((tmp_path / "t.csv").open(encoding="utf-8", newline=""))][1:]
    assert held == [*(f"'{text}" for text in DANGEROUS[:8] if text), "plain", "a=b", "", ""]
    line = {
        name: pa.array([DANGEROUS[0]] if kind == "string" else [None])
        for name, kind in tables()["buyer"].schema.items()
    }
    whole = pa.RecordBatch.from_pydict(line)
    batches = pa.RecordBatchReader.from_batches(whole.schema, [whole])
    write_workbook(iter([("buyer", batches)]), {"=a": "=b"}, tmp_path / "t.xlsx")
    with zipfile.ZipFile(tmp_path / "t.xlsx") as archive:
        assert all(b"<f>" not in archive.read(name) for name in archive.namelist())
    book = CalamineWorkbook.from_path(str(tmp_path / "t.xlsx"))
    assert book.get_sheet_by_name("buyer").to_python()[1][0] == "=1+1"


def test_no_export_holds_a_natural_person(written: Mapping[str, Written], workspace: Workspace) -> None:
    sql = "SELECT supplier_siren FROM supplier WHERE is_natural_person AND supplier_siren IS NOT NULL"
    numbers = {row["supplier_siren"] for row in rows(workspace, sql, ["supplier"])}
    assert len(numbers) > 2
    for made in written.values():
        for path in made.files:
            content = texts_of(path)
            assert [number for number in numbers if number in content] == [], path.name


def test_no_export_holds_a_payment(written: Mapping[str, Written]) -> None:
    bases = pq.read_table(written["parquet"].files[0].parent / "purchase.parquet").column("basis")
    assert set(bases.to_pylist()) == {"contract"}
    assert not {"payment", "payment_segment", "payment_contract", "contract_payment"} & set(EXPORTED)


def texts_of(path: Path) -> str:
    """All that a file says, as text."""
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as archive:
            return "\n".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    if path.suffix == ".parquet":
        return str(pq.read_table(path).to_pylist())
    return path.read_text(encoding="utf-8")


def test_each_export_has_the_card_of_its_data_set(written: Mapping[str, Written], site: Site) -> None:
    for kind, made in written.items():
        card = json.loads(made.files[-1].read_text(encoding="utf-8"))
        assert card["dcat:version"] == site.served.release
        assert card["dct:license"]["@id"].startswith("https://www.etalab.gouv.fr/")
        assert "jamais des sommes versées" in card["dct:description"]["@value"]
        assert "inventés" in card["dct:description"]["@value"], "the demonstration says so"
        told = {each["dct:title"]: each for each in card["dcat:distribution"]}
        for path in made.files[:-1]:
            if path.name != "datapackage.json":
                assert told[path.name]["dcat:byteSize"] == path.stat().st_size, kind
                assert told[path.name]["spdx:checksum"]["spdx:checksumValue"] == digest(path)
        assert {s["spdx:checksum"]["spdx:checksumValue"] for s in card["prov:wasDerivedFrom"]}


def test_same_tables_same_bytes(written: Mapping[str, Written], site: Site, tmp_path: Path) -> None:
    again = exported(site.served, tmp_path)
    for kind in FORMATS:
        assert [digest(path) for path in again[kind].files] == [digest(path) for path in written[kind].files], kind


def test_the_command_writes_what_is_asked(workspace: Workspace, tmp_path: Path) -> None:
    buyer = table(workspace, "contract", "buyer_id")[0][0]
    run = fresh("export", "decp", "-o", tmp_path / "d.json", "--where", f"buyer={buyer}", workspace=workspace.root)
    assert (run.returncode, run.stderr) == (0, "")
    assert "conforme" in run.stdout
    held = json.loads((tmp_path / "d.json").read_text(encoding="utf-8"))["marches"]["marche"]
    assert {each["acheteur"]["id"] for each in held} == {buyer}
    wrong = fresh("export", "ocds", "-o", tmp_path / "d.txt", workspace=workspace.root)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert ".json" in wrong.stderr
    nowhere = fresh("export", "xlsx", "-o", tmp_path / "no" / "t.xlsx", workspace=workspace.root)
    assert nowhere.returncode == 2
    assert list(tmp_path.rglob(".*part")) == []


def test_a_key_that_is_none_of_exports_is_told(site: Site, tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="medical"):
        export(site.served, "ocds", perimeter_of(["medical=included"]), tmp_path / "x.json", about(site.served))


def digest(path: Path) -> str:
    """A digest of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read(made: Written) -> dict[str, Any]:
    """The first file of an export, which is JSON."""
    content: dict[str, Any] = json.loads(made.files[0].read_text(encoding="utf-8"))
    return content


def table(workspace: Workspace, name: str, columns: str) -> list[tuple[Any, ...]]:
    """Columns of every row of a table."""
    return [tuple(row.values()) for row in rows(workspace, f"SELECT {columns} FROM {name}", [name])]
