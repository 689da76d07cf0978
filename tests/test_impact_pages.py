"""The method pages of what a model computes: chapters, options, commands, and worked examples computed again."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pytest

from gisement.catalog import texts
from gisement.indicators import MODELLED
from gisement.models.impact.by_sector import impact_by_sector
from gisement.models.impact.input_output import effects, leontief_inverse, size_factor
from gisement.models.impact.inputs import economy_of, table_of
from gisement.models.impact.local_multiplier import lm3_from_shares
from gisement.sources.economy.layouts import own_rows
from gisement.terms import Indicator
from tests.test_docs import CHAPTERS, chapter, command_page, page


@pytest.mark.parametrize("indicator", MODELLED, ids=lambda indicator: indicator.name)
def test_a_page_has_its_chapters_options_and_commands(indicator: Indicator) -> None:
    name = indicator.name
    assert page(name).startswith(f"# {texts('fr')['indicators'][name]['title']} (`{name}`)\n")
    assert re.findall(r"^## (.+)$", page(name), flags=re.MULTILINE) == CHAPTERS
    named = {f"`{word}`" for option in indicator.options for word in (option.name, *option.values)}
    assert {word for word in named if word not in chapter(name, "Options")} == set()
    assert {word for word in named if word not in command_page("measure")} == set()
    assert f"gisement measure {name}" in chapter(name, "Commande")
    assert f"gisement rows {name}" in chapter(name, "Commande")
    told = chapter(name, "Ce que dit le résultat")
    assert all(word in told for word in ("`value`", "`low`", "`high`", "`interval`", "`simulation`", "`coverage`"))
    assert "maxim" in chapter(name, "En une phrase")


def test_the_worked_example_of_impact() -> None:
    rows = own_rows()
    flows = [{**row, "flow_kind": row["flow"], "table_note": row["note"]} for row in rows["raw_io_cell"]]
    table = table_of(flows, rows["raw_io_sector"])
    country = economy_of(table, flows, [])
    place = table.codes.index("construction")
    inverse = leontief_inverse(country.A)
    direct, whole = country.v[place] * 1e5, effects(inverse, country.v)[place] * 1e5
    imports = effects(inverse, country.m)[place] * 1e5
    told = chapter("impact", "Exemple chiffré").replace(" ", "")
    for number in (direct, whole - direct, imports):
        assert f"|{number:.0f}|" in told
    assert direct + (whole - direct) + imports == pytest.approx(1e5)
    for delta, near in ((0.1, 65_589), (0.2, 57_367), (0.3, 53_235)):
        factor = size_factor(438_897, 68_952_941, delta)
        local = effects(leontief_inverse(country.A * factor), country.v)[place] * 1e5
        assert local == pytest.approx(near, abs=1)
        assert str(near) in told
    assert round(size_factor(438_897, 68_952_941, 0.2), 3) == 0.391


def test_the_worked_example_of_the_local_multiplier() -> None:
    assert lm3_from_shares([0.6, 0.4], [1, 0], [0.76, 0.36]) == pytest.approx(2.20)
    assert "2,20" in chapter("local_multiplier", "Exemple chiffré")


def test_the_table_of_the_central_reading_adds_up() -> None:
    rows = own_rows()
    flows = [{**row, "flow_kind": row["flow"], "table_note": row["note"]} for row in rows["raw_io_cell"]]
    bought = [("contract", 2024, "works_roads", False, 2, 10_000_000), ("contract", 2024, "works_roads", False, 6, 5_000_000),
              ("contract", None, "it_hardware", True, 2, 1_000_000), ("contract", None, "it_hardware", False, 7, 300_000)]  # fmt: skip
    names = ("basis", "year", "segment", "is_trader", "ring_nearest", "amount_cents")
    people = [("population", "TOTAL", ring, count) for ring, count in ((2, 200_000), (4, 240_000), (6, 68_000_000))]
    sized = ("size_rule", "activity_code", "ring_nearest", "size_count")
    found = impact_by_sector(
        pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in bought]), pa.Table.from_pylist(flows),
        pa.Table.from_pylist(rows["raw_io_sector"]),
        pa.Table.from_pylist([dict(zip(sized, row, strict=True)) for row in people]),
        pa.table({"commune_code": ["86194"], "territory_level": ["epci"]}), pa.table({"commune_code": pa.array([], pa.string())}),
    ).to_pylist()  # fmt: skip
    assert sum(row["demand_cents"] for row in found) == sum(row[-1] for row in bought)
    works = [row for row in found if row["sector_code"] == "construction"]
    # 150 000 euros of works make 0.8523 of value added in the country, as the page says; abroad makes nothing.
    assert sum(row["value_added_cents"] for row in works) == pytest.approx(15_000_000 * 0.852258, rel=1e-5)
    assert all(row["value_added_cents"] >= 0 for row in found)
    assert [row["value_added_cents"] for row in found if row["ring_nearest"] == 7] == [0]
    nobody = impact_by_sector(*(pa.table({}) for _ in range(4)), pa.table({"territory_level": []}), pa.table({}))
    assert nobody.num_rows == 0


def test_the_embedded_economy_is_whole() -> None:
    rows = own_rows()
    flows = [{**row, "flow_kind": row["flow"], "table_note": row["note"]} for row in rows["raw_io_cell"]]
    country = economy_of(table_of(flows, rows["raw_io_sector"]), flows, [])
    assert country.A.sum(axis=0) + country.v + country.m + country.t == pytest.approx(np.ones(20))
    assert (country.w, country.c, country.jobs) == (None, None, None)
    assert 0.2 < country.margin < 0.5
    assert country.goods.sum() == 7
