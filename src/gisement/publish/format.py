"""Numbers as French (or English) readers write them: formatting only, nothing is computed here.

No-break spaces keep a number and its unit on one line (U+202F inside a number, U+00A0 before a unit).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from gisement.catalog import texts
from gisement.catalog.few import behind, is_few
from gisement.terms import EUROS, INDEX, KILOGRAMS, LOTS, Figure, Reading, Verdict
from gisement.terms.trouble import counted as in_number
from gisement.terms.trouble import harmless as plain

THIN, SPACE, MINUS = "\u202f", "\u00a0", "\u2212"
_STEPS = ((1e9, "Md€", 2), (1e8, "M€", 0), (1e6, "M€", 1), (1e4, "k€", 0), (0.0, "€", 0))
_DIVISORS = {"Md€": 1e9, "M€": 1e6, "k€": 1e3, "€": 1.0}
_ENGLISH = {"Md€": "bn", "M€": "M", "k€": "k", "€": ""}
_MONTHS = {
    "fr": ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
           "novembre", "décembre"),
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December"),
}  # fmt: skip
_INSIDE = (Verdict.PART, Verdict.REST, Verdict.UNKNOWN)
KG_PER_TONNE, FEW_TONNES = 1000, 10
"""From a tonne on a quantity is written in tonnes, under ten of them with two decimals."""
LEAST_WHOLE = 10
"""From this on, euros of a hundred and jobs are written without decimals."""
_SIZES = ((1e9, "G", 1), (1e6, "M", 1), (1e3, "k", 0), (0.0, "", 0))


def not_known(language: str = "fr") -> str:
    """What stands in place of a number that nobody knows: never 0."""
    return _words(language)["not_known"]


def number(value: float | None, decimals: int = 0, language: str = "fr") -> str:
    """`12 345,6` with a decimal comma and thin no-break spaces; `12,345.6` in English."""
    if value is None:
        return not_known(language)
    plain = f"{abs(value):,.{decimals}f}"
    is_zero = not plain.strip("0,.")
    if language == "fr":
        plain = plain.replace(",", THIN).replace(".", ",")
    return plain if value >= 0 or is_zero else MINUS + plain


def counted(value: int, one: str, many: str, language: str = "fr") -> str:
    """`1 enregistrement`, `1 200 enregistrements`: in French, zero is singular."""
    return in_number(value, one, many, language, number(value, language=language))


class Count(int):
    """A count that a sentence writes with its word: `{lines:ligne|lignes}` is `1 ligne`, `2 lignes`."""

    language: str

    def __new__(cls, value: int, language: str = "fr") -> Count:
        """The count of something, in the language of the sentence."""
        made = super().__new__(cls, value)
        made.language = language
        return made

    def __format__(self, words: str) -> str:
        """The number, with the word for one or for many where they are given."""
        written = number(self, language=self.language)
        one, _, many = words.partition("|")
        return in_number(self, one, many, self.language, written) if words else written


def percent(fraction: float | None, decimals: int = 1, language: str = "fr") -> str:
    """A fraction from 0 to 1 as `50,2 %`."""
    if fraction is None:
        return not_known(language)
    return number(fraction * 100, decimals, language) + ("%" if language == "en" else SPACE + "%")


def per_hundred(fraction: float | None) -> str:
    """A fraction as whole euros out of 100: `50`."""
    return not_known() if fraction is None else number(fraction * 100)


def of_hundred(fraction: float | None, language: str = "fr") -> str:
    """The same with its euro sign: `50 €`, `€50`."""
    if fraction is None:
        return not_known(language)
    return _pounded(per_hundred(fraction)) if language == "en" else per_hundred(fraction) + SPACE + "€"


def euros(value: float | None, language: str = "fr") -> str:
    """Euros at the size that one can remember: `1,24 Md€`, `489 M€`, `12,3 M€`, `340 k€`, `9 500 €`."""
    if value is None:
        return not_known(language)
    unit, decimals = next((unit, decimals) for least, unit, decimals in _STEPS if abs(value) >= least)
    written = number(value / _DIVISORS[unit], decimals, language)
    return _pounded(written) + _ENGLISH[unit] if language == "en" else written + SPACE + unit


def cents(value: int | None, language: str = "fr") -> str:
    """An exact amount of cents in euros, with two decimals: `1 234,50 €`; « not known » for None."""
    if value is None:
        return not_known(language)
    whole, rest = divmod(abs(value), 100)
    written = number(whole, language=language) + ("," if language == "fr" else ".") + f"{rest:02d}"
    signed = MINUS + written if value < 0 else written
    return _pounded(signed) if language == "en" else signed + SPACE + "€"


def day(value: date | None, language: str = "fr") -> str:
    """A day as it is written: `3 mai 2024`, `3 May 2024`."""
    if value is None:
        return not_known(language)
    month = _MONTHS[language][value.month - 1]
    number_of_day = "1er" if value.day == 1 and language == "fr" else str(value.day)
    return f"{number_of_day}{SPACE}{month}{SPACE}{value.year}"


def month(value: date | None, language: str = "fr") -> str:
    """The month of a day: `mars 2027`, `March 2027`."""
    if value is None:
        return not_known(language)
    return f"{_MONTHS[language][value.month - 1]}{SPACE}{value.year}"


def size(octets: int, language: str = "fr") -> str:
    """The size of a file: `107 ko`, `1,2 Go`."""
    least, unit, decimals = next(step for step in _SIZES if octets >= step[0])
    written = number(octets / (least or 1), decimals, language)
    return f"{written}{SPACE}{unit}{'o' if language == 'fr' else 'B'}"


@lru_cache(maxsize=4096)
def amount(value: float | None, unit: str, language: str = "fr") -> str:
    """A value in the unit of its figure: that of an indicator, `jobs`, or a count; `per_hundred` is in euros."""
    if unit == "percent":
        return percent(value, language=language)
    if unit in ("index", "ratio"):
        return number(value, INDEX.decimals if unit == "index" else 2, language)
    if unit == "kg_co2e" and value is not None:
        return f"{number(value / 1000, 1, language)}{SPACE}t"
    if unit == "kg":
        return weight(value, language)
    if unit == "lots":
        return number(value, LOTS.decimals, language)
    if unit == "per_hundred" and value is not None:
        written = number(value, 0 if abs(value) >= LEAST_WHOLE else 1, language)
        return _pounded(written) if language == "en" else f"{written}{SPACE}€"
    if unit == "jobs" and value is not None:
        return number(value, 0 if abs(value) >= LEAST_WHOLE else 1, language)
    return euros(value, language) if unit == "euros" else number(value, language=language)


def weight(kg: float | None, language: str = "fr") -> str:
    """A quantity in tonnes, or in kg under one tonne; nothing at all is 0 t, so that it stands beside tonnes."""
    if kg is None:
        return not_known(language)
    if 0 < abs(kg) < KG_PER_TONNE:
        return f"{number(kg, language=language)}{SPACE}kg"
    digits = 0 if not kg else 2 if abs(kg) < FEW_TONNES * KG_PER_TONNE else 1
    return f"{number(kg / KG_PER_TONNE, digits, language)}{SPACE}t"


def points(fraction: float | None, language: str = "fr") -> str:
    """A change of a share in percentage points, with its sign: `+12,3`."""
    if fraction is None:
        return not_known(language)
    written = number(fraction * 100, 1, language)
    return f"+{written}" if fraction > 0 else written


def in_points(fraction: float | None, language: str = "fr", *, sign: bool = False) -> str:
    """Percentage points with their word: `0,2 point`, `5,1 points`; with its sign where it is a change."""
    if fraction is None:
        return not_known(language)
    written = points(fraction, language) if sign else number(fraction * 100, 1, language)
    return in_number(int(fraction * 100), "point", "points", language, written)


def change(figure: Figure, language: str = "fr") -> str:
    """A change in points; that the contracts of a year are too few for one."""
    return _words(language)["few_change"] if is_few(figure) else points(figure.value, language)


def points_span(figure: Figure, language: str = "fr") -> str:
    """The interval of a change, in points."""
    if figure.low is None or figure.high is None:
        return not_known(language)
    return _words(language)["span"].format(low=points(figure.low, language), high=points(figure.high, language))


def value(figure: Figure, language: str = "fr") -> str:
    """The value of a figure, that its definition leaves every row out, or that it is not shown.

    Of a share that rests on too few rows, how many there are: `3 contrats`.
    """
    if is_secret(figure):
        return _words(language)["not_shown"]
    if is_few(figure):
        count, kind = behind(figure)
        words = texts(language)["numbers"]["few_rows"]
        one, many = words[kind]
        return counted(count, one, many, language)
    return _words(language)["outside"] if is_outside(figure) else amount(figure.value, figure.unit, language)


def said(figure: Figure, language: str = "fr") -> str:
    """The value as a sentence can hold it: `une part non donnée` where it rests on too few rows."""
    return str(_words(language)["few_said"]) if is_few(figure) else value(figure, language)


def in_a_cell(figure: Figure, language: str = "fr") -> str:
    """The value where nothing stands beside it: of too few rows, with what makes them too few in brackets."""
    told = value(figure, language)
    return f"{told} ({span(figure, language)})" if is_few(figure) else told


def share_of_few(figure: Figure, language: str = "fr") -> str:
    """The share that too few rows make, for the detail of its figure; empty for any other."""
    if not is_few(figure):
        return ""
    told = amount(figure.value, figure.unit, language)
    return str(_words(language)["few_share"]).format(share=told, rows=value(figure, language))


def part_of(figure: Figure, language: str = "fr") -> str:
    """What of the known weight counts: `20 k€ sur 35 k€`."""
    part, known = counted_of(figure, language)
    return str(_words(language)["part_of"]).format(part=part, known=known)


def counted_of(figure: Figure, language: str = "fr") -> tuple[str, str]:
    """What counts, and the known weight that it is a part of, at the size that one can remember."""
    part, known = figure.sums.part, figure.sums.part + figure.sums.rest
    return weighed(figure, part, language), weighed(figure, known, language)


def is_secret(figure: Figure) -> bool:
    """Whether it is known and not shown: it would tell what a supplier was paid."""
    return figure.secrecy == "not_shown"


def is_outside(figure: Figure) -> bool:
    """Whether rows exist and the definition leaves all of them out: nothing is unknown then."""
    has_rows = figure.sums.rows(Verdict.EXCLUDED) > 0
    return has_rows and not any(figure.sums.rows(verdict) for verdict in _INSIDE)


def missing(figure: Figure, language: str = "fr") -> str:
    """What the euros do not say: how many rows in scope have no usable amount."""
    count = figure.sums.unweighted
    if count == 0 or figure.weight_divisor == 1:
        return ""
    told = _words(language)["unweighted_one" if count == 1 else "unweighted"]
    return told.format(count=number(count, language=language))


def bounds(figure: Figure, language: str = "fr") -> str:
    """The bounds of a figure: `entre 47,2 % et 51,8 %`, `au minimum`, or that the data leave no doubt.

    Of a share that rests on too few rows, that they are too few, and their amounts.
    """
    return _few(figure, language, "few_bounds") if is_few(figure) else whole_bounds(figure, language)


def whole_bounds(figure: Figure, language: str = "fr") -> str:
    """The bounds whatever the figure rests on: for its detail."""
    return _bounds(figure, language, "between", "exact_here")


def span(figure: Figure, language: str = "fr") -> str:
    """The same in fewer letters, for a column: `47,2 % à 51,8 %`, `exact`, `trop peu : 20 k€ sur 35 k€`."""
    return _few(figure, language, "few_span") if is_few(figure) else _bounds(figure, language, "span", "exact")


def verdict_euros(figure: Figure, verdict: Verdict, language: str = "fr") -> str:
    """The euros of one verdict of a figure, at the size that one can remember."""
    return euros(getattr(figure.sums, verdict) / figure.weight_divisor, language)


def verdict_span(figure: Figure, verdict: Verdict, language: str = "fr") -> str:
    """How far they may go, once what is unknown is told; `exact`, or a least value where an amount is missing."""
    held, sums = getattr(figure.sums, verdict), figure.sums
    low, high = (
        euros((held + u) / figure.weight_divisor, language) for u in (sums.unknown_negative, sums.unknown_positive)
    )
    words = _words(language)
    if sums.unweighted:
        return words["at_least"].format(low=low)
    return words["exact"] if low == high else words["span"].format(low=low, high=high)


def dated(figure: Figure, language: str = "fr", words: str = "dated") -> str:
    """The year of the table that a modelled figure rests on: `, modèle, tableau de 2011`; empty for any other."""
    told = _words(language)[words]
    return "" if figure.table_year is None or figure.low is None else str(told.format(year=figure.table_year))


def coverage(figure: Figure, language: str = "fr") -> str:
    """The share of the weight about which the data can answer: `connu à 95,4 %`; none of a share of too few rows."""
    return "" if is_few(figure) else whole_coverage(figure, language)


def whole_coverage(figure: Figure, language: str = "fr") -> str:
    """The same whatever the figure rests on: for its detail."""
    if figure.coverage is None:
        return "" if is_secret(figure) else not_known(language)
    return _words(language)["known"].format(share=percent(figure.coverage, language=language))


def account(reading: Reading | None, language: str = "fr") -> str:
    """What was read in a file, in a sentence; with what the reader noted, a line each."""
    is_french = language == "fr"
    if reading is None:
        return "déjà présent." if is_french else "already there."
    records, unreadable = Count(reading.records, language), Count(reading.unreadable, language)
    told = [f"{records:enregistrement|enregistrements}" if is_french else f"{records:record|records}"]
    if unreadable:
        told.append(f"{unreadable:illisible|illisibles}" if is_french else f"{unreadable} unreadable")
    if left_out := reading.details.get("dropped", {}):
        words = texts(language)["ledger"]
        told.append(listed((f"{Count(n, language)} {words[f'reason_{of}']}" for of, n in left_out.items()), language))
    # what readers note of a file is in French only
    notes = [str(note) if is_french else f"(in French) {note}" for note in reading.details.get("notes", ())]
    return "\n  ".join([", ".join(told) + ".", *map(harmless, notes)])


def colon(language: str = "fr") -> str:
    """A colon as the language writes it: French has a space before it."""
    return " : " if language == "fr" else ": "


def semicolon(language: str = "fr") -> str:
    """Between several things; French has a space before it."""
    return " ; " if language == "fr" else "; "


def listed(words: Iterable[str], language: str = "fr") -> str:
    """Several things in one line."""
    return semicolon(language).join(words)


def capital(text: str) -> str:
    """A sentence, of which the first letter alone is made a capital."""
    return text[:1].upper() + text[1:]


def harmless(text: str) -> str:
    """A text that someone published, without what could act on the terminal."""
    return plain(text).replace("\n", " ")


def weighed(figure: Figure, held: int, language: str) -> str:
    """A sum of weights at the size that one can remember: euros, a quantity, or a number of rows."""
    if figure.weight_divisor == EUROS.divisor:
        return euros(held / EUROS.divisor, language)
    is_kg = figure.weight_divisor == KILOGRAMS.divisor
    return weight(held / KILOGRAMS.divisor, language) if is_kg else number(held, language=language)


def _few(figure: Figure, language: str, words: str) -> str:
    """That the rows are too few for a share, what of their weight counts; in the longer form, how many nobody knows."""
    said, others = _words(language), figure.sums.rows(Verdict.UNKNOWN) if words == "few_bounds" else 0
    whole = said["in_all"].format(known=counted_of(figure, language)[1])
    told = str(said[words]).format(amounts=part_of(figure, language) if figure.keys is None else whole)
    if not others:
        return told
    beside = said["few_others_one" if others == 1 else "few_others"]
    return listed((told, str(beside).format(count=number(others, language=language))), language)


def _bounds(figure: Figure, language: str, between: str, exact: str) -> str:
    words = _words(language)
    low, high = (amount(end, figure.unit, language) for end in (figure.low, figure.high))
    if is_secret(figure):
        return words["secret"]
    if figure.low is None:
        return not_known(language) if figure.value is None else words["bounds_unknown"]
    if figure.high is None:
        return words["at_least" if figure.low != figure.value else "at_the_least"].format(low=low)
    if figure.low == figure.high and figure.secrecy and figure.unit == "euros":
        return words["rounded"]
    if figure.low == figure.high:
        return words[exact]
    return words[f"{exact}_rounded"] if low == high else words[between].format(low=low, high=high)


def _pounded(written: str) -> str:
    """The euro sign before a number, as English has it, and after its sign."""
    return f"{MINUS}€{written[1:]}" if written.startswith(MINUS) else f"€{written}"


def _words(language: str) -> dict[str, str]:
    found: dict[str, str] = texts(language)["numbers"]
    return found
