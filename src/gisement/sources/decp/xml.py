"""Official XML of contracts (2019 and 2022), element by element, without entities or network."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any, Final

from lxml import etree

from gisement.sources import text_file
from gisement.sources.decp import raw, refusals
from gisement.sources.decp.chunks import Chunks
from gisement.sources.decp.record import CONCESSION, CONTRACT, CONTRACT_KIND, TEXT, Shape
from gisement.sources.xml_events import local_name, xml_events

_DECLARED: Final = re.compile(rb"""^\s*<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]+)""")
_KINDS: Final = {"marche": CONTRACT_KIND, "contrat-concession": CONCESSION}


def write(file: raw.File) -> str:
    """Writes the raw rows of an XML file, and answers its encoding. Raises `Trouble`.

    One child and several read alike: what the published structure calls a list is a list. A file that says it is UTF-8
    and is Windows-1252 is read as what it is.
    """
    found = text_file.detect(file.source)
    with file.source.open("rb") as head:
        declared = _DECLARED.search(head.read(1024))
    with Chunks(file) as chunks:
        if found.name == "cp1252" and (declared is None or declared[1].lower() == b"utf-8"):
            path = text_file.as_utf8(file.source, found, file.workdir / "utf8.xml")
            _split(path, file, chunks, encoding="utf-8")
            used = found.name
        else:
            used = _split(file.source, file, chunks)
        chunks.finish()
    return used


def _split(path: Path, file: raw.File, chunks: Chunks, *, encoding: str | None = None) -> str:
    """Puts every contract in the chunks and answers the encoding that the file declares, unless it is overridden."""
    size = path.stat().st_size
    left: Counter[str] = Counter()
    try:
        with path.open("rb") as opened:
            for _, root in xml_events(opened, "start", encoding=encoding):
                used = _checked_root(root, file.name)
                break
            opened.seek(0)
            events = xml_events(opened, "end", tuple(_KINDS), encoding=encoding)
            for _, element in events:
                _take(element, chunks, left)
                if file.progress:
                    file.progress(opened.tell(), size)
            left.update(_others(events.root))
    except etree.XMLSyntaxError as error:
        line, column = error.position
        raise refusals.not_xml(
            file.name, line or 1, column or 1, refusals.plain(str(error.msg).split(", line")[0])
        ) from None
    if left:
        told = ", ".join(f"{refusals.plain(tag, 40)} ({count})" for tag, count in left.most_common(8))
        if not chunks.count:
            raise refusals.no_contract(file.name, f"des éléments {told}")
        file.notes.append(f"Éléments XML laissés de côté (les contrats sont sous la racine, en « marche ») : {told}.")
    return used


def _take(element: Any, chunks: Chunks, left: Counter[str]) -> None:
    """Takes a contract that stands at its place, and frees what has been read; counts what is left aside."""
    parent = element.getparent()
    if parent is not None and parent.getparent() is not None:
        left[local_name(element)] += 1
        return
    kind = local_name(element)
    chunks.fit(_object(element, CONTRACT), _KINDS[kind])
    element.clear()
    while parent is not None and element.getprevious() is not None:
        left.update(_others(parent, 1))
        del parent[0]


def _others(root: Any, most: int | None = None) -> list[str]:
    """The names of the first children of the root that hold something and are no contract."""
    if root is None or local_name(root) in _KINDS:
        return []
    return [tag for child in root[:most] if len(child) and (tag := local_name(child)) and tag not in _KINDS]


def _checked_root(element: Any, name: str) -> str:
    """The encoding of a document whose root is one of the official ones."""
    if element.getroottree().docinfo.internalDTD is not None:
        raise refusals.document_type(name)
    if local_name(element) not in {*_KINDS, "marches"}:
        raise refusals.other_xml(name, local_name(element))
    return str(element.getroottree().docinfo.encoding or "utf-8").lower()


def _value(element: Any, shape: Shape) -> Any:
    if isinstance(shape, str):
        text = "".join(element.itertext()) if len(element) else element.text
        return (text and text.strip()) or None
    if isinstance(shape, list):
        return _list(element, shape[0])
    return _object(element, shape)


def _object(element: Any, shape: dict[str, Shape]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for child in element:
        name = local_name(child)
        kind = shape.get(name)
        if kind is None:
            continue
        value = _value(child, kind)
        if isinstance(made.get(name), list) and isinstance(value, list):
            made[name] += value
        elif made.get(name) is None:
            made[name] = value
    return made


def _list(element: Any, inner: Shape) -> list[Any]:
    """The children of a list; one whose fields stand directly in it is its only element."""
    children = [child for child in element if isinstance(child.tag, str)]
    if inner == TEXT or isinstance(inner, str):
        texts = [_value(child, TEXT) for child in children] if children else [_value(element, TEXT)]
        return [text for text in texts if text is not None]
    if not isinstance(inner, dict):
        return []
    if any(local_name(child) in inner and not isinstance(inner[local_name(child)], dict) for child in children):
        return [_object(element, inner)]
    return [_object(child, inner) for child in children]
