"""What partners send through the pages, taken in as `add` takes files: for the partner who sends it, and no other."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gisement.publish.exports.files import private_file, private_folder
from gisement.terms import Trouble

if TYPE_CHECKING:
    from gisement.store import Workspace

HEADER = ("table", "key", "column", "old_value", "new_value", "reason", "author", "date")


@dataclass(frozen=True)
class WorkspaceDesk:
    """The desk of a workspace (`publish.web.partners.desk.Desk`)."""

    workspace: Workspace

    def proposal(self, file: Path, mapping: str, siret: str, language: str) -> tuple[str, str]:
        """What the assistant says of a ledger, and the mapping that it proposes."""
        from gisement.publish.words.ledgers import proposed
        from gisement.sources.ledger.assistant import propose
        from gisement.sources.ledger.mapping import read_mapping

        with _written(mapping) as path:
            found = propose(file, read_mapping(path) if path else None, buyer=siret)
        return proposed(found, language), found.text

    def ledger(self, file: Path, mapping: str, siret: str, siren: str) -> str:
        """Take in a ledger of this partner: masked first, then looked at; Trouble if a line of it is another's."""
        from gisement.sources.registry import SOURCES

        source = SOURCES["ledger"]
        assert source.prepare is not None
        with _written(mapping) as path, private_folder() as private:
            masked = private / f"{siren}-{_today()}.csv"
            source.prepare(file, masked, path, siret)
            self._check_buyers(masked, siren, private)
            return self._add("ledger", masked, siren)

    def correction(self, fields: dict[str, str], siren: str) -> str:
        """Take in a correction of a contract of this partner; what its account says.

        Raises Trouble where the contract is of another buyer, or the correction cannot be read.
        """
        from gisement.store import database

        sql = f"SELECT buyer_siren FROM contract WHERE contract_key = {database.literal(fields['key'])}"
        if database.query(self.workspace, sql, ["contract"]) != [(siren,)]:
            raise _not_yours("ce contrat", "this contract")
        buffer = io.StringIO()
        writer = csv.DictWriter(buffer, HEADER, lineterminator="\n")
        writer.writeheader()
        writer.writerow({**fields, "table": "contract", "author": f"SIREN {siren}", "date": _today()})
        return self._add_text("correction", buffer.getvalue(), siren, "csv")

    def sheet(self, text: str, siren: str) -> str:
        """Take in a sheet of experience of this partner; what its account says.

        Raises Trouble where the sheet is of another buyer, or cannot be read.
        """
        told = re.search(r"^acheteur:\s*[\"']?([0-9]{9})", text, flags=re.MULTILINE)
        if told is None or told[1] != siren:
            raise _not_yours("cette fiche (acheteur)", "this sheet (acheteur)")
        return self._add_text("experience", text.replace("\r\n", "\n"), siren, "md")

    def model(self, siren: str) -> str:
        """A sheet to fill in, for this partner."""
        from gisement.catalog.file_kinds import file_template

        return re.sub(r"(?m)^acheteur:.*$", f'acheteur: "{siren}"', file_template("experience"))

    def _check_buyers(self, masked: Path, siren: str, private: Path) -> None:
        from gisement.sources.registry import SOURCES
        from gisement.store import database

        source = SOURCES["ledger"]
        targets = {table: private / f"{table}.parquet" for table in source.raw_tables}
        source.read(masked, targets, masked.name)
        named = " UNION ".join(
            f"SELECT DISTINCT buyer_id FROM read_parquet({database.literal(path)})"
            for table, path in targets.items()
            if "buyer_id" in database.schema(table)
        )
        others = [buyer for (buyer,) in database.query(self.workspace, named, []) if not str(buyer).startswith(siren)]
        if others:
            raise _not_yours("une ligne de ce fichier", "a line of this file")

    def _add_text(self, kind: str, text: str, siren: str, suffix: str) -> str:
        with private_file(f"{siren}-{_today()}.{suffix}", text) as path:
            return self._add(kind, path, siren)

    def _add(self, kind: str, path: Path, siren: str) -> str:
        from gisement.engine.intake import add_files
        from gisement.publish.format import account
        from gisement.sources.registry import SOURCES

        card: dict[str, Any] = {"producer": f"SIREN {siren}", "licence": ""}
        (one,) = add_files(self.workspace, SOURCES[kind], [path], card=card)
        if one.trouble is not None:
            raise one.trouble
        return f"{path.name} : {account(one.reading, 'fr')}"


@contextmanager
def _written(mapping: str) -> Iterator[Path | None]:
    """A mapping as a file, for who reads files; None where there is none."""
    if not mapping.strip():
        yield None
        return
    with private_file("correspondance.toml", mapping) as path:
        yield path


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


def _not_yours(fr: str, en: str) -> Trouble:
    return Trouble(
        fr=f"Rien n'est ajouté : {fr} est d'un autre acheteur que le vôtre, ou n'est pas connu.",
        en=f"Nothing is added: {en} is of another buyer than yours, or is not known.",
    )
