"""Which divisions of NACE rev. 2 (NAF rev. 2) a code of a table covers: `CPA_C10-12`, `C10T12`, `CA`, `C1`, `41-43`.

A classification with two codes for one thing (an aggregate and its parts) counts twice: `partition` keeps one of them.

Source: NACE rev. 2 (regulation 1893/2006); aggregated levels A17, A38 and A64 of Insee and Eurostat.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

_SECTIONS: Final = {
    "A": (1, 3), "B": (5, 9), "C": (10, 33), "D": (35, 35), "E": (36, 39), "F": (41, 43), "G": (45, 47),
    "H": (49, 53), "I": (55, 56), "J": (58, 63), "K": (64, 66), "L": (68, 68), "M": (69, 75), "N": (77, 82),
    "O": (84, 84), "P": (85, 85), "Q": (86, 88), "R": (90, 93), "S": (94, 96), "T": (97, 98), "U": (99, 99),
}  # fmt: skip
_NO_DIVISION: Final = {4, 34, 40, 44, 48, 54, 57, 67, 76, 83, 89}
# A17 and A38: two-sign names of groups of divisions that no rule gives.
_GROUPS: Final = {
    "DE": "05-09 35-39", "C1": "10-12", "C2": "19", "C3": "26-28", "C4": "29-30", "C5": "13-18 20-25 31-33",
    "MN": "69-82", "OQ": "84-88", "RU": "90-99", "CA": "10-12", "CB": "13-15", "CC": "16-18", "CD": "19", "CE": "20",
    "CF": "21", "CG": "22-23", "CH": "24-25", "CI": "26", "CJ": "27", "CK": "28", "CL": "29-30", "CM": "31-33",
    "JA": "58-60", "JB": "61", "JC": "62-63", "MA": "69-71", "MB": "72", "MC": "73-75", "QA": "86", "QB": "87-88",
}  # fmt: skip
_A64: Final = (
    "01", "02", "03", "05-09", "10-12", "13-15", "16", "17", "18", "19", "20", "21", "22", "23", "24", "25", "26", "27",
    "28", "29", "30", "31-32", "33", "35", "36", "37-39", "41-43", "45", "46", "47", "49", "50", "51", "52", "53",
    "55-56", "58", "59-60", "61", "62-63", "64", "65", "66", "68", "69-70", "71", "72", "73", "74-75", "77", "78", "79",
    "80-82", "84", "85", "86", "87-88", "90-92", "93", "94", "95", "96", "97-98", "99",
)  # fmt: skip
_CODE: Final = re.compile(r"^([A-U]?)(\d{2})(?:[-_T](\d{1,2})(?!\d))?")
Divisions = frozenset[str]


def divisions(code: str) -> Divisions:
    """The divisions that a code covers (`{"10", "11", "12"}`); none where it is no code of an activity or product.

    `10-1` is a part of division 10, `41-43` three divisions, `33-15` a part of division 33.
    """
    plain = re.sub(r"^(CPA_|NM_|NPISH_)", "", code.strip().upper())
    if plain in _GROUPS:
        return _ranges(_GROUPS[plain])
    if plain[:1] in _SECTIONS and (len(plain) == 1 or plain[1:] == "Z"):
        return _between(*_SECTIONS[plain[0]])
    found = _CODE.match(plain)
    if found is None:
        return frozenset()
    first, last = int(found[2]), int(found[3] or found[2])
    low, high = _SECTIONS.get(found[1], (1, 99))
    if not low <= first <= high:  # D21X31 is an account, no division of section D
        return frozenset()
    whole = len(found[3] or "") == 2 and last > first
    return _between(first, last if whole else first)


def is_imputed_rent(code: str) -> bool:
    """Whether it is what owners are counted as paying themselves (`L68A`): nobody buys it from a supplier."""
    return re.search(r"68(A$|-2IMP$)", code.upper()) is not None


def partition(codes: Sequence[str]) -> list[str]:
    """The codes, in order, without those that cover others or are covered: level A64 first, else the widest.

    Two codes of the same divisions are both kept: they share them (`L68A`, `L68B`).
    """
    wanted = {_ranges(text) for text in _A64}
    covered = {code: divisions(code) for code in codes}
    kept = [code for code in codes if covered[code] in wanted]
    held: Divisions = frozenset().union(*(covered[code] for code in kept))
    for code in sorted(codes, key=lambda c: -len(covered[c])):
        if code in kept or not covered[code]:
            continue
        if not covered[code] & held:
            kept.append(code)
            held |= covered[code]
    return [code for code in codes if code in set(kept)]


def _ranges(text: str) -> Divisions:
    parts = (part.partition("-") for part in text.split())
    return frozenset().union(*(_between(int(a), int(b or a)) for a, _, b in parts))


def _between(first: int, last: int) -> Divisions:
    return frozenset(f"{number:02d}" for number in range(first, last + 1) if number not in _NO_DIVISION)
