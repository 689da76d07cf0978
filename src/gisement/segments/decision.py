"""One segment for each line, by the first evidence that names one, with the rule that decided and its confidence.

The order is that of `segment_rules.csv`: the buyer's own category, CPV, an account that is specific, the supplier's
activity, the words of the label, the model of titles, a vague account, and at last `unclassified`.
"""

from __future__ import annotations

from typing import Any

import ibis

from gisement.catalog.segments import UNCLASSIFIED, rules

KEYS = {
    "category": ("buyer_id", "segment_code"),
    "cpv": ("cpv_code",),
    "account": ("account_kind", "account"),
    "naf": ("naf_code",),
    "words": ("label",),
    "title": ("label",),
}
"""What each evidence is known by: the columns that a line shares with it."""


def decided(lines: Any, definitions: Any, **evidence: Any) -> Any:
    """The lines with `segment`, `segment_rule`, `segment_confidence`, `family`, `is_medical`, `is_medical_wide`.

    `evidence` names tables of one row per key (`KEYS`) with a `segment`: `category`, `cpv`, `account` (with
    `standing`), `naf`, `words`, `title` (with `segment_confidence`). What is not given, or whose columns the lines do
    not have, decides nothing. There are as many rows out as in, so that no line is ever in two segments.
    """
    found = lines
    named: list[tuple[str, Any]] = []
    for kind, keys in KEYS.items():
        if kind in evidence and set(keys) <= set(lines.columns):
            found = _joined(found, evidence[kind], kind, keys)
    for rule in rules():
        named += _candidate(found, rule)
    segment = ibis.coalesce(*(candidate for _, candidate in named), UNCLASSIFIED)
    nothing = (ibis.literal(False), UNCLASSIFIED)
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


def _joined(lines: Any, table: Any, kind: str, keys: tuple[str, ...]) -> Any:
    """The lines with what one evidence says of them, in columns that begin with its name."""
    told = [name for name in ("segment", "segment_rule", "standing", "segment_confidence") if name in table.columns]
    columns = {f"{kind}_{key}": key for key in keys} | {f"{kind}_{name}": name for name in told}
    joined = lines.left_join(table.select(**columns), [(key, f"{kind}_{key}") for key in keys])
    return joined.drop(*(f"{kind}_{key}" for key in keys))


def _candidate(found: Any, rule: str) -> list[tuple[str, Any]]:
    """The segment that a rule gives to each line (null: it says nothing); none where its evidence is not there."""
    kind, only = _EVIDENCE_OF.get(rule, ("", None))
    column = f"{kind}_segment"
    if column not in found.columns:
        return []
    segment = found[column]
    if only is not None:
        told, value = f"{kind}_{only[0]}", only[1]
        segment = ibis.ifelse(found[told] == value, segment, ibis.null("string"))
    return [(rule, segment)]


_EVIDENCE_OF: dict[str, tuple[str, tuple[str, str] | None]] = {
    "buyer_mapping": ("category", ("segment_rule", "buyer_mapping")),
    "nacres_prefix": ("category", ("segment_rule", "nacres_prefix")),
    "cpv_prefix": ("cpv", None),
    "account_specific": ("account", ("standing", "specific")),
    "naf_prefix": ("naf", None),
    "words": ("words", None),
    "title_model": ("title", None),
    "account_default": ("account", ("standing", "default")),
}


def _confidence(chosen: Any) -> Any:
    """How often the rule that decided is right; that of the model where it decided; unknown where nothing did."""
    fixed = [
        (chosen.chosen_rule == rule, float(row["confidence"])) for rule, row in rules().items() if row["confidence"]
    ]
    if "title_segment_confidence" in chosen.columns:
        fixed.append((chosen.chosen_rule == "title_model", chosen.title_segment_confidence))
    return ibis.cases(*fixed, else_=ibis.null("float64"))
