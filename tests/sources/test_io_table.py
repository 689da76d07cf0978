"""Input-output tables: one economy in every layout gives one table; what would count imports as made here is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from gisement.catalog.divisions import divisions, is_imputed_rent, partition
from gisement.catalog.segments import segments
from gisement.catalog.tables import read_csv
from gisement.models.impact.draws import drawn
from gisement.models.impact.effects import Demand, Zones, leaks, simulate
from gisement.models.impact.input_output import leontief_inverse, output_multipliers, technical_coefficients
from gisement.models.impact.inputs import economy_of, table_of
from gisement.sources.economy import embedded as embedded_economy
from gisement.sources.economy.emission_factors import read_emission_factors
from gisement.sources.economy.employment import read_employment
from gisement.sources.economy.layouts import embedded, own_rows, read_io_table, read_table
from gisement.sources.economy.table import HOUSEHOLDS, IoTable, balance
from gisement.terms import Trouble
from tests.sources import io_tables as made


@pytest.mark.parametrize("layout", [made.marked, made.wide, made.long, made.figaro])
def test_one_economy_in_every_layout(layout: Callable[[Path], Path], tmp_path: Path) -> None:
    path = layout(tmp_path)
    table = read_table(path, path.name)
    order = [next(i for i, d in enumerate(table.divisions) if d.startswith(first)) for first in ("01", "10", "55")]
    assert table.year == 2019
    assert table.unit == "MEUR"
    assert table.Z[np.ix_(order, order)] == pytest.approx(made.Z)
    assert table.output[order] == pytest.approx(made.OUTPUT)
    assert table.imports[order] == pytest.approx(made.IMPORTS.sum(axis=0))
    assert table.value_added[order] == pytest.approx(made.ADDED)
    assert table.taxes is not None
    assert table.wages is not None
    assert table.wages[order] == pytest.approx(made.WAGES)
    assert table.final[HOUSEHOLDS][order] == pytest.approx(made.HOUSEHOLDS)
    checked = balance(table)
    assert max(checked.row_gap, checked.column_gap, checked.identity_gap) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("layout", [lambda f: made.wide(f, total=True), lambda f: made.long(f, ("TOTAL",))])
def test_total_flows_are_refused_and_the_conversion_offered(layout: Callable[[Path], Path], tmp_path: Path) -> None:
    path = layout(tmp_path)
    with pytest.raises(Trouble, match="io-table-total") as refused:
        read_table(path, path.name)
    assert "flux totaux" in refused.value.fr
    table = read_table(path, path.name, convert=True)
    # m = imports / (output + imports - exports): 26 + ... of each product, the same for all of its users
    bought = made.IMPORTS.sum(axis=1) + made.FINAL_IMPORTS
    share = bought / (made.OUTPUT + bought - made.EXPORTS)
    assert pytest.approx((made.Z + made.IMPORTS) * (1 - share)[:, None]) == table.Z
    assert table.note == "converted"
    assert balance(table).row_gap == pytest.approx(0, abs=1e-9)
    assert balance(table).column_gap == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("french", [False, True])
def test_supply_and_use_become_products_by_products_at_basic_prices(french: bool, tmp_path: Path) -> None:
    path = made.supply_use(tmp_path, french=french)
    with pytest.raises(Trouble, match="io-table-total"):
        read_table(path, path.name)
    table = read_table(path, path.name, convert=True)
    assert (table.year, table.unit, table.codes, table.note) == (2021, "MEUR", made.PRODUCTS, "converted")
    assert table.output == pytest.approx(made.MADE)
    checked = balance(table)
    assert max(checked.row_gap, checked.column_gap, checked.identity_gap) == pytest.approx(0, abs=1e-9)
    # Farm goods used by the food industry: 70 paid, of which 20 % of margins and 3 % of taxes (VAT with them).
    basic = made.PAID_USES * (1 - made.MARGIN_SHARE - made.TAX_SHARE - made.VAT_SHARE)[:, None]
    basic[2] += (made.PAID_USES * made.MARGIN_SHARE[:, None]).sum(axis=0)
    assert basic[0, 1] == pytest.approx(70 * 0.77)
    make = np.diag(made.MADE) if french else made.MAKE
    flows = basic / make.sum(axis=1) @ (make / made.MADE) * made.MADE
    abroad = made.BOUGHT_ABROAD / (made.MADE + made.BOUGHT_ABROAD - table.final["exports"])
    assert pytest.approx(flows * (1 - abroad)[:, None]) == table.Z
    assert table.value_added.sum() == pytest.approx(make.sum() - made.PAID_USES.sum())
    assert table.wages is not None
    assert table.wages.sum() == pytest.approx(table.value_added.sum() / 2)
    assert table.valuation is not None
    assert table.valuation["margin"] / table.valuation["purchased"] == pytest.approx(
        made.MARGIN_SHARE / (1 - made.VAT_SHARE)
    )


def test_prices_of_a_supply_table_lead_what_buyers_pay_to_what_producers_receive(tmp_path: Path) -> None:
    path = made.supply_use(tmp_path)
    table = read_table(path, path.name, convert=True)
    targets = {name: tmp_path / f"{name}.parquet" for name in ("raw_io_cell", "raw_io_sector")}
    assert any(
        "prix de base" in note
        for note in read_io_table(
            path, targets["raw_io_cell"], targets["raw_io_sector"], path.name, convert=True
        ).details["notes"]
    )
    rows = {name: pq.read_table(target).to_pylist() for name, target in targets.items()}
    flows = [{**row, "flow_kind": row["flow"], "table_note": row["note"]} for row in rows["raw_io_cell"]]
    country = economy_of(table_of(flows, rows["raw_io_sector"]), flows, [])
    assert country.margin == pytest.approx(made.MARGIN_SHARE / (1 - made.VAT_SHARE))
    assert country.product_tax == pytest.approx(made.TAX_SHARE / (1 - made.VAT_SHARE))
    assert country.earners == pytest.approx([0, 0, 1, 0])
    # 100 euros of food bought from a trader of the country: every euro still ends once.
    bought = np.zeros((3, 1, 2, 4))
    bought[:, :, 0, 1] = 100
    demand, zones = Demand(np.zeros_like(bought), bought), Zones((6,), table.output[None, :])
    draws = drawn(1, 1, place="declared", method="slq", delta=0.0, certain=True)
    added = simulate(country, zones, demand, draws, "value_added", "indirect")[0, :2, 0, 0].sum()
    out = {leak: leaks(country, zones, demand, draws, leak)[0, :2, 0] for leak in ("imports", "taxes")}
    assert added + out["imports"].sum() + out["taxes"].sum() == pytest.approx(100)
    direct = 100 * made.TAX_SHARE[1] / (1 - made.VAT_SHARE[1])
    assert out["taxes"][0] > direct


def test_a_workbook_that_is_no_supply_and_use_table_is_refused(tmp_path: Path) -> None:
    for name in ("tes_2021.xlsx", "tes_2021.ods"):
        (tmp_path / name).write_text("no workbook", encoding="utf-8")
        with pytest.raises(Trouble, match="no readable workbook"):
            read_table(tmp_path / name, name)
    path = made.supply_use(tmp_path, abroad=False)
    with pytest.raises(Trouble, match="does not balance"):
        read_table(path, path.name)


def test_what_is_written_and_told(tmp_path: Path) -> None:
    path = made.marked(tmp_path)
    targets = {name: tmp_path / f"{name}.parquet" for name in ("raw_io_cell", "raw_io_sector")}
    reading = read_io_table(path, targets["raw_io_cell"], targets["raw_io_sector"], path.name)
    assert reading.records == 3
    assert any("2019" in note and "MEUR" in note for note in reading.details["notes"])
    told = next(note for note in reading.details["notes"] if note.startswith("Multiplicateurs"))
    first = balance(read_table(path, path.name)).multipliers["CPA_A01"]
    assert f"CPA_A01 {first:.4f}".replace(".", ",") in told
    cells = pq.read_table(targets["raw_io_cell"]).to_pylist()
    assert sum(c["flow_millions"] for c in cells if c["flow"] == "output") == pytest.approx(made.OUTPUT.sum())
    assert {c["flow"] for c in cells} == {"domestic", "imported", "taxes", "value_added", "wages", "output"}
    assert pq.read_table(targets["raw_io_sector"]).column("divisions").to_pylist() == ["01", "10 11 12", "55 56"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("tes_2019.csv", "a,b\n1,2\n3,4\n", "n'est pas un tableau"),
        ("tes.csv", "row,A01,households,output\ndomestic_A01,1,9,10\nimported_A01,0,0,0\nvalue_added,9\noutput,10\n",
         "année"),
        ("tes_2019.csv", "row,A01,households,output\ndomestic_A01,1,90,10\nimported_A01,0,0,0\nvalue_added,9\noutput,10\n",
         "équilibre"),
        ("tes_2019.csv", "row,A01,B,output\ndomestic_A01,1,1,2\ndomestic_B,1,1,2\nvalue_added,0,0\noutput,2,2\n",
         "flux totaux"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_serve_is_refused_in_a_sentence(name: str, content: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    targets = {name: tmp_path / f"{name}.parquet" for name in ("raw_io_cell", "raw_io_sector")}
    with pytest.raises(Trouble) as refused:
        read_io_table(path, targets["raw_io_cell"], targets["raw_io_sector"], name)
    assert said in refused.value.fr
    assert refused.value.fr.endswith(".")


def test_the_table_that_ships() -> None:
    # Multipliers of France 2011 as published with the table's sources: construction 1.81, hotels and restaurants 1.77,
    # business services 1.66, health 1.23, food 2.30.
    table = embedded()
    found = balance(table)
    told = {"construction": 1.81, "accommodation_catering": 1.77, "business_services": 1.66, "health_social": 1.23}
    assert {code: round(found.multipliers[code], 2) for code in told} == told
    assert found.identity_gap < 1e-9
    assert found.row_gap < 1e-4 * found.output  # the source is rounded to the million
    assert (table.year, table.wages, table.taxes) == (2011, None, None)
    covered = [division for text in table.divisions for division in text.split()]
    assert len(covered) == len(set(covered))
    assert set(covered) >= {row["division"] for row in read_csv("economy/segment_divisions.csv")}


def test_the_embedded_files_are_those_of_the_csv() -> None:
    for name, rows in own_rows().items():
        assert pq.read_table(embedded_economy.raw_files()[name]).to_pylist() == rows


def test_every_segment_leads_to_divisions_whose_weights_add_up_to_one() -> None:
    weights: dict[str, int] = {}
    for row in read_csv("economy/segment_divisions.csv"):
        weights[row["segment_id"]] = weights.get(row["segment_id"], 0) + int(row["weight_pct"])
        assert divisions(row["division"]) == {row["division"]}
    assert set(weights.values()) == {100}
    assert set(segments()) - set(weights) == {"unclassified", "out_of_scope"}
    near = {row["division"]: int(row["delivered_near_pct"]) for row in read_csv("economy/local_delivery.csv")}
    assert {row["division"] for row in read_csv("economy/segment_divisions.csv")} <= set(near)
    assert all(0 <= share <= 100 for share in near.values())


@pytest.mark.parametrize(
    ("code", "covered"),
    [
        ("CPA_C10-12", "10 11 12"), ("C10T12", "10 11 12"), ("CA", "10 11 12"), ("C1", "10 11 12"), ("FZ", "41 42 43"),
        ("41-43", "41 42 43"), ("J59_60", "59 60"), ("10-1", "10"), ("33-15", "33"), ("06-07", "06 07"), ("B", "05 06 07 08 09"),
        ("NM_84", "84"), ("L68A", "68"), ("43.91A", "43"), ("P3_S14", ""), ("TOTAL", ""), ("Total demand", ""), ("D21X31", ""),
    ],
)  # fmt: skip
def test_codes_of_every_classification(code: str, covered: str) -> None:
    assert " ".join(sorted(divisions(code))) == covered


def test_nested_codes_are_counted_once() -> None:
    given = ["B", "B05", "B06", "C", "C10", "C10-12", "C11", "L68A", "L68B", "M69", "M69_70", "M70", "T97", "T98", "T"]
    assert partition(given) == ["B", "C10-12", "L68A", "L68B", "M69_70", "T"]
    assert partition(["A", "C", "F"]) == ["A", "C", "F"]
    assert is_imputed_rent("CPA_L68A")
    assert not is_imputed_rent("CPA_L68B")


def test_employment_by_commune_and_by_industry(tmp_path: Path) -> None:
    rows = [["GEO", "ACTIVITY", "TIME_PERIOD", "OBS_VALUE"], ["2023-COM-86194", "FZ", "2022", "1200"],
            ["COM-86066", "A88-43", "2022", "x"], ["COM-86066", "43", "2022", "80"]]  # fmt: skip
    path = made.write(tmp_path / "flores.csv", rows, ";")
    reading = read_employment(path, tmp_path / "a.parquet", path.name)
    assert (reading.records, reading.unreadable) == (3, 1)
    found = pq.read_table(tmp_path / "a.parquet").to_pylist()
    assert [(r["commune_code"], r["activity_code"], r["jobs"]) for r in found] == [
        ("86194", "FZ", 1200.0), ("86066", "43", 80.0),
    ]  # fmt: skip
    wide = made.write(tmp_path / "emp_2019.csv", [["prod_na", *made.CODES, "F"], ["employment_total", 1.5, 2, 0.25, 3]])
    assert read_employment(wide, tmp_path / "b.parquet", wide.name).records == 4
    assert pq.read_table(tmp_path / "b.parquet").column("jobs").to_pylist() == [1500, 2000, 250, 3000]
    wrong = made.write(tmp_path / "c.csv", [["a", "b"], ["1", "2"]])
    with pytest.raises(Trouble, match="employment table"):
        read_employment(wrong, tmp_path / "c.parquet", wrong.name)


def test_emission_factors_by_segment_and_by_nacres(tmp_path: Path) -> None:
    rows = [["subsubcategory", "year", "total", "uncertainty"], ["AA.11", "2019", "1.1", "0.1"],
            ["AA12", "2019", "0", "0.5"], ["??", "2019", "1", "0.5"], ["food_dairy_eggs", "2019", "2", "0.8"]]  # fmt: skip
    path = made.write(tmp_path / "factors.tsv", rows, "\t")
    reading = read_emission_factors(path, tmp_path / "f.parquet", path.name)
    assert (reading.records, reading.unreadable) == (4, 2)
    found = pq.read_table(tmp_path / "f.parquet").to_pylist()
    assert [(r["segment"], r["kg_per_euro"], r["uncertainty_pct"]) for r in found] == [
        ("food_bread_pastry", 1.1, 10.0), ("food_dairy_eggs", 2.0, 80.0),
    ]  # fmt: skip
    wrong = made.write(tmp_path / "g.csv", [["a", "b"], ["1", "2"]])
    with pytest.raises(Trouble, match="emission factors"):
        read_emission_factors(wrong, tmp_path / "g.parquet", wrong.name)


# --- real tables, read in place -----------------------------------------------------------------------------


def real(folder: Path, name: str, *, convert: bool = False) -> IoTable:
    """A real table of the shared folder."""
    return read_table(folder / "economy" / name, name, convert=convert)


def test_real_tables_load_and_balance(shared_data: Path) -> None:
    for year, gap in ((1995, 90), (2008, 81), (2011, 74)):
        table = real(shared_data, f"wiod2013_FRA_{year}_35x35_musd.csv")
        assert (table.year, len(table.codes)) == (year, 35)
        assert balance(table).row_gap == pytest.approx(gap)
    british = real(shared_data, "uk_2010_siot_domestic_bp_pxp_mgbp.csv")
    assert len(british.codes) == 127
    assert balance(british).row_gap == pytest.approx(0, abs=1e-6)
    assert balance(british).identity_gap == pytest.approx(0, abs=1e-9)
    assert all(british.divisions)


def test_a_real_table_of_total_flows_is_refused(shared_data: Path) -> None:
    for name in ("belgium_2020_naio_10_cp1700_siot_meur.csv", "eurostat_cz_io.csv", "eurostat_sk_io.csv"):
        with pytest.raises(Trouble, match="total flows"):
            read_table(shared_data / "economy" / name, f"2020_{name}")
    belgium = real(shared_data, "belgium_2020_naio_10_cp1700_siot_meur.csv", convert=True)
    assert len(belgium.codes) == 65
    covered = [d for text, code in zip(belgium.divisions, belgium.codes, strict=True)
               if not is_imputed_rent(code) for d in text.split()]  # fmt: skip
    assert len(covered) == len(set(covered)), "aggregates and their parts would count twice"
    assert balance(belgium).column_gap < 0.1
    multipliers = output_multipliers(leontief_inverse(technical_coefficients(belgium.Z, belgium.output)))
    assert multipliers.max() < 2.5
