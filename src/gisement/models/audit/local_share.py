"""The audit of the local share: which lines to check by hand, and what the checked lines say of the published share.

The mathematics is in `monetary_unit_sampling`, the form that people fill in `form`.

The errors are told apart: a verdict that was unknown and is now solved, a wrong segment (classification), a wrong
place, a wrong amount. The effect of each on the share is its Shapley value, so that effects add up to the audited share
minus the published one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gisement.models.arrays import Flags, Floats, Integers
from gisement.models.audit.monetary_unit_sampling import (
    DRAWS,
    RATE_OUTCOMES,
    SHARE_OUTCOMES,
    Chosen,
    Stratum,
    allocation,
    choose,
    interval,
    linearised_error,
    ratio,
)
from gisement.models.shapley import shapley
from gisement.terms import Trouble, Verdict

LINES = 200
FEWEST, FEWEST_NEGATIVE = 15, 3
DIFFICULTY = {Verdict.PART: 1.0, Verdict.REST: 1.0, Verdict.UNKNOWN: 2.3, Verdict.EXCLUDED: 0.8}
"""Expected spread of the outcome per cent, relative: 5 % of errors where known, a coin where unknown, 3 % outside."""
NEGATIVE = "_negative"

UNKNOWN_SOLVED, CLASSIFICATION, PLACE, AMOUNT = "unknown", "classification", "place", "amount"
KINDS = (UNKNOWN_SOLVED, CLASSIFICATION, PLACE, AMOUNT)


@dataclass(frozen=True)
class ErrorKind:
    """One kind of error: lines, share of the checked money that has it with its interval, effect on the share."""

    name: str
    lines: int
    share: float
    low: float
    high: float
    effect: float | None


@dataclass(frozen=True)
class Audited:
    """The audited share with its interval of kind `sampling`; `value` is None where nothing in scope is left.

    `book_value` is the share that the observatory gives, P / (P + R); the effects of `errors` add up to the difference.
    `undetermined_share` is the part of the money for which the form says that nobody can tell: it is in neither sum.
    """

    value: float | None
    low: float | None
    high: float | None
    standard_error: float | None
    book_value: float | None
    lines: int
    undetermined: int
    undetermined_share: float
    errors: tuple[ErrorKind, ...] = ()
    interval: str = field(default="sampling", init=False)


# --- the draw -----------------------------------------------------------------------------------------------


def draw(rows: pa.Table, *, seed: int, lines: int = LINES) -> pa.Table:
    """The lines to check: the rows drawn, in an order that says nothing, with what the estimate needs to know.

    `rows` has `row_key` (unique text), `amount_cents`, `is_in_scope` and `is_local` (null where nobody knows); other
    columns are carried along. Added: `line_number`, `stratum`, `is_certain`, `stratum_cents` (signed total of the lines
    that are not certain) and `spared`. Null and zero amounts cannot be drawn. The same rows in any order and the same
    seed give the same lines. Raises Trouble where there is nothing to draw.

    Source: Särndal, Swensson, Wretman (1992), 3.6.2 (systematic sampling with probability in proportion to size).
    """
    keys = [str(key) for key in rows["row_key"].to_pylist()]
    cents = _numbers(rows["amount_cents"])
    names = strata(rows, cents) if keys else np.array([], dtype=str)
    counts = _lines_by_stratum(names, cents, lines) if keys else {}
    if not counts:
        raise Trouble(
            fr="Rien à vérifier : aucune ligne du périmètre n'a de montant connu et non nul.",
            en="Nothing to check: no row of the perimeter has a known amount other than zero.",
        )
    order = [(_hash(seed, key), key) for key in keys]
    parts = []
    for name, count in counts.items():
        inside = np.array(sorted(np.flatnonzero(names == name), key=order.__getitem__))
        start = _hash(seed, f"stratum {name}") / 2**64
        chosen = choose(np.abs(cents[inside]), count, start)
        parts.append(_lines(rows, inside, cents, chosen, name))
    sample = pa.concat_tables(parts)
    shuffled = np.argsort([_hash(seed, f"line {key}") for key in sample["row_key"].to_pylist()], kind="stable")
    sample = sample.take(pa.array(shuffled))
    return sample.add_column(0, "line_number", pa.array(range(1, sample.num_rows + 1), pa.int64()))


def strata(rows: pa.Table, cents: Integers) -> npt.NDArray[np.str_]:
    """The stratum of each row, its verdict and its sign; empty where the amount is null or zero."""
    names = np.array([verdict.value for verdict in verdicts(rows)])
    names = np.where(cents < 0, np.char.add(names, NEGATIVE), names)
    return np.where(cents == 0, "", names)


def verdicts(rows: pa.Table) -> list[Verdict]:
    """The verdict that the two answers make: outside, unknown if either is, part or rest."""
    pairs = zip(rows["is_in_scope"].to_pylist(), rows["is_local"].to_pylist(), strict=True)
    return [verdict_of(scope, local) for scope, local in pairs]


def verdict_of(is_in_scope: bool | None, is_local: bool | None) -> Verdict:
    """Three-valued logic of design: scope false is outside, then null is unknown, then local or not."""
    if is_in_scope is False:
        return Verdict.EXCLUDED
    if is_in_scope is None or is_local is None:
        return Verdict.UNKNOWN
    return Verdict.PART if is_local else Verdict.REST


def _lines_by_stratum(names: npt.NDArray[np.str_], cents: Integers, lines: int) -> dict[str, int]:
    weights = {}
    for name in sorted({str(name) for name in names} - {""}):
        difficulty = DIFFICULTY[Verdict(name.removesuffix(NEGATIVE))]
        weights[name] = float(np.abs(cents[names == name]).sum()) * difficulty
    fewest = {name: FEWEST_NEGATIVE if name.endswith(NEGATIVE) else FEWEST for name in weights}
    return allocation(weights, lines, fewest)


def _lines(rows: pa.Table, inside: Integers, cents: Integers, chosen: Chosen, name: str) -> pa.Table:
    picked = np.concatenate([inside[chosen.certain], inside[chosen.drawn]])
    is_certain = np.arange(len(picked)) < len(chosen.certain)
    others = int(cents[inside].sum() - cents[inside[chosen.certain]].sum())
    added = {
        "stratum": pa.array([name] * len(picked), pa.string()),
        "is_certain": pa.array(is_certain, pa.bool_()),
        "stratum_cents": pa.array([others] * len(picked), pa.int64()),
        "spared": pa.array([chosen.spared] * len(picked), pa.float64()),
    }
    table = rows.take(pa.array(picked))
    for column, values in added.items():
        table = table.append_column(column, values)
    return table


def _hash(seed: int, text: str) -> int:
    return int.from_bytes(blake2b(f"{seed}:{text}".encode(), digest_size=8).digest(), "big")


# --- the estimate -------------------------------------------------------------------------------------------


def estimate(sample: pa.Table, found: pa.Table, *, seed: int, draws: int = DRAWS) -> Audited:
    """The audited share, its interval, and what each kind of error does to it.

    `sample` is what `draw` gave; `found` has for each `line_number` what the form says: `is_in_scope_found`,
    `is_local_found` (null: nobody can tell), `amount_found_cents`, and whether `is_place_wrong`, `is_segment_wrong`,
    `is_amount_wrong`.

    Source: Särndal, Swensson, Wretman (1992), 5.6 (ratio) and 5.7 (stratified); Shapley (1953) for the effects.
    """
    lines = _Lines(sample, found)
    checked = lines.strata(*lines.outcome(frozenset(KINDS)))
    value = ratio(checked)
    low, high = interval(checked, value, SHARE_OUTCOMES, seed=seed, draws=draws)
    book_value = ratio(lines.strata(*lines.outcome(frozenset())))
    effects = shapley(KINDS, lambda mended: ratio(lines.strata(*lines.outcome(mended))))
    undetermined = lines.is_undetermined
    return Audited(
        value, low, high,
        standard_error=linearised_error(checked, value),
        book_value=book_value,
        lines=len(undetermined),
        undetermined=int(undetermined.sum()),
        undetermined_share=ratio(lines.flagged(undetermined)) or 0.0,
        errors=tuple(_error_kind(lines, kind, effects.get(kind), seed, draws) for kind in KINDS),
    )  # fmt: skip


def _numbers(column: pa.ChunkedArray) -> Integers:
    return np.array([0 if value is None else int(value) for value in column.to_pylist()], dtype=np.int64)


class _Lines:
    """The drawn lines beside what was found, as arrays in the order of the sample."""

    def __init__(self, sample: pa.Table, found: pa.Table) -> None:
        by_number = {row["line_number"]: row for row in found.to_pylist()}
        answers = [by_number[number] for number in sample["line_number"].to_pylist()]
        self.cents = _numbers(sample["amount_cents"])
        self.stratum = np.array(sample["stratum"].to_pylist())
        self.is_certain = np.array(sample["is_certain"].to_pylist(), dtype=bool)
        self.stratum_cents = _numbers(sample["stratum_cents"])
        self.spared = np.array(sample["spared"].to_pylist())
        self.is_unknown = np.array([v is Verdict.UNKNOWN for v in verdicts(sample)], dtype=bool)
        self.scope = {False: sample["is_in_scope"].to_pylist(), True: [a["is_in_scope_found"] for a in answers]}
        self.local = {False: sample["is_local"].to_pylist(), True: [a["is_local_found"] for a in answers]}
        self.amount = np.array([a["amount_found_cents"] for a in answers], dtype=np.float64)
        self.wrong = {
            UNKNOWN_SOLVED: self.is_unknown,
            CLASSIFICATION: np.array([a["is_segment_wrong"] for a in answers], dtype=bool) & ~self.is_unknown,
            PLACE: np.array([a["is_place_wrong"] for a in answers], dtype=bool) & ~self.is_unknown,
            AMOUNT: np.array([a["is_amount_wrong"] for a in answers], dtype=bool) & ~self.is_unknown,
        }
        pairs = zip(self.scope[True], self.local[True], strict=True)
        self.is_undetermined = np.array([verdict_of(*pair) is Verdict.UNKNOWN for pair in pairs], dtype=bool)

    def outcome(self, mended: frozenset[str]) -> tuple[Floats, Floats]:
        """x and y of each line when the errors of these kinds are mended and the others left as recorded."""
        scopes, places = self.scope[CLASSIFICATION in mended], self.local[PLACE in mended]
        solved = UNKNOWN_SOLVED in mended
        x, y = np.zeros(len(self.cents)), np.zeros(len(self.cents))
        for i, is_unknown in enumerate(self.is_unknown):
            if is_unknown:
                verdict = verdict_of(self.scope[solved][i], self.local[solved][i])
            else:
                verdict = verdict_of(scopes[i], places[i])
            is_mended = solved if is_unknown else AMOUNT in mended
            tainted = self.amount[i] / self.cents[i] if is_mended else 1.0
            x[i] = tainted * (verdict in (Verdict.PART, Verdict.REST))
            y[i] = tainted * (verdict is Verdict.PART)
        return x, y

    def strata(self, x: Floats, y: Floats) -> list[Stratum]:
        """The strata of lines with these outcomes, in order of name."""
        return [self._stratum(name, x, y) for name in np.unique(self.stratum)]

    def _stratum(self, name: str, x: Floats, y: Floats) -> Stratum:
        inside = self.stratum == name
        certain, drawn = inside & self.is_certain, inside & ~self.is_certain
        cents = self.cents[certain]
        sums = float((cents * x[certain]).sum()), float((cents * y[certain]).sum())
        first = np.flatnonzero(inside)[0]
        return Stratum(float(self.stratum_cents[first]), *sums, x[drawn], y[drawn], float(self.spared[first]))

    def flagged(self, flag: Flags) -> list[Stratum]:
        """Strata in which x is 1 and y the flag, amounts taken without their sign."""
        made = self.strata(np.ones(len(flag)), flag.astype(np.float64))
        sign = [-1 if name.endswith(NEGATIVE) else 1 for name in np.unique(self.stratum)]
        return [
            Stratum(s * h.cents, s * h.certain_x, s * h.certain_y, h.x, h.y, h.spared)
            for s, h in zip(sign, made, strict=True)
        ]


def _error_kind(lines: _Lines, kind: str, effect: float | None, seed: int, draws: int) -> ErrorKind:
    flag = lines.wrong[kind]
    checked = lines.flagged(flag)
    share = ratio(checked) or 0.0
    low, high = interval(checked, share, RATE_OUTCOMES, seed=seed, draws=draws)
    return ErrorKind(kind, int(flag.sum()), share, low or 0.0, high or 0.0, effect)
