"""What the assistant says of an export: each fault by its name, where it is, and what to write to mend it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gisement.sources.ledger.columns import FIELDS
from gisement.sources.ledger.profile import KINDS, NAMED, Column


@dataclass(frozen=True)
class Remark:
    """One fault or doubt: its kind, a plain sentence in both languages, and the fix as lines of the mapping.

    For a wrong column, `field` is what was looked for and `column` where it was found.
    """

    kind: str
    fr: str
    en: str
    fix: str = ""
    field: str = ""
    column: str = ""


def wrong_column(field: str, column: Column, better: Column | None) -> Remark:
    """The column chosen for a field holds something else; `better` holds it, if one does."""
    kind_fr, kind_en = NAMED[KINDS[field]]
    seen = ", ".join(f"« {one} »" for one in column.examples) or "rien"
    seen_en = ", ".join(f"'{one}'" for one in column.examples) or "nothing"
    fix = f'{field} = "{better.name}"' if better else ""
    fr = f"La colonne « {column.name} » ne contient pas {kind_fr} ({FIELDS[field]}) mais {seen}"
    en = f"The column '{column.name}' does not hold {kind_en} ({field}) but {seen_en}"
    if better is None:
        return Remark(
            "wrong_column",
            f"{fr}, et aucune autre n'en contient : corriger l'export, ou ôter {field}.",
            f"{en}, and no other does: mend the export, or take {field} out.",
        )
    return Remark(
        "wrong_column",
        f"{fr} ; la colonne « {better.name} » en contient : écrire {fix}.",
        f"{en}; the column '{better.name}' does: write {fix}.",
        fix,
        field,
        better.name,
    )


def mixed_encodings(utf8: int, cp1252: int) -> Remark:
    """Lines in two encodings."""
    return Remark(
        "mixed_encodings",
        f"Le fichier mélange deux encodages : {utf8} lignes accentuées en UTF-8 et {cp1252} en Windows-1252. "
        'Écrire encoding = "mixed" : chaque ligne est lue dans le sien.',
        f"The file mixes two encodings: {utf8} lines with accents in UTF-8 and {cp1252} in Windows-1252. "
        'Write encoding = "mixed": each line is read in its own.',
        'encoding = "mixed"',
    )


def merged_header(columns: Sequence[str], line: int, lines: int) -> Remark:
    """Header cells merged over several columns or lines."""
    shown = ", ".join(f"« {one} »" for one in columns[:4])
    shown_en = ", ".join(f"'{one}'" for one in columns[:4])
    fix = f"header_line = {line}" + (f"\nheader_lines = {lines}" if lines > 1 else "")
    told = fix.replace("\n", ", ")
    return Remark(
        "merged_header",
        f"Des cellules d'en-tête sont fusionnées : les colonnes sans titre prennent celui de leur voisine ({shown}). "
        f"Écrire {told}, et ces noms dans [columns].",
        f"Header cells are merged: columns without a title take that of their neighbour ({shown_en}). "
        f"Write {told}, and these names in [columns].",
        fix,
    )


def title_lines(line: int) -> Remark:
    """Lines above the header."""
    return Remark(
        "title_lines",
        f"L'en-tête est à la ligne {line}, sans compter les lignes vides : celles du dessus ne sont pas lues.",
        f"The header is on line {line}, blank lines not counted: the lines above are not read.",
        f"header_line = {line}",
    )


def total_rows(count: int, cents: int) -> Remark:
    """Lines that add up others."""
    return Remark(
        "total_rows",
        f"Lignes de total : {count} ({euros(cents)}). Écartées et comptées : rien à faire.",
        f"Lines of totals: {count} ({euros(cents)}). Left out and counted: nothing to do.",
    )


def negative_amounts(count: int, total: int) -> Remark:
    """Amounts below zero."""
    return Remark(
        "negative_amounts",
        f"Lignes à montant négatif : {count} sur {total}. Elles sont lues comme des avoirs ou annulations. "
        "Si les avoirs sont positifs, nommer la colonne credit_note et ses valeurs.",
        f"Lines with a negative amount: {count} out of {total}. They are read as credit notes or cancellations. "
        "If credit notes are positive, name the column credit_note and its values.",
    )


def zero_amounts(count: int, total: int) -> Remark:
    """Amounts of zero."""
    return Remark(
        "zero_amounts",
        f"Lignes à montant nul : {count} sur {total}. Gardées et comptées, sans effet sur les euros.",
        f"Lines with an amount of zero: {count} out of {total}. Kept and counted, no effect on euros.",
    )


def counted(kind: str, count: int, fr: str, en: str) -> Remark:
    """A fault of some lines; the sentences hold `{count}`."""
    return Remark(kind, fr.format(count=count), en.format(count=count))


def euros(cents: int) -> str:
    """An amount as French people write it."""
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole:,}".replace(",", " ") + f",{rest:02} €"
