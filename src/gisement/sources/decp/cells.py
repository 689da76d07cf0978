"""The cells of a table: labels put one after the other, and structures written as text (JSON or Python)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import msgspec

from gisement.sources.decp import shapes
from gisement.sources.decp.published import CONTRACT, ELEMENTS, HOLDER, HOLDER_FIELDS, Element, Shape

BLANKS: Final = frozenset(("", "nan", "NaN", "None", "null", "NULL", "NaT", "<NA>"))
"""What tables write in an empty cell."""

_SEPARATORS: Final = re.compile(r"\s*[,;|]\s*")
_ONE_TEXT: Final = re.compile(r"\['([^'\\]*)'\]")
_HOLDERS: Final = Element(("titulaire", "concessionnaire"), HOLDER_FIELDS)
_HOLDERS_SHAPE: Final[list[Shape]] = [{"titulaire": HOLDER, "concessionnaire": HOLDER, **HOLDER}]


def labels(cell: Any) -> list[str] | None:
    """The labels of a cell: `['A', 'B']`, `{"technique": ["A"]}`, `A, B` or `A`. None for an empty cell."""
    text = _filled(cell)
    if text is None:
        return None
    value = shapes.literal(text) if text.startswith(("[", "{", "(")) else text
    if isinstance(value, str):
        return [part for part in _SEPARATORS.split(value) if part]
    fitted = shapes.fit_texts(value)
    return [label for item in fitted if (label := _text(item)) is not None]


def elements(name: str) -> Callable[[Any], list[dict[str, Any]] | None]:
    """How to read a cell that holds the list `name` (`titulaires`, `modifications`, …) as raw structs.
    The reader raises `shapes.Unreadable`."""

    if name == "titulaires":
        return holders

    def read(cell: Any) -> list[dict[str, Any]] | None:
        text = _filled(cell)
        if text is None or text.strip().casefold() in shapes.NON_VALUES - {"[]"}:
            return None
        return _bare(shapes.fit(text, CONTRACT[name], name), ELEMENTS[name])

    return read


def holders(cell: Any) -> list[dict[str, Any]] | None:
    """The holders (or concession holders) in one cell; raises `shapes.Unreadable`."""
    text = _filled(cell)
    if text is None or text.strip().casefold() in shapes.NON_VALUES - {"[]"}:
        return None
    return _bare(shapes.fit(text, _HOLDERS_SHAPE, "titulaires"), _HOLDERS)


def party(cell: Any) -> dict[str, str | None] | None:
    """A buyer in one cell: `{'id': …, 'nom': …}`, or its bare identifier; raises `shapes.Unreadable`."""
    text = _filled(cell)
    found = None if text is None else shapes.fit(text, CONTRACT["acheteur"], "acheteur")
    return found and {field: _text(found.get(field)) for field in ("id", "nom")}


def location(cell: Any) -> dict[str, str | None] | None:
    """A place in one cell: `{'code': …, 'typeCode': …}`, a code, or a name; raises `shapes.Unreadable`."""
    text = _filled(cell)
    if text is None:
        return None
    if not text.startswith(("{", "[")):
        is_code = any(letter.isdigit() for letter in text) and len(text) <= 6
        return {"code": text if is_code else None, "typeCode": None, "nom": None if is_code else text}
    found = shapes.fit(text, CONTRACT["lieuExecution"], "lieuExecution")
    return found and {field: _text(found.get(field)) for field in ("code", "typeCode", "nom")}


def alone(cell: Any) -> Any:
    """`['ENGIE']` is ENGIE; any other cell is itself."""
    if isinstance(cell, str) and cell.startswith("["):
        if found := _ONE_TEXT.fullmatch(cell):
            return found[1]
        value = shapes.literal(cell)
        if isinstance(value, list) and len(value) == 1:
            return _text(value[0])
    return cell


def first(given: Iterable[Any]) -> str | None:
    """The first of some cells that is not empty, out of its brackets if it stands alone in them."""
    for cell in given:
        if isinstance(cell, str) and cell.strip() not in BLANKS:
            return _text(alone(cell))
    return None


def _filled(cell: Any) -> str | None:
    """The text of a cell without the spaces around it; None where it is empty."""
    if cell is None:
        return None
    text = (cell if isinstance(cell, str) else shapes.encode({"v": cell})[5:-1].decode()).strip()
    return None if text in BLANKS else text


def _bare(items: list[Any] | None, element: Element) -> list[dict[str, Any]] | None:
    """Fitted elements as raw structs, without those that say nothing."""
    if items is None:
        return None
    made = []
    for item in items:
        owners: list[Mapping[str, Any]] = [item[w] for w in element.wrappers if item.get(w)] + [item]
        fields = {name: _first(owners, sources) for name, sources in element.fields.items()}
        if any(value is not None for value in fields.values()):
            made.append(fields)
    return made


def _first(owners: list[Mapping[str, Any]], sources: tuple[str, ...]) -> Any:
    for source in sources:
        for owner in owners:
            value: Any = owner
            for step in source.split("."):
                value = value.get(step) if isinstance(value, dict) else None
            if source == "titulaires":
                if value is not None:
                    return _bare(value, _HOLDERS)
            elif (text := _text(value)) is not None:
                return text
    return None


def _text(value: Any) -> str | None:
    """A value as text; an empty one is none."""
    if isinstance(value, str):
        return None if value in BLANKS else value
    if value is None or value != value:
        return None
    return bytes(value).decode() if isinstance(value, msgspec.Raw) else shapes.encode({"v": value})[5:-1].decode()
