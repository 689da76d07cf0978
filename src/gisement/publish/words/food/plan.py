"""A food plan for people and for programs: status, aim, volumes, money by group, reasons; no producer is named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gisement.catalog.texts import food_texts
from gisement.publish import format
from gisement.publish.format import weight
from gisement.publish.layout import Column, headed, show_table, tell

LONGEST = 5
SHARES = ("organic", "durable", "meat_fish")
VOLUMES = ("need", "tied", "secured", "market", "lacking")


def as_dict(found: Any) -> dict[str, Any]:
    """A plan ready for JSON. `objective_eur` is the aim if it is money, else the plan's cost; null without a plan."""
    is_money = found.unit == "EUR"
    return {
        "plan": "food",
        "objective": found.aim,
        "objective_eur": _cents(found.objective if is_money else found.cost_eur),
        "objective_value": found.objective,
        "objective_unit": found.unit,
        "cost_eur": _cents(found.cost_eur),
        "gap": found.gap,
        "status": found.status,
        "is_fallback": found.is_fallback,
        "contracts": found.contracts,
        "producers": found.producers,
        "kg_by_class": {name: _kg(kg) for name, kg in found.classes.items()},
        "products": [_volume(one, found.names, with_month=False) for one in found.products],
        "months": [_volume(one, found.names, with_month=True) for one in found.months],
        "groups": [_spending(one, found.names) for one in found.groups],
        "weeks": [_volume(one, found.names, with_month=True, period="week") for one in found.weeks],
        "moved_kg": _kg(found.moved_kg),
        "frontier": [_point(one) for one in found.frontier],
        "reasons": [_reason(one, found.names) for one in found.reasons],
        "left_out": dict(found.left_out),
        "level": "modelled",
    }


def as_lines(found: Any) -> Iterator[dict[str, Any]]:
    """The volumes by product and month, a line each."""
    yield from (_volume(one, found.names, with_month=True) for one in found.months)


def _point(one: Any) -> dict[str, Any]:
    euros = {name: _cents(getattr(one, name)) for name in ("local_eur", "cost_eur")}
    return {"premium": one.premium, **euros, "gap": one.gap, "contracts": one.contracts, "producers": one.producers}


def _volume(one: Any, names: Mapping[str, str], *, with_month: bool, period: str = "month") -> dict[str, Any]:
    kg = {f"{name}_kg": _kg(getattr(one, f"{name}_kg")) for name in VOLUMES}
    month = {period: one.month} if with_month else {}
    return {"product": names.get(one.product, one.product), **month, **kg, "producers": one.producers}


def _spending(one: Any, names: Mapping[str, str]) -> dict[str, Any]:
    shares = {f"{name}_share": getattr(one, f"{name}_share") for name in SHARES}
    return {
        "group": names.get(one.group, one.group),
        "year": one.year or None,
        "spent_eur": _cents(one.euros),
        **shares,
    }


def _reason(one: Any, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "rule": one.rule,
        "group": names.get(one.group, one.group) or None,
        "year": one.year or None,
        "missing_kg": _kg(one.missing_kg),
        "missing_eur": _cents(one.missing_eur),
        "products": {names.get(name, name): _kg(kg) for name, kg in one.products},
        "months": {month: _kg(kg) for month, kg in one.months},
    }


def _cents(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _kg(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def show(found: Any, language: str = "fr") -> None:
    """A plan on a terminal: what it is, volumes by product, money by group; or why there is none."""
    words = food_texts(language)
    said = words["plan"]
    tell(said["title"].format(aim=words["aims"][found.aim], status=words["statuses"][found.status]))
    if found.status == "infeasible":
        tell(said["infeasible"])
        for one in found.reasons:
            tell(reason(one, found.names, language), indent="    ")
    else:
        for line in _summary(found, language):
            tell(line)
        for columns, rows in (_products(found, language), _groups(found, language)):
            print()
            show_table(columns, rows)
        if found.frontier:
            print()
            tell(said["frontier"])
            print()
            show_table(*_frontier(found, language))
        print()
        if found.moved_kg is not None:
            tell(said["moved"].format(quantity=weight(found.moved_kg, language)))
    for name, count in found.left_out.items():
        told = format.number(count, language=language)
        tell(said["left_out"].format(count=told, what=words["left_out"][name]))
    if any(one.secured_kg is None for one in found.products):
        tell(said["masked"])
    tell(said["about"])


def reason(one: Any, names: Mapping[str, str], language: str = "fr") -> str:
    """Why no plan fits, in a sentence: which rule, of whom, how much, of what, when."""
    words = food_texts(language)
    named = names.get(one.group, one.group)
    who = f"{named}{format.colon(language)}" if named else ""
    rule = words["reasons"][one.rule]
    if one.missing_eur:
        euros = format.number(one.missing_eur, language=language)
        return str(words["plan"]["reason_eur"]).format(who=who, rule=rule, euros=euros)
    products = ", ".join(f"{names.get(name, name)} {weight(kg, language)}" for name, kg in one.products[:LONGEST])
    months = ", ".join(f"{month} {weight(kg, language)}" for month, kg in one.months)
    return str(words["plan"]["reason_kg"]).format(
        who=who, rule=rule, quantity=weight(one.missing_kg, language), products=products, months=months
    )


def _summary(found: Any, language: str) -> Iterator[str]:
    words = food_texts(language)
    said = words["plan"]
    gap = format.not_known(language) if found.gap is None else format.percent(found.gap, 2, language)
    value = format.number(found.objective, 2 if found.unit == "EUR" else 0, language)
    cost = format.number(found.cost_eur, 2, language)
    yield said["result"].format(value=value, unit=words["units"][found.unit], cost=cost, gap=gap)
    if found.is_fallback:
        yield said["fallback"]
    held = ", ".join(f"{words['classes'][name]} {weight(kg, language)}" for name, kg in found.classes.items())
    contracts, producers = (_count(value, said, language) for value in (found.contracts, found.producers))
    yield said["counts"].format(contracts=contracts, producers=producers, classes=held)


def _products(found: Any, language: str) -> tuple[list[Column], list[list[str]]]:
    said = food_texts(language)["plan"]
    columns = headed(said, ("product", *VOLUMES, "producers"), (*VOLUMES, "producers"))
    rows = []
    for one in found.products:
        kg = [getattr(one, f"{name}_kg") for name in VOLUMES]
        told = [said["hidden"] if value is None else weight(value, language) for value in kg]
        rows.append([found.names.get(one.product, one.product), *told, _count(one.producers, said, language)])
    return columns, rows


def _groups(found: Any, language: str) -> tuple[list[Column], list[list[str]]]:
    said = food_texts(language)["plan"]
    columns = headed(said, ("group", "year", "spent", *SHARES), ("spent", *SHARES))
    rows = []
    for one in found.groups:
        shares = [getattr(one, f"{name}_share") for name in SHARES]
        told = ["" if share is None else format.percent(share, 1, language) for share in shares]
        euros = format.number(one.euros, language=language)
        rows.append([found.names.get(one.group, one.group), one.year, euros, *told])
    return columns, rows


def _frontier(found: Any, language: str) -> tuple[list[Column], list[list[str]]]:
    """Each plan along the frontier, and what it costs more than the first."""
    said = food_texts(language)["plan"]
    names = ("premium", "local_eur", "cost_eur", "dearer", "producers")
    columns = headed(said, names, names)
    first, rows = found.frontier[0], []
    for one in found.frontier:
        rows.append([
            format.number(one.premium, 2, language), format.number(one.local_eur, language=language),
            format.number(one.cost_eur, language=language),
            format.number(one.cost_eur - first.cost_eur, language=language), _count(one.producers, said, language),
        ])  # fmt: skip
    return columns, rows


def _count(value: int | None, said: Mapping[str, str], language: str) -> str:
    return said["few"] if value is None else format.number(value, language=language)
