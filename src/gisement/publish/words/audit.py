"""The form of an audit, written for a spreadsheet and read back, and what the audit says."""

from __future__ import annotations

import csv
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gisement.catalog import texts
from gisement.publish import format
from gisement.publish.answers import safe
from gisement.terms import Figure, Origin, Trouble
from gisement.terms.mishap import in_french, unwritable

if TYPE_CHECKING:
    import pyarrow as pa


def write(form: pa.Table, path: Path, language: str = "fr") -> None:
    """Write the form: CSV with `;` and a byte order mark in French, as spreadsheets there expect; `,` in English.

    Raises Trouble where no file can be written there.
    """
    try:
        with path.open("w", encoding="utf-8-sig", newline="") as lines:
            writer = csv.writer(lines, delimiter="," if language == "en" else ";", lineterminator="\n")
            writer.writerow(form.column_names)
            writer.writerows([safe(cell) for cell in row.values()] for row in form.to_pylist())
    except OSError as error:
        raise unwritable(path, error) from None


def read(path: Path) -> list[dict[str, str | None]]:
    """The rows of a filled form, whatever the separator and encoding of the spreadsheet that saved it.

    One mapping of texts per row, by header. Raises Trouble where the file cannot be read.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Trouble(
            fr=f"{path} ne se lit pas ({in_french(error)}) : vérifier le chemin du formulaire.",
            en=f"{path} cannot be read ({error.strerror}): check the path of the form.",
        ) from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    head = text.partition("\n")[0]
    delimiter = max(";,\t", key=head.count)
    return list(csv.DictReader(text.splitlines(), delimiter=delimiter))


def origin(path: Path) -> Origin:
    """The form as an origin of the audited figure."""
    return Origin("audit", "", "", path.name, sha256(path.read_bytes()).hexdigest())


def as_dict(found: Any) -> dict[str, Any]:
    """What the audit says beside its figure, ready for JSON."""
    return asdict(found)


def told(figure: Figure, found: Any, command: str, language: str = "fr") -> str:
    """The audited figure and what the audit says of each kind of error, in sentences; `command` lists its rows."""
    words: dict[str, str] = texts(language)["audit"]
    shown = {
        "value": format.value(figure, language),
        "low": format.amount(figure.low, figure.unit, language),
        "high": format.amount(figure.high, figure.unit, language),
        "book_value": format.percent(found.book_value, language=language),
        "undetermined_share": format.percent(found.undetermined_share, language=language),
    }
    lines = [words["value"].format(**shown), words["book"].format(**shown)]
    lines += [_error(kind.name, kind, words, language) for kind in found.errors if kind.lines]
    lines.append(
        words["undetermined"].format(lines=format.Count(found.undetermined, language), of=found.lines, **shown)
    )
    files = format.listed((format.harmless(each.file) for each in figure.origins), language)
    lines += [words["about"], words["origins"].format(files=files)]
    return "\n".join([*lines, texts(language)["terminal"]["see_rows"].format(command=command)])


def _error(name: str, kind: Any, words: dict[str, str], language: str) -> str:
    points = format.in_points(kind.effect, language)
    share = format.percent(kind.share, language=language)
    return words["error"].format(name=words[name], lines=format.Count(kind.lines, language), share=share, points=points)
