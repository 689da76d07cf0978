"""The segment of labels that no code and no word settles, by the model learnt from the workspace's own titles."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from gisement.models.title_storage import of_table
from gisement.terms import local_step

ROW_LIMIT = 5_000_000


def _schema() -> pa.Schema:
    texts = {name: pa.string() for name in ("label", "cpv_division", "segment")}
    return pa.schema({**texts, "segment_confidence": pa.float64()})


SCHEMA = _schema()


@local_step(ROW_LIMIT, "a linear model of scikit-learn works on arrays, in the driver")
def title_segment(label_unsettled: pa.Table, raw_title_model: pa.Table) -> pa.Table:
    """One row per label that the model answers: its segment, and the probability that it is right.

    Under the threshold of segments there is no row: the label stays unclassified. Without a model there is no row.
    """
    if raw_title_model.num_rows == 0:
        return SCHEMA.empty_table()
    model = of_table(raw_title_model)
    labels = sorted({label for label in label_unsettled["label"].to_pylist() if label})
    answer = model.answer(labels)
    sure = np.flatnonzero(answer.segment_probability >= model.threshold["segment"])
    return pa.table(
        {
            "label": [labels[place] for place in sure],
            "cpv_division": [answer.divisions[place] for place in sure],
            "segment": [answer.segments[place] for place in sure],
            "segment_confidence": answer.segment_probability[sure],
        },
        schema=SCHEMA,
    )
