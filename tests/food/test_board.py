"""The gap board, the lots and the follow-up: what is told, and what would tell of one producer and is not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pytest

from gisement.catalog import raw_tables
from gisement.models.food.follow import food_follow
from gisement.models.food.gaps import food_gap
from gisement.models.food.lots import food_lot, procedure, sized
from tests.food.plan_case import Case, rows


def arrow(lines: list[Case]) -> pa.Table:
    """Rows as a table."""
    named = [(name, name.removesuffix("_name")) for name in ("food_product_name", "food_buyer_name")]
    return pa.Table.from_pylist([{**line, **{name: line.get(key) for name, key in named}} for line in lines])


def nothing(name: str) -> pa.Table:
    """An empty raw table."""
    return pa.table({column: pa.array([], pa.string()) for column in raw_tables()[name].schema})


def case(offers: list[Case], rules: Sequence[Case] = (), months: tuple[str, ...] = ("01", "02")) -> Case:
    """A need of 100 kg of carrots in each month, 50 of them bound elsewhere on top."""
    needs = [{"buyer": "Ville", "product": "carotte", "month": m, "kg": 100} for m in months]
    tied = [{"buyer": "CROUS", "product": "carotte", "month": months[0], "kg": 50, "tied": True}]
    return {"needs": needs + tied, "offers": offers, "rules": list(rules)}


def board(given: Case) -> dict[tuple[str, str], dict[str, Any]]:
    """Rows of the board by step and month."""
    needs, offers, _, rules = rows(given)
    empty = {"food_product": None, "food_month": "01", "quality_class": "conventional", "capacity_kg": 0.0}
    held = arrow(offers) if offers else arrow([{**empty, "food_producer": None, "commune_code": None,
        "commune_place": None, "price_eur_per_kg": None, "ring_nearest": None}])  # fmt: skip
    told = arrow(rules) if rules else nothing("raw_food_rule")
    made = food_gap.function(arrow(needs), held, told, nothing("raw_food_coefficient"))
    return {(row["supply_step"], row["food_month"]): row for row in made.to_pylist()}


def farms(*kg: float, months: tuple[str, ...] = ("01", "02")) -> list[Case]:
    """Farms that each offer as much in each month, one without a price."""
    return [{"producer": f"F{n}", "product": "carotte", "month": m, "kg": each, "price": 1.0 if n else None}
            for n, each in enumerate(kg) for m in months]  # fmt: skip


def test_the_gap_of_three_farms_is_told_with_what_is_bound_elsewhere_apart() -> None:
    found = board(case(farms(30, 30, 20)))["field", "01"]
    assert (found["need_kg"], found["tied_kg"], found["offered_kg"], found["gap_kg"]) == (100, 50, 80, 20)
    assert found["producers_count"] == 3


@pytest.mark.parametrize("kg", [(60, 30), (90, 5, 5)], ids=["two farms", "one makes nine tenths"])
def test_what_would_tell_of_a_farm_is_kept_back_with_its_gap(kg: tuple[float, ...]) -> None:
    found = board(case(farms(*kg)))["field", "01"]
    assert (found["offered_kg"], found["gap_kg"], found["gap_ha"]) == (None, None, None)
    assert found["need_kg"] == 100


def test_nobody_offers_is_told_as_zero() -> None:
    found = board(case([]))["field", "01"]
    assert (found["offered_kg"], found["gap_kg"], found["producers_count"]) == (0, 100, 0)


def test_what_keeps_is_taken_from_the_store_month_after_month() -> None:
    rules = [{"rule": "storage_loss_pct", "product": "carotte", "value": 10}]
    found = board(case(farms(50, 50, 50, months=("01",)), rules))
    assert found["storage", "01"]["offered_kg"] == pytest.approx(135)
    # 135 in store, 100 eaten in January
    assert (found["storage", "02"]["offered_kg"], found["storage", "02"]["gap_kg"]) == pytest.approx((35, 65))


def test_a_workshop_is_a_step_of_its_own() -> None:
    rules: list[Case] = [
        {"rule": "needs_step", "product": "carotte", "name": "legumerie"},
        {"rule": "step_capacity_kg", "name": "legumerie", "value": 70},
    ]
    found = board(case(farms(30, 30, 20), rules))["workshop", "01"]
    assert (found["food_product"], found["need_kg"], found["offered_kg"], found["gap_kg"]) == ("legumerie", 100, 70, 30)


def test_what_is_within_reach_is_what_a_growth_of_the_known_offer_would_bring() -> None:
    # 80 kg offered, 20 missing: 30 % more in three years (the parameter) bring 24, 10 % bring 8
    assert board(case(farms(30, 30, 20)))["field", "01"]["reachable_kg"] == 20
    slow = [{"rule": "three_year_growth_pct", "value": 10}]
    assert board(case(farms(30, 30, 20), slow))["field", "01"]["reachable_kg"] == pytest.approx(8)
    assert board(case([]))["field", "01"]["reachable_kg"] == 0
    assert board(case(farms(60, 30)))["field", "01"]["reachable_kg"] is None


def test_a_kitchen_peels_what_it_can_and_one_that_tells_nothing_is_not_known() -> None:
    peeled: list[Case] = [{"rule": "needs_peeling", "product": "carotte"}]
    told = [*peeled, {"rule": "peeling_capacity_kg", "buyer": "Ville", "value": 30}]
    found = board(case(farms(30, 30, 20), told))["kitchen", "01"]
    assert (found["food_product"], found["need_kg"], found["offered_kg"], found["gap_kg"]) == ("Ville", 100, 30, 70)
    unknown = board(case(farms(30, 30, 20), peeled))["kitchen", "01"]
    assert (unknown["need_kg"], unknown["offered_kg"], unknown["gap_kg"]) == (100, None, None)


@pytest.mark.parametrize(("least", "gap"), [(24, 0), (26, 100)])
def test_a_delivery_that_is_not_worth_the_way_has_to_be_grouped(least: float, gap: float) -> None:
    # 100 kg a month in four deliveries of 25 kg at 1 euro
    rules: list[Case] = [
        {"rule": "drops_per_month", "value": 4}, {"rule": "least_drop_eur", "value": least},
        {"rule": "market_price_eur_per_kg", "product": "carotte", "value": 1},
    ]  # fmt: skip
    assert board(case(farms(30, 30, 20), rules))["delivery", "01"]["gap_kg"] == gap
    assert ("delivery", "01") not in board(case(farms(30, 30, 20), rules[1:]))


@pytest.mark.parametrize(
    ("volume", "capacities", "expected"),
    [
        (100, (100, 120, 300), (1, 3)),
        (100, (50, 60, 70), (2, 3)),
        (90, (30, 30, 30, 200), (3, 4)),
        (100, (100, 100), (0, 2)),
        (1200, (90, 90, 90), (0, 0)),
    ],
)
def test_lots_are_the_fewest_for_which_three_could_bid(
    volume: float, capacities: tuple[float, ...], expected: tuple[int, int]
) -> None:
    assert sized(volume, {str(n): float(kg) for n, kg in enumerate(capacities)}) == expected


def lot(given: Case) -> dict[str, Any]:
    """The lots of the only product."""
    needs, offers, _, rules = rows(given)
    (found,) = food_lot.function(
        arrow(needs), arrow(offers), arrow(rules) if rules else nothing("raw_food_rule")
    ).to_pylist()
    return dict(found)


def test_a_lot_tells_counts_and_never_who() -> None:
    found = lot(case(farms(50, 55, 60)))
    assert (found["lot_reason"], found["planned_lots_count"], found["bidders_count"]) == ("allotted", 2, 3)
    assert (found["lot_kg"], found["first_month"], found["last_month"]) == (100, "01", "02")
    assert "F1" not in str(found)


def test_too_few_bidders_make_no_lot_and_tell_no_capacity() -> None:
    found = lot(case(farms(90, 100)))
    assert (found["lot_reason"], found["planned_lots_count"], found["lot_kg"]) == ("too_few_bidders", 0, None)
    assert (found["bidders_count"], found["first_month"]) == (None, None)


def test_the_procedure_is_that_of_the_whole_need_whatever_its_lots() -> None:
    # thresholds of supplies in 2026: 60,000 euros (R2122-8), 216,000 euros (authorities other than the State)
    assert [procedure(100 * euros) for euros in (59_999, 60_000, 215_999, 216_000)] == [
        "dispensed", "adapted", "adapted", "formal",
    ]  # fmt: skip
    assert procedure(None) == "unknown"
    rules = [{"rule": "market_price_eur_per_kg", "product": "carotte", "value": 1500}]
    assert lot(case(farms(50, 55, 60), rules))["award_procedure"] == "formal"


def award(**other: Any) -> dict[str, Any]:
    """A contract of 1,200 kg over the year."""
    return {"food_producer": "f", "food_producer_name": "F", "food_product": "carotte", "food_product_name": "Carotte",
            "quality_class": "organic", "quantity_kg": 1200.0, "price_eur_per_kg": 1.5, "first_day": "2027-01-01",
            "last_day": "2027-12-31", **other}  # fmt: skip


def delivery(month: str, kg: float, cents: int | None, **other: Any) -> dict[str, Any]:
    """What came in a month."""
    held = {name: value for name, value in award().items() if name.startswith(("food", "quality"))}
    return {**held, "food_month": month, "quantity_kg": kg, "amount_cents": cents, **other}


@pytest.mark.parametrize(
    ("deliveries", "state"),
    [
        ([delivery("2027-01", 100, 15000), delivery("2027-02", 95, None)], "on_track"),
        ([delivery("2027-03", 100, 15000)], "late"),
        ([delivery("2027-01", 100, 20000)], "dear"),
        ([delivery("2027-06", 0, None)], "no_delivery"),
    ],
)
def test_what_came_is_compared_with_what_was_due(deliveries: list[dict[str, Any]], state: str) -> None:
    made = food_follow.function(pa.Table.from_pylist([award()]), pa.Table.from_pylist(deliveries)).to_pylist()
    (found,) = made
    assert found["follow_state"] == state
    if state == "on_track":
        # 59 days of 365
        assert found["due_kg"] == pytest.approx(1200 * 59 / 365)
        assert (found["delivered_kg"], found["paid_eur_per_kg"]) == (195, 1.5)


def test_what_nobody_secured_is_told() -> None:
    other = delivery("2027-01", 10, 1000, food_producer="g")
    made = food_follow.function(pa.Table.from_pylist([award()]), pa.Table.from_pylist([other])).to_pylist()
    assert [row["follow_state"] for row in made] == ["no_delivery", "not_secured"]
