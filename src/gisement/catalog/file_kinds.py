"""Kinds of files that `add` takes (`file_kinds.yaml`), their templates, how long each is kept (`retention.yaml`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from gisement.catalog.tables import FOLDER, read_yaml


@dataclass(frozen=True)
class FileKind:
    """A kind of file: its name in French and English, its reader, raw tables and card, the duration that holds for it.

    With `workbooks` a file may be a workbook; `prepare`, where it is not empty, makes of a file what may be kept.
    """

    fr: str
    en: str
    reader: str
    tables: tuple[str, ...]
    card: str
    kept: str
    workbooks: bool = False
    prepare: str = ""


@dataclass(frozen=True)
class Retention:
    """Kinds of files, what they are and why they are kept (by language), months to keep them; None: no limit."""

    kinds: tuple[str, ...]
    months: int | None
    titles: dict[str, str]
    reasons: dict[str, str]


@cache
def file_kinds() -> Mapping[str, FileKind]:
    """Every kind of file, by the word that `add` takes."""
    told = read_yaml("file_kinds.yaml").items()
    return {name: FileKind(**{**entry, "tables": tuple(entry["tables"])}) for name, entry in told}


def kind_name(kind: str, language: str) -> str:
    """A kind of file in words; the word itself where it is none."""
    told = file_kinds().get(kind)
    return str(getattr(told, language)) if told else kind


@cache
def retentions() -> tuple[Retention, ...]:
    """Every duration, in the order of the file."""
    return tuple(
        Retention(
            tuple(kind for kind, told in file_kinds().items() if told.kept == name), entry.get("months"),
            {language: entry[language] for language in ("fr", "en")},
            {language: entry[f"why_{language}"] for language in ("fr", "en")},
        )
        for name, entry in read_yaml("retention.yaml").items()
    )  # fmt: skip


@cache
def published_kinds() -> frozenset[str]:
    """Kinds of files that their producer publishes: their names may be told to everyone."""
    return frozenset(kind for kind, told in file_kinds().items() if told.kept == "published")


def template_kinds() -> list[str]:
    """The kinds of files that have a template, in alphabetical order."""
    return sorted(_files())


def file_template(kind: str) -> str:
    """The template of a kind, as the text of a file. Raises KeyError if there is none."""
    return _files()[kind].read_text(encoding="utf-8")


def _files() -> dict[str, Path]:
    return {path.stem: path for path in (FOLDER / "templates").iterdir()}
