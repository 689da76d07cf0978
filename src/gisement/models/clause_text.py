"""Social and environmental considerations told by a text: which kind, in which passage.

The lowest of evidence: a passage counts where it stands in its section (among criteria, among conditions of
execution), is not denied, and its words are not those of something else (`lexicon/clauses.yaml`). A title alone is
never read: it names what is bought.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from functools import cache
from typing import Any

from gisement.catalog.tables import read_yaml
from gisement.models.clause_lint import Passage, passages

CRITERION, CONDITION, ANY = "criterion", "condition", "any"


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
    return [hit for passage in passages(text) for hit in _of_passage(passage)]


def kinds_of(folded: str, sections: Set[str]) -> list[str]:
    """The kinds that one passage tells, in the order of the lexicon.

    `folded` is its text without accents or capitals (`clause_lint.fold`), `sections` where it stands: `criterion`,
    `condition`, both, another or none.
    """
    return [name for name, kind in clause_lexicon()["kinds"].items() if _tells(kind, folded, sections)]


def _of_passage(passage: Passage) -> Iterator[Hit]:
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
