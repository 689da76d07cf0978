"""Which raw column a header of a table stands for, whatever its case, accents and spaces."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

_NUMBER: Final = "{n}"


@dataclass(frozen=True)
class Header:
    """A recognised header: a raw column or a field of a nested one (`titulaires.id`), and the number of the
    element it belongs to. An empty `target` is a known column that the raw table does not carry."""

    target: str
    number: int = 1


def recognise(names: Sequence[str]) -> list[Header | None]:
    """What each header stands for; None where it is not known."""
    return [_header(name) for name in names]


def is_table_of_contracts(found: Sequence[Header | None]) -> bool:
    """Whether these headers name a contract (identifier or object) and a buyer or a holder."""
    targets = {header.target.split(".")[0] for header in found if header}
    names = {"id", "uid", "objet"} & targets
    return bool(names and {"acheteur_id", "acheteur_nom", "acheteur", "titulaires"} & targets)


def normalised(name: str) -> str:
    """A header without case, accents, spaces and signs: `Durée mois ` gives `dureemois`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    return re.sub(r"[^a-z0-9]", "", plain)


def _header(name: str) -> Header | None:
    plain, numbered = _known()
    key = normalised(name)
    if key in plain:
        return Header(plain[key])
    for pattern, target in numbered:
        if found := pattern.fullmatch(key):
            return Header(target, int(found[1]))
    return None


@cache
def _known() -> tuple[dict[str, str], tuple[tuple[re.Pattern[str], str], ...]]:
    text = files("gisement.catalog").joinpath("decp_headers.csv").read_text(encoding="utf-8")
    plain, numbered = {}, []
    for row in csv.DictReader(text.splitlines()):
        before, number, after = row["header"].partition(_NUMBER)
        if number:
            numbered.append((re.compile(normalised(before) + r"(\d{1,3})" + normalised(after)), row["target"]))
        else:
            plain[normalised(before)] = row["target"]
    return plain, tuple(numbered)
