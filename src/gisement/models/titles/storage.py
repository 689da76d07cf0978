"""A trained model as plain arrays, then as a table (Parquet), and the step that asks it.

Reading a model runs nothing. The step gives the segment of labels that no code and no word settles, by the model learnt
from the workspace's own titles.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from gisement.models.titles.classifier import Head, TitleModel
from gisement.models.titles.vectors import KINDS, Vocabulary
from gisement.terms import Trouble, local_step

HEADS = ("division", "segment")
SPOILT = (KeyError, ValueError, TypeError, AttributeError)
"""What an array that is missing, of another shape or of nothing makes of a model."""


def _table() -> pa.Schema:
    lists = {"shape": pa.int64(), "texts": pa.string(), "numbers": pa.float64()}
    return pa.schema({"part": pa.string(), **{name: pa.list_(kind) for name, kind in lists.items()}})


TABLE = _table()
"""One row per array: texts or numbers, row after row, and the shape to give them back."""


def arrays(model: TitleModel) -> dict[str, Any]:
    """The model as named arrays of numbers and of texts."""
    known = model.vocabulary
    found: dict[str, Any] = {
        "lost_shapes": np.array(list(known.lost), dtype=np.str_),
        "lost_words": np.array(list(known.lost.values()), dtype=np.str_),
        "allowed": model.allowed.astype(np.float64),
        "thresholds": np.array([model.threshold[name] for name in HEADS]),
    }
    for kind, _ in KINDS:
        found[f"{kind}_terms"] = np.array(known.terms[kind], dtype=np.str_)
        found[f"{kind}_inverse_frequency"] = known.inverse_frequency[kind]
    for name, head in (("division", model.division), ("segment", model.segment)):
        found[f"{name}_classes"] = np.array(head.classes, dtype=np.str_)
        found |= {f"{name}_{part}": getattr(head, part) for part in ("weights", "intercepts", "certainty")}
    return found


def _of(stored: Mapping[str, Any]) -> TitleModel:
    lost = dict(zip(stored["lost_shapes"].tolist(), stored["lost_words"].tolist(), strict=True))
    terms = {kind: tuple(stored[f"{kind}_terms"].tolist()) for kind, _ in KINDS}
    inverse = {kind: stored[f"{kind}_inverse_frequency"] for kind, _ in KINDS}
    division, segment = (_head(stored, name) for name in HEADS)
    thresholds = dict(zip(HEADS, stored["thresholds"].tolist(), strict=True))
    known = Vocabulary(lost, terms, inverse)
    width = sum(len(listed) for listed in terms.values())
    shapes = [(head.weights.shape, (len(head.classes), width)) for head in (division, segment)]
    shapes.append((stored["allowed"].shape, (len(division.classes), len(segment.classes))))
    if any(found != expected for found, expected in shapes):
        raise ValueError("arrays of different models")
    return TitleModel(known, division, segment, stored["allowed"] > 0, thresholds)


def _head(stored: Mapping[str, Any], name: str) -> Head:
    numbers = (stored[f"{name}_{part}"] for part in ("weights", "intercepts", "certainty"))
    return Head(tuple(stored[f"{name}_classes"].tolist()), *numbers)


def as_table(model: TitleModel) -> pa.Table:
    """The model as a table of one row per array, in order of name."""
    return table_of(arrays(model))


def table_of(parts: Mapping[str, Any]) -> pa.Table:
    """Arrays of numbers and of texts as a table of one row each, in order of name."""
    rows = []
    for part, values in sorted(parts.items()):
        is_text = values.dtype.kind == "U"
        flat = values.ravel()
        rows.append(
            {
                "part": part,
                "shape": list(values.shape),
                "texts": flat.tolist() if is_text else None,
                "numbers": None if is_text else flat.astype(np.float64),
            }
        )
    return pa.Table.from_pylist(rows, schema=TABLE)


def of_table(table: pa.Table) -> TitleModel:
    """The model that a table of `as_table` holds; `Trouble` where an array is none of a model."""
    try:
        return _of(_stored(table))
    except SPOILT as error:
        raise Trouble(
            fr="Le modèle des intitulés n'est pas lisible : apprenez-le à nouveau (gisement segments train).",
            en="The model of titles cannot be read: learn it again (gisement segments train).",
        ) from error


def _stored(table: pa.Table) -> dict[str, Any]:
    stored: dict[str, Any] = {}
    for place, part in enumerate(table["part"].to_pylist()):
        numbers, texts = table["numbers"][place], table["texts"][place]
        if texts.is_valid:
            values = np.array(texts.as_py(), dtype=np.str_)
        else:
            values = numbers.values.to_numpy(zero_copy_only=False)
        values = values.reshape(table["shape"][place].as_py())
        stored[part] = values.astype(np.float32) if part.endswith("_weights") else values
    return stored


ANSWERED = pa.schema(
    [("plain_label", "string"), ("cpv_division", "string"), ("segment", "string"), ("segment_confidence", "double")]
)


@local_step(5_000_000, "a linear model of scikit-learn works on arrays, in the driver", idle_without="label_unsettled")
def title_segment(label_unsettled: pa.Table, raw_title_model: pa.Table) -> pa.Table:
    """One row per label that the model answers: its segment, and the probability that it is right.

    Under the threshold of segments there is no row: the label stays unclassified. Without a model there is no row.
    """
    if raw_title_model.num_rows == 0:
        return ANSWERED.empty_table()
    model = of_table(raw_title_model)
    labels = sorted({label for label in label_unsettled["plain_label"].to_pylist() if label})
    answer = model.answer(labels)
    sure = np.flatnonzero(answer.segment_probability >= model.threshold["segment"])
    kept = ([values[place] for place in sure] for values in (labels, answer.divisions, answer.segments))
    return pa.table([*kept, answer.segment_probability[sure]], schema=ANSWERED)
