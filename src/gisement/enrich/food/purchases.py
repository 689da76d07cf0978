"""What canteens buy: whose each canteen is, the quality that EGalim sees in each purchase, and what it adds up to.

A purchase counts once, under the first of its labels that counts on its day and can exist in its family. A label that
cannot exist there leaves the quality unknown, unless another one settles it: one of the two cells is wrong.

A buyer plans from its purchases only where a rule says so (`need_from_purchases`, whose value is the year to plan):
otherwise what it bought and what it declares to need would be counted twice. Its purchases of ma cantine are preferred
to the food lines of its ledger; the last year known is taken.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import ibis

from gisement.catalog.quality_labels import FISH, MEAT, NOTHING, ORGANIC, QualityLabel, families, labels
from gisement.catalog.segments import segments
from gisement.enrich.buyers import kind_of
from gisement.terms import step

NEXT_LABELS = date(2027, 1, 1)
"""The day from which environmental certification of level 2 counts no longer: the next set of labels."""
RULE, FOOD = "need_from_purchases", "food"


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


@step
def canteen(food_line: Any, buyer: Any, establishment: Any, legal_unit: Any, commune: Any, commune_code_today: Any,
            territory: Any) -> Any:  # fmt: skip
    """One row per canteen that purchases name: its body, name and commune.

    Nobody gives a canteen's purchases but a partner: without evidence of its place, it belongs to the territory.
    """
    c = food_line.select("canteen_reference", "canteen_siret").distinct()
    c = c.mutate(buyer_id=c.canteen_reference)
    c = c.mutate(buyer_siren=ibis.ifelse(c.canteen_siret.notnull(), c.buyer_id.substr(0, 9), ibis.null("string")))
    known = buyer.select(
        known_id="buyer_id", known_name="buyer_name", known_commune="buyer_commune_code", known_inside="is_in_territory"
    )
    c = c.left_join(known, [("buyer_id", "known_id")])
    places = establishment.select(register_siret="siret", register_commune="commune_code_reported")
    c = c.left_join(places, [("buyer_id", "register_siret")])
    units = legal_unit.select(unit_siren="siren", unit_name="legal_unit_name")
    c = c.left_join(units, [("buyer_siren", "unit_siren")])
    by_siren = commune.filter(commune.siren.notnull()).select(siren_key="siren", siren_commune="commune_code")
    c = c.left_join(by_siren, [("buyer_siren", "siren_key")])
    c = c.mutate(commune_any=ibis.coalesce(c.register_commune, c.siren_commune, c.known_commune))
    today = commune_code_today.select(any_code="any_code", buyer_commune_code="commune_code")
    c = c.left_join(today, [("commune_any", "any_code")])
    where = commune.select(found_commune="commune_code", buyer_department_code="department_code")
    c = c.left_join(where, [("buyer_commune_code", "found_commune")])
    inside = territory.select(inside_commune="commune_code").distinct()
    c = c.left_join(inside, [("buyer_commune_code", "inside_commune")])
    by_place = ibis.ifelse(c.buyer_commune_code.notnull(), c.inside_commune.notnull(), ibis.null("boolean"))
    return c.select(
        "canteen_reference", "buyer_id", "buyer_siren", "buyer_commune_code", "buyer_department_code",
        buyer_name=ibis.coalesce(c.unit_name, c.known_name),
        buyer_kind=ibis.ifelse(c.buyer_siren.notnull(), kind_of(ibis.coalesce(c.buyer_siren, "")), "other"),
        is_buyer_in_territory=ibis.coalesce(c.known_inside, by_place, True),
    )  # fmt: skip


@step
def food_bought(food_line: Any, raw_payment: Any, food_rule: Any) -> Any:
    """One row per buyer, planned year, text and month: cents of the last year known; lines without month left out."""
    rules = food_rule.filter(food_rule.food_rule == RULE)
    wanted = rules.select(food_buyer="food_buyer", planned_year=rules.rule_value.round().cast("int64")).distinct()
    lines = _purchases(food_line).union(_ledger(raw_payment))
    lines = lines.filter(lines.year.notnull(), lines.month.notnull(), lines.food_text.notnull())
    b = lines.inner_join(
        wanted, [(lines.bought_by == wanted.food_buyer) | (lines.bought_by.left(9) == wanted.food_buyer)]
    )
    best = ibis.window(group_by=[b.food_buyer], order_by=[b.source_rank.asc(), b.year.desc()])
    b = b.mutate(place=ibis.dense_rank().over(best)).filter(lambda t: t.place == 0)
    found = b.group_by("food_buyer", "planned_year", "food_text", "month").agg(
        amount_cents=b.amount_cents.sum().cast("decimal(38,0)").cast("int64")
    )
    return found.mutate(food_buyer_name=found.food_buyer).select(
        "food_buyer", "food_buyer_name", "planned_year", "food_text", "month", "amount_cents"
    )


def _purchases(food_line: Any) -> Any:
    """Purchases of ma cantine, by the SIRET of the canteen."""
    f = food_line
    return f.select(
        bought_by=f.canteen_reference, year=f.purchase_date.year().cast("int64"),
        month=f.purchase_date.month().cast("int64"), amount_cents=f.amount_cents, food_text=f.food_description,
        source_rank=ibis.literal(0, "int64"),
    )  # fmt: skip


def _ledger(raw_payment: Any) -> Any:
    """Lines of ledgers under an account of food, each once: as many as the export that holds most of them has."""
    r = raw_payment.filter(_is_food(raw_payment))
    within = r.group_by("record_hash", "snapshot").agg(
        copies=r.count(), bought_by=r.buyer_id.min(), cents=r.amount_ht_cents.min(), food_text=r.label.min(),
        day=ibis.coalesce(r.invoice_date, r.payment_date).min(),
    )  # fmt: skip
    once = within.group_by("record_hash").agg(
        copies=within.copies.max(), bought_by=within.bought_by.min(), cents=within.cents.min(),
        food_text=within.food_text.min(), day=within.day.min(),
    )  # fmt: skip
    day = once.day.left(10).try_cast("date")
    return once.select(
        "bought_by", year=day.year().cast("int64"), month=day.month().cast("int64"),
        amount_cents=(once.cents * once.copies).cast("int64"), food_text=once.food_text,
        source_rank=ibis.literal(1, "int64"),
    )  # fmt: skip


def _is_food(r: Any) -> Any:
    """Whether the account of a line is one of food in its chart."""
    found = ibis.literal(False)
    for row in segments().values():
        codes = (
            [*row["account_prefixes"].split(";"), *row["default_account_prefixes"].split(";")]
            if row["family_id"] == FOOD
            else []
        )
        for kind, _, account in (code.partition(":") for code in codes if code):
            found = found | ((r.account_kind == kind) & r.account.startswith(account))
    return ibis.coalesce(found, False)
