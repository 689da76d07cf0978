"""What producers offer, how far it is from each buyer, and what is needed of each product, cut by what is known of it.

A distance is as told, else as the crow flies, else unknown. Capacities are confidential: these tables stay in the
workspace, and what is published of them are counts and totals. Parts of one need add up to it, to the gram: this is
what figures on volumes are measured on.
"""

from __future__ import annotations

from typing import Any

import ibis

from gisement.enrich.payments import commune_name_key
from gisement.enrich.places import commune_points, distance_km
from gisement.terms import step

GRAMS_PER_KG = 1000.0
OFFER_KEY = ("food_producer", "food_product", "quality_class", "food_month", "commune_code", "commune_place",
             "price_eur_per_kg")  # fmt: skip
ORIGINS = ("food_producer", "commune_code", "commune_place")
"""What a told distance starts from, the most precise first."""
PRODUCTION = ("field", "storage")
NEED_PARTS = ("covered", "reachable", "missing", "unknown", "tied")


@step
def food_offer(raw_food_offer: Any, commune: Any, commune_code_today: Any, ring_commune: Any) -> Any:
    """One row per producer, commune, product, market class, month and price: `capacity_kg`, and where it comes from.

    A commune is an INSEE code, or a name that one commune alone bears; otherwise its place is unknown.
    """
    r = raw_food_offer
    named = commune.mutate(place=commune_name_key(commune.commune_name))
    alone = named.group_by("place").agg(homonyms=named.count(), named_code=named.commune_code.min())
    alone = alone.filter(alone.homonyms == 1).select("place", "named_code")
    today = commune_code_today.select(told_code="any_code", today_code="commune_code")
    r = r.mutate(place_key=commune_name_key(r.commune)).left_join(today, [("commune", "told_code")])
    r = r.left_join(alone, [("place_key", "place")])
    r = r.mutate(commune_code=ibis.coalesce(r.today_code, r.named_code))
    grams = (r.capacity_kg * GRAMS_PER_KG).round().cast("int64").sum().cast("decimal(38,0)").cast("int64")
    totals = r.group_by(list(OFFER_KEY)).agg(
        food_producer_name=r.food_producer_name.min(), food_product_name=r.food_product_name.min(),
        quality_label=r.quality_label.min(), capacity_kg=grams.cast("float64") / ibis.literal(GRAMS_PER_KG),
    )  # fmt: skip
    rings = ring_commune.select(ring_of="commune_code", ring_nearest="ring_nearest")
    totals = totals.left_join(rings, [("commune_code", "ring_of")])
    return totals.select(
        "food_producer", "food_producer_name", "food_product", "food_product_name", "quality_class", "quality_label",
        "food_month", "capacity_kg", "price_eur_per_kg", "commune_code", "commune_place",
        ring_nearest=totals.ring_nearest.cast("int64"),
    )  # fmt: skip


@step
def food_distance(food_offer: Any, food_need: Any, raw_distance: Any, raw_coordinates: Any, buyer: Any) -> Any:
    """One row per producer and commune, and buyer: `supply_km`, null where it is unknown, and what tells it.

    A told distance goes both ways, unless both are told; that of the producer is preferred to that of its commune,
    and that of the buyer to that of the buyer's commune.
    """
    producers = food_offer.select("food_producer", "commune_code", "commune_place").distinct()
    places = buyer.select(buyer_key="buyer_id", buyer_commune_code="buyer_commune_code")
    buyers = food_need.select("food_buyer").distinct()
    buyers = buyers.left_join(places, [("food_buyer", "buyer_key")]).select("food_buyer", "buyer_commune_code")
    pairs = producers.cross_join(buyers)
    pair = ("food_producer", "commune_code", "commune_place", "food_buyer")
    pairs = pairs.mutate(pair_key=_pair_key(pairs))
    told = _told(pairs, raw_distance).select(told_pair="pair_key", told_km="km")
    pairs = pairs.left_join(told, [("pair_key", "told_pair")])
    points = commune_points(raw_coordinates)
    here = points.select(here="commune_code", here_latitude="latitude", here_longitude="longitude")
    there = points.view().select(there="commune_code", there_latitude="latitude", there_longitude="longitude")
    pairs = pairs.left_join(here, [("commune_code", "here")]).left_join(there, [("buyer_commune_code", "there")])
    flown = distance_km(pairs.here_latitude, pairs.here_longitude, pairs.there_latitude, pairs.there_longitude)
    rule = ibis.cases((pairs.told_km.notnull(), "declared"), (flown.notnull(), "coordinates"))
    return pairs.select(*pair, supply_km=ibis.coalesce(pairs.told_km, flown), supply_km_rule=rule)


def _pair_key(pairs: Any) -> Any:
    """A text for each pair, nulls included."""
    parts = (pairs.food_producer, pairs.commune_code, pairs.commune_place, pairs.food_buyer)
    key = ibis.literal("")
    for part in parts:
        key = key + "|" + ibis.coalesce(part, "")
    return key


def _told(pairs: Any, raw_distance: Any) -> Any:
    """The best told distance of each pair."""
    straight = raw_distance.group_by(["from_place", "to_place"]).agg(km=raw_distance.km.min())
    straight = straight.mutate(back_rank=ibis.literal(0))
    back = straight.select(from_place="to_place", to_place="from_place", km="km", back_rank=ibis.literal(1))
    known = straight.union(back)
    found = []
    for origin_rank, origin in enumerate(ORIGINS):
        for end_rank, end in enumerate(("food_buyer", "buyer_commune_code")):
            met = pairs.view().inner_join(known.view(), [(origin, "from_place"), (end, "to_place")])
            rank = met.back_rank.cast("int64") + 2 * (2 * origin_rank + end_rank)
            found.append(met.select("pair_key", "km", told_rank=rank.cast("int64")))
    each = ibis.union(*found)
    best = ibis.window(group_by="pair_key", order_by=["told_rank", "km"])
    each = each.mutate(place_rank=ibis.row_number().over(best))
    return each.filter(each.place_rank == 0).select("pair_key", "km")


@step
def food_balance(food_gap: Any, food_lot: Any) -> Any:
    """One row per stage, product (workshop, canteen), month and part of the need: grams, and cents at market prices.

    The offer of a part that is `unknown` is kept back (fewer than three producers) or told by nobody.
    """
    lots = food_lot.select(
        lot_product="food_product", lot_need="need_kg", lot_cents="need_cents", lots="planned_lots_count"
    )
    g = food_gap.left_join(lots, [("food_product", "lot_product")])
    need, gap, near = (_grams(g[name]) for name in ("need_kg", "gap_kg", "reachable_kg"))
    near = ibis.coalesce(near, 0)
    is_made = g.supply_step.isin(PRODUCTION)
    g = g.mutate(
        supply_stage=ibis.ifelse(is_made, "production", g.supply_step),
        year=ibis.ifelse(g.food_month.contains("-"), g.food_month, ibis.null("string")).left(4).try_cast("int64"),
        has_lots=ibis.ifelse(is_made, g.lots > 0, ibis.null("boolean")),
        cents_per_gram=ibis.ifelse(
            is_made & (g.lot_need > 0), g.lot_cents.cast("float64") / (g.lot_need * GRAMS_PER_KG), ibis.null("float64")
        ),
        covered_grams=need - gap, reachable_grams=near, missing_grams=gap - near,
        unknown_grams=ibis.ifelse(gap.isnull(), need, ibis.null("int64")), tied_grams=_grams(g.tied_kg),
    )  # fmt: skip
    return ibis.union(*(_part(g, name) for name in NEED_PARTS))


def _part(g: Any, name: str) -> Any:
    grams = g[f"{name}_grams"]
    kept = g.filter(ibis.coalesce(grams, 0) > 0)
    grams = kept[f"{name}_grams"]
    return kept.select(
        "supply_stage", "food_product", "food_product_name", "food_month", "year", need_part=ibis.literal(name),
        need_g=grams, need_cents=(grams * kept.cents_per_gram).round().cast("int64"), has_lots=kept.has_lots,
    )  # fmt: skip


def _grams(kg: Any) -> Any:
    return (kg * GRAMS_PER_KG).round().cast("int64")
