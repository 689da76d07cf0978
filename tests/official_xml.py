"""The official XML of contracts given as the records of the 2022 or 2019 JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lxml import etree

# What XML has no way to write, even escaped.
_UNWRITABLE = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 65534, 65535, *range(55296, 57344)))


def document(records: Iterable[Mapping[str, Any]], concessions: Iterable[Mapping[str, Any]] = ()) -> bytes:
    """An XML document of these contracts, in UTF-8."""
    root = etree.Element("marches")
    for kind, held in (("marche", records), ("contrat-concession", concessions)):
        for record in held:
            _add(root, kind, record)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _add(parent: Any, name: str, value: Any) -> None:
    """A child of this name; a list of texts becomes a child for each, a list of objects one child that holds them."""
    if isinstance(value, list) and not (value and isinstance(value[0], Mapping)):
        for item in value:
            _add(parent, name, item)
        return
    child = etree.SubElement(parent, name)
    for held in value if isinstance(value, list) else (value,):
        if isinstance(held, Mapping):
            for key, inner in held.items():
                _add(child, key, inner)
        elif held is not None:
            child.text = _text(held).translate(_UNWRITABLE)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
