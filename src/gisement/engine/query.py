"""Verdicts as queries: the same expression gives the sums of a figure and the rows behind it."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import ibis

from gisement.store.database import schema
from gisement.terms import Indicator, Level, Perimeter, Rule, Sums, Trouble, Verdict, among

DIMENSIONS: Mapping[str, str] = {
    "buyer": "buyer_id",
    "buyer_department": "buyer_department_code",
    "buyer_commune": "buyer_commune_code",
    "supplier": "supplier_id",
    "segment": "segment",
    "family": "family",
    "year": "year",
    "basis": "basis",
    "contract": "contract_key",
    "contract_link": "contract_link_rule",
    "size_class": "size_class",
    "naf": "naf_code",
    "cpv": "cpv_code",
    "commune": "supplier_commune_code",
    "epci": "supplier_epci_code",
    "legal_kind": "legal_kind",
    "sector": "naf_section_code",
    "age_class": "age_class",
    "inclusion": "inclusion_kind",
    "central_purchasing": "central_purchasing_body",
    "group": "group_siren",
    "month": "month",
    "department": "supplier_department_code",
    "food_family": "food_family",
    "food_label": "food_label",
    "food_quality": "food_quality",
    "food_product": "food_product",
    "food_month": "food_month",
    "need_part": "need_part",
    "product_family": "product_family",
    "matter_origin": "matter_origin",
    "declarant": "declarant_siren",
    "canteen_department": "department_code",
    "canteen_region": "region_code",
}
"""Keys of `--by` and `--where`, and the column of each."""
MODEL_DIMENSIONS: Mapping[str, tuple[str, ...]] = {
    "impact": ("ring", "effect", "round"), "impact_per_hundred": ("ring", "effect", "round"),
    "local_multiplier": ("ring",),
}  # fmt: skip
"""Keys of `--by` that the result of a model has, beside those of its rows."""
PREFIXES = ("naf", "cpv")
BUYERS = "buyers"
AMOUNT_UNKNOWN = "amount_unknown"
BUYER_SETS = ("territory", "all")
CHOOSING_BUYERS = frozenset({"buyer", "buyer_department", "buyer_commune"})
_RANKS = {level: level.rank for level in Level}
# verdicts are numbers until they are shown: grouping by a text takes half as long again
_NUMBERS = {verdict: number for number, verdict in enumerate(Verdict)}
_NO_ROW: Mapping[str, int] = {"weighed": 0, "positive": 0, "rows_count": 0, "unweighted": 0, "rank": 0}


def judged(
    indicator: Indicator,
    perimeter: Perimeter,
    option: SimpleNamespace,
    buyers: Sequence[str],
    columns: Sequence[str] | None = None,
) -> Any:
    """The rows of the perimeter (all their columns, or these) with `verdict`, `verdict_number` and `weight`."""
    rows = numbered(indicator, perimeter, option, buyers, columns or list(schema(indicator.table)))
    return rows.mutate(
        verdict=ibis.cases(*((rows.verdict_number == n, str(verdict)) for verdict, n in _NUMBERS.items()))
    )


def summed(
    indicator: Indicator, perimeter: Perimeter, option: SimpleNamespace, buyers: Sequence[str], by: Sequence[str] = ()
) -> Any:
    """One row per group of the perimeter and verdict (by its number): weights and numbers of rows, added by `sums_of`.

    Only the columns that the sums read are carried: with all hundred of them, compiling took twice as long.
    """
    held = dict.fromkeys(DIMENSIONS[name] for name in by)
    held |= {"amount_level": None} if "amount_level" in schema(indicator.table) else {}
    rows = leveled(numbered(indicator, perimeter, option, buyers, list(held)))
    sums = rows.group_by(**dimensions_of(rows, by), verdict_number=rows.verdict_number).agg(
        weighed=whole(rows.weight.sum()),
        positive=whole(rows.weight.sum(where=rows.weight > 0)),
        rows_count=rows.count(),
        unweighted=whole(rows.weight.isnull().sum()),
        rank=rows["rank"].max(),
    )
    return sums.order_by([*by, "verdict_number"])


def leveled(rows: Any) -> Any:
    """Judged rows with `rank`, how far their amount is from an observed one (0: observed)."""
    level = rows.amount_level if "amount_level" in rows.columns else ibis.literal(str(Level.OBSERVED))
    return rows.mutate(rank=ibis.cases(*((level == str(name), number) for name, number in _RANKS.items()), else_=0))


def sums_of(rows: Iterable[Mapping[str, Any]]) -> Sums:
    """The sums of one group, from its row of each verdict."""
    of = {row["verdict_number"]: row for row in rows}
    part, rest, unknown, excluded = (
        of.get(_NUMBERS[verdict], _NO_ROW)
        for verdict in (Verdict.PART, Verdict.REST, Verdict.UNKNOWN, Verdict.EXCLUDED)
    )
    positive = int(unknown["positive"] or 0)
    return Sums(
        part=int(part["weighed"] or 0), rest=int(rest["weighed"] or 0), excluded=int(excluded["weighed"] or 0),
        unknown_positive=positive, unknown_negative=int(unknown["weighed"] or 0) - positive,
        counts={verdict: int(of.get(number, _NO_ROW)["rows_count"]) for verdict, number in _NUMBERS.items()},
        unweighted=int(unknown["unweighted"] or 0), level_rank=max(part["rank"], rest["rank"]),
    )  # fmt: skip


def numbered(
    indicator: Indicator, perimeter: Perimeter, option: SimpleNamespace, buyers: Sequence[str], columns: Sequence[str]
) -> Any:
    """These columns of the rows of the perimeter, with `weight`, `in_scope`, `counting` and `verdict_number`.

    A column that the table has not is a mark for some that it has (see `engine.passed`).
    """
    rows = ibis.table(dict.fromkeys(columns, "string") | schema(indicator.table), name=indicator.table)
    kept = filters(rows, indicator, perimeter, buyers)
    rows = rows.filter(*kept) if kept else rows
    held = {name: rows[name] for name in columns}
    if indicator.weight is None:
        # counting rows uses no amount, so that a split of amounts derives nothing
        held["amount_level"] = ibis.literal(str(Level.OBSERVED))
    weight = ibis.literal(1, "int64") if indicator.weight is None else rows[indicator.weight]
    in_scope, counting = indicator.scope(rows, option), indicator.counts(rows, option)
    # compared, not negated: of a negation, Ibis writes `NOT (x) IS NULL`, which reads as NOT (x IS NULL)
    yes, no = ibis.literal(True), ibis.literal(False)
    rows = rows.select(**held, weight=weight, in_scope=in_scope, counting=counting)
    is_unknown = (rows.in_scope == yes).isnull() | (rows.counting == yes).isnull() | rows.weight.isnull()
    return rows.mutate(
        verdict_number=ibis.cases(
            (rows.in_scope == no, _NUMBERS[Verdict.EXCLUDED]),
            (is_unknown, _NUMBERS[Verdict.UNKNOWN]),
            (rows.counting, _NUMBERS[Verdict.PART]),
            else_=_NUMBERS[Verdict.REST],
        )
    )


def numbers(*verdicts: Verdict) -> list[int]:
    """The numbers that stand for these verdicts, or for all."""
    return [_NUMBERS[verdict] for verdict in verdicts or Verdict]


def explained(rows: Any, indicator: Indicator) -> Any:
    """Judged rows with `unknown_reason`: what is not known of a row whose verdict is unknown, a word for each cause.

    The causes are the very expressions of the verdict that are null; several are joined by a comma.
    """
    # compared, not negated: see `judged`
    causes = (
        (AMOUNT_UNKNOWN, rows.weight.isnull()),
        (indicator.unknown_scope, (rows.in_scope == ibis.literal(True)).isnull()),
        (indicator.unknown_counts, (rows.counting == ibis.literal(True)).isnull()),
    )
    is_unknown = rows.verdict_number == _NUMBERS[Verdict.UNKNOWN]
    branches = []
    for size in range(len(causes), 0, -1):
        for some in itertools.combinations(causes, size):
            held = is_unknown
            for _, is_null in some:
                held = held & is_null
            branches.append((held, ",".join(word for word, _ in some)))
    return rows.mutate(unknown_reason=ibis.cases(*branches, else_=ibis.null("string")))


def is_verdict(rows: Any, *verdicts: Verdict) -> Any:
    """Whether the verdict of a row is one of these."""
    return rows.verdict_number.isin(numbers(*verdicts))


def weighed_inside(rows: Any) -> Any:
    """The judged rows that count or may count, and have a weight."""
    return rows.filter(is_verdict(rows, Verdict.PART, Verdict.UNKNOWN), rows.weight.notnull())


def dimensions_of(rows: Any, by: Sequence[str]) -> dict[str, Any]:
    """The columns of the dimensions, under their names."""
    return {name: rows[DIMENSIONS[name]] for name in by}


def whole(sum_of_integers: Any) -> Any:
    """A sum of integers as an integer: a plain cast is dropped (see decision 6)."""
    return sum_of_integers.cast("decimal(38,0)").cast("int64")


def filters(rows: Any, indicator: Indicator | Rule, perimeter: Perimeter, buyers: Sequence[str]) -> list[Any]:
    """The conditions that keep the rows of a perimeter: one per filter, and the territory's buyers unless all are
    asked.

    Raises Trouble for a key that the rows lack, and for a value that cannot be.
    """
    kept = [_matches(rows, indicator, key, values) for key, values in perimeter.filters.items() if key != BUYERS]
    if keeps_to_territory(perimeter) and "buyer_id" in rows.columns:
        in_list = rows.buyer_id.isin(buyers) | rows.buyer_siren.isin(buyers)
        kept.append(in_list if buyers else rows.is_buyer_in_territory)
    return kept


def keeps_to_territory(perimeter: Perimeter) -> bool:
    """Whether only the territory's buyers are taken: by default, unless a filter chooses buyers itself.

    Raises Trouble where `buyers` is neither `territory` nor `all`.
    """
    asked = perimeter.filters.get(BUYERS, ())
    for value in asked:
        if value not in BUYER_SETS:
            allowed = ", ".join(BUYER_SETS)
            raise Trouble(
                fr=f"« {value} » n'est pas une valeur de buyers : choisir parmi {allowed}.",
                en=f"'{value}' is not a value of buyers: choose among {allowed}.",
            )
    return "territory" in asked or not (asked or CHOOSING_BUYERS & set(perimeter.filters))


def _matches(rows: Any, indicator: Indicator | Rule, key: str, values: Sequence[str]) -> Any:
    column = column_of(indicator, key)
    if "" in values:
        known = [value for value in values if value]
        missing = rows[column].isnull()
        return (missing | _matches(rows, indicator, key, known)) if known else missing
    if key in ("year", "month"):
        return rows[column].isin([_year(value) for value in values])
    if key == "buyer":
        exact = [value.removeprefix("=") for value in values]
        sirens = [value for value in values if not value.startswith("=")]
        return rows.buyer_id.isin(exact) | rows.buyer_siren.isin(sirens) if sirens else rows.buyer_id.isin(exact)
    if key in PREFIXES:
        found = rows[column].startswith(values[0])
        for value in values[1:]:
            found = found | rows[column].startswith(value)
        return found
    return rows[column].isin(values)


def column_of(indicator: Indicator | Rule, key: str, *, filtering: bool = True) -> str:
    """The column of a key of `--where` (of `--by` if not `filtering`); `Trouble` if the indicator's rows lack it."""
    column = DIMENSIONS.get(key)
    if column is None or column not in schema(indicator.table):
        known = [name for name, held in DIMENSIONS.items() if held in schema(indicator.table)]
        allowed = among(key, [*known, *([BUYERS] if filtering else [])])
        raise Trouble(
            fr=f"« {key} » n'est pas une clé de {indicator.name} : choisir parmi {allowed}.",
            en=f"'{key}' is not a key of {indicator.name}: choose among {allowed}.",
        )
    return column


def _year(value: str) -> int:
    if not value.isdigit():
        raise Trouble(
            fr=f"« {value} » n'est pas une année : écrire year=2024.",
            en=f"'{value}' is not a year: write year=2024.",
        )
    return int(value)
