"""The method pages of what a model computes: chapters, options, commands, and worked examples computed again."""

from __future__ import annotations

import re

import numpy as np
import pytest

from gisement.catalog import texts
from gisement.engine.impact_inputs import economy_of, table_of
from gisement.indicators import MODELLED
from gisement.models.input_output import effects, leontief_inverse, size_factor
from gisement.models.local_multiplier import lm3_from_shares
from gisement.sources.io_table import own_rows
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


def test_the_embedded_economy_is_whole() -> None:
    rows = own_rows()
    flows = [{**row, "flow_kind": row["flow"], "table_note": row["note"]} for row in rows["raw_io_cell"]]
    country = economy_of(table_of(flows, rows["raw_io_sector"]), flows, [])
    assert country.A.sum(axis=0) + country.v + country.m + country.t == pytest.approx(np.ones(20))
    assert (country.w, country.c, country.jobs) == (None, None, None)
    assert 0.2 < country.margin < 0.5
    assert country.goods.sum() == 7
