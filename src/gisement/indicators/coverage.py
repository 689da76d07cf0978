"""What is known: for each field that figures need, the share of rows that have it."""

from __future__ import annotations

from gisement.indicators.options import is_own_money
from gisement.terms import PERCENT, Indicator, Ring


def _known(name: str, column: str, *, table: str = "purchase") -> Indicator:
    return Indicator(
        name=name,
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
    _known("amount_known_share", "amount_cents"),
    _known("supplier_known_share", "supplier_id"),
    _known("supplier_size_known_share", "size_class"),
    _known("cpv_known_share", "cpv_code"),
    _known("date_known_share", "purchase_date"),
    _known("offers_known_share", "offers_count", table="contract"),
)
