"""The generator of benchmark files: valid, repeatable, and with the traps it announces."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pytest
from stdnum.fr import siret as standard

from benchmarks import decp_generator as generator
from gisement.sources.decp import read


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with 20,000 contracts, their raw rows, and a register of 310,000 establishments."""
    folder = tmp_path_factory.mktemp("generated")
    generator.main(["contracts", "20000", str(folder / "contracts.json")])
    generator.main(["register", "310000", str(folder / "register.parquet")])
    read(folder / "contracts.json", folder / "raw.parquet")
    return folder


def share(folder: Path, sql: str) -> float:
    """A number asked of the raw rows (`raw`) and the register (`register`)."""
    connection = duckdb.connect()
    for name in ("raw", "register"):
        connection.execute(f"CREATE VIEW {name} AS SELECT * FROM '{folder / name}.parquet'")
    answer = connection.execute(sql).fetchone()
    assert answer is not None
    return float(answer[0])


def test_sirets_are_valid_and_distinct() -> None:
    numbers = generator.siret(np.arange(3000, dtype=np.int64))
    assert len(set(numbers.tolist())) == 3000
    assert all(standard.is_valid(f"{number:014d}") for number in numbers.tolist())


def test_the_same_arguments_give_the_same_bytes(tmp_path: Path) -> None:
    for what, count in (("contracts", "300"), ("register", "300")):
        for name in ("a", "b"):
            generator.main([what, count, str(tmp_path / name)])
        assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize(
    ("sql", "expected", "within"),
    [
        ("SELECT count(*) FROM raw WHERE unreadable_reason IS NULL", 20000, 0),
        ("SELECT avg((len(titulaires) > 1)::INT) FROM raw", 0.12, 0.015),
        ("SELECT avg((len(modifications) > 0)::INT) FROM raw", 0.10, 0.015),
        ("SELECT 1 - count(DISTINCT record_hash) / count(*) FROM raw", 0.03, 0.008),
        ("SELECT avg((id LIKE '2024-%')::INT) FROM raw", 0.01, 0.005),
        ("SELECT avg((montant::DOUBLE >= 999999999)::INT) FROM raw", 0.001, 0.001),
        ("SELECT avg((dureeMois = 'NC')::INT) FROM raw", 0.02, 0.006),
        ("SELECT avg((len(h.id) = 9)::INT) FROM raw, unnest(titulaires) AS t(h)", 0.01, 0.004),
        (
            "SELECT avg((h.id IN (SELECT siret FROM register))::INT) FROM raw, unnest(titulaires) AS t(h) "
            "WHERE len(h.id) = 14",
            0.97,
            0.01,
        ),
        ("SELECT avg((acheteur_id IN (SELECT siret FROM register))::INT) FROM raw", 1, 0),
        ("SELECT count(DISTINCT siret) FROM register", 310000, 0),
    ],
)
def test_the_traps_are_there(files: Path, sql: str, expected: float, within: float) -> None:
    assert share(files, sql) == pytest.approx(expected, abs=within)
