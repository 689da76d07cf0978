"""The text of a draft consultation: TXT in any usual encoding, DOCX, or a PDF that holds text."""

from __future__ import annotations

import logging
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from lxml import etree

from gisement.store.unreadable import NO_TABLE
from gisement.terms import Trouble

_WORD: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PARTS: Final = ("word/document.xml", "word/footnotes.xml")
_LARGEST: Final = 64 << 20
"""Bytes that a part of a document may hold once unpacked."""
_SHAPES: Final = (ValueError, KeyError, TypeError, IndexError, AttributeError, AssertionError)
"""What a PDF whose objects are of other kinds than it says makes its reader raise."""
_ENCODINGS: Final = ("utf-8-sig", "cp1252")


def read_text(path: Path) -> str:
    """The text of a document, its paragraphs and table cells as lines.

    Raises Trouble where the file is absent, of another kind, damaged, locked, or holds no text (a scan).
    """
    read = _READERS.get(path.suffix.lower())
    if path.is_dir():
        raise Trouble(
            fr=f"{path} est un dossier : donner le document lui-même.",
            en=f"{path} is a folder: give the document itself.",
        )
    if read is None:
        allowed = ", ".join(sorted(_READERS))
        raise Trouble(
            fr=f"{path.name} n'est pas d'un genre lu ici : donner un fichier {allowed}.",
            en=f"{path.name} is not of a kind that is read here: give a file {allowed}.",
        )
    try:
        text = read(path)
    except FileNotFoundError:
        raise Trouble(
            fr=f"{path} n'existe pas : vérifier le chemin du document.",
            en=f"{path} does not exist: check the path of the document.",
        ) from None
    except (*NO_TABLE, OSError, KeyError, RuntimeError, etree.XMLSyntaxError) as error:
        raise _damaged(path, error) from None
    if "\0" in text:
        raise Trouble(
            fr=f"{path.name} n'est pas un texte : donner le document d'origine (DOCX, PDF), ou l'enregistrer en texte.",
            en=f"{path.name} is no text: give the original document (DOCX, PDF), or save it as text.",
        )
    if not text.strip():
        raise Trouble(
            fr=f"{path.name} ne contient pas de texte (un document numérisé ?) : donner l'original, ou son texte.",
            en=f"{path.name} holds no text (a scan?): give the original file, or its text.",
        )
    return text


def _damaged(path: Path, error: Exception) -> Trouble:
    why = " ".join(str(error).split()) or type(error).__name__
    return Trouble(
        fr=f"{path.name} ne se lit pas ({why}) : l'enregistrer de nouveau, sans mot de passe, en DOCX, PDF ou TXT.",
        en=f"{path.name} cannot be read ({why}): save it anew, without a password, as DOCX, PDF or TXT.",
    )


def _plain(path: Path) -> str:
    content = path.read_bytes()
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace")
    for encoding in _ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("cp1252", "replace")


def _docx(path: Path) -> str:
    lines: list[str] = []
    with zipfile.ZipFile(path) as archive:
        held = {entry.filename: entry.file_size for entry in archive.infolist()}
        if _PARTS[0] not in held:
            raise KeyError(f"{_PARTS[0]} absent")
        for part in _PARTS:
            if part not in held:
                continue
            if held[part] > _LARGEST:
                raise OSError(f"{part}: {held[part]} octets")
            parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
            root = etree.fromstring(archive.read(part), parser)
            lines += [_paragraph(paragraph) for paragraph in root.iter(f"{_WORD}p")]
    return "\n".join(lines)


def _paragraph(paragraph: etree._Element) -> str:
    """The words of a paragraph as they are now: what was deleted under revision is not there."""
    parts = []
    for node in paragraph.iter(f"{_WORD}t", f"{_WORD}tab", f"{_WORD}br"):
        parts.append(node.text or "" if node.tag == f"{_WORD}t" else " ")
    return "".join(parts)


def _pdf(path: Path) -> str:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    # what a damaged file is told as is one sentence of ours: the library would add lines of its own
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(path)
        return "\n".join(page.extract_text() for page in reader.pages)
    except (PyPdfError, *NO_TABLE, *_SHAPES) as error:
        raise _damaged(path, error) from None


_READERS: Final[Mapping[str, Callable[[Path], str]]] = {".txt": _plain, ".md": _plain, ".docx": _docx, ".pdf": _pdf}
