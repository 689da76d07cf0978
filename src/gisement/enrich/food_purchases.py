"""What canteens buy, with the quality that EGalim sees in each purchase, and what it adds up to in a year.

A purchase counts once, under the first of its labels that counts on its day and can exist in its family. A label that
cannot exist there leaves the quality unknown, unless another one settles it: one of the two cells is wrong.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import ibis

from gisement.catalog.quality_labels import FISH, MEAT, NOTHING, ORGANIC, QualityLabel, families, labels
from gisement.terms import step

NEXT_LABELS = date(2027, 1, 1)
"""The day from which environmental certification of level 2 counts no longer: the next set of labels."""


@step
def food_purchase(food_line: Any, canteen: Any) -> Any:
    """One row per purchase of a canteen, with the quality that counts on its day, and under the labels of 2027."""
    f = food_line.left_join(canteen.rename(known_as="canteen_reference"), [("canteen_reference", "known_as")])
    segment = ibis.cases(*((f.food_family == name, each["segment"]) for name, each in families().items()))
    return f.select(
        "food_purchase_key", "record_hash", "buyer_id", "buyer_siren", "buyer_name", "buyer_commune_code",
        "buyer_department_code", "is_buyer_in_territory", "purchase_date", year=f.purchase_date.year().cast("int64"),
        month=f.purchase_date.month().cast("int64"), segment=segment, family=ibis.literal("food"),
        food_family=f.food_family, food_description=f.food_description, food_supplier_name=f.food_supplier_name,
        food_labels=f.food_labels, food_label=_kept(f, f.purchase_date), food_quality=_quality(f, f.purchase_date),
        food_quality_2027=_quality(f, ibis.greatest(f.purchase_date, ibis.date(str(NEXT_LABELS)))),
        food_origin=f.food_origin, is_short_chain=f.is_short_chain, is_declared_local=f.is_declared_local,
        local_definition=f.local_definition, amount_cents=f.amount_cents,
    )  # fmt: skip


def _has(f: Any, label: QualityLabel) -> Any:
    return (ibis.literal(",") + ibis.coalesce(f.food_labels, "") + ",").contains(f",{label.name},")


def _holds(f: Any, label: QualityLabel, day: Any) -> Any:
    """Whether the purchase has a label that can exist in its family and counts on that day, without a doubt."""
    held = _has(f, label) & f.food_family.isin(label.families)
    if label.until:
        held = held & (day <= ibis.date(str(label.until)))
    if label.mixed_until:
        # bought while the code stood for two things, judged on a day when only one of them counts
        mixed = ibis.date(str(label.mixed_until))
        held = held & ((day <= mixed) | (f.purchase_date > mixed))
    return held


def _kept(f: Any, day: Any) -> Any:
    """The label under which the purchase counts on that day; null if none does."""
    return ibis.cases(*((_holds(f, label, day), name) for name, label in labels().items()))


def _quality(f: Any, day: Any) -> Any:
    """The group of the label that counts, `none` where none does; null where that cannot be told."""
    doubtful = ibis.literal(False)
    for label in labels().values():
        ended = ibis.literal(False) if label.until is None else day > ibis.date(str(label.until))
        doubtful = doubtful | (_has(f, label) & ~_holds(f, label, day) & ~ended)
    counting = ((_holds(f, label, day), label.group) for label in labels().values())
    return ibis.cases(*counting, (doubtful, ibis.null("string")), else_=NOTHING)


@step
def food_year(food_purchase: Any, canteen: Any) -> Any:
    """One row per body that buys food and year: cents in all, by quality, and of meat and fish together.

    `months_count` and `families_count` say how much of a year the purchases can cover.
    """
    f = food_purchase.filter(food_purchase.year.notnull())
    is_meat_fish = f.food_family.isin((MEAT, FISH))
    counts, unknown = f.food_quality != NOTHING, f.food_quality.isnull()
    sums = f.group_by("buyer_id", "year").agg(
        months_count=f.month.nunique(),
        families_count=f.food_family.nunique(),
        food_cents=f.amount_cents.sum(),
        organic_cents=f.amount_cents.sum(where=f.food_quality == ORGANIC),
        egalim_cents=f.amount_cents.sum(where=counts),
        unclear_cents=f.amount_cents.sum(where=unknown),
        meat_fish_cents=f.amount_cents.sum(where=is_meat_fish),
        meat_fish_egalim_cents=f.amount_cents.sum(where=is_meat_fish & counts),
        meat_fish_unclear_cents=f.amount_cents.sum(where=is_meat_fish & unknown),
    )
    names = [name for name in sums.columns if name.endswith("_cents")]
    sums = sums.mutate(**{name: ibis.coalesce(sums[name], 0).cast("decimal(38,0)").cast("int64") for name in names})
    who = canteen.group_by(canteen_of="buyer_id").agg(
        buyer_siren=canteen.buyer_siren.min(), buyer_name=canteen.buyer_name.min(), buyer_kind=canteen.buyer_kind.min(),
        buyer_commune_code=canteen.buyer_commune_code.min(), buyer_department_code=canteen.buyer_department_code.min(),
        is_buyer_in_territory=(canteen.is_buyer_in_territory.cast("int8").max() == 1),
    )  # fmt: skip
    years = sums.left_join(who, [("buyer_id", "canteen_of")])
    return years.select(
        "buyer_id", "year", "buyer_siren", "buyer_name", "buyer_kind", "buyer_commune_code", "buyer_department_code",
        "is_buyer_in_territory", "months_count", "families_count", *names,
    )  # fmt: skip
