"""The segment of labels that no code and no word settles, by the model learnt from the workspace's own titles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gisement.terms import local_step

if TYPE_CHECKING:
    import pyarrow as pa

ROW_LIMIT = 5_000_000
COLUMNS = ("plain_label", "cpv_division", "segment", "segment_confidence")


@local_step(ROW_LIMIT, "a linear model of scikit-learn works on arrays, in the driver", idle_without="label_unsettled")
def title_segment(label_unsettled: pa.Table, raw_title_model: pa.Table) -> pa.Table:
    """One row per label that the model answers: its segment, and the probability that it is right.

    Under the threshold of segments there is no row: the label stays unclassified. Without a model there is no row.
    """
    if raw_title_model.num_rows == 0:
        return _table([], [], [], [])
    import numpy as np

    from gisement.models.title_storage import of_table

    model = of_table(raw_title_model)
    labels = sorted({label for label in label_unsettled["plain_label"].to_pylist() if label})
    answer = model.answer(labels)
    sure = np.flatnonzero(answer.segment_probability >= model.threshold["segment"])
    kept = ([values[place] for place in sure] for values in (labels, answer.divisions, answer.segments))
    return _table(*kept, answer.segment_probability[sure])


def _table(*columns: Any) -> pa.Table:
    import pyarrow as pa

    kinds = (pa.string(), pa.string(), pa.string(), pa.float64())
    return pa.table([pa.array(*each) for each in zip(columns, kinds, strict=True)], names=list(COLUMNS))
