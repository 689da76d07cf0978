"""Impact, local multiplier and emissions over the rows of an observatory: figures like others, of kind `simulation`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gisement.catalog import tables
from gisement.cli.figures import shifts
from gisement.engine.measure import MEASURED, Observatory
from gisement.indicators.impact import IMPACT, LOCAL_MULTIPLIER, SPEND_EMISSIONS
from gisement.publish.answers import as_dict
from gisement.store import Workspace, database
from gisement.studies.emissions import measure_emissions
from gisement.studies.impact.demand import deflator
from gisement.studies.impact.model import TABLES, Impact
from gisement.studies.impact.shift import Shift
from gisement.terms import Figure, Level, Perimeter, Trouble, Verdict
from tests.case_file import HOME, Case, table_rows
from tests.observatories import fill
from tests.sources import io_tables as made
from tests.workspaces import added, built, created

BUILT = (*MEASURED, *TABLES, "emission_factor")
ALL = Perimeter(options={"delivery": "declared", "regional": "slq"})
# What a buyer would read: what is bought, from whom (10.71C bakes, 46.32 trades, 56 cooks), where the supplier is.
ROWS = (
    {"row": "meals of the town's caterer", "amount": 100_000, "place": "epci", "segment": "catering_services",
     "family": "catering", "naf": "56.29A", "siren": "111111111"},
    {"row": "bread of a baker of the region", "amount": 50_000, "place": "region", "segment": "food_bread_pastry",
     "family": "food", "naf": "10.71C", "siren": "222222222"},
    {"row": "groceries of a trader of the department", "amount": 40_000, "place": "department", "segment": "food_grocery",
     "family": "food", "naf": "46.39B", "siren": "333333333"},
    {"row": "fish bought abroad", "amount": 10_000, "place": "world", "segment": "food_fish", "family": "food",
     "naf": None, "siren": None},
    {"row": "supplier somewhere in France", "amount": 20_000, "place": "france", "segment": "catering_services",
     "family": "catering", "naf": None, "siren": None},
    {"row": "without a segment", "amount": 5_000, "place": "epci", "segment": None, "family": None, "naf": None,
     "siren": None},
    {"row": "a concession", "amount": 70_000, "place": "epci", "segment": "catering_services", "family": "catering",
     "naf": None, "siren": None, "concession": True},
)  # fmt: skip


def purchases() -> Iterator[dict[str, Any]]:
    """The rows with every column of `purchase`."""
    extra = ("segment", "naf", "siren")
    plain = tuple({k: v for k, v in row.items() if k not in extra} for row in ROWS)
    for row, told in zip(table_rows(Case(IMPACT, "impact", HOME, {}, {}, plain, {})), ROWS, strict=True):
        yield row | {"segment": told["segment"], "naf_code": told["naf"], "supplier_siren": told["siren"]}


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Observatory]:
    """A workspace without any table of its own: the embedded one is used."""
    workspace = created(tmp_path_factory.mktemp("bare"), HOME)
    built(workspace, BUILT)
    yield from opened(workspace)


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Observatory]:
    """A workspace with a table in euros, national employment, factors, and a firm with two establishments."""
    files = tmp_path_factory.mktemp("files")
    workspace = created(tmp_path_factory.mktemp("full"), HOME)
    jobs = made.write(files / "emp_2019.csv", [["prod_na", *made.CODES, "CPA_F"], ["employment_total", 1, 2, 4, 9]])
    factors = made.write(
        files / "factors.csv",
        [["segment", "kg_per_euro", "uncertainty_pct", "price_year"], ["catering_services", 0.5, 40, 2019]],
    )
    for kind, path in (("io-table", made.marked(files)), ("employment", jobs), ("emission-factors", factors)):
        assert [one.trouble for one in added(workspace, kind, [path])] == [None]
    built(workspace, BUILT)
    presence(workspace, [("222222222", 2, 1, 30), ("222222222", 5, 1, 10)])
    yield from opened(workspace)


def presence(workspace: Workspace, rows: list[tuple[str, int, int, int]]) -> None:
    """Write `supplier_presence`: legal unit, ring, establishments, headcount."""
    connection = database.connect(workspace)
    name = "supplier_presence"
    values = ", ".join(f"('{siren}', {ring}, {places}, {heads})" for siren, ring, places, heads in rows)
    sql = f"SELECT * FROM (VALUES {values}) t({', '.join(tables()[name].schema)})"
    known = database.read_lineage(workspace, name)
    assert known is not None
    database.write_sorted(connection, sql, tables()[name], database.table_path(workspace, name))
    database.write_lineage(workspace, name, known)
    connection.close()


def opened(workspace: Workspace) -> Iterator[Observatory]:
    """An observatory of the workspace that holds the rows."""
    held = Observatory(workspace, MEASURED, load=True)
    fill(held, "purchase", purchases())
    yield held
    held.connection.close()


def one(held: Observatory, **options: str) -> Figure:
    """The figure of the whole perimeter under these options."""
    (figure,) = impact(held).measure(IMPACT, Perimeter(options={**ALL.options, **options}))
    return figure


def impact(held: Observatory) -> Impact:
    """Two hundred draws: the machine that runs tests has no time for more."""
    return Impact(held, draws=200)


def known(value: float | None) -> float:
    """A value that must be known."""
    assert value is not None
    return value


def test_a_figure_like_others_with_its_rows_and_what_it_rests_on(full: Observatory) -> None:
    figure = one(full)
    assert figure.interval == "simulation"
    assert figure.level == Level.MODELLED
    assert known(figure.low) < known(figure.value) < known(figure.high)
    # 200 000 euros enter the model; 20 000 of unknown place and 5 000 without a segment do not.
    assert (figure.sums.part, figure.sums.unknown, figure.sums.excluded) == (20_000_000, 2_500_000, 7_000_000)
    assert figure.coverage == pytest.approx(200 / 225)
    rows = list(full.rows(IMPACT, ALL, Verdict.PART))
    assert sum(row["amount_cents"] for row in rows) == figure.sums.part
    reasons = {row["unknown_reason"] for row in full.rows(IMPACT, ALL, Verdict.UNKNOWN)}
    assert reasons == {"place_unknown", "segment_unknown"}
    assert figure.rows.startswith("/figures/impact/rows?")
    assert as_dict(figure)["unit"] == "euros"


def test_every_euro_ends_as_value_added_imports_or_taxes(full: Observatory) -> None:
    found = {str(f.group["effect"]): f for f in impact(full).measure(IMPACT, ALL, ["effect"])}
    whole = sum(known(found[name].value) for name in ("value_added", "imports", "taxes"))
    assert whole == pytest.approx(200_000, rel=0.01)  # medians of parts, not the median of their sum
    assert known(found["imports"].value) > 10_000, "what is bought abroad, and more"
    assert found["jobs"].unit == "jobs"
    assert known(found["wages"].value) < known(found["value_added"].value)


def test_rings_add_up_and_rounds_add_up(full: Observatory) -> None:
    rings = impact(full).measure(IMPACT, ALL, ["ring"])
    assert [f.group["ring"] for f in rings] == ["epci", "department", "region", "country"]
    assert all(known(f.value) >= 0 for f in rings)
    assert sum(known(f.value) for f in rings) == pytest.approx(known(one(full).value), rel=0.02)
    rounds = impact(full).measure(IMPACT, ALL, ["round"])
    assert [f.group["round"] for f in rounds] == ["direct", "indirect", "induced"]
    assert sum(known(f.value) for f in rounds) == pytest.approx(known(one(full, rounds="induced").value), rel=0.02)
    assert known(one(full, rounds="direct").value) < known(one(full).value) < known(one(full, rounds="induced").value)


def test_groups_are_those_of_any_figure_and_add_up(full: Observatory) -> None:
    groups = impact(full).measure(IMPACT, ALL, ["family", "ring"])
    assert {f.group["family"] for f in groups} == {"catering", "food", None}
    unknown = [f for f in groups if f.group["family"] is None]
    assert [f.value for f in unknown] == [None] * 4, "nothing known is not nothing"
    told = sum(known(f.value) for f in groups if f.group["family"] is not None)
    assert told == pytest.approx(known(one(full).value), rel=0.03)


def test_where_the_supplier_delivers_from_moves_the_money(full: Observatory) -> None:
    # The baker is declared in the region; it has 30 of its 40 staff in the EPCI: by headcount, three quarters move.
    def delivered(delivery: str) -> float:
        options = {"rounds": "direct", "effect": "output", "ring": "epci", "delivery": delivery}
        bought = Perimeter({"segment": ("catering_services", "food_bread_pastry")}, {**ALL.options, **options})
        (figure,) = impact(full).measure(IMPACT, bought)
        return known(figure.value)

    declared, near, heads = (delivered(reading) for reading in ("declared", "near", "headcount"))
    assert declared == pytest.approx(100_000)
    assert heads - declared == pytest.approx(0.75 * 50_000, abs=500)
    # Bread is delivered from a nearer establishment three times in ten (division 10 of the catalog).
    assert near - declared == pytest.approx(0.30 * 50_000, abs=500)


def test_without_data_what_they_would_tell_is_not_known(bare: Observatory) -> None:
    found = {str(f.group["effect"]): f for f in impact(bare).measure(IMPACT, ALL, ["effect"])}
    assert [name for name, figure in found.items() if figure.value is None] == ["wages", "jobs", "taxes"]
    assert one(bare, rounds="induced").value is None
    about = impact(bare).about(IMPACT, ALL)
    assert (about.year, about.industries, about.is_embedded, about.size_rule) == (2011, 20, True, "population")
    assert set(about.lacking) == {"wages", "jobs", "taxes"}
    assert "io_table_embedded" in {origin.source for origin in one(bare).origins}
    assert sum(about.variance_shares.values()) == pytest.approx(1, abs=0.05)


def test_an_added_table_takes_the_place_of_the_embedded_one(full: Observatory) -> None:
    about = impact(full).about(IMPACT, ALL)
    assert (about.table, about.year, about.is_embedded, about.lacking) == ("made_up_2019_meur.csv", 2019, False, ())
    assert {"io-table", "employment"} <= {origin.source for origin in one(full).origins}
    # 7 000 jobs for 440 M€ of output: 100 000 euros of catering are some 4 000 / 140 M€ × 100 000 = 2.9 jobs directly.
    only = Perimeter({"segment": ("catering_services",)}, {**ALL.options, "effect": "jobs", "rounds": "direct"})
    (figure,) = impact(full).measure(IMPACT, only)
    assert known(figure.value) == pytest.approx(4000 / 140e6 * 100_000, rel=0.03)


def test_jobs_are_counted_at_the_prices_of_the_table_s_year(full: Observatory) -> None:
    # World Bank, NY.GDP.DEFL.KD.ZG, France: +0.476 % in 2020, +1.642 % in 2021, +5.222 % in 2022, +4.878 % in 2023.
    change = 1.00476498852725066 * 1.0164233141038385 * 1.0522236748369735 * 1.0487835726508441
    assert deflator(2023) / deflator(2019) == pytest.approx(change, rel=1e-3)
    assert deflator(2031) == deflator(2023)
    assert deflator(1990) == deflator(2009)
    rows = list(purchases())
    only = Perimeter({"segment": ("catering_services",)}, {**ALL.options, "effect": "jobs", "rounds": "direct"})
    found = {}
    for year in (2019, 2023):
        fill(full, "purchase", [{**row, "year": year} for row in rows])
        (figure,) = impact(full).measure(IMPACT, only)
        found[year] = known(figure.value)
    fill(full, "purchase", purchases())
    assert found[2019] / found[2023] == pytest.approx(change, rel=0.003), "the table is of 2019"


def test_a_workbook_of_supply_and_use_is_taken_in_where_the_conversion_is_asked_for(tmp_path: Path) -> None:
    workspace = created(tmp_path / "workspace", HOME)
    path = made.supply_use(tmp_path)
    (refused,) = added(workspace, "io-table", [path])
    assert "io-table-total" in str(refused.trouble)
    assert [one.trouble for one in added(workspace, "io-table-total", [path])] == [None]


def test_an_empty_perimeter_is_not_known(full: Observatory) -> None:
    nothing = Perimeter({"year": ("1999",)}, ALL.options)
    for indicator, perimeter in ((IMPACT, nothing), (LOCAL_MULTIPLIER, nothing)):
        (figure,) = impact(full).measure(indicator, perimeter)
        assert (figure.value, figure.low, figure.high, figure.coverage) == (None, None, None, None)
    assert impact(full).about(IMPACT, nothing).variance_shares == {}
    (figure,) = measure_emissions(full, SPEND_EMISSIONS, Perimeter({"year": ("1999",)}))
    assert figure.value is None


def test_what_it_rests_on_is_the_same_whether_asked_alone_or_after_the_figures_by_group(full: Observatory) -> None:
    alone, after = impact(full), impact(full)
    after.measure(IMPACT, ALL, ("buyer", "segment"))
    told, again = alone.about(IMPACT, ALL).variance_shares, after.about(IMPACT, ALL).variance_shares
    assert again == pytest.approx(told, abs=1e-6)
    assert one(full).value == known(after.measure(IMPACT, ALL)[0].value)


def test_every_method_side_by_side(full: Observatory) -> None:
    found = Impact(full, draws=50).sensitivity(IMPACT, Perimeter(options={"ring": "epci"}))
    assert len(found) == 15
    assert len({(f.options["delivery"], f.options["regional"]) for f in found}) == 15
    by_method = {str(f.options["regional"]): known(f.value) for f in found if f.options["delivery"] == "declared"}
    assert by_method["flq_30"] <= by_method["flq_10"] <= by_method["cilq"] * 1.001


def test_the_local_multiplier_lies_between_one_and_three(full: Observatory) -> None:
    rings = impact(full).measure(LOCAL_MULTIPLIER, ALL, ["ring"])
    values = [known(f.value) for f in rings]
    assert values == sorted(values)
    assert 1 < values[0] < values[-1] < 3
    assert {f.unit for f in rings} == {"ratio"}


# --- what if ------------------------------------------------------------------------------------------------


def test_a_scenario_is_what_the_nearer_ring_would_gain(full: Observatory) -> None:
    shift = Shift("food_bread_pastry", 50.0, "epci")
    found = impact(full).what_if(IMPACT, ALL, [shift])
    gains = {(f.group["ring"], f.group["effect"]): f for f in found}
    assert known(gains["epci", "value_added"].value) > 0
    assert known(gains["country", "value_added"].value) == pytest.approx(0, abs=1), "the country loses what it gains"
    assert known(gains["epci", "jobs"].value) > 0
    assert known(gains["world", "imports"].value) == pytest.approx(0, abs=1)
    assert known(gains["region", "value_added"].value) == pytest.approx(0, abs=1), "it was in the region already"


def test_from_abroad_the_country_gains(full: Observatory) -> None:
    found = impact(full).what_if(IMPACT, ALL, [Shift("food_fish", 100.0, "country")])
    gains = {(f.group["ring"], f.group["effect"]): known(f.value) for f in found if f.group["effect"] != "jobs"}
    assert gains["country", "value_added"] > 0
    assert gains["world", "imports"] < 0
    assert gains["epci", "value_added"] >= 0


@pytest.mark.parametrize(
    ("shift", "said"),
    [
        (Shift("food_bread_pastry", 50.0, "region"), "points"),
        (Shift("works_roads", 10.0, "epci"), "segment"),
        (Shift("food_bread_pastry", 50.0, "commune"), "ring"),
    ],
)
def test_a_scenario_that_cannot_be_is_refused(shift: Shift, said: str, full: Observatory) -> None:
    with pytest.raises(Trouble, match=said):
        impact(full).what_if(IMPACT, ALL, [shift])


def test_a_scenario_file(tmp_path: Path) -> None:
    path = tmp_path / "s.toml"
    path.write_text('[[shift]]\nsegment = "food_fish"\npoints = 10\nto = "epci"\n')
    assert shifts(path) == [Shift("food_fish", 10.0, "epci")]
    for wrong in ("shift = 1", '[[shift]]\nsegment = "a"\npoints = 200\nto = "epci"\n', "[[", ""):
        path.write_text(wrong)
        with pytest.raises(Trouble, match="cannot be read"):
            shifts(path)
    with pytest.raises(Trouble, match="does not exist"):
        shifts(tmp_path / "absent.toml")


# --- emissions ----------------------------------------------------------------------------------------------


def test_emissions_by_segment_say_how_much_of_the_money_has_a_factor(full: Observatory, bare: Observatory) -> None:
    (figure,) = measure_emissions(full, SPEND_EMISSIONS, Perimeter())
    # Two purchases of catering, 100 000 and 20 000 euros, at 0.5 kg; 225 000 euros in all, 5 000 without a segment.
    assert known(figure.value) == pytest.approx(60_000, rel=0.03)
    assert figure.coverage == pytest.approx(120 / 225)
    assert (figure.unit, figure.interval, figure.level) == ("kg_co2e", "simulation", Level.MODELLED)
    by_segment = measure_emissions(full, SPEND_EMISSIONS, Perimeter(), ["segment"])
    assert [f.group["segment"] for f in by_segment if f.value is not None] == ["catering_services"]
    (nothing,) = measure_emissions(bare, SPEND_EMISSIONS, Perimeter())
    assert (nothing.value, nothing.coverage) == (None, 0.0)


def test_too_many_groups_are_refused(full: Observatory) -> None:
    many = [
        dict(row) | {"purchase_key": str(n), "buyer_id": str(n)} for n in range(2001) for row in list(purchases())[:1]
    ]
    fill(full, "purchase", many)
    try:
        with pytest.raises(Trouble, match="too many"):
            impact(full).measure(IMPACT, ALL, ["buyer"])
    finally:
        fill(full, "purchase", purchases())
