"""The slow path: a record of another shape is repaired until it fits the published structure.

Values are never changed: only what holds them is. A list inside a list, one object in place of a
list, a structure written as text (JSON or Python), a flattened key, broken letters.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from gisement.sources.decp.record import CONTRACT, Shape
from gisement.sources.decp.refusals import plain

DEEPEST: Final = 4
"""Lists inside lists have been seen four deep."""

NON_VALUES: Final = frozenset(
    (
        "",
        "[]",
        "{}",
        "nan",
        "none",
        "null",
        "nc",
        "cdl",
        "mq",
        "inx",
        "n/a",
        "0",
        "non",
        "false",
        "sans objet",
    )
)
"""Texts that, in place of a structure, say that there is none."""

# Where a bare value stands for an object, it is this field of it.
_BARE: Final = {
    "acheteur": "id",
    "autoriteConcedante": "id",
    "titulaires": "id",
    "titulaire": "id",
    "concessionnaires": "id",
    "concessionnaire": "id",
    "sousTraitant": "id",
    "lieuExecution": "code",
}
_FLAT: Final = re.compile(
    r"(acheteur|autoriteConcedante|lieuExecution|titulaire|concessionnaire)s?[._](?:(\d+)[._])?"
    r"([A-Za-z]+)(?:_(\d+))?"
)
_OPENINGS: Final = ("[", "{", "(")
_NAN: Final = re.compile(r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|\bnan\b""", re.IGNORECASE)
# numpy writes no comma between the elements of an array, and Python would glue two texts together.
_APART: Final = re.compile(r"""('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\})(\s+(?=['"{]))?""")
_LONGEST_LITERAL: Final = 1 << 22


class Unreadable(Exception):
    """Why a record cannot be read: one plain French sentence with field, value and what was expected."""


def repair(text: str) -> dict[str, Any]:
    """The record written as `text`, in the published structure.

    Numbers keep their digits as published. Raises `Unreadable`.
    """
    return fit_record(_decoded(text))


def loosely(record: bytes) -> Any:
    """A record as it is decoded, before any repair; raises `Unreadable`."""
    return _decoded(record.decode("utf-8", "replace"))


def is_flattened(key: str) -> bool:
    """Whether a key spells the way into a structure, such as `titulaires.1.id`."""
    return _FLAT.fullmatch(key) is not None


def _decoded(text: str) -> Any:
    try:
        return _decoder().decode(text)
    except json.JSONDecodeError as error:
        near = plain(text[max(error.pos - 20, 0) : error.pos + 20])
        raise Unreadable(f"JSON invalide au caractère {error.pos + 1}, près de « {near} ».") from None
    except (RecursionError, ValueError):
        raise Unreadable("JSON illisible : structures imbriquées trop profondément.") from None


def fit_record(record: object) -> dict[str, Any]:
    """A decoded record in the published structure; raises `Unreadable`."""
    if isinstance(record, list) and len(record) == 1:
        record = record[0]
    if not isinstance(record, dict):
        raise _unfit("enregistrement", record, "un objet")
    try:
        unfolded = _unflatten(record)
        return {name: fit(unfolded[name], shape, name) for name, shape in CONTRACT.items() if name in unfolded}
    except RecursionError:
        raise Unreadable("Structures imbriquées trop profondément.") from None


def encode(line: dict[str, Any]) -> bytes:
    """One line of JSON in UTF-8; a letter cut in half (lone surrogate) becomes U+FFFD."""
    try:
        return msgspec.json.encode(line)
    except UnicodeEncodeError:
        return msgspec.json.encode(_whole_letters(line))


def _decoder() -> json.JSONDecoder:
    return json.JSONDecoder(strict=False, parse_float=_number, parse_int=_number, parse_constant=lambda constant: None)


def _number(digits: str) -> msgspec.Raw:
    return msgspec.Raw(digits.encode())


def _unflatten(record: dict[str, Any]) -> dict[str, Any]:
    """`acheteur.id`, `titulaire_id_1`, `titulaires.2.id` put back where they belong."""
    whole = dict(record)
    lists: dict[str, dict[int, dict[str, Any]]] = {}
    for key, value in record.items():
        found = _FLAT.fullmatch(key) if isinstance(key, str) else None
        if found is None or key in CONTRACT or value is None or value == "":
            continue
        owner, before, field, after = found.groups()
        if owner in CONTRACT:
            if not isinstance(whole.get(owner), dict):
                whole[owner] = {} if _is_nothing(whole.get(owner)) else _parsed(whole[owner])
            if isinstance(whole[owner], dict):
                whole[owner].setdefault(field, value)
        else:
            holder = lists.setdefault(owner + "s", {}).setdefault(int(before or after or 1), {})
            holder["denominationSociale" if field == "nom" else field] = _alone(value)
    for name, holders in lists.items():
        if _is_nothing(whole.get(name)):
            whole[name] = [holders[number] for number in sorted(holders)]
    return whole


def fit(value: Any, shape: Shape, path: str) -> Any:
    """A value in this shape; `path` names it to users. Raises `Unreadable`."""
    if isinstance(shape, str):
        return _text(value)
    value = _parsed(value)
    if value is None:
        return None
    if isinstance(shape, list):
        if shape[0] == "VARCHAR":
            return fit_texts(value)
        return [fitted for item in _items(value, shape[0], path) if (fitted := fit(item, shape[0], path)) is not None]
    return _fit_object(value, shape, path)


def _fit_object(value: Any, shape: dict[str, Shape], path: str) -> dict[str, Any] | None:
    inner = path.rsplit(".", 1)[-1]
    only = next(iter(shape)) if len(shape) == 1 else None
    if isinstance(value, list) and only is None:
        if len(value) > 1:
            raise _unfit(path, value, "un seul objet")
        return _fit_object(value[0], shape, path) if value else None
    if isinstance(value, dict):
        lost = {key for key, given in value.items() if key in _BARE and isinstance(given, str) and given in _LOST}
        return {
            key: fit(value[key], kind, f"{path}.{key}")
            for key, kind in shape.items()
            if key in value and key not in lost
        }
    if only is not None:
        return {only: fit(value, shape[only], f"{path}.{only}")}
    if _is_nothing(value):
        return None
    if inner in _BARE:
        return {_BARE[inner]: value}
    raise _unfit(path, value, "un objet")


# `{"titulaire": "id"}` is what is left of an object whose keys were taken for its values.
_LOST: Final = frozenset(("id", "typeIdentifiant", "denominationSociale"))


def fit_texts(value: Any) -> list[Any]:
    """A list of labels, from a list, one label, or an object that holds only them."""
    if isinstance(value, dict) and len(value) == 1:
        value = _parsed(next(iter(value.values())))
    if value is None:
        return []
    return [_text(item) for item in value] if isinstance(value, list) else [_text(value)]


def _items(value: Any, shape: Shape, path: str, depth: int = 0) -> Iterator[Any]:
    """The elements of a list, of lists inside it, of one object, or under one wrapper that holds them all."""
    if isinstance(value, list):
        if depth > DEEPEST:
            raise _unfit(path, value, f"au plus {DEEPEST} listes l'une dans l'autre")
        for item in value:
            yield from _items(_parsed(item), shape, path, depth + 1)
    elif isinstance(value, dict) and isinstance(shape, dict):
        wrapper = next((key for key in value if isinstance(shape.get(key), dict)), None)
        under = _parsed(value[wrapper]) if wrapper else None
        if isinstance(under, list):
            yield from ({wrapper: item} for item in _items(under, "", path, depth + 1))
        else:
            yield value
    elif value is not None:
        yield value


def _text(value: Any) -> Any:
    """A value that is to be read as text: an object or a list stays JSON, as published."""
    if isinstance(value, int) and not isinstance(value, bool):
        return msgspec.Raw(str(value).encode())
    if value is None or isinstance(value, str | bool | float | msgspec.Raw | list | dict):
        return value
    return str(value)


def _parsed(value: Any) -> Any:
    """A structure written as text, in JSON or in Python; any other value as it is."""
    if isinstance(value, str):
        text = value.strip()
        if text.casefold() in ("", "nan", "none", "null"):
            return None
        return literal(text) if text.startswith(_OPENINGS) else value
    if isinstance(value, float) and value != value:
        return None
    return list(value) if isinstance(value, tuple | set) else value


def literal(text: str) -> Any:
    """The structure that a text spells in JSON or in Python; the text itself if it spells none."""
    if len(text) > _LONGEST_LITERAL:
        return text
    try:
        return _decoder().decode(text)
    except (ValueError, RecursionError):
        pass
    apart = _APART.sub(lambda found: found[1] + (", " if found[2] else ""), text)
    for spelled in (apart, _NAN.sub(lambda found: found[1] or "None", apart)):
        try:
            value = ast.literal_eval(spelled)
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            continue
        return list(value) if isinstance(value, tuple | set) else value
    return text


def _alone(value: Any) -> Any:
    """`['ENGIE']` is ENGIE."""
    parsed = literal(value.strip()) if isinstance(value, str) and value.lstrip().startswith("[") else value
    return parsed[0] if isinstance(parsed, list) and len(parsed) == 1 else value


def _is_nothing(value: Any) -> bool:
    if isinstance(value, msgspec.Raw):
        return bytes(value) == b"0"
    return value in (None, False, 0, [], {}) or (isinstance(value, str) and value.strip().casefold() in NON_VALUES)


def _unfit(path: str, value: Any, expected: str) -> Unreadable:
    try:
        shown = value if isinstance(value, str) else encode({"v": value})[5:-1].decode(errors="replace")
    except (TypeError, ValueError, RecursionError):
        shown = type(value).__name__
    return Unreadable(f"Champ {path} : « {plain(shown, 80)} » ne peut pas être lu, il faut {expected}.")


def _whole_letters(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, dict):
        return {_whole_letters(key): _whole_letters(item) for key, item in value.items()}
    return [_whole_letters(item) for item in value] if isinstance(value, list) else value
