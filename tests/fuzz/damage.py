"""Ways in which files get damaged on their way: cut, spliced, re-encoded, packed wrongly, or written by bad software."""

from __future__ import annotations

import copy
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from tests.fuzz.material import Content, anything, as_json, seeds

Draw = Callable[[st.SearchStrategy[Any]], Any]

SPLINTERS: tuple[bytes, ...] = (
    b'"', b"'", b"{", b"}", b"[", b"]", b",", b";", b":", b"\\", b"\n", b"\r", b"\r\n", b"\t", b"\0", b"\x00\x00\x00", b"<", b">", b"&",
    b"</marche>", b"<marche>", b"<marches>", b"<!-- ", b"]]>", b"<![CDATA[", b"<?xml version='1.0'?>", b"&eacute;", b"&#0;", b"&#xD800;",
    b'<!DOCTYPE x [<!ENTITY a "b">]>', b"null", b"NaN", b"-Infinity", b"1e999", b"9" * 400, b'{"marches":', b'"marche":[', b"[" * 2000,
    b'{"a":' * 1200, b"<a>" * 400, b"\xef\xbb\xbf", b"\xff\xfe", b"\xe9", b"\xc3", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\\ud83d", b"\\u0000",
    b"\xe2\x80\xa8", b"\xc2\x85", b"\x1a", b"PAR1", b"PK\x03\x04", b"\x1f\x8b", b"'id': ", b"''", b'""', b"nan", b"id;objet\n",
)  # fmt: skip
ENCODINGS = (
    "cp1252",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "utf-32",
    "utf-8-sig",
    "cp437",
    "mac-roman",
    "utf-7",
    "cp037",
)


@st.composite
def damaged(draw: Draw, data: bytes, most: int = 3) -> bytes:
    """The same bytes after one to `most` accidents."""
    for _ in range(draw(st.integers(1, most))):
        data = draw(st.sampled_from(ACCIDENTS))(draw, data)
    return Content(data)


def _place(draw: Draw, data: bytes) -> int:
    return int(draw(st.integers(0, len(data))))


def _cut(draw: Draw, data: bytes) -> bytes:
    return data[: _place(draw, data)]


def _beheaded(draw: Draw, data: bytes) -> bytes:
    return data[_place(draw, data) :]


def _pierced(draw: Draw, data: bytes) -> bytes:
    at = _place(draw, data)
    return data[:at] + data[at + draw(st.integers(1, 40)) :]


def _splintered(draw: Draw, data: bytes) -> bytes:
    at = _place(draw, data)
    splinter: bytes = draw(st.sampled_from(SPLINTERS))
    return data[:at] + splinter + data[at + draw(st.integers(0, 2)) :]


def _overwritten(draw: Draw, data: bytes) -> bytes:
    at = _place(draw, data)
    put: bytes = draw(st.binary(min_size=1, max_size=8))
    return data[:at] + put + data[at + len(put) :]


def _repeated(draw: Draw, data: bytes) -> bytes:
    at = _place(draw, data)
    piece = data[at : at + draw(st.integers(1, 2000))]
    times: int = draw(st.integers(2, 3))
    return data[:at] + piece * times + data[at + len(piece) :]


def _joined(draw: Draw, data: bytes) -> bytes:
    between: bytes = draw(st.sampled_from([b"", b"\n", b","]))
    other: bytes = draw(st.sampled_from(seeds()))[1]
    return data + between + other


def _recoded(draw: Draw, data: bytes) -> bytes:
    """In another encoding than it says, or in two that follow each other."""
    at = _place(draw, data) if draw(st.booleans()) else 0
    text = data[at:].decode("utf-8", "replace")
    return data[:at] + text.encode(draw(st.sampled_from(ENCODINGS)), "replace")


def _read_wrongly(draw: Draw, data: bytes) -> bytes:
    """Read as Windows-1252 and saved as UTF-8: `Ã©`."""
    return data.decode("cp1252", "replace").encode()


def _other_breaks(draw: Draw, data: bytes) -> bytes:
    return data.replace(b"\n", draw(st.sampled_from([b"\r\n", b"\r", b"", b"\n\n", "\u2028".encode()])))


ACCIDENTS = (
    _cut, _beheaded, _pierced, _splintered, _splintered, _splintered, _overwritten, _overwritten, _repeated, _joined, _recoded,
    _read_wrongly, _other_breaks,
)  # fmt: skip


@st.composite
def rewritten(draw: Draw, data: bytes) -> bytes:
    """A JSON document in which some values became others: wrong types, nesting, keys gone, doubled or misspelt."""
    try:
        document = json.loads(data)
    except ValueError:
        return Content(draw(damaged(data)))
    document = copy.deepcopy(document)
    for _ in range(draw(st.integers(1, 4))):
        _change(draw, document)
    return Content(as_json(document, indent=draw(st.sampled_from([None, 1])), ascii_only=draw(st.booleans())))


def _change(draw: Draw, held: Any) -> None:
    """Change one value somewhere inside."""
    while keys := list(held) if isinstance(held, dict) else list(range(len(held))):
        key = draw(st.sampled_from(keys))
        if not (isinstance(held[key], dict | list) and draw(st.integers(0, 5))):
            draw(st.sampled_from(CHANGES))(draw, held, key)
            return
        held = held[key]


def _other(draw: Draw, held: Any, key: Any) -> None:
    held[key] = draw(anything)


def _wrapped(draw: Draw, held: Any, key: Any) -> None:
    held[key] = [held[key]] * draw(st.integers(1, 3))


def _deep(draw: Draw, held: Any, key: Any) -> None:
    for _ in range(draw(st.sampled_from([5, 90, 400]))):
        held[key] = [held[key]]


def _as_text(draw: Draw, held: Any, key: Any) -> None:
    held[key] = draw(st.sampled_from([str, repr, json.dumps]))(held[key])


def _gone(draw: Draw, held: Any, key: Any) -> None:
    del held[key]


def _renamed(draw: Draw, held: Any, key: Any) -> None:
    if isinstance(held, dict):
        held[draw(st.sampled_from(["ID", "Id", " id", "é", "", "a" * 300, "marche", "marches", "titulaires.1.id"]))] = (
            held.pop(key)
        )


CHANGES = (_other, _other, _wrapped, _deep, _as_text, _gone, _renamed)


@st.composite
def packed(draw: Draw, name: str, data: bytes) -> tuple[str, bytes]:
    """A file in a gzip or a zip (or one in the other) that may itself be damaged, under a right or a wrong name."""
    for _ in range(draw(st.integers(1, 3))):
        data = gzip.compress(data, mtime=0) if draw(st.booleans()) else _zip(draw, name, data)
        if draw(st.integers(0, 2)) == 0:
            data = draw(damaged(data, most=1))
    return draw(st.sampled_from(["lot.zip", "lot.gz", "lot.json.gz", "lot.json", "lot"])), Content(data)


def _zip(draw: Draw, name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    kind = draw(st.sampled_from([zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]))
    names = [
        name,
        "dossier/é.json",
        "../dehors.json",
        "/racine.json",
        "",
        "a" * 300,
        ".cache",
        "dossier/",
        "C:\\x.json",
        "\ud7ff.csv",
    ]
    with zipfile.ZipFile(out, "w", kind) as archive:
        for held in dict.fromkeys(draw(st.lists(st.sampled_from(names), min_size=1, max_size=3))):
            archive.writestr(held or "vide", data if draw(st.integers(0, 3)) else b"")
    return out.getvalue()
