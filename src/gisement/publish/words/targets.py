"""Objectives in words: what was aimed at, where it stands, what is certain of it; hits and misses alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gisement.catalog import cooperation_texts, indicator_texts, texts
from gisement.catalog.areas import area_names
from gisement.engine.area_shares import LEVELS
from gisement.pipeline import indicator_named
from gisement.publish import answers, format
from gisement.publish.labels import catalog_word, told_filter, told_option
from gisement.publish.layout import headed, show_table, tell
from gisement.studies.trajectory import Course


def as_dicts(found: Sequence[Any], language: str = "fr") -> list[dict[str, Any]]:
    """Each objective with its state, its figures and those of each partner, ready for JSON."""
    return [
        {
            **each.target,
            "state": each.state,
            "measured_on": measured_on(each, language),
            "law": law(each, language),
            "figure": answers.as_dict(each.figure, language),
            "trajectory": [answers.as_dict(figure, language) for figure in each.trajectory],
            "partners": {siren: answers.as_dict(figure, language) for siren, figure in each.partners.items()},
        }
        for each in found
    ]


def law(each: Any, language: str = "fr") -> str:
    """What the law says of an objective on where money goes: a result that is measured, never a criterion; or empty."""
    is_of_place = any(
        option.name in ("place", "ring", "area") for option in indicator_named(each.figure.indicator).options
    )
    is_of_place = is_of_place or bool(set(LEVELS) & set(each.perimeter.filters))
    return str(cooperation_texts(language)["targets"]["law"]) if is_of_place else ""


def laws(found: Sequence[Any], language: str = "fr") -> str:
    """The same of several objectives, once; empty where none is on where money goes."""
    return next((told for told in (law(each, language) for each in found) if told), "")


def measured_on(each: Any, language: str = "fr", names: Mapping[str, str] | None = None) -> str:
    """The basis, the period and the perimeter of an objective: two bases give two answers to the same words.

    `names` are those of buyers by legal unit (SIREN); a code stands where there is none.
    """
    words, table = cooperation_texts(language)["targets"], indicator_named(each.figure.indicator).table
    basis = words["bases"].get(each.figure.basis or table, words["bases"]["other"])
    told = [basis.format(year=each.target["target_year"])]
    if "ring" in each.figure.options:
        told.append(str(texts(language)["within_rings"][each.figure.options["ring"]]))
    pairs = [(key, value) for key, values in each.perimeter.filters.items() for value in values]
    chosen = [pair for pair in each.perimeter.options.items() if pair[0] != "ring"]
    kept = [pair for pair in (*pairs, *chosen) if pair[0] not in ("basis", "buyers")]
    if not {"buyer", "buyer_department", "buyer_commune"} & {key for key, _ in kept}:
        told.append(words["all_buyers" if ("buyers", "all") in pairs else "territory_buyers"])
    return format.listed([*told, *(_pair(key, value, language, names or {}) for key, value in kept)], language)


def _pair(key: str, value: str, language: str, names: Mapping[str, str]) -> str:
    if key in texts(language)["options"]:
        return told_option(key, value, language)
    bare = value.removeprefix("=")
    place = area_names(key.removeprefix("buyer_")) if key.endswith(("commune", "department")) else {}
    name = names.get(bare[:9]) if key == "buyer" else place.get(bare) or catalog_word(key, bare, language)
    return told_filter(key, name or bare, language)


def told(each: Any, language: str, names: Mapping[str, str] | None = None) -> dict[str, str]:
    """What is written of one objective on a line."""
    words, row = cooperation_texts(language)["targets"], each.target
    aim = format.amount(row["target_value"], each.figure.unit, language)
    return {
        "title": row["target_title"] or indicator_texts(row["indicator_name"], language)["title"],
        "indicator": indicator_texts(row["indicator_name"], language)["title"],
        "year": str(row["target_year"]),
        "aim": words["aims"][row["direction"]].format(value=aim),
        "value": format.value(each.figure, language),
        "span": format.span(each.figure, language),
        "state": format.value(each.figure, language) if format.is_secret(each.figure) else words["states"][each.state],
        "measured_on": measured_on(each, language, names),
        "reference": row["target_reference"] or "",
        "responsible": row["responsible_role"] or "",
    }


def course_told(line: Course | None, language: str = "fr") -> str:
    """What the trajectory asks of the latest year, and whether it is kept; empty where there is none."""
    if line is None:
        return ""
    words = cooperation_texts(language)["targets"]
    expected = format.amount(line.expected, line.latest.unit, language)
    return str(words["course"]).format(
        year=line.latest.group["year"], expected=expected, value=format.value(line.latest, language),
        state=words["courses"][line.state],
    )  # fmt: skip


def show(found: Sequence[Any], language: str, buyers: Mapping[str, str] | None = None) -> None:
    """The objectives on a terminal."""
    words = cooperation_texts(language)["targets"]
    if not found:
        tell(words["none"])
        return
    names = ("title", "year", "aim", "value", "span", "state", "measured_on")
    lines = [told(each, language, buyers) for each in found]
    columns = headed(words, names, ("aim", "value", "span"))
    show_table(columns, [[line[name] for name in names] for line in lines])
    print()
    for text in (words["about"], words["on_which"], words["on_which_how"], laws(found, language)):
        if text:
            tell(text)
