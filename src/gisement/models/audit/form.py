"""The form of an audit: rows to fill by hand, and the filled rows read back with a plain sentence per wrong cell.

Three questions on each line: is the place right, the segment, the amount? `oui`, `non` or `?` (nobody can tell); after
`non`, the next cell says what was found. Where the observatory itself does not know, what was found must be said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

import pyarrow as pa

from gisement.catalog.segments import segments
from gisement.terms import Trouble, counted

Scopes = Mapping[str, bool]

# Column of the form in French and in English: what is told first, then what is to be filled.
TOLD = {
    "line_number": ("numéro", "number"),
    "row_key": ("clé", "key"),
    "buyer_name": ("acheteur", "buyer"),
    "supplier_name": ("fournisseur", "supplier"),
    "supplier_commune": ("commune du fournisseur", "supplier commune"),
    "title": ("objet", "title"),
    "date": ("date", "date"),
    "segment": ("segment retenu", "segment given"),
    "is_local": ("lieu retenu", "place given"),
    "amount_cents": ("montant retenu (euros HT)", "amount given (euros without tax)"),
}
FILLED = {
    "place_is_right": ("lieu juste ? (oui/non/?)", "place right? (yes/no/?)"),
    "place_found": ("lieu constaté (dans/hors)", "place found (inside/outside)"),
    "segment_is_right": ("segment juste ? (oui/non/?)", "segment right? (yes/no/?)"),
    "segment_found": ("segment constaté (code)", "segment found (code)"),
    "amount_is_right": ("montant juste ? (oui/non/?)", "amount right? (yes/no/?)"),
    "amount_found": ("montant constaté (euros HT)", "amount found (euros without tax)"),
    "comment": ("remarque", "comment"),
}
YES, NO, NOBODY_KNOWS = ("oui", "yes", "o", "y"), ("non", "no", "n"), ("?",)
INSIDE, OUTSIDE = ("dans", "inside", "in"), ("hors", "outside", "out")
MOST_SENTENCES = 5
FOUND = pa.schema(
    [
        ("line_number", "int64"),
        ("is_in_scope_found", "bool"),
        ("is_local_found", "bool"),
        ("amount_found_cents", "int64"),
        ("is_place_wrong", "bool"),
        ("is_segment_wrong", "bool"),
        ("is_amount_wrong", "bool"),
    ]
)


def scopes(medical: str) -> dict[str, bool]:
    """For every segment, whether it is in the definition when `medical` is excluded, excluded_wide or included."""
    flag = {"excluded": "excluded_medical", "excluded_wide": "excluded_medical_wide"}.get(medical)
    return {name: flag is None or row[flag] != "true" for name, row in segments().items()}


def form(sample: pa.Table, language: str = "fr") -> pa.Table:
    """The rows to fill, as texts ready for CSV or XLSX: what the observatory says, then empty cells.

    Columns of `TOLD` that the sample lacks are left out.
    """
    side = 1 if language == "en" else 0
    told = {TOLD[name][side]: _told(sample, name, side) for name in TOLD if name in sample.column_names}
    empty = {titles[side]: pa.array([""] * sample.num_rows, pa.string()) for titles in FILLED.values()}
    return pa.table(told | empty)


def read_form(sample: pa.Table, rows: Sequence[Mapping[str, str | None]], in_scope: Scopes) -> pa.Table:
    """What the filled rows say, one row per line of the sample, ready for `audit.estimate`.

    `rows` are those of the form (headers in French or English, in any order); `in_scope` says of each segment whether
    it is in the definition. Raises Trouble with a sentence for each of the first wrong cells.
    """
    filled = _by_number(sample, [_renamed(row) for row in rows])
    wrong: list[tuple[str, str]] = []
    found = [_Line(line, filled[line["line_number"]], in_scope, wrong).read() for line in sample.to_pylist()]
    if wrong:
        raise _trouble(wrong)
    return pa.Table.from_pylist(found, FOUND)


def _told(sample: pa.Table, name: str, side: int) -> pa.Array:
    values = sample[name].to_pylist()
    if name == "is_local":
        words = {True: ("dans", "inside"), False: ("hors", "outside"), None: ("inconnu", "unknown")}
        return pa.array([words[value][side] for value in values], pa.string())
    if name == "amount_cents":
        point = "." if side else ","
        return pa.array([_euros(value).replace(".", point) for value in values], pa.string())
    return pa.array(["" if value is None else str(value) for value in values], pa.string())


def _euros(cents: int) -> str:
    sign, cents = ("-" if cents < 0 else ""), abs(cents)
    return f"{sign}{cents // 100}.{cents % 100:02d}"


def _renamed(row: Mapping[str, str | None]) -> dict[str, str]:
    names = {title.casefold(): name for name, titles in (TOLD | FILLED).items() for title in titles}
    clean = {names.get((header or "").strip().casefold(), ""): (value or "") for header, value in row.items()}
    return {name: value.strip() for name, value in clean.items() if isinstance(value, str)}


def _by_number(sample: pa.Table, rows: list[dict[str, str]]) -> dict[int, dict[str, str]]:
    """The filled rows by line number; Trouble unless they are exactly the lines of this draw."""
    missing = [titles for name, titles in FILLED.items() if name != "comment" and rows and name not in rows[0]]
    if missing:
        raise Trouble(
            fr=f"Le formulaire n'a plus la colonne « {missing[0][0]} » : la remettre telle qu'elle a été tirée.",
            en=f"The form has lost the column '{missing[0][1]}': put it back as it was drawn.",
        )
    keys = {(str(line["line_number"]), str(line["row_key"])): line["line_number"] for line in sample.to_pylist()}
    found: dict[int, dict[str, str]] = {}
    for row in rows:
        pair = (row.get("line_number", ""), row.get("row_key", ""))
        if pair == ("", ""):
            continue
        if pair not in keys or keys[pair] in found:
            raise Trouble(
                fr=f"La ligne {pair[0] or '(sans numéro)'} n'est pas de ce tirage ou revient deux fois : reprendre le "
                "formulaire que « gisement audit draw » a donné.",
                en=f"Line {pair[0] or '(without number)'} is not of this draw or comes twice: take again the form that "
                "'gisement audit draw' gave.",
            )
        found[keys[pair]] = row
    absent = sorted(set(keys.values()) - set(found))
    if absent:
        raise Trouble(
            fr=f"Il manque {counted(len(absent), 'ligne', 'lignes')} du tirage, dont la ligne {absent[0]} : toutes "
            "doivent revenir, même avec « ? ».",
            en=f"{counted(len(absent), 'line is', 'lines are', 'en')} missing from the draw, line {absent[0]} among "
            "them: all must come back, even with '?'.",
        )
    return found


class _Line:
    """One filled line: reads its cells, and notes what cannot be read."""

    def __init__(
        self, line: Mapping[str, Any], cells: Mapping[str, str], in_scope: Scopes, wrong: list[tuple[str, str]]
    ) -> None:
        self.line, self.cells, self.in_scope, self.wrong = line, cells, in_scope, wrong

    def read(self) -> dict[str, Any]:
        """The row of `FOUND` that this line makes."""
        place, segment, amount = (
            self.answer(name) for name in ("place_is_right", "segment_is_right", "amount_is_right")
        )
        if amount is None:
            segment = None  # without an amount the line is undetermined, whatever is known of the rest
        cents = self.amount() if amount is False else self.line["amount_cents"]
        return {
            "line_number": self.line["line_number"],
            "is_in_scope_found": self.scope(segment),
            "is_local_found": self.place(place),
            "amount_found_cents": cents,
            "is_place_wrong": place is False and self.line["is_local"] is not None,
            "is_segment_wrong": segment is False and self.line["is_in_scope"] is not None,
            "is_amount_wrong": amount is False,
        }

    def answer(self, name: str) -> bool | None:
        """True for `oui`, False for `non`, None for `?`; None too for another cell, which is noted as wrong."""
        cell = self.cells[name].casefold()
        if cell in YES or cell in NO:
            return cell in YES
        if cell not in NOBODY_KNOWS:
            self.refuse(name, "oui, non ou ?", "yes, no or ?")
        return None

    def place(self, is_right: bool | None) -> bool | None:
        """Whether it is inside the ring: as recorded, or as found."""
        recorded: bool | None = self.line["is_local"]
        if is_right is None or (is_right and recorded is not None):
            return recorded if is_right else None
        cell = self.cells["place_found"].casefold()
        if cell not in INSIDE + OUTSIDE:
            self.refuse("place_found", "dans ou hors", "inside or outside")
        return cell in INSIDE

    def scope(self, is_right: bool | None) -> bool | None:
        """Whether it is in the definition: as recorded, or by the segment found."""
        recorded: bool | None = self.line["is_in_scope"]
        if is_right is None or (is_right and recorded is not None):
            return recorded if is_right else None
        cell = self.cells["segment_found"].casefold()
        if cell not in self.in_scope:
            self.refuse("segment_found", "le code d'un segment (« gisement segments » les donne)",
                        "the code of a segment ('gisement segments' gives them)")  # fmt: skip
        return self.in_scope.get(cell)

    def amount(self) -> int:
        """The amount found, in cents; 0 for a cell that is no amount in euros, which is noted as wrong."""
        cell = self.cells["amount_found"].replace("\u202f", "").replace("\xa0", "").replace(" ", "").replace("€", "")
        try:
            cents = Decimal(cell.replace(",", ".")) * 100
            whole = cents.is_finite() and cents == cents.to_integral_value() and abs(cents) < 10**15
        except InvalidOperation:
            whole = False
        if not whole:
            self.refuse("amount_found", "un montant en euros, comme 1234,56", "an amount in euros, such as 1234.56")
            return 0
        return int(cents)

    def refuse(self, name: str, fr: str, en: str) -> None:
        """Note a cell that cannot be read, with what to write."""
        number, cell = self.line["line_number"], self.cells[name]
        told_fr, told_en = (f"« {cell} » ne se lit pas", f"'{cell}' cannot be read") if cell else ("vide", "empty")
        self.wrong.append(
            (
                f"ligne {number}, colonne « {FILLED[name][0]} » : {told_fr}, écrire {fr}",
                f"line {number}, column '{FILLED[name][1]}': {told_en}, write {en}",
            )
        )


def _trouble(wrong: list[tuple[str, str]]) -> Trouble:
    shown, left = wrong[:MOST_SENTENCES], len(wrong) - MOST_SENTENCES
    more_fr, more_en = (f" ; et {counted(left, 'autre', 'autres')}", f"; and {left} more") if left > 0 else ("", "")
    return Trouble(
        fr="Le formulaire est à compléter : " + " ; ".join(fr for fr, _ in shown) + more_fr + ".",
        en="The form is to be completed: " + "; ".join(en for _, en in shown) + more_en + ".",
    )
