"""What is known: for each field that figures need, the share of rows that have it."""

from __future__ import annotations

from collections.abc import Mapping

from gisement.indicators.options import is_own_money
from gisement.terms import PERCENT, Indicator, Ring


def _known(name: str, column: str, shown: Mapping[str, int], *, table: str = "purchase") -> Indicator:
    return Indicator(
        name=name,
        shown=shown,
        unit=PERCENT,
        table=table,
        weight=None,
        kind="share",
        scope=lambda row, option: ~row.is_concession if table == "contract" else is_own_money(row),
        counts=lambda row, option: row[column].notnull(),
        needs=(column,),
    )


SUPPLIER_PLACE_KNOWN_SHARE = Indicator(
    name="supplier_place_known_share",
    shown={"figures/data": 1, "known": 1, "report/known": 1},
    unit=PERCENT,
    table="purchase",
    weight="amount_cents",
    kind="share",
    scope=lambda row, option: is_own_money(row),
    counts=lambda row, option: (
        (row.establishment_farthest <= int(Ring.DEPARTMENT)) | (row.establishment_nearest > int(Ring.DEPARTMENT))
    ),
    needs=("establishment_nearest",),
)

COVERAGE = (
    SUPPLIER_PLACE_KNOWN_SHARE,
    _known("amount_known_share", "amount_cents", {"figures/data": 2, "known": 2, "report/known": 2}),
    _known("supplier_known_share", "supplier_id", {"figures/data": 3, "report/known": 3}),
    _known("supplier_size_known_share", "size_class", {"figures/data": 5, "report/known": 4}),
    _known("cpv_known_share", "cpv_code", {"figures/data": 4, "known": 3, "report/known": 5}),
    _known("date_known_share", "purchase_date", {"figures/data": 6, "known": 4, "report/known": 6}),
    _known("offers_known_share", "offers_count", {"figures/data": 7, "report/known": 7}, table="contract"),
)
