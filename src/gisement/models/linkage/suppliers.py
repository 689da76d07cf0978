"""Which establishment of the register a supplier is, from its name, its place and the account that paid it.

Candidates share the place (commune, else postcode, else department) and the first or last four letters of a word, so
that a word may be misspelled anywhere. Their likeness σ is the better of two: words sorted, and all letters glued
(rapidfuzz's normalised edit similarity, from 0 to 1); a letter lost to a wrong encoding counts as found. Each rule has
the least σ at which it is accepted, and the margin that it needs over the next firm; both were set on real pairs so
that at least 98 of 100 accepted links are right (docs/linkage.md, and `calibrated` to do it again on other pairs). What
falls just short is doubtful: listed for a human, never used.

The firm (legal unit) is decided first. If it has several establishments in the place, an open one is preferred, then
one whose activity (NAF) goes with the account, then the head office; a tie leaves the establishment null and the firm
known.

Source: Fellegi, Sunter, A theory for record linkage, Journal of the American Statistical Association 64 (1969), for
the three zones; Christen, Data Matching (2012), chapters 4 (blocking) and 5 (comparison); Levenshtein (1966).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz import fuzz, process

from gisement.models.arrays import Flags, Integers
from gisement.models.linkage.names import LOST, Words, comparable_words, digits, matches, ungarbled
from gisement.terms import local_step

Floats = npt.NDArray[np.float32]

ACCEPTED, DOUBTFUL, NONE = "accepted", "doubtful", "none"
SAME, NEAR, PART = "same_name", "near_name", "part_of_name"
PLACES = ("commune", "postcode", "department")
FEW, MANY = 50, 300
"""Rows that a key may bring in a place; the rarest key of a name may bring MANY."""
SHORT, HELD = 6, 0.85
"""Letters under which the words that differ must be the same, or the likeness is held: acronyms are near each other."""
SHOWN = 3
"""Candidates listed for a human."""


@dataclass(frozen=True)
class Rule:
    """The least likeness and margin of a rule, to be accepted and to be listed as doubtful."""

    accepted: float
    margin: float
    doubtful: float


RULES: Mapping[tuple[str, str], Rule] = {
    (SAME, "commune"): Rule(1.0, 0.0, 1.0),
    (NEAR, "commune"): Rule(0.90, 0.05, 0.75),
    (PART, "commune"): Rule(0.85, 0.10, 0.50),
    (SAME, "postcode"): Rule(1.0, 0.0, 1.0),
    (NEAR, "postcode"): Rule(0.90, 0.05, 0.75),
    (PART, "postcode"): Rule(0.85, 0.10, 0.50),
    (SAME, "department"): Rule(2.0, 0.0, 1.0),
    (NEAR, "department"): Rule(2.0, 0.0, 0.90),
    (PART, "department"): Rule(2.0, 0.0, 0.85),
}
"""By what the names have in common and the place they share; 2 is never accepted."""

NAMES = {
    "row_key": "payee_key", "score": "supplier_link_score", "rule": "supplier_link_rule", "status": "link_status",
}  # fmt: skip
"""What the table calls what a link says."""
IDENTIFIED = ("siret", "siren", "foreign")
"""Payees whose identifier is known: nothing is to be looked for."""
_BITS, _ODD = 2**26, 0x9E3779B97F4A7C15 - 2**64
LINK = pa.schema(
    [
        ("row_key", "string"),
        ("candidate_rank", "int64"),
        ("siren", "string"),
        ("siret", "string"),
        ("score", "double"),
        ("rule", "string"),
        ("status", "string"),
    ]
)


@local_step(
    row_limit=6_000_000,
    reason="compares names letter by letter (edit distance within a commune), which no engine has",
    idle_without="payee",
)
def payee_link(payee: pa.Table, payee_commune: pa.Table, named_establishment: pa.Table) -> pa.Table:
    """One row per payee without identifier and candidate: accepted, doubtful (up to three) or none.

    Source: see the module and docs/linkage.md.
    """
    asked = payee.filter(
        pc.and_(
            pc.invert(pc.fill_null(pc.is_in(payee["supplier_id_kind"], pa.array(IDENTIFIED)), False)),
            pc.is_valid(payee["supplier_name"]),
        )
    )
    places = payee_commune.rename_columns({"payee_key": "placed"})
    names = asked.select(["payee_key", "supplier_name", "supplier_postcode"]).join(places, "payee_key", "placed")
    names = names.rename_columns({"payee_key": "row_key", "supplier_postcode": "postcode"}).sort_by("row_key")
    names = names.append_column("naf_prefixes", pa.nulls(len(names), pa.list_(pa.string())))
    nowhere = pa.nulls(len(named_establishment), pa.string())
    register = named_establishment.rename_columns({"firm_name": "name"}).append_column("department_code", nowhere)
    return link(names, register).rename_columns(NAMES)


def link(names: pa.Table, register: pa.Table) -> pa.Table:
    """For each name its establishment, or the candidates that a human must choose from, or nothing.

    `names` has `row_key`, `supplier_name`, `commune_code`, `postcode`, `department_code` (any of the three may be null)
    and `naf_prefixes` (list of texts: activities that go with the account; null where any does). `register` has
    one row per establishment and name it is known by: `siret`, `siren`, `name`, `commune_code`, `postcode`,
    `department_code`, `naf_code`, `is_head_office`, `is_closed`. Answers LINK, in the order of `names`: one row of
    status `accepted` or `none`, or up to three of status `doubtful`, the best first.

    Source: Fellegi, Sunter (1969).
    """
    asked = pa.array([None if n is None else ungarbled(n) for n in names["supplier_name"].to_pylist()], pa.string())
    words, known = comparable_words(asked, _whole(register["name"]))
    ends = _ends(words.dictionary)
    decided: dict[int, list[dict[str, Any]]] = {}
    for place in PLACES:
        column = place if place == "postcode" else f"{place}_code"
        here, there = _numbered(names[column], register[column])
        is_pending = [n not in decided or decided[n][0]["status"] != ACCEPTED for n in range(len(here))]
        pending = np.flatnonzero((here >= 0) & np.array(is_pending, dtype=bool))
        asked_keys = _asked_keys(words, here, ends, pending)
        if not len(asked_keys.keys):
            continue
        pairs = _pairs(asked_keys, _known_keys(known, there, ends, asked_keys.keys))
        scored = _scored(pairs, words, known)
        for row, found in _decisions(scored, register, names, place):
            if row not in decided or found[0]["status"] == ACCEPTED:
                decided[row] = found
    return _links(names, decided)


def calibrated(scores: Sequence[float], right: Sequence[bool], precision: float = 0.98) -> float | None:
    """The least threshold from which accepted pairs are right at least that often; null if there is none.

    Source: Christen (2012), 7.2 (precision of a matched set).
    """
    order = np.argsort(-np.asarray(scores, dtype=float), kind="stable")
    ordered, hits = np.asarray(scores, dtype=float)[order], np.cumsum(np.asarray(right, dtype=int)[order])
    # A threshold takes every pair of its score: only the last pair of each score is a place to cut.
    last = np.append(np.flatnonzero(np.diff(ordered)), len(ordered) - 1) if len(ordered) else np.zeros(0, np.int64)
    good = last[hits[last] / (last + 1) >= precision]
    return float(ordered[good[-1]]) if len(good) else None


# --- candidates ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Keys:
    """Keys (a place, and a word or one of its ends) with the name that has each."""

    keys: Integers
    names: Integers


@dataclass(frozen=True)
class _Scored:
    """Pairs of a name and a row of the register: likeness, and whether one has all words of the other."""

    names: Integers
    rows: Integers
    likeness: Floats
    is_part: Flags


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _numbered(asked: pa.ChunkedArray, known: pa.ChunkedArray) -> tuple[Integers, Integers]:
    """Both columns numbered by one dictionary, -1 where null."""
    values = _whole(known).dictionary_encode()
    there = pc.fill_null(values.indices, -1).to_numpy().astype(np.int64)
    here = pc.fill_null(pc.index_in(_whole(asked), values.dictionary), -1).to_numpy().astype(np.int64)
    return here, there


def _ends(dictionary: pa.Array) -> list[Integers]:
    """The number of each word, of its first and of its last four letters; -1 where one of them is lost."""
    sides = []
    parts = (dictionary, pc.utf8_slice_codeunits(dictionary, 0, 4), pc.utf8_slice_codeunits(dictionary, -4))
    for side, part in enumerate(parts):
        numbers = part.dictionary_encode().indices.to_numpy().astype(np.int64) * len(parts) + side
        sides.append(np.where(pc.match_substring(part, LOST).to_numpy(zero_copy_only=False), -1, numbers))
    return sides


def _asked_keys(words: Words, place: Integers, ends: list[Integers], chosen: Integers) -> _Keys:
    """The keys of the chosen names; a key with a lost letter is none."""
    counts = np.diff(words.starts)[chosen]
    owner = np.repeat(chosen, counts)
    positions = np.repeat(words.starts[chosen] - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
    own = words.words[positions]
    kept = [side[own] >= 0 for side in ends]
    keys = [place[owner[k]] * _width(words) + side[own[k]] for k, side in zip(kept, ends, strict=True)]
    return _Keys(np.concatenate(keys), np.concatenate([owner[k] for k in kept]))


def _known_keys(words: Words, place: Integers, ends: list[Integers], asked: Integers) -> _Keys:
    """The keys of the register that may be asked for: a bitmap of hashes drops nearly all others at once."""
    bits = np.zeros(_BITS, dtype=bool)
    bits[_hashed(asked)] = True
    owner = np.repeat(np.arange(len(place)), np.diff(words.starts))
    where = place[owner] * _width(words)
    keys, owners = [], []
    for side in ends:
        of_side = where + side[words.words]
        kept = np.flatnonzero(bits[_hashed(of_side)])
        keys.append(of_side[kept])
        owners.append(owner[kept])
    joined = np.concatenate(keys)
    order = np.argsort(joined, kind="stable")
    return _Keys(joined[order], np.concatenate(owners)[order])


def _width(words: Words) -> int:
    """More than the number of ends: one place's keys never meet those of another."""
    return 3 * (len(words.dictionary) + 1)


def _hashed(keys: Integers) -> Integers:
    with np.errstate(over="ignore"):
        return (keys * np.int64(_ODD)) >> np.int64(38) & np.int64(_BITS - 1)


def _pairs(asked: _Keys, known: _Keys) -> tuple[Integers, Integers]:
    """Pairs that share a key: all keys that bring FEW rows, and for each name its rarest if it brings at most MANY.

    The known keys are sorted.
    """
    left, right = np.searchsorted(known.keys, asked.keys, "left"), np.searchsorted(known.keys, asked.keys, "right")
    counts = right - left
    rarest = np.full(int(asked.names.max()) + 1, MANY + 1)
    np.minimum.at(rarest, asked.names[counts > 0], counts[counts > 0])
    kept = (counts > 0) & ((counts <= FEW) | ((counts == rarest[asked.names]) & (counts <= MANY)))
    left, counts, owners = left[kept], counts[kept], asked.names[kept]
    positions = np.repeat(left - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
    size = int(known.names.max()) + 1 if len(known.names) else 1
    return np.divmod(np.unique(np.repeat(owners, counts) * size + known.names[positions]), size)


# --- likeness -----------------------------------------------------------------------------------------------


def _scored(pairs: tuple[Integers, Integers], words: Words, known: Words) -> _Scored:
    """The likeness of each pair; what may well be another firm is held under what a near name needs."""
    owners, rows = pairs
    left, right = _texts(words, owners), _texts(known, rows)
    likeness = _cpdist(left, right, fuzz.token_sort_ratio)
    glued = [[text.replace(" ", "") for text in side] for side in (left, right)]
    likeness = np.maximum(likeness, _cpdist(glued[0], glued[1], fuzz.ratio))
    for i, pair in enumerate(zip(*glued, strict=True)):
        if LOST in pair[0] + pair[1] and (matches(*pair) or matches(*reversed(pair))):
            likeness[i] = 1.0
        elif HELD < likeness[i] < 1 and _may_be_another(left[i], right[i]):
            likeness[i] = HELD
    is_part = _cpdist(left, right, fuzz.token_set_ratio) == 1
    return _Scored(owners, rows, likeness, is_part)


def _may_be_another(left: str, right: str) -> bool:
    """Whether numbers differ, or the words that are not common are short or unlike: `SUD` for `NORD`, `MP` for `PB`."""
    mine, yours = left.split(), right.split()
    own = "".join(word for word in mine if word not in yours), "".join(word for word in yours if word not in mine)
    return digits(left) != digits(right) or min(map(len, own)) < SHORT or fuzz.ratio(*own) < 85


def _texts(words: Words, chosen: Integers) -> list[str]:
    """The comparable names of `chosen`, each distinct one made once."""
    distinct, where = np.unique(chosen, return_inverse=True)
    return np.array([*words.joined(distinct), ""], dtype=object)[where].tolist() if len(chosen) else []


def _cpdist(left: list[str], right: list[str], scorer: Any) -> Floats:
    if not left:
        return np.zeros(0, dtype=np.float32)
    percent = process.cpdist(left, right, scorer=scorer, workers=-1, dtype=np.float32)
    return np.asarray(percent / 100, dtype=np.float32)


# --- decisions ----------------------------------------------------------------------------------------------


def _decisions(
    scored: _Scored, register: pa.Table, names: pa.Table, place: str
) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """For each name with a candidate worth showing: its firms, the best first."""
    least = min(rule.doubtful for (_, where), rule in RULES.items() if where == place)
    kept = (scored.likeness >= least) | scored.is_part
    owners, rows, likeness = scored.names[kept], scored.rows[kept], scored.likeness[kept].astype(float)
    is_part = scored.is_part[kept]
    columns = ("siret", "siren", "naf_code", "is_head_office", "is_closed")
    facts = register.select(columns).take(pa.array(rows)).to_pylist()
    prefixes = names["naf_prefixes"].to_pylist()
    bounds = np.append(np.flatnonzero(np.diff(owners, prepend=-1)), len(owners)).tolist()
    for start, stop in pairwise(bounds):
        owner = int(owners[start])
        seen = [
            _Candidate(facts[i], round(float(likeness[i]), 4), bool(is_part[i]), _goes_with(facts[i], prefixes[owner]))
            for i in range(start, stop)
        ]
        if found := _decision(seen, place):
            yield owner, found


@dataclass(frozen=True)
class _Candidate:
    """One establishment under one of its names, beside the name asked for."""

    fact: Mapping[str, Any]
    likeness: float
    is_part: bool
    goes_with_account: bool

    @property
    def preference(self) -> tuple[float, bool, bool, bool]:
        """Likeness, then open, then of an activity that goes with the account, then a head office."""
        fact = self.fact
        return self.likeness, not fact["is_closed"], self.goes_with_account, bool(fact["is_head_office"])

    @property
    def kind(self) -> str:
        """What the names have in common: SAME, NEAR or PART."""
        if self.likeness >= 1:
            return SAME
        return PART if self.is_part else NEAR


def _goes_with(fact: Mapping[str, Any], prefixes: Sequence[str] | None) -> bool:
    naf = (fact["naf_code"] or "").replace(".", "")
    return any(naf.startswith(prefix.replace(".", "")) for prefix in prefixes or ()) and bool(naf)


def _decision(seen: list[_Candidate], place: str) -> list[dict[str, Any]] | None:
    """Accepted, or the candidates in doubt; null if none is worth showing."""
    firms: dict[str, list[_Candidate]] = {}
    for candidate in sorted(seen, key=lambda c: (*(-x for x in c.preference), c.fact["siret"])):
        firms.setdefault(candidate.fact["siren"], []).append(candidate)
    ranked = list(firms.values())
    best, others = ranked[0][0], ranked[1:]
    kind = best.kind
    rule = RULES[kind, place]
    margin = _strength(best) - max((_strength(firm[0]) for firm in others), default=-1.0)
    if best.likeness >= rule.accepted and margin > rule.margin:
        return [_row(ranked[0], kind, place, ACCEPTED)]
    shown = [(firm, firm[0].kind) for firm in ranked]
    rows = [_row(firm, k, place, DOUBTFUL) for firm, k in shown if firm[0].likeness >= RULES[k, place].doubtful]
    return rows[:SHOWN] or None


def _strength(candidate: _Candidate) -> float:
    """Likeness for the margin: of two firms of one name, the one that is not closed is the supplier."""
    return candidate.likeness - 0.002 * bool(candidate.fact["is_closed"])


def _row(firm: list[_Candidate], kind: str, place: str, status: str) -> dict[str, Any]:
    """The firm, and its establishment unless two are alike in everything."""
    best = firm[0]
    alike = {c.fact["siret"] for c in firm if c.preference == best.preference}
    siret = best.fact["siret"] if len(alike) == 1 else None
    return {
        "siren": best.fact["siren"], "siret": siret, "score": best.likeness,
        "rule": f"{kind}_in_{place}", "status": status,
    }  # fmt: skip


def _links(names: pa.Table, decided: Mapping[int, list[dict[str, Any]]]) -> pa.Table:
    nothing: list[dict[str, Any]] = [{"status": NONE}]
    rows = [
        {"row_key": key, "candidate_rank": rank, **found}
        for number, key in enumerate(names["row_key"].to_pylist())
        for rank, found in enumerate(decided.get(number, nothing), 1)
    ]
    return pa.Table.from_pylist(rows, LINK)
