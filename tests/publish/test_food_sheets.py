"""The sheets of a canteen and of a holder: what they hold, and that a producer has none before an award."""

from __future__ import annotations

import pytest

from gisement.publish.reports import food as food_sheets
from gisement.publish.reports.document import WordTable
from gisement.publish.reports.reading import read
from gisement.publish.reports.writing import html as laid
from gisement.publish.web.site import Site
from gisement.studies.food import boards as food_board
from gisement.terms import Trouble


def test_a_canteen_has_its_needs_with_what_is_bound_elsewhere(site: Site) -> None:
    reading, workspace = read(site.served, "contract"), site.served.observatory.workspace
    made = food_sheets.canteen_sheet(reading, workspace, "restaurant universitaire fictif 01")
    (needs,) = [block for block in made.blocks if isinstance(block, WordTable) and block.name == "needs"]
    assert len(needs.rows) >= 40
    assert any("centrale nationale fictive" in str(row[3]) for row in needs.rows)
    assert made.is_internal
    assert "Restaurant universitaire fictif 01" in laid(made).decode("utf-8")
    with pytest.raises(Trouble, match="Groupe scolaire fictif 01"):
        food_sheets.canteen_sheet(reading, workspace, "nulle part")


def test_a_producer_has_no_sheet_before_an_award(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    reading, workspace = read(site.served, "contract"), site.served.observatory.workspace
    offered = food_board.rows_of(workspace, "food_offer")[0]["food_producer_name"]
    with pytest.raises(Trouble):
        food_sheets.producer_sheet(reading, workspace, offered)
    held = {"food_producer": "f", "food_producer_name": "Ferme", "food_product": "carotte", "food_product_name": "Carottes",
            "quality_class": "organic", "secured_kg": 1200.0, "due_kg": 600.0, "delivered_kg": 590.0,
            "price_eur_per_kg": 1.5, "paid_eur_per_kg": 1.65, "first_day": "2027-01-01", "last_day": "2027-12-31",
            "follow_state": "on_track"}  # fmt: skip
    # the demonstration has no award: its table of what follows one is read as if it had
    monkeypatch.setattr(food_sheets, "rows_of", lambda held_workspace, table: [held])
    made = food_sheets.producer_sheet(reading, workspace, "ferme")
    text = laid(made).decode("utf-8")
    assert all(told in text for told in ("2027-01-01", "2027-12-31", "1,50 à 1,65", "Ferme"))
