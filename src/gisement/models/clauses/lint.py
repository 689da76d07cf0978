"""Read a draft consultation: what is unlawful, missing or weak in it, and which considerations it tells.

Text in, points out, each with its passage, reason and wording: the rules are data (`catalog/lexicon/lint.yaml`). A
passage is a sentence or a line of a list; whether it is among the award criteria is told by the heading above it. What
a passage denies ("no criterion bears on…") is lawful.

Considerations, social and environmental, are the lowest of evidence: a passage counts where it stands in its section
(among criteria, among conditions of execution), is not denied, and its words are not those of something else
(`lexicon/clauses.yaml`). A title alone is never read: it names what is bought.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache
from typing import Any

from gisement.catalog.tables import read_yaml

UNLAWFUL, WARNING = "unlawful", "warning"
CRITERION, CONDITION, ANY = "criterion", "condition", "any"
_ENDS = re.compile(r"(?<=[.!?;])\s+(?=[A-ZÀ-Ý«\"(\d-])|\n+")
_STRAIGHT = str.maketrans(
    {"’": "'", "‘": "'", "\u00a0": " ", "\u202f": " ", "œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE"}
)


@dataclass(frozen=True)
class Passage:
    """A sentence or line: where it stands in the text, and whether it is under a heading of award criteria."""

    text: str
    start: int
    end: int
    line: int
    folded: str
    is_criterion: bool
    asks: bool
    denies: bool


@dataclass(frozen=True)
class Point:
    """Something to look at: `severity` unlawful or warning; the passage is empty where something is missing."""

    rule: str
    severity: str
    passage: str
    start: int | None
    end: int | None
    line: int | None
    reason: Mapping[str, str]
    basis: str
    wording: Mapping[str, str]


@cache
def lexicon() -> dict[str, Any]:
    """The rules and words, as the catalog holds them, each `<name>` of a pattern replaced by its words."""
    content: dict[str, Any] = read_yaml("lexicon/lint.yaml")
    for rule in content["rules"].values():
        for kind in ("patterns", "unless", "always", "anywhere"):
            rule[kind] = [_spelled(pattern, content["words"]) for pattern in rule.get(kind, ())]
    return content


def _spelled(pattern: str, words: Mapping[str, str]) -> str:
    """A pattern without names; the words of a name may hold other names."""
    while found := re.search(r"<([a-z_]+)>", pattern):
        pattern = pattern.replace(found[0], words[found[1]])
    return pattern


def lint(text: str) -> list[Point]:
    """The points of a text in the order of their passages, then what is missing from it."""
    found = passages(text)
    points = [point for passage in found for point in _of_passage(passage)]
    return [*points, *_unverified(found), *_missing(found)]


def fold(text: str) -> str:
    """Small letters without accents; apostrophes and blanks made plain. Lengths may change."""
    plain = unicodedata.normalize("NFD", text.translate(_STRAIGHT).lower())
    return re.sub(r"\s+", " ", "".join(letter for letter in plain if not unicodedata.combining(letter))).strip()


def passages(text: str) -> list[Passage]:
    """The sentences and lines of a text, in order, each with its context."""
    words, made, among_criteria = lexicon()["context"], list[Passage](), False
    for start, end in _spans(text):
        piece = text[start:end]
        folded = fold(piece)
        if re.search(words["heading"], folded):
            among_criteria = True
        elif re.search(words["other_heading"], folded) and not re.search(words["criterion"], folded):
            among_criteria = False
        names_criterion = re.search(r"\bcriteres?\b", folded) is not None
        binds = re.search(words["condition"], folded) is not None and not names_criterion
        scores = not binds and (among_criteria or re.search(words["criterion"], folded) is not None)
        made.append(
            Passage(
                text=piece,
                start=start,
                end=end,
                line=text.count("\n", 0, start) + 1,
                folded=folded,
                is_criterion=scores,
                asks=scores or binds or re.search(words["requirement"], folded) is not None,
                denies=re.search(words["denial"], folded) is not None,
            )
        )
    return made


def _spans(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for mark in [*_ENDS.finditer(text), None]:
        end = mark.start() if mark else len(text)
        piece = text[start:end]
        if piece.strip():
            lead = len(piece) - len(piece.lstrip())
            yield start + lead, start + len(piece.rstrip())
        start = mark.end() if mark else end


def _of_passage(passage: Passage) -> Iterator[Point]:
    """What the rules say of a passage; one that is to be told `alone` gives way to any other."""
    rules = lexicon()["rules"].items()
    held = {name: rule for name, rule in rules if _holds(rule, passage)}
    for name, rule in held.items():
        if len(held) == 1 or not rule.get("alone"):
            yield _point(name, rule, rule["severity"], passage)


def _holds(rule: Mapping[str, Any], passage: Passage) -> bool:
    """Whether a pattern is there: those of its context where the passage has it, and those that count anywhere."""
    if passage.denies and not rule.get("despite_denial"):
        return False
    in_context = {"none": True, "criterion": passage.is_criterion, "any": passage.asks}[rule["context"]]
    if in_context and _found(rule["always"], passage):
        return True
    patterns = [*(rule["patterns"] if in_context else ()), *rule["anywhere"]]
    return _found(patterns, passage) and not _found(rule["unless"], passage)


def _found(patterns: Sequence[str], passage: Passage) -> bool:
    return any(re.search(pattern, passage.folded) for pattern in patterns)


def _point(name: str, rule: Mapping[str, Any], severity: str, passage: Passage | None) -> Point:
    return Point(
        rule=name,
        severity=severity,
        passage=passage.text if passage else "",
        start=passage.start if passage else None,
        end=passage.end if passage else None,
        line=passage.line if passage else None,
        reason=rule["reason"],
        basis=rule["basis"],
        wording=rule["wording"],
    )


def _unverified(found: Sequence[Passage]) -> Iterator[Point]:
    """Social and environmental criteria with no word of proof, in themselves or in the two passages after."""
    words, rule = lexicon()["considerations"], lexicon()["missing"]["criterion_without_verification"]
    for place, passage in enumerate(found):
        is_heading = re.search(lexicon()["context"]["heading"], passage.folded) is not None
        if not passage.is_criterion or is_heading or not (_environmental(passage) or _social(passage)):
            continue
        near = [passage, *(other for other in found[place + 1 : place + 3] if not _environmental(other))]
        if not any(re.search(words["verification"], other.folded) for other in near):
            yield _point("criterion_without_verification", rule, WARNING, passage)


def _missing(found: Sequence[Passage]) -> Iterator[Point]:
    """What a consultation should hold and this text does not."""
    words, missing = lexicon()["considerations"], lexicon()["missing"]
    criteria = [passage for passage in found if passage.is_criterion and not passage.denies]
    terms = [passage for passage in found if not passage.is_criterion and not passage.denies]
    binding = [passage for passage in terms if passage.asks or re.search(words["execution"], passage.folded)]
    held = {
        "environmental_criterion": any(_environmental(passage) for passage in criteria),
        "environmental_condition": any(_environmental(passage) for passage in binding),
        "social_condition": any(_social(passage) for passage in binding),
    }
    for name, is_there in held.items():
        if not is_there:
            yield _point(f"missing_{name}", missing[name], WARNING, None)


def _environmental(passage: Passage) -> bool:
    words = lexicon()["considerations"]
    text = re.sub(words["not_environmental"], "", passage.folded)
    return re.search(words["environmental"], text) is not None


def _social(passage: Passage) -> bool:
    return re.search(lexicon()["considerations"]["social"], passage.folded) is not None


# --- considerations -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Hit:
    """A consideration that a passage tells: kind (`social_clause`…), axis, the passage and where it stands."""

    kind: str
    axis: str
    passage: str
    start: int
    end: int
    line: int


@cache
def clause_lexicon() -> dict[str, Any]:
    """The words, as the catalog holds them."""
    content: dict[str, Any] = read_yaml("lexicon/clauses.yaml")
    return content


def detect(text: str) -> list[Hit]:
    """The considerations that a text tells, in the order of its passages, each kind once a passage."""
    return [hit for passage in passages(text) for hit in _hits(passage)]


def kinds_of(folded: str, sections: Set[str]) -> list[str]:
    """The kinds that one passage tells, in the order of the lexicon.

    `folded` is its text without accents or capitals (`fold`), `sections` where it stands: `criterion`,
    `condition`, both, another or none.
    """
    return [name for name, kind in clause_lexicon()["kinds"].items() if _tells(kind, folded, sections)]


def _hits(passage: Passage) -> Iterator[Hit]:
    if passage.denies:
        return
    sections = {CRITERION} if passage.is_criterion else set()
    if not passage.is_criterion and re.search(clause_lexicon()["condition"], passage.folded):
        sections.add(CONDITION)
    for name in kinds_of(passage.folded, sections):
        axis = clause_lexicon()["kinds"][name]["axis"]
        yield Hit(name, axis, passage.text, passage.start, passage.end, passage.line)


def _tells(kind: Mapping[str, Any], folded: str, sections: Set[str]) -> bool:
    lexicon = clause_lexicon()
    if kind["section"] not in (ANY, *sections):
        return False
    if kind["section"] == CRITERION and re.search(lexicon["price"], folded):
        return False
    text = folded
    for other in lexicon["never"]:
        text = re.sub(other, " ", text)
    return any(not _is_denied(text, found) for words in kind["words"] for found in re.finditer(words, text))


def _is_denied(text: str, found: re.Match[str]) -> bool:
    lexicon = clause_lexicon()
    before = text[max(0, found.start() - lexicon["negation_window"]) : found.start()]
    return re.search(lexicon["negation"], before) is not None
