"""Figures of the food chain: cases that a canteen manager can redo, and verdicts that part the rows and add up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from gisement.catalog import texts
from gisement.engine.measure import Observatory
from gisement.indicators import FOOD_CHAIN
from gisement.pipeline import indicator_named
from gisement.terms import Perimeter, Verdict
from tests.case_file import HOME, number
from tests.observatories import fill, observatory
from tests.test_docs import CHAPTERS, chapter, command_page, page
from tests.yaml_file import read_yaml

CASES: Mapping[str, Any] = read_yaml(Path(__file__).parent / "volumes.yaml")
TABLES = ("food_balance", "food_declaration", "food_origin")
ASKED = [
    (held, case)
    for held, asked in (
        ("balance", "volumes"),
        ("without_lot", "without_lot_volumes"),
        ("declarations", "declared"),
        ("origin", "offered"),
    )
    for case in CASES[asked]
]


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Observatory]:
    """An observatory with the two tables, empty."""
    made = observatory(tmp_path_factory.mktemp("volumes"), HOME, tables=TABLES)
    yield made
    made.connection.close()


def rows(name: str) -> list[dict[str, Any]]:
    """The rows of a set of the case file, under the columns of their table."""
    found = []
    for place, row in enumerate(CASES[name]):
        if "department" in row:
            grams = None if row["kg"] is None else row["kg"] * 1000
            found.append({"supplier_department_code": row["department"], "year": 2027, "offer_g": grams})
            continue
        if "part" not in row:
            found.append({"declaration_id": str(place), "year": 2023, "department_code": "86",
                          "declared_organic_share": row["organic"], "declared_egalim_share": row["egalim"]})  # fmt: skip
            continue
        price = row.get("price")
        found.append({
            "supply_stage": row.get("stage", "production"), "food_product": row["product"],
            "food_product_name": row["product"], "food_month": "2027-01", "year": 2027, "need_part": row["part"],
            "need_g": row["kg"] * 1000, "need_cents": None if price is None else round(row["kg"] * price * 100),
            "has_lots": row.get("lots"),
        })  # fmt: skip
    return found


@pytest.mark.parametrize(
    ("name", "case"), ASKED, ids=lambda each: each if isinstance(each, str) else str(each["figure"])
)
def test_a_figure_is_what_the_case_spells(name: str, case: dict[str, Any], held: Observatory) -> None:
    indicator = indicator_named(case["figure"])
    fill(held, indicator.table, rows(name))
    where = {key: (value,) for key, value in case.get("where", {}).items()}
    perimeter = Perimeter(where, case.get("options", {}))
    (figure,) = held.measure(indicator, perimeter)
    for part in ("value", "low", "high", "coverage"):
        found = getattr(figure, part)
        exact = None if found is None else Fraction(found).limit_denominator(10**9)
        assert exact == number(case[part]), part
    # verdicts part the rows, and what they weigh is the sum of each
    told = {verdict: list(held.rows(indicator, perimeter, verdict)) for verdict in Verdict}
    assert sum(map(len, told.values())) == (0 if where.get("canteen_department") else len(_kept(name, where)))
    for verdict, listed in told.items():
        assert sum(row["weight"] or 0 for row in listed) == getattr(figure.sums, verdict)
        assert len(listed) == figure.sums.rows(verdict)


def _kept(name: str, where: Mapping[str, tuple[str, ...]]) -> list[dict[str, Any]]:
    columns = {"food_product": "food_product", "department": "supplier_department_code"}
    return [row for row in rows(name) if all(row[columns[key]] in values for key, values in where.items())]


def test_every_value_of_every_option_has_a_case() -> None:
    told = {(case["figure"], *pair) for _, case in ASKED for pair in case.get("options", {}).items()}
    told |= {(i.name, option.name, option.default) for i in FOOD_CHAIN for option in i.options}
    assert {(i.name, o.name, value) for i in FOOD_CHAIN for o in i.options for value in o.values} == told
    assert {case["figure"] for _, case in ASKED} == {indicator.name for indicator in FOOD_CHAIN}


@pytest.mark.parametrize("name", [indicator.name for indicator in FOOD_CHAIN])
def test_the_method_page_has_its_chapters_options_and_example(name: str) -> None:
    indicator = indicator_named(name)
    assert page(name).startswith(f"# {texts('fr')['indicators'][name]['title']} (`{name}`)\n")
    assert [line[3:] for line in page(name).splitlines() if line.startswith("## ")] == CHAPTERS
    named = {f"`{word}`" for option in indicator.options for word in (option.name, *option.values)}
    assert {word for word in named if word not in chapter(name, "Options")} == set()
    assert {word for word in named if word not in command_page("measure")} == set()
    assert all(f"gisement {verb} {name}" in chapter(name, "Commande") for verb in ("measure", "rows"))
    assert "(../../tests/food/volumes.yaml)" in chapter(name, "Exemple chiffré")
