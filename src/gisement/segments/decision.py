"""One segment for each line, by the first evidence that names one, with the rule that decided and its confidence.

The order is that of `segment_rules.csv`: the buyer's own codes, NACRES, CPV, an account that is specific, the
supplier's activity, the words of the label, the model of titles, a vague account, and at last `unclassified`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ibis

from gisement.catalog.segments import UNCLASSIFIED, rules

DECIDED = ("segment", "segment_rule", "segment_confidence", "family", "is_medical", "is_medical_wide")
"""What a decision says of a line."""
TOLD = ("segment", "segment_rule", "standing", "segment_confidence")
"""What an evidence says of its key; its other columns are the key."""
Only = tuple[str, str] | None
EVIDENCE_OF: dict[str, tuple[tuple[str, Only], ...]] = {
    "buyer_mapping": (("category", ("segment_rule", "buyer_mapping")), ("own_account", None)),
    "nacres_prefix": (("category", ("segment_rule", "nacres_prefix")),),
    "cpv_prefix": (("cpv", None),),
    "account_specific": (("account", ("standing", "specific")),),
    "naf_prefix": (("naf", None),),
    "words": (("words", None),),
    "title_model": (("title", None),),
    "account_default": (("account", ("standing", "default")),),
}
"""For each rule, the evidences that may speak under it, and where only some of what they say does."""


def decided(lines: Any, definitions: Any, **evidence: Any) -> Any:
    """The lines with `segment`, `segment_rule`, `segment_confidence`, `family`, `is_medical`, `is_medical_wide`.

    `evidence` names tables of one row per key, with a `segment`: `category` (with `segment_rule`), `own_account`,
    `cpv`, `account` (with `standing`), `naf`, `words`, `title` (with `segment_confidence`). Lines may hold a
    `naf_segment` of their own instead. What is not given decides nothing. There are as many rows out as in, so that no
    line is ever in two segments.
    """
    found = witnessed(lines, **evidence)
    named = candidates(found, tuple(rules()))
    nothing = (ibis.literal(False), UNCLASSIFIED)
    segment = ibis.coalesce(*(candidate for _, candidate in named), UNCLASSIFIED)
    told = ibis.cases(nothing, *((candidate.notnull(), rule) for rule, candidate in named), else_=UNCLASSIFIED)
    chosen = found.mutate(chosen=segment, chosen_rule=told)
    chosen = chosen.mutate(chosen_confidence=_confidence(chosen))
    known = definitions.select("family", "is_medical", "is_medical_wide", described="segment")
    whole = chosen.left_join(known, [("chosen", "described")])
    # A line that nothing classifies may be medical or not: unknown, never "no".
    is_known = whole.chosen != UNCLASSIFIED
    return whole.select(
        *lines.columns,
        segment=whole.chosen,
        segment_rule=whole.chosen_rule,
        segment_confidence=whole.chosen_confidence,
        family=whole.family,
        is_medical=ibis.ifelse(is_known, whole.is_medical, ibis.null("boolean")),
        is_medical_wide=ibis.ifelse(is_known, whole.is_medical_wide, ibis.null("boolean")),
    )


def witnessed(lines: Any, **evidence: Any) -> Any:
    """The lines with what each evidence says of them, in columns that begin with its name."""
    for kind, table in evidence.items():
        lines = _joined(lines, table, kind)
    return lines


def candidates(found: Any, asked: Sequence[str]) -> list[tuple[str, Any]]:
    """The segment that each of these rules gives to each line (null: it says nothing), where its evidence is there."""
    return [
        (rule, _said(found, kind, only))
        for rule in asked
        for kind, only in EVIDENCE_OF.get(rule, ())
        if f"{kind}_segment" in found.columns
    ]


def _joined(lines: Any, table: Any, kind: str) -> Any:
    keys = [name for name in table.columns if name not in TOLD]
    told = [name for name in TOLD if name in table.columns]
    joined = lines.left_join(
        table.select(**{f"{kind}_{name}": name for name in (*keys, *told)}), [(key, f"{kind}_{key}") for key in keys]
    )
    return joined.drop(*(f"{kind}_{key}" for key in keys))


def _said(found: Any, kind: str, only: Only) -> Any:
    segment = found[f"{kind}_segment"]
    if only is None:
        return segment
    column, value = only
    return ibis.ifelse(found[f"{kind}_{column}"] == value, segment, ibis.null("string"))


def _confidence(chosen: Any) -> Any:
    """How often the rule that decided is right; that of the model where it decided; unknown where nothing did."""
    fixed = [
        (chosen.chosen_rule == rule, float(row["confidence"])) for rule, row in rules().items() if row["confidence"]
    ]
    if "title_segment_confidence" in chosen.columns:
        fixed.append((chosen.chosen_rule == "title_model", chosen.title_segment_confidence))
    return ibis.cases(*fixed, else_=ibis.null("float64"))
