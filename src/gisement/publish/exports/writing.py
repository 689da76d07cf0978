"""Writes an export where the user asked for it: every file gets its name once it is whole."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gisement.catalog import texts
from gisement.engine.exports import EXPORTED, contracts, table_batches
from gisement.publish.answers import to_csv
from gisement.publish.exports import decp, ocds
from gisement.publish.exports.card import About, data_package, dcat
from gisement.publish.exports.tables import write_csv, write_parquet, write_workbook
from gisement.terms import Trouble
from gisement.terms.mishap import in_french

if TYPE_CHECKING:
    from gisement.engine.served import Served
    from gisement.terms import Perimeter

FORMATS = ("ocds", "decp", "csv", "parquet", "xlsx")
FOLDERS = ("csv", "parquet")
CARD, PACKAGE = "dcat.jsonld", "datapackage.json"


@dataclass
class Written:
    """What was written: files in order, and counts of contracts, of incomplete ones, or of the rows of each table."""

    files: list[Path] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)


def export(
    served: Served,
    kind: str,
    perimeter: Perimeter,
    output: Path,
    about: About,
    prefix: str = "",
    *,
    force: bool = False,
) -> Written:
    """Write an export of a kind (`FORMATS`); `output` is a file, or a folder for tables. Trouble where it cannot be.

    What stands there and is no former export is overwritten with `force` alone.
    """
    writers: Mapping[str, Callable[[], Written]] = {
        "ocds": lambda: _ocds(served, perimeter, output, about, prefix or ocds.PREFIX),
        "decp": lambda: _decp(served, perimeter, output),
        "csv": lambda: _tables(served, "csv", perimeter, output, about),
        "parquet": lambda: _tables(served, "parquet", perimeter, output, about),
        "xlsx": lambda: _workbook(served, perimeter, output, about),
    }
    _check(kind, output, prefix)
    if not force:
        _check_free(kind, output)
    try:
        if kind in FOLDERS:
            output.mkdir(parents=True, exist_ok=True)
        written = writers[kind]()
        card = output / CARD if kind in FOLDERS else output.with_name(f"{output.stem}.{CARD}")
        _write_json(card, dcat(about, kind, written.files))
    except OSError as error:
        raise Trouble(
            fr=f"{output} ne peut pas être écrit ({in_french(error)}) : vérifier le dossier et la place sur le disque.",
            en=f"{output} cannot be written ({error.strerror or error}): check the folder and the space on the disk.",
        ) from None
    written.files.append(card)
    return written


def _check_free(kind: str, output: Path) -> None:
    """Raise Trouble where what stands there is no former export: something else would be lost, or mixed with it."""
    is_folder = kind in FOLDERS
    card = output / CARD if is_folder else output.with_name(f"{output.stem}.{CARD}")
    if not output.exists() or card.is_file():
        return
    if any(output.iterdir()) if is_folder else output.stat().st_size > 0:
        raise Trouble(
            fr=f"{output} existe déjà et n'est pas un export de Gisement : donner un autre nom, ou --force pour "
            "l'écraser.",
            en=f"{output} exists already and is no export of Gisement: give another name, or --force to overwrite it.",
        )


def _check(kind: str, output: Path, prefix: str) -> None:
    if prefix and kind != "ocds":
        raise Trouble(
            fr=f"--prefix ne sert qu'à l'export ocds, pas à {kind} : l'enlever.",
            en=f"--prefix is for an export to ocds, not to {kind}: leave it out.",
        )
    if prefix and not re.fullmatch(ocds.PREFIXES, prefix):
        raise Trouble(
            fr=f"« {prefix} » n'est pas un préfixe OCDS : écrire ocds- puis six lettres ou chiffres, par exemple "
            f"{ocds.PREFIX}.",
            en=f"'{prefix}' is not an OCDS prefix: write ocds- then six letters or digits, for instance {ocds.PREFIX}.",
        )
    wanted = {"ocds": ".json", "decp": ".json", "xlsx": ".xlsx"}.get(kind)
    if wanted and output.suffix.lower() != wanted:
        raise Trouble(
            fr=f"Un export {kind} est un fichier {wanted} : écrire par exemple -o contrats{wanted}.",
            en=f"An export to {kind} is a {wanted} file: write for instance -o contracts{wanted}.",
        )
    if kind in FOLDERS and output.is_file():
        raise Trouble(
            fr=f"Un export {kind} est un dossier, et {output} est un fichier : donner un autre nom.",
            en=f"An export to {kind} is a folder, and {output} is a file: give another name.",
        )


def _ocds(served: Served, perimeter: Perimeter, output: Path, about: About, prefix: str) -> Written:
    made = ocds.releases(contracts(served, perimeter), prefix)
    whole = ocds.package(
        made, about={"uri": about.identifier, "published": served.as_of_date(), "publisher": about.publisher}
    )
    _write_json(output, whole)
    return Written([output], {"contracts": len(made)})


def _decp(served: Served, perimeter: Perimeter, output: Path) -> Written:
    """The valid records; apart, those that lack something; and the list of what each lacks."""
    whole: list[decp.Record] = []
    partial: list[decp.Record] = []
    lines: list[dict[str, Any]] = []
    for contract in contracts(served, perimeter):
        made = decp.record(contract)
        (partial if made.missing else whole).append(made)
        lines += _missing(contract, made)
    written = Written([output], {"contracts": len(whole), "incomplete": len(partial), "missing": len(lines)})
    _write_json(output, decp.package(whole))
    others = (output.with_name(f"{output.stem}.incomplets.json"), output.with_name(f"{output.stem}.manques.csv"))
    if not partial:
        for path in others:
            path.unlink(missing_ok=True)
        return written
    _write_json(others[0], decp.package(partial))
    _write_text(others[1], to_csv(lines))
    written.files += others
    return written


def _missing(contract: Mapping[str, Any], made: decp.Record) -> Iterator[dict[str, Any]]:
    for name, why, value in made.missing:
        yield {
            "buyer_id": contract["buyer_id"] or "", "buyer_name": contract["buyer_name"] or "",
            "contract_id": contract["contract_id"] or "", "contract_key": contract["contract_key"],
            "champ": name, "pourquoi": why, "valeur_publiee": value,
        }  # fmt: skip


def _tables(served: Served, kind: str, perimeter: Perimeter, folder: Path, about: About) -> Written:
    written, held, language = Written(), dict[str, Path](), about.language
    for table in EXPORTED:
        path, batches = folder / f"{table}.{kind}", table_batches(served, table, perimeter)
        with _unfinished(path) as part:
            is_text = kind == "csv"
            rows = write_csv(batches, part, about.short_notice) if is_text else write_parquet(batches, part, language)
        written.counts[table], held[table] = rows, path
    _write_json(folder / PACKAGE, data_package(about, kind, held))
    written.files += [*held.values(), folder / PACKAGE]
    return written


def _workbook(served: Served, perimeter: Perimeter, output: Path, about: About) -> Written:
    words = texts(about.language)["workbook"]
    told = {
        words["title"]: about.title,
        **({words["notice"]: about.notice} if about.notice else {}),
        words["what"]: words["caveat"],
        words["amounts"]: words["amounts_told"],
        words["columns"]: words["columns_told"],
        words["release"]: words["release_told"].format(release=about.release, day=about.day),
        words["licence"]: "Licence Ouverte 2.0",
        words["sources"]: "\n".join(f"{s['producer']} : {s['title']}".removeprefix(" : ") for s in about.sources),
    }
    named = ((table, table_batches(served, table, perimeter)) for table in EXPORTED)
    with _unfinished(output) as part:
        counts = write_workbook(named, told, part, about.language)
    return Written([output], counts)


@contextmanager
def _unfinished(path: Path) -> Iterator[Path]:
    """A file beside, which takes the name of the wanted one if all went well, and goes if not."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _write_text(path: Path, text: str) -> None:
    with _unfinished(path) as part:
        part.write_text(text, encoding="utf-8", newline="")


def _write_json(path: Path, content: Any) -> None:
    _write_text(path, json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n")
