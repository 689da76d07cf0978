"""Purchase files of ma cantine: each accepted variant, each documented error with its line and column."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb
import pytest

from gisement.catalog import raw_tables
from gisement.catalog.quality_labels import families, labels
from gisement.sources.demonstration import identifiers
from gisement.sources.egalim.purchases import parse_purchases, read_purchases
from gisement.sources.egalim.variants import VARIANTS, Variant
from gisement.terms import Trouble

SIRET = identifiers.siret(identifiers.siren(3), 1)
GOOD = {
    "siret": SIRET, "cantine_id": "949", "description": "Pommes de terre", "fournisseur": "Fournisseur fictif",
    "date": "2025-01-30", "prix_ht": "1234.99", "famille_produits": "FRUITS_ET_LEGUMES", "categories_egalim": "BIO,IGP",
    "origine": "FRANCE", "est_circuit_court": "OUI", "est_local": "x", "definition_local": "PAT", "definition_local_km": "",
}  # fmt: skip


def text(variant: Variant, *changes: dict[str, str], header: Sequence[str] | None = None, delimiter: str = ",") -> str:
    """A file of a variant: one line for each set of changes to a good line."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerow(header or variant.columns)
    for change in changes or ({},):
        line = {**GOOD, **change}
        writer.writerow([line[column] for column in variant.columns])
    return out.getvalue()


def written(folder: Path, content: str | bytes) -> Path:
    """A file holding this content."""
    path = folder / "achats.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def refusal(folder: Path, content: str | bytes, language: str = "fr") -> str:
    """What is told of a file that is refused."""
    with pytest.raises(Trouble) as caught:
        parse_purchases(written(folder, content), "achats.csv", latest=date(2026, 11, 25))
    return caught.value.sentence(language)


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_each_variant_is_read(variant: Variant, delimiter: str, tmp_path: Path) -> None:
    path = written(tmp_path, "\ufeff" + text(variant, {}, {"categories_egalim": "", "est_local": "", "definition_local": ""},
                                             delimiter=delimiter) + "\n\n")  # fmt: skip
    reading = read_purchases(path, tmp_path / "raw.parquet", "achats.csv")
    assert reading.records == 2
    rows = duckdb.sql(f"FROM '{tmp_path / 'raw.parquet'}'")
    assert rows.columns == list(raw_tables()["raw_food_purchase"].schema)
    first, second = (dict(zip(rows.columns, row, strict=True)) for row in rows.fetchall())
    assert (first["file_variant"], first["position"], first["amount_cents"]) == (variant.name, 2, 123499)
    assert (first["siret"], first["canteen_id"]) in ((SIRET, None), (None, "949"))
    assert (first["labels"], first["is_declared_local"], first["local_definition"]) == ("BIO,IGP", True, "PAT")
    assert (second["labels"], second["is_declared_local"], second["local_definition"]) == (None, False, None)


def test_a_purchase_is_the_same_in_two_variants(tmp_path: Path) -> None:
    found = [
        parse_purchases(written(tmp_path, text(v)), "a.csv")[0]["record_hash"]
        for v in VARIANTS
        if v.columns[0] == "siret"
    ]
    assert len(found) == 2
    assert len(set(found)) == 1


@pytest.mark.parametrize(
    ("price", "cents"), [("1234.99", 123499), ("1234,99", 123499), ("0.005", 0), ("0.0051", 1), ("-12", -1200)]
)
def test_a_price_is_rounded_as_ma_cantine_does(price: str, cents: int, tmp_path: Path) -> None:
    (row,) = parse_purchases(written(tmp_path, text(VARIANTS[0], {"prix_ht": price})), "a.csv")
    assert row["amount_cents"] == cents


CELLS = [
    ("siret", "12345678901234", "SIRET"), ("siret", "", "obligatoire"), ("description", " ", "obligatoire"),
    ("fournisseur", "", "obligatoire"), ("date", "30/01/2025", "année-mois-jour"), ("date", "2025-02-30", "année-mois-jour"),
    ("date", "", "obligatoire"), ("date", "2026-11-26", "après aujourd'hui"), ("prix_ht", "12 34", "prix"),
    ("prix_ht", "12€", "prix"), ("prix_ht", "", "obligatoire"), ("famille_produits", "LEGUMES", "BOISSONS"),
    ("famille_produits", "", "obligatoire"), ("categories_egalim", "BIO;IGP", "LABEL_ROUGE"), ("categories_egalim", "LOCAL", "LABEL_ROUGE"),
    ("origine", "ITALIE", "EUROPE, FRANCE"), ("origine", "FRANCE,EUROPE", "EUROPE, FRANCE"), ("est_circuit_court", "peut-être", "OUI"),
    ("est_local", "yes", "OUI"), ("definition_local", "COMMUNE", "AUTOUR_SERVICE"), ("definition_local", "", "local"),
]  # fmt: skip


@pytest.mark.parametrize(("column", "value", "word"), CELLS, ids=lambda part: part)
def test_each_wrong_cell_is_told_with_its_line_and_column(column: str, value: str, word: str, tmp_path: Path) -> None:
    told = refusal(tmp_path, text(VARIANTS[0], {}, {column: value}))
    assert f"Ligne 3, colonne {column} : " in told
    assert word in told
    assert (value in told) or not value.strip()
    english = refusal(tmp_path, text(VARIANTS[0], {}, {column: value}), "en")
    assert f"Line 3, column {column}: " in english


def test_a_canteen_number_and_a_distance_are_checked_where_there_are_some(tmp_path: Path) -> None:
    by_number = next(variant for variant in VARIANTS if variant.name == "id")
    told = refusal(tmp_path, text(by_number, {"cantine_id": "cantine 9"}, {"definition_local_km": "50"},
                                  {"definition_local": "KM", "definition_local_km": "loin"}))  # fmt: skip
    assert "Ligne 2, colonne cantine_id : " in told
    assert "Ligne 3, colonne definition_local_km : une distance" in told
    assert "Ligne 4, colonne definition_local_km : « loin »" in told


def test_a_definition_without_a_local_purchase_is_told(tmp_path: Path) -> None:
    assert "colonne definition_local" in refusal(tmp_path, text(VARIANTS[0], {"est_local": ""}))


def test_every_error_of_a_file_is_told_at_once_then_counted(tmp_path: Path) -> None:
    told = refusal(tmp_path, text(VARIANTS[0], *[{"prix_ht": "?"}] * 12))
    assert "12 erreurs" in told
    assert told.count("colonne prix_ht") == 10
    assert told.endswith("Et 2 autres erreurs.")


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (lambda c: [*c[:3], "jour", *c[4:]], ("il manque la colonne date", "la colonne jour est en trop")),
        (lambda c: [*c, "note"], ("la colonne note est en trop",)),
        (lambda c: c[:-1], ("il manque la colonne definition_local",)),
        (lambda c: [c[0], c[2], c[1], *c[3:]], ("colonne 2", "fournisseur", "description")),
        (lambda c: [*c, c[-1]], ("deux fois",)),
        (lambda c: ["0\n0", *c[1:]], ("la colonne 0 0 est en trop",)),
        (lambda c: ["x"], ("qu'une colonne",)),
    ],
)
def test_a_wrong_header_is_told_in_full(header, words: Sequence[str], tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    columns = list(VARIANTS[0].columns)
    told = refusal(tmp_path, text(VARIANTS[0], header=header(columns)))
    assert all(word in told for word in words)
    assert header(columns) == ["x"] or ",".join(columns) in told


def test_lines_are_counted_as_a_spreadsheet_does(tmp_path: Path) -> None:
    lines = text(VARIANTS[0], {}, {"prix_ht": "?"}).splitlines()
    told = refusal(tmp_path, "\n".join([lines[0], lines[1], "", lines[2]]))
    assert "Ligne 3, colonne siret : la ligne est vide" in told
    assert "Ligne 4, colonne prix_ht" in told
    assert "Ligne 2" in refusal(tmp_path, lines[0] + "\n" + lines[1] + ",,de trop\n")


def test_what_is_no_table_is_told(tmp_path: Path) -> None:
    assert "n'a que son en-tête" in refusal(tmp_path, ",".join(VARIANTS[0].columns) + "\n")
    for content in (b"", b"%PDF-1.4\n\x00\x00, x"):
        assert "n'est pas un tableau" in refusal(tmp_path, content)


def test_variants_are_those_of_the_schemas(shared_data: Path) -> None:
    folder = shared_data / "egalim" / "schemas"
    for name, file in (
        ("siret_2026", "imports_achats_siret_2026"),
        ("id_2026", "imports_achats_id_2026"),
        ("siret", "achats_siret"),
    ):
        fields = json.loads((folder / f"{file}.json").read_text(encoding="utf-8"))["fields"]
        variant = next(each for each in VARIANTS if each.name == name)
        assert tuple(field["name"] for field in fields) == variant.columns
        listed = {field["name"]: tuple(field.get("doc_enum", ())) for field in fields}
        required = {field["name"] for field in fields if field["constraints"]["required"]}
        assert listed["famille_produits"] == tuple(families())
        assert listed["categories_egalim"] == tuple(name for name in labels() if name != "NIVEAU_2")
        assert listed["definition_local"] == variant.definitions
        assert ("fournisseur" in required) == variant.needs_supplier
        assert "date" in required
