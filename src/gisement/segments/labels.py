"""Labels that must decide where no code does: plain, each once, first read for words, then for the model of titles."""

from __future__ import annotations

from typing import Any

import ibis

from gisement.segments.by_words import label_segments, small
from gisement.terms import step, step_idle_without

MARKS = r"[0-9_ .,;:/()°*+=-]+"
"""Digits and marks say nothing of what is bought: neither words nor the model read them."""


def plain(text: Any) -> Any:
    """A label in small letters without its numbers and marks, so that thousands of invoices make one label.

    A text with HTML entities (`&#233;`) is kept as it is: its numbers are letters.
    """
    return ibis.ifelse(text.contains("&"), text, small(text).re_replace(MARKS, " "))


@step
def label(contract_open: Any, payment_label: Any) -> Any:
    """One row per plain label of the contracts and payment lines that no code settles."""
    titles = contract_open.filter(contract_open.plain_label.notnull()).select("plain_label")
    return titles.union(payment_label.select("plain_label"), distinct=True)


@step_idle_without("label")
def word_segment(label: Any, segment_word: Any) -> Any:
    """One row per label with a phrase that names a segment."""
    found = label_segments(label.select(label="plain_label"), segment_word)
    return found.select("segment", plain_label="label").select("plain_label", "segment")


@step_idle_without("raw_title_model")
def label_unsettled(label: Any, word_segment: Any, raw_title_model: Any) -> Any:
    """One row per label that words do not settle; none where the workspace has no model that could."""
    model = raw_title_model.agg(arrays=raw_title_model.count())
    silent = label.anti_join(word_segment, "plain_label")
    return silent.cross_join(model.filter(model.arrays > 0)).select("plain_label")
