"""Circular purchases in words: shares by family with their bounds, then euros and quantities by origin."""

from __future__ import annotations

from typing import Any

from gisement.catalog import texts
from gisement.catalog.words import matter_origins
from gisement.publish import answers, format
from gisement.publish.layout import headed, show_table, tell


def as_dict(found: Any, language: str = "fr") -> dict[str, Any]:
    """Figures (shares from 0 to 1) and the lines that they add up (cents, origins by name), ready for JSON."""
    return {
        "figures": [answers.as_dict(figure, language) for figure in found.figures],
        "lines": [{**line, "origin": matter_origins()[line["matter_origin"]][language]} for line in found.lines],
    }


def show(found: Any, language: str = "fr") -> None:
    """Shares that the law on circular economy asks for, then what was bought by origin."""
    words = texts(language)["circular"]
    if not found.lines:
        tell(words["waiting" if found.is_waiting else "nothing"])
        return
    columns = headed(words, ("year", "family", "measure", "value", "bounds"), ("value", "bounds"))
    rows = [
        [str(figure.group["year"]), str(figure.group["product_family"]), words["measures"][figure.options["matter"]],
         format.value(figure, language), format.span(figure, language)]
        for figure in sorted(found.figures, key=lambda held: tuple(map(str, held.group.values())))
        if figure.sums.part or figure.options["matter"] in ("reuse", "recycled")
    ]  # fmt: skip
    show_table(columns, rows)
    print()
    lines = [
        [str(line["year"]), line["product_family"], matter_origins()[line["matter_origin"]][language],
         *line_cells(line, language)]
        for line in found.lines
    ]  # fmt: skip
    columns = headed(words, ("year", "family", "origin", "amount", "quantity"), ("amount", "quantity"))
    show_table(columns, lines)
    print()
    tell(words["about"])


def line_cells(line: Any, language: str) -> tuple[str, str]:
    """The amount and the quantity of a line; not known where one of its rows does not say."""
    quantity = format.number(line["quantity"], language=language)
    unit = line["quantity_unit"] if line["quantity"] is not None else None
    amount = None if line["unweighted"] else line["amount_cents"]
    return format.cents(amount, language), f"{quantity} {unit}" if unit else quantity
